"""What a batch has so far: its answers, labels and events, each in its file."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Self

from amt import answers, pseudonyms
from amt.declared import tasks, totals
from amt.declared.directories import Directory
from amt.declared.events import Events
from amt.declared.journals import Journal
from amt.declared.labelling import RowAnswer
from amt.declared.reading import Declared, DeclaredRow
from amt.messages import Say
from amt.pseudonyms import Pseudonyms
from amt.quality.answers import Hit
from amt.quality.labels import RowLabel

ANSWER_IDS = ("assignment_id", "hit_id", "worker_id", "row_id")
OTHER_OF_ANSWERS = {"output", "submit_time", "status"}
LABEL_NAMES = {"row_id", "label", "confidence", "votes", "answers"}

EventDraft = tuple[str, str, Mapping[str, Any]]


class Work:
    """The answers and labels of a batch, as they are in its directory. One process has it.

    An event follows the line that it tells of. One that a crash kept from its file is written when
    this is opened again.
    """

    def __init__(self, declared: Declared, directory: Directory, batch_name: str) -> None:
        """Read the files. Raises Error for a damaged one."""
        self.declared = declared
        self.answers: dict[int, list[RowAnswer]] = {}  # by the numbers of the rows
        self.labelled: set[int] = set()  # the rows that have a line in the labels file
        self.without_label: set[int] = set()  # those of them whose label is null
        self._assignments: dict[str, int] = {}  # how many rows of each are in the file
        self.listeners: list[Callable[[], object]] = []  # called after lines were written
        self._newest = ""
        self._of_hit: dict[str, set[str]] = {}  # the assignments of each HIT
        self._batch_name = batch_name
        self._results = Journal(directory.results, _is_answer)
        self._labels = Journal(directory.labels, _is_label)
        self._directory = directory
        push = declared.file.push
        self.events = Events(directory.events) if push else None
        has_names = push is None or push.workers
        self._pseudonyms = None if has_names else read_pseudonyms(directory)
        for _, line in self._results.read():
            self._note_answer(line)
        for _, line in self._labels.read():
            self._note_label(line)
        self._add_events(self._draft_all())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._results.__exit__()
        self._labels.__exit__()
        if self.events is not None:
            self.events.close()

    @property
    def answer_count(self) -> int:
        """How many lines the results file has."""
        return sum(self._assignments.values())

    @property
    def label_count(self) -> int:
        """How many rows have a label that is not null."""
        return len(self.labelled) - len(self.without_label)

    @property
    def newest_submit_time(self) -> datetime | None:
        """When the newest answer in the file was submitted, by the crowd's clock."""
        return datetime.fromisoformat(self._newest) if self._newest else None

    def count_assignments(self, hit_id: str) -> int:
        """Return how many assignments of a HIT are in the file."""
        return len(self._of_hit.get(hit_id, ()))

    @property
    def assignment_count(self) -> int:
        """How many assignments are in the file."""
        return len(self._assignments)

    def has_assignment(self, assignment_id: str, rows: int) -> bool:
        """Return whether all `rows` rows of an assignment are in the file."""
        return self._assignments.get(assignment_id, 0) >= rows

    def add_assignments(
        self, assignments: Iterable[tuple[Mapping[str, Any], Sequence[DeclaredRow]]], say: Say
    ) -> None:
        """Write a line for each row of these assignments, then their events.

        The first lines of one may be there, of a run that was killed.
        """
        lines = []
        for assignment, rows in assignments:
            known = self._assignments.get(assignment["AssignmentId"], 0)
            lines += to_lines(assignment, rows, say)[known:]
        if not lines:
            return
        self._results.append(lines)
        for line in lines:
            self._note_answer(line)
        self._add_events(map(self._draft_answer, lines))
        self._notify()

    def add_labels(self, lines: Sequence[dict[str, Any]]) -> None:
        """Write labels, then their events."""
        if not lines:
            return
        self._labels.append(lines)
        self._labels.sync()
        for line in lines:
            self._note_label(line)
        self._add_events(map(self._draft_label, lines))
        self._notify()

    def add_done(self, cost: Decimal, hits: int) -> None:
        """Write the event that everything is in, then the totals. `hits` is how many were launched."""
        count = len(self.declared.rows)
        data = {
            "batch": self.declared.file.id,
            "rows": count,
            "labels": self.label_count,
            "without_label": len(self.without_label),
            "answers": sum(map(len, self.answers.values())),
            "assignments": len(self._assignments),
            "cost": f"{cost:.2f}",
        }
        self._add_events([("done", self._batch_name, data)])
        more = {
            "hits": hits,
            "answered": len(self.answers),
            "lines": self.answer_count,
            "unsent": self.events.unsent_count if self.events else 0,
            "given_up": self.events.dead_count if self.events else 0,
        }
        totals.write(self._directory, data | more)
        self._notify()

    def _notify(self) -> None:
        for listener in self.listeners:
            listener()

    def _note_answer(self, line: Mapping[str, Any]) -> None:
        name = line["assignment_id"]
        self._newest = max(self._newest, line["submit_time"] or "")
        count = self._assignments[name] = self._assignments.get(name, 0) + 1
        if count >= self.declared.count_rows_beside(line["row"]):
            self._of_hit.setdefault(line["hit_id"], set()).add(name)
        if line["output"] is not None and line["status"] != "Rejected":
            answer = RowAnswer(line["worker_id"], line["output"])
            self.answers.setdefault(line["row"], []).append(answer)

    def _note_label(self, line: Mapping[str, Any]) -> None:
        self.labelled.add(line["row"])
        if line["label"] is None:
            self.without_label.add(line["row"])

    def _add_events(self, drafts: Iterable[EventDraft]) -> None:
        if self.events is None or self.declared.file.push is None:
            return
        wanted = self.declared.file.push.on
        found = [draft for draft in drafts if draft[0] in wanted]
        if found:
            self._results.sync()  # an event is never on the disk before what it tells of
            self.events.add(found)

    def _draft_all(self) -> Iterator[EventDraft]:
        for _, line in self._results.read():
            yield self._draft_answer(line)
        for _, line in self._labels.read():
            yield self._draft_label(line)

    def _draft_answer(self, line: Mapping[str, Any]) -> EventDraft:
        data = to_answer_data(line, self.declared.file.id, self._pseudonyms)
        return "answer", f"{self._batch_name} {line['assignment_id']} {line['row']}", data

    def _draft_label(self, line: Mapping[str, Any]) -> EventDraft:
        data = to_label_data(line, self.declared.file.id)
        return "label", f"{self._batch_name} {line['row']}", data


def _is_answer(line: Mapping[str, Any]) -> bool:
    """Return whether this is a line of to_lines, and not one of get_results.py, which has no row_id."""
    has_ids = all(isinstance(line.get(name), str) for name in ANSWER_IDS)
    return has_ids and type(line.get("row")) is int and line.keys() >= OTHER_OF_ANSWERS


def _is_label(line: Mapping[str, Any]) -> bool:
    return type(line.get("row")) is int and line.keys() >= LABEL_NAMES


def read_pseudonyms(directory: Directory) -> Pseudonyms:
    """Return the pseudonyms of the batch, by a key that its directory gets when it is first needed."""
    path = str(directory.worker_key)
    if not directory.worker_key.exists():
        pseudonyms.create_key(path)
    return Pseudonyms(pseudonyms.read_key(path))


def to_answer_data(
    line: Mapping[str, Any], batch_id: str, hidden: Pseudonyms | None
) -> dict[str, Any]:
    """Return the data of the event of a line of results.jsonl. `hidden`: None to name workers by ids."""
    told = hidden.replace(line) if hidden else line
    return {
        "batch": batch_id,
        "row": line["row_id"],
        "hit_id": line["hit_id"],
        "assignment_id": line["assignment_id"],
        "worker": told["worker_id"],
        "output": told["output"],
        "submit_time": line["submit_time"],
    }


def to_label_data(line: Mapping[str, Any], batch_id: str) -> dict[str, Any]:
    """Return the data of the event of a line of labels.jsonl."""
    return {
        "batch": batch_id,
        "row": line["row_id"],
        **{name: line[name] for name in ("label", "confidence", "votes", "answers")},
        "why": line.get("why"),
    }


def to_lines(
    assignment: Mapping[str, Any], rows: Sequence[DeclaredRow], say: Say
) -> list[dict[str, Any]]:
    """Return the lines of results.jsonl that an assignment becomes: one for each row of its HIT."""
    result = answers.to_result(assignment, None, say)
    names = [{"id": row.id} for row in rows]
    fields = tasks.split_answers(names, result["output"])
    comment = tasks.read_comment(result["output"])
    return [
        {
            **{name: result[name] for name in ("assignment_id", "hit_id", "worker_id")},
            "row": row.number,
            "row_id": row.id,
            "output": fields.get(row.id),
            **{name: result[name] for name in ("submit_time", "status", "accept_time")},
            "input": row.value,
            **({"comment": comment} if comment else {}),
        }
        for row in rows
    ]


def to_label_line(
    row: DeclaredRow, hit_id: str, label: RowLabel, method: str | None, answer_count: int
) -> dict[str, Any]:
    """Return a line of labels.jsonl."""
    return {
        **label.to_line(Hit(hit_id, row.number, row.id), method),
        "answers": answer_count,
        "time": answers.format_time(datetime.now(UTC)),
    }
