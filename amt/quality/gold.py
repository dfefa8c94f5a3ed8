"""Gold rows among answers: how many of them each worker has right, and who is left out for it."""

import dataclasses
from array import array
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from amt import inputs
from amt.cells import to_text
from amt.errors import Error
from amt.messages import FaultList, Say, count_of, join_faults
from amt.quality import kinds, shapes
from amt.quality.figures import format_figure
from amt.quality.workers import wilson_interval
from formats import gold

if TYPE_CHECKING:
    from amt.quality.answers import Answers
    from amt.quality.labels import RowLabel

AT_LEAST = 0.7  # the share of gold answers that a worker must have right
METHOD = "gold"  # of the lines of gold rows


@dataclass(frozen=True)
class Scores:
    """How many gold answers each worker has given, and how many are right, by the worker's position.

    `values` are the right values by the position of the HIT, None where `_gold` has other fields.
    """

    values: dict[int, Any]
    right: list[int]
    counted: list[int]
    left_out: frozenset[int] = frozenset()  # workers

    def describe(self) -> dict[str, list[str]]:
        """Return columns with a cell for each worker; the interval is of 95 % (Wilson 1927)."""
        pairs = list(zip(self.right, self.counted, strict=True))
        intervals = [wilson_interval(right, counted) for right, counted in pairs]
        return {
            "gold_answers": [str(counted) for counted in self.counted],
            "gold_right": [str(right) for right in self.right],
            "gold_score": [format_figure(r / n if n else None) for r, n in pairs],
            "gold_low": [format_figure(low) for low, _ in intervals],
            "gold_high": [format_figure(high) for _, high in intervals],
        }

    def mark(self, hit: int, line: dict[str, Any]) -> dict[str, Any]:
        """Return the line of a HIT; that of a gold row has no label, and `gold`, its right value."""
        if hit not in self.values:
            return line
        marks = {"label": None, "confidence": None, "method": METHOD}
        return {**line, **marks, "needs_a_look": False, "why": None, "gold": self.values[hit]}


class GoldFile:
    """The `_gold` of rows, by the number of the row or by the HIT's id."""

    def __init__(self, path: str) -> None:
        """Read a file of rows. Raises Error, naming every line, for one without gold or id."""
        self.path = path
        self._of_row: dict[int, Any] = {}
        self._of_hit: dict[str, Any] = {}
        faults = FaultList()
        for row in inputs.read_rows(path):
            try:
                self._add(row.value)
            except ValueError as error:
                faults.append(f"{path}:{row.line}: {error}")
        if faults:
            raise Error(faults.join())

    def _add(self, row: Any) -> None:
        if not gold.is_gold(row):
            raise ValueError("has no _gold")
        if row.get("hit_id"):
            self._of_hit[str(row["hit_id"])] = row[gold.GOLD]
            return
        try:
            self._of_row[int(str(row["row"]))] = row[gold.GOLD]
        except (KeyError, ValueError) as error:
            raise ValueError("has neither hit_id nor row, the number of the row from 0") from error

    def find(self, answers: "Answers") -> dict[int, Any]:
        """Return the `_gold` of HITs by their position. Raises Error if no HIT has any."""
        found = {}
        for position, hit in enumerate(answers.hits):
            row = -1 if hit.row is None else hit.row
            value = self._of_hit.get(hit.hit_id, self._of_row.get(row))
            if value is not None:
                found[position] = value
        if not found:
            raise Error(f"{self.path}: none of its rows has an answer")
        return found


def score(answers: "Answers", field: str, kind: str, at_least: float, say: Say) -> "Answers":
    """Return the answers with `scores`, if there are gold rows, without those of workers who fail.

    `answers` have the values as the page sent them. Machines are scored, and never fail. A worker fails with less than the share
    `at_least` of at least `gold.FEWEST` gold answers right; who does, is said. Raises Error if nobody is
    left.
    """
    if not answers.gold:
        return answers
    values = {hit: gold.find_right_value(value, field) for hit, value in answers.gold.items()}
    if all(value is None for value in values.values()):
        say(f"No gold row has a right value of {field}, so no worker is scored.")
    right, counted = [0] * len(answers.workers), [0] * len(answers.workers)
    of_hit: dict[int, list[bool]] = {}
    for hit, worker, value in zip(answers.hit_of, answers.worker_of, answers.values, strict=True):
        if values.get(hit) is not None:
            is_right = _is_right(value, values[hit], kind)
            counted[worker] += 1
            right[worker] += is_right
            of_hit.setdefault(hit, []).append(is_right)
    if doubtful := [hit for hit, marks in of_hit.items() if len(marks) > 1 and not any(marks)]:
        say(_describe_doubtful(answers, values, doubtful))
    left_out = frozenset(
        worker
        for worker, count in enumerate(counted)
        if count >= gold.FEWEST
        and right[worker] < at_least * count
        and worker not in answers.machines
    )
    scores = Scores(values, right, counted, left_out)
    kept = _leave_out(answers, left_out) if left_out else answers
    if left_out:
        say(_describe_left_out(answers, scores, at_least, len(answers.values) - len(kept.values)))
    if not kept.values:
        raise Error(f"no worker has {at_least:g} of the gold answers right, so nothing is left")
    return dataclasses.replace(kept, scores=scores, everybody=answers)


def _is_right(value: Any, right: Any, kind: str) -> bool:
    if kind not in ("span", "box"):
        return gold.is_right(value, right, in_order=kind == "ranking")
    read = kinds.READERS[kind]
    try:
        groups = shapes.match_shapes([read(value), read(right)])
    except ValueError:
        return False
    return all(len(group) == 2 and group[0].label == group[1].label for group in groups)


def _leave_out(answers: "Answers", workers: frozenset[int]) -> "Answers":
    """Return the answers without those of some workers, and without HITs that then have none."""
    kept = [place for place, worker in enumerate(answers.worker_of) if worker not in workers]
    positions: dict[int, int] = {}
    for place in kept:
        positions.setdefault(answers.hit_of[place], len(positions))
    return dataclasses.replace(
        answers,
        hits=[answers.hits[hit] for hit in positions],
        hit_of=array("i", (positions[answers.hit_of[place]] for place in kept)),
        worker_of=array("i", (answers.worker_of[place] for place in kept)),
        values=[answers.values[place] for place in kept],
        seconds=array("d", (answers.seconds[place] for place in kept)),
        submitted=array("d", (answers.submitted[place] for place in kept)),
        confidences=array("d", (answers.confidences[place] for place in kept)),
        audit={positions[hit] for hit in answers.audit if hit in positions},
        gold={positions[hit]: value for hit, value in answers.gold.items() if hit in positions},
    )


def _describe_doubtful(answers: "Answers", values: Mapping[int, Any], hits: Sequence[int]) -> str:
    """Name the gold rows that nobody has right: the error may be in `_gold`."""
    shown = [
        f"row {row.row}" if row.row is not None else f"HIT {row.hit_id}"
        for row in (answers.hits[hit] for hit in hits)
    ]
    return join_faults(
        f"{name}: nobody gave the answer in _gold, which is {to_text(values[hit])}; see whether it is right"
        for name, hit in zip(shown, hits, strict=True)
    )


def _describe_left_out(answers: "Answers", scores: Scores, at_least: float, number: int) -> str:
    workers = sorted(scores.left_out)
    names = join_faults(
        f"{answers.workers[worker]}: {scores.right[worker]} of "
        f"{count_of(scores.counted[worker], 'gold answer')} right"
        for worker in workers
    )
    return (
        f"{names}\n{count_of(len(workers), 'worker')} with less than {at_least:g} of the gold answers "
        f"right: {count_of(number, 'answer')} left out of the labels. They are paid all the same."
    )


def settle(answers: "Answers", rows: Sequence["RowLabel"]) -> None:
    """Remove the reasons to look at gold rows: their right value is known."""
    if answers.scores is None or answers.everybody is None:
        return
    known = {answers.everybody.hits[hit].hit_id for hit in answers.scores.values}
    for hit, row in zip(answers.hits, rows, strict=True):
        if hit.hit_id in known:
            row.why.clear()


def iterate_lines(
    answers: "Answers", lines: Iterator[dict[str, Any]], method: str
) -> Iterator[dict[str, Any]]:
    """Yield the lines of all HITs of scored answers, in the order of the results.

    `lines` are those of the HITs that have answers left. A line of another HIT has no label.
    """
    scores, everybody = answers.scores, answers.everybody
    if scores is None or everybody is None:
        yield from lines
        return
    by_hit: Mapping[str, dict[str, Any]] = {line["hit_id"]: line for line in lines}
    for position, hit in enumerate(everybody.hits):
        line = by_hit.get(hit.hit_id) or {
            "row": hit.row,
            "hit_id": hit.hit_id,
            "label": None,
            "confidence": None,
            "method": method,
            "votes": {},
            "agreement": None,
            "needs_a_look": True,
            "why": "all answers are of workers who failed the gold rows",
        }
        yield scores.mark(position, line)
