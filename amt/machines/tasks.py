"""The rows that a machine answers, and what becomes of its answers."""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from amt import answers, results_tables
from amt.batches import Batch
from amt.cells import to_text
from amt.machines import names
from amt.quality.votes import to_label
from formats import gold
from formats.answer_fields import find_field
from formats.json_text import parse

SUGGESTION = "suggestion"  # the field of a row with what another machine said


class ReplyError(ValueError):
    """What a machine said is not an answer. The text says why."""


class Task(NamedTuple):
    """A row of a batch, and the HIT by which its answers are known: the first one of the row."""

    row: int
    hit_id: str
    is_split: bool
    input: Any

    def to_line(self) -> bytes:
        """Return what the machine receives: a line of JSON with the row and what it may see of it."""
        return json.dumps({"row": self.row, "input": hide(self.input)}).encode("ascii") + b"\n"


class Reply(NamedTuple):
    """A machine's answer to a row. `confidence` is None if the machine does not say."""

    row: int
    output: Any
    confidence: float | None
    answers: Mapping[str, Any] | None  # the fields of a form, for a page without `output`


class Labels(NamedTuple):
    """The labels that a field can have; `known_from` says why."""

    field: str
    labels: Collection[Any]
    known_from: str

    def check(self, result: Mapping[str, Any]) -> None:
        """Raise ReplyError if the field of a result is missing, or has another label."""
        value = find_field(result, self.field)
        if value is None or value == "":
            raise ReplyError(f"has no {self.field}")
        for member in value if isinstance(value, list) else [value]:
            if to_text(to_label(member)) not in self.labels:
                raise ReplyError(
                    f"the label {to_text(member)[:60]!r} is not one of {self.known_from}"
                )


def list_tasks(batch: Batch, hit_ids: Collection[str]) -> Iterator[Task]:
    """Yield the rows that have a HIT among `hit_ids`, in their order."""
    for row in range(batch.header["rows"]):
        numbers = [batch.to_number(row, part) for part in range(batch.hits_per_row)]
        hits = [batch.ids[number] for number in numbers if number in batch.ids]
        if hit_ids and any(hit_id in hit_ids for hit_id in hits):
            line = batch.find_line(hits[0]) or {}
            first = line.get("first_hit_id") or hits[0]
            yield Task(row, first, len(numbers) > 1, line.get("input"))


def hide(value: Any) -> Any:
    """Return an input without the fields that a machine must not see."""
    if not isinstance(value, dict):
        return value
    return {name: member for name, member in value.items() if not is_hidden(name)}


def is_hidden(name: str) -> bool:
    """Return whether a field of an input is hidden from machines: `_gold…` and `suggestion`."""
    return gold.is_secret(name) or name.startswith(gold.GOLD) or name == SUGGESTION


def parse_reply(text: bytes | str, row: int | None = None) -> Reply:
    """Return a machine's answer. `row`: that of an answer that does not say its row.

    Raises ReplyError, whose text says what is wrong.
    """
    try:
        value = parse(text.decode() if isinstance(text, bytes) else text)
    except ValueError as error:
        raise ReplyError("not JSON") from error
    if not isinstance(value, dict):
        raise ReplyError('not a JSON object such as {"row": 0, "output": {"label": "cat"}}')
    number = value.get("row", row)
    if type(number) is not int:
        raise ReplyError("has no row" if number is None else "row is not a number")
    if value.get("output") is None and not value.get("answers"):
        raise ReplyError(f"row {number}: has no output")
    if not results_tables.is_confidence(value.get("confidence")):
        raise ReplyError(f"row {number}: confidence is not a number from 0 to 1")
    if not isinstance(value.get("answers"), dict | None):
        raise ReplyError(f"row {number}: answers is not an object")
    return Reply(number, value.get("output"), value.get("confidence"), value.get("answers"))


def to_result(task: Task, reply: Reply, name: str, now: datetime) -> dict[str, Any]:
    """Return the line of results of a machine's answer."""
    fields = reply.answers
    if fields is None:
        fields = {"output": json.dumps(reply.output, ensure_ascii=False)}
    return {
        "assignment_id": names.derive_assignment_id(name, task.hit_id),
        "hit_id": task.hit_id,
        "worker_id": names.derive_worker_id(name),
        "machine": name,
        "confidence": reply.confidence,
        "output": reply.output,
        "submit_time": answers.format_time(now),
        "status": None,
        "accept_time": None,
        "input": task.input,
        "row": task.row,
        "answers": dict(fields),
        "auto_approval_time": None,
        "approval_time": None,
        "rejection_time": None,
        "requester_feedback": None,
        **({"first_hit_id": task.hit_id} if task.is_split else {}),
    }


class Intake:
    """Takes in the answers to tasks, each once."""

    def __init__(self, tasks: Sequence[Task], name: str, labels: Labels | None) -> None:
        self._tasks = {task.row: task for task in tasks}
        self._name = name
        self._labels = labels
        self._answered: set[int] = set()
        self._refused: set[int] = set()

    @property
    def missing(self) -> list[Task]:
        """The tasks without an answer, in their order, of which none was refused or passed over."""
        done = self._answered | self._refused
        return [task for row, task in self._tasks.items() if row not in done]

    @property
    def answered(self) -> int:
        """The number of tasks with an answer."""
        return len(self._answered)

    def take(self, reply: Reply) -> dict[str, Any]:
        """Return the line of results of an answer.

        Raises ReplyError for an unknown row, for a row that is answered, and for an unknown label.
        """
        task = self._tasks.get(reply.row)
        if task is None:
            raise ReplyError(f"row {reply.row} is not one of those that were sent")
        if reply.row in self._answered:
            raise ReplyError(f"row {reply.row} is answered twice; the first answer is kept")
        result = to_result(task, reply, self._name, datetime.now(UTC))
        try:
            if self._labels:
                self._labels.check(result)
        except ReplyError as error:
            self._refused.add(reply.row)
            raise ReplyError(f"row {reply.row}: {error}") from error
        self._answered.add(reply.row)
        return result

    def pass_over(self, row: int) -> None:
        """Ask for a row no more."""
        self._refused.add(row)
