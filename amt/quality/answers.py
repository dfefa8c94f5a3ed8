"""Read one field of every answer in a results file, grouped by HIT.

The HITs of a row of a split batch (launch_hits.py --split) are one: the first of them.
"""

import dataclasses
import math
from array import array
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from amt import results_tables
from amt.answers import TRACE
from amt.errors import Error
from amt.messages import Say, count_of, join_faults, say_nothing
from amt.quality import traces
from amt.quality.fields import describe_missing, list_fields
from formats import gold
from formats.answer_fields import find_field

if TYPE_CHECKING:
    from amt.quality.gold import Scores
    from amt.quality.traces import Figures

Read = Callable[[Any], Any]  # returns what to keep of a value; raises ValueError if it cannot


Key = tuple[str, str | None]  # a HIT's id; and in results of a batch file, the row's


class Hit(NamedTuple):
    """A HIT: its id, and its row in the input file, which imported results can lack.

    In results of a batch file, whose HITs can have several rows, it is one row, with its `row_id`.
    """

    hit_id: str
    row: int | None
    row_id: str | None = None

    @property
    def task(self) -> str:
        """What identifies the row in a file of votes."""
        return self.hit_id if self.row_id is None else self.row_id

    @property
    def key(self) -> "Key":
        """What tells the rows of a results file apart, also those of one HIT."""
        return self.hit_id, self.row_id


@dataclass
class Answers:
    """The answers to a field. The sequences `hit_of` to `confidences` have an item for each answer."""

    hits: list[Hit] = field(default_factory=list)
    workers: list[str] = field(default_factory=list)
    machines: dict[int, str] = field(default_factory=dict)  # position in `workers` -> name
    hit_of: "array[int]" = field(default_factory=lambda: array("i"))  # position in `hits`
    worker_of: "array[int]" = field(default_factory=lambda: array("i"))  # position in `workers`
    values: list[Any] = field(default_factory=list)
    seconds: "array[float]" = field(default_factory=lambda: array("d"))  # working time, or nan
    submitted: "array[float]" = field(default_factory=lambda: array("d"))  # Unix time, or nan
    confidences: "array[float]" = field(default_factory=lambda: array("d"))  # a machine's, or nan
    audit: set[int] = field(default_factory=set)  # audit rows, by position in `hits`
    left_out: list[str] = field(default_factory=list)  # a message for each answer without the field
    gold: dict[int, Any] = field(default_factory=dict)  # `_gold` of rows, by position in `hits`
    practised: int = 0  # answers to practice rows, which are not among these
    scores: "Scores | None" = None  # of the workers, if there is gold
    traces: "dict[int, list[Figures]]" = field(default_factory=dict)  # by position in `workers`
    everybody: "Answers | None" = None  # with those of workers who failed the gold rows

    def group(self) -> list[list[int]]:
        """Return the positions of the answers of each HIT."""
        groups: list[list[int]] = [[] for _ in self.hits]
        for position, hit in enumerate(self.hit_of):
            groups[hit].append(position)
        return groups


class Collector:
    """Takes in results one by one."""

    def __init__(self, name: str) -> None:
        self.answers = Answers()
        self.repeated: list[str] = []
        self.fields: dict[str, None] = {}
        self._name = name
        self._hits: dict[tuple[str, str | None], int] = {}
        self._workers: dict[str, int] = {}
        self._assignments: set[tuple[str, str | None]] = set()
        self._texts: dict[str, str] = {}  # equal texts are stored once

    @property
    def columns(self) -> Sequence[str]:
        """No columns: this is not written as a table."""
        return ()

    def cells(self, result: results_tables.Result) -> list[Any]:
        """Return no cells."""
        raise NotImplementedError

    def add(self, result: results_tables.Result) -> None:
        """Take in a result."""
        assignment_id = result["assignment_id"]
        identity = (assignment_id, result.get("row_id"))
        if identity in self._assignments:
            self.repeated.append(f"{assignment_id}: the assignment is there twice")
            return
        self._assignments.add(identity)
        if result.get("practice"):
            self.answers.practised += 1
            return
        value = find_field(result, self._name)
        if value is None or value == "":
            if len(self.fields) < 1000:
                self.fields |= dict.fromkeys(list_fields(result))
            self.answers.left_out.append(f"{assignment_id}: has no {self._name}; left out")
            return
        self._append(result, self._texts.setdefault(value, value) if type(value) is str else value)

    def _append(self, result: results_tables.Result, value: Any) -> None:
        answers = self.answers
        hit_id, row_id = key = find_key(result)
        hit = self._hits.setdefault(key, len(self._hits))
        if hit == len(answers.hits):
            answers.hits.append(Hit(hit_id, result.get("row"), row_id))
            if result.get("audit"):
                answers.audit.add(hit)
            if gold.is_gold(result.get("input")):
                answers.gold[hit] = result["input"][gold.GOLD]
        worker = self._workers.setdefault(result["worker_id"], len(self._workers))
        if worker == len(answers.workers):
            answers.workers.append(result["worker_id"])
            if name := result.get("machine"):
                answers.machines[worker] = name
        if TRACE in result and (figures := traces.read(result[TRACE])):
            answers.traces.setdefault(worker, []).append(figures)
        end = _to_seconds(result.get("submit_time"))
        answers.hit_of.append(hit)
        answers.worker_of.append(worker)
        answers.values.append(value)
        seconds = measure_seconds(result)
        answers.seconds.append(float("nan") if seconds is None else seconds)
        answers.submitted.append(end)
        confidence = result.get("confidence")
        answers.confidences.append(float("nan") if confidence is None else confidence)


def read_answers(source: results_tables.Source, name: str, say: Say = say_nothing) -> Answers:
    """Read the field `name` of every answer. Answers without it are left out, and said.

    Raises Error if a line is not a line of results, no line has the field, an assignment is there
    twice, or no HIT has two answers.
    """
    collector = Collector(name)
    results_tables.read_results(source, collector, say)
    answers = collector.answers
    if collector.repeated:
        raise Error(join_faults(f"{source.path}: {fault}" for fault in collector.repeated))
    if not answers.values:
        raise Error(f"{source.path}: {describe_missing(name, collector.fields)}")
    if len(answers.hits) == len(answers.values):
        raise Error(f"{source.path}: no HIT has two answers with {name}, so none can be compared")
    if answers.left_out:
        say(join_faults(answers.left_out))
        say(f"{count_of(len(answers.left_out), 'answer')} without {name} left out.")
    if answers.practised:
        say(f"{count_of(answers.practised, 'answer')} to practice rows left out.")
    return answers


def convert(answers: Answers, path: object, name: str, read: Read) -> Answers:
    """Return the answers with each value as `read` returns it. Raises Error for those it refuses."""
    faults: list[str] = []
    values: list[Any] = []
    for position, value in enumerate(answers.values):
        try:
            values.append(read(value))
        except ValueError as error:
            hit = answers.hits[answers.hit_of[position]].hit_id
            worker = answers.workers[answers.worker_of[position]]
            faults.append(f"{path}: {name} of worker {worker} in HIT {hit}: {error}")
    if faults:
        raise Error(join_faults(faults))
    return dataclasses.replace(answers, values=values)


def find_key(result: results_tables.Result) -> Key:
    """Return the key of the row that a result is of; its HIT is the first one of a split row."""
    return result.get("first_hit_id") or result["hit_id"], result.get("row_id")


def measure_seconds(result: results_tables.Result) -> float | None:
    """Return the seconds from accepting to submitting. Return None if one of the times is missing,
    or the answer was submitted before it was accepted.
    """
    seconds = _to_seconds(result.get("submit_time")) - _to_seconds(result.get("accept_time"))
    return seconds if math.isfinite(seconds) and seconds >= 0 else None


def _to_seconds(time: str | None) -> float:
    if not time:
        return float("nan")
    try:
        return datetime.fromisoformat(time).timestamp()
    except ValueError:
        return float("nan")
