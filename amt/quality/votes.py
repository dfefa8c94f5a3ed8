"""Votes: answers that are one of a few labels."""

from array import array
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from amt.cells import to_text
from amt.errors import Error
from amt.quality.answers import Answers

Label = str | int | float | bool
LARGEST = 1e100  # number whose squares can still be summed; beyond 1.8e308 floats overflow


@dataclass(frozen=True)
class Votes:
    """Votes sorted by row. Row r has the votes from `starts[r]` up to `starts[r + 1]`."""

    labels: list[Any]
    starts: Sequence[int]
    workers: Sequence[int]  # of each vote, the number of its worker
    votes: Sequence[int]  # of each vote, the position of its label in `labels`
    worker_count: int

    @property
    def row_count(self) -> int:
        """The number of rows."""
        return len(self.starts) - 1

    def iterate(self) -> Iterator[Sequence[int]]:
        """Yield the votes of each row."""
        for start, end in zip(self.starts, self.starts[1:], strict=False):
            yield self.votes[start:end]

    def count(self, row: Sequence[int]) -> list[int]:
        """Return how many votes each label has in a row."""
        counts = [0] * len(self.labels)
        for vote in row:
            counts[vote] += 1
        return counts


def create_votes(
    rows: Sequence[int], workers: Sequence[int], votes: Sequence[int], labels: list[Any]
) -> Votes:
    """Return votes sorted by row, from sequences with an item for each vote."""
    starts = array("i", bytes(4 * (max(rows, default=-1) + 2)))
    for row in rows:
        starts[row + 1] += 1
    for row in range(1, len(starts)):
        starts[row] += starts[row - 1]
    places = array("i", starts)
    sorted_workers = array("i", bytes(4 * len(rows)))
    sorted_votes = array("i", bytes(4 * len(rows)))
    for row, worker, vote in zip(rows, workers, votes, strict=True):
        place = places[row]
        places[row] += 1
        sorted_workers[place] = worker
        sorted_votes[place] = vote
    return Votes(labels, starts, sorted_workers, sorted_votes, max(workers, default=-1) + 1)


def leave_out(votes: Votes, workers: Container[int]) -> Votes:
    """Return the votes without those of these workers. Rows keep their places, also without votes."""
    starts, kept, values = array("i", [0]), array("i"), array("i")
    for start, end in zip(votes.starts, votes.starts[1:], strict=False):
        for place in range(start, end):
            if votes.workers[place] not in workers:
                kept.append(votes.workers[place])
                values.append(votes.votes[place])
        starts.append(len(kept))
    return Votes(votes.labels, starts, kept, values, votes.worker_count)


def collect_votes(
    answers: Answers, path: object, *, as_text: bool = False, order: Sequence[str] = ()
) -> Votes:
    """Return the votes of answers. `as_text` makes 1 and "1" the same label; `order` lists all labels.

    Raises Error for values that are no labels, and for labels of different types.
    """
    known: dict[Any, int] = {}
    examples: dict[str, Label] = {}
    votes = array("i")
    for value in answers.values:
        label = to_label(value, as_text=as_text)
        if label is None:
            raise Error(f"{path}: {to_text(value)[:60]} is not a label; name its kind with --kind")
        examples.setdefault(_name_type(label), label)
        votes.append(known.setdefault(label, len(known)))
        if len(examples) > 1:
            first, second = (to_text(value) for value in list(examples.values())[:2])
            kinds = " and ".join(
                f"{kind} ({text})" for kind, text in zip(examples, (first, second), strict=False)
            )
            raise Error(f"{path}: labels differ in type: {kinds}; --as_text makes all of them text")
    labels = _sort(list(known), order, path)
    positions = {known[label]: position for position, label in enumerate(labels)}
    for position, vote in enumerate(votes):
        votes[position] = positions[vote]
    return create_votes(answers.hit_of, answers.worker_of, votes, labels)


def to_label(value: Any, *, as_text: bool = False) -> Label | None:
    """Return a value as a label, or None if it is not one.

    An object with one true member, as radio buttons send it, is the name of that member.
    """
    if isinstance(value, dict) and value and all(type(v) is bool for v in value.values()):
        chosen = [name for name, is_chosen in value.items() if is_chosen]
        value = chosen[0] if len(chosen) == 1 else None
    if not isinstance(value, str | int | float):
        return None
    return to_text(value) if as_text else value


def read_numbers(labels: Sequence[Any]) -> list[float] | None:
    """Return the labels as numbers, or None if one is not a number, or too large to compute with."""
    try:
        numbers = [float(label) for label in labels]
    except (ValueError, OverflowError):
        return None
    return numbers if all(abs(number) <= LARGEST for number in numbers) else None


def _sort(labels: list[Any], order: Sequence[str], path: object) -> list[Any]:
    """Return the labels as `order` lists them, or by number, or by text."""
    if not order:
        numbers = read_numbers(labels)
        by_number = dict(zip(labels, numbers or [], strict=False))
        return sorted(labels, key=lambda label: (by_number.get(label, 0.0), label))
    for label in labels:
        if to_text(label) not in order:
            raise Error(f"{path}: the label {to_text(label)[:60]} is not in --order")
    return sorted(labels, key=lambda label: order.index(to_text(label)))


def _name_type(label: Label) -> str:
    if isinstance(label, str):
        return "text"
    return "true or false" if isinstance(label, bool) else "number"
