"""The truth file: the right answer to each row, from which simulated workers answer."""

from dataclasses import dataclass
from typing import Any

from amt import inputs
from amt.errors import Error
from amt.messages import count_of, join_faults
from amt.quality.votes import to_label
from formats.answer_fields import find_field


@dataclass(frozen=True)
class Truths:
    """The labels, and of each row the position of the right one in them."""

    labels: list[Any]
    rows: list[int]


def read_truths(path: str, field: str) -> Truths:
    """Read the right answers from a file with a line per row, JSON or a table.

    The answer is in `field` (such as output.label), or in its last part (label), or it is the line.
    Raises Error for a line without an answer, and for fewer than two different answers.
    """
    values: list[Any] = []
    faults: list[str] = []
    name = field.rpartition(".")[2]
    for row in inputs.read_rows(path):
        value = row.value
        if isinstance(value, dict):
            found = find_field(value, field)
            value = find_field(value, name) if found is None else found
        label = to_label(value)
        if label is None or label == "":
            faults.append(f"{path}:{row.line}: has no right answer in {name}")
        values.append(label)
    if faults:
        raise Error(join_faults(faults))
    labels = sorted(set(values), key=lambda label: (str(type(label)), label))
    if len(labels) < 2:
        number = count_of(len(labels), "different answer")
        raise Error(f"{path}: has {number}, and workers need two labels to choose from")
    positions = {label: position for position, label in enumerate(labels)}
    return Truths(labels, [positions[value] for value in values])
