"""Suggestions: a machine's answers that HITs show their workers, to be corrected.

Shown suggestions change how people answer, so the batch record and every line of results say so.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from amt import inputs, results_tables
from amt.errors import Error
from amt.inputs import Input
from amt.machines.tasks import SUGGESTION, hide
from amt.messages import count_of
from amt.rows import Columns, Row


class Suggestions(NamedTuple):
    """A machine's answers by the input that they answer, and a hash of them."""

    machine: str
    outputs: Mapping[str, Any]
    sha256: str


def read_suggestions(path: str) -> Suggestions:
    """Read a file of answer_hits.py. Raises Error unless it has the answers of one machine."""
    outputs: dict[str, Any] = {}
    names: set[str] = set()
    with Input(path) as source:
        results_tables.read_results(source, None)
        for row in source.rows():
            name = row.value.get("machine")
            if not name:
                raise Error(f"{path}:{row.line}: not a machine's answer; a person's is never shown")
            names.add(name)
            outputs[to_key(row.value.get("input"))] = row.value.get("output")
    if len(names) != 1:
        raise Error(
            f"{path}: has answers of {', '.join(sorted(names)) or 'no machine'}; one is needed"
        )
    digest = hashlib.sha256(json.dumps(outputs, sort_keys=True).encode()).hexdigest()
    return Suggestions(names.pop(), outputs, digest)


def to_key(value: Any) -> str:
    """Return the text by which an input is found, whatever is hidden in it."""
    return json.dumps(hide(value), sort_keys=True)


class SuggestedInput(Input):
    """The input of a batch whose rows show a machine's answer in the field `suggestion`.

    Rows that the machine has not answered have null there; `missing` counts them in the last pass.
    """

    def __init__(self, path: str | Path, file_format: str | None, suggestions: Suggestions) -> None:
        super().__init__(path, file_format)
        self.missing = 0
        self._suggestions = suggestions

    def rows(self, faults: list[str] | None = None) -> Iterator[Row]:
        """Return the rows with their suggestions. Raises Error for a row that cannot have one."""
        self.missing = 0
        for row in super().rows(faults):
            value = row.value
            if not isinstance(value, dict) or SUGGESTION in value:
                fault = "has that field" if isinstance(value, dict) else "is not an object"
                raise Error(f"{self.path}:{row.line}: cannot have a suggestion: the row {fault}")
            output = self._suggestions.outputs.get(to_key(value))
            self.missing += output is None
            yield row._replace(value=value | {SUGGESTION: output})

    def _set_columns(self, columns: Columns) -> None:
        self.columns = columns._replace(names=[*columns.names, SUGGESTION])


def open_input(
    path: str | Path, file_format: str | None, suggestions: Suggestions | None
) -> inputs.Input:
    """Return the input of a batch, with suggestions if there are any."""
    if suggestions is None:
        return Input(path, file_format)
    return SuggestedInput(path, file_format, suggestions)


def describe(suggestions: Suggestions, source: inputs.Input) -> str:
    """Return what is said before the launch, and how many rows have no suggestion."""
    missing = source.missing if isinstance(source, SuggestedInput) else 0
    without = f" {count_of(missing, 'row')} without a suggestion." if missing else ""
    return (
        f"The pages show what {suggestions.machine} answered. Shown suggestions change how people "
        f"answer; every line of results will name the machine.{without}"
    )
