"""Results as a table, a row per assignment: its columns, and its cells."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from amt import inputs
from amt.answers import TRACE
from amt.errors import Error
from amt.messages import Say, join_faults, say_nothing
from amt.rows import Row
from formats import gold
from formats.json_text import parse

Result = Mapping[str, Any]
Change = Callable[[Result], Result]

# The columns of the page's CSV too, see local_crowd/pages/requester/downloads.py.
FIRST_COLUMNS = (
    "assignment_id",
    "hit_id",
    "worker_id",
    "row",
    "status",
    "accept_time",
    "submit_time",
    "auto_approval_time",
    "approval_time",
    "rejection_time",
    "requester_feedback",
)
# Of a machine's answer: its name, and how sure it is. Of an answer to a HIT that showed a machine's
# suggestion: that machine's name. They are columns of a table if a result has them.
OPTIONAL_COLUMNS = ("machine", "confidence", "suggested_by")
MOST_MEMBERS = 100

Source = inputs.Input | inputs.Inputs


class Table(Protocol):
    """A table, which takes in every result before it knows its columns."""

    def add(self, result: Result) -> None:
        """Take in the columns of a result."""

    @property
    def columns(self) -> Sequence[str]:
        """The names of the columns."""

    def cells(self, result: Result) -> list[Any]:
        """Return the values of a result, one for each column."""


class Contents(NamedTuple):
    """HIT ids: those whose results lack details of the HIT, and those whose results lack XML."""

    without_hit: list[str]
    without_xml: list[str]


class FlatTable:
    """The table of csv, json and parquet: `input.NAME` and `answer.NAME` beside FIRST_COLUMNS.

    A value that is an object has a column for each member: `answer.output.label`. Only a trace, which
    is not an answer, is one column, the last.
    """

    def __init__(self) -> None:
        self._optional: set[str] = set()
        self._inputs: dict[str, None] = {}
        self._answers: dict[str, None] = {}
        self._trace: list[str] = []

    def add(self, result: Result) -> None:
        """Take in the columns of a result."""
        self._optional |= find_optional(result)
        if result.get(TRACE) is not None:
            self._trace = [TRACE]
        for name in _split(result):
            names = self._inputs if name.startswith("input") else self._answers
            names[name] = None

    @property
    def columns(self) -> Sequence[str]:
        """The names of the columns, those of the input before those of the answers."""
        fields = [*self._inputs, *self._answers]
        return [*FIRST_COLUMNS, *self._optional_columns, *fields, *self._trace]

    def cells(self, result: Result) -> list[Any]:
        """Return the values of a result, None where it has none."""
        split = _split(result)
        return [
            *map(result.get, FIRST_COLUMNS),
            *map(result.get, self._optional_columns),
            *map(split.get, self._inputs),
            *map(split.get, self._answers),
            *map(result.get, self._trace),
        ]

    @property
    def _optional_columns(self) -> list[str]:
        return [name for name in OPTIONAL_COLUMNS if name in self._optional]


def find_optional(result: Result) -> set[str]:
    """Return which of OPTIONAL_COLUMNS a result has."""
    return {name for name in OPTIONAL_COLUMNS if result.get(name) is not None}


def input_fields(result: Result) -> Mapping[str, Any]:
    """Return the fields of a result's input; any value but an object becomes a field named input."""
    value = result.get("input")
    if value is None:
        return {}
    return value if isinstance(value, dict) else {"input": value}


def answer_fields(result: Result) -> Mapping[str, Any]:
    """Return the fields of a result's answer; without any, its output is a field named output."""
    if fields := result.get("answers"):
        return dict(fields)
    output = result.get("output")
    return {} if output is None else {"output": output}


def keep(result: Result) -> Result:
    """Return the result as it is."""
    return result


def hide_gold(result: Result) -> Result:
    """Return the result without the right answer of its row, and the reason for it."""
    shown = gold.hide(result.get("input"))
    return result if shown is result.get("input") else {**result, "input": shown}


def read_results(
    source: Source, table: Table | None, say: Say = say_nothing, *, change: Change = keep
) -> Contents:
    """Check every line of results files, and let `table` take them in as `change` returns them.

    Raises Error, naming file and line, for what is not a line of results.
    """
    source.read()
    faults: list[str] = []
    without_hit: dict[str, None] = {}
    without_xml: dict[str, None] = {}
    count = 0
    for path, row in _iterate_rows(source, faults):
        result = row.value
        if fault := _describe_fault(result):
            faults.append(f"{path}:{row.line}: not a line of results: {fault}")
            continue
        count += 1
        if not (result.get("hit") or {}).get("AssignmentDurationInSeconds"):
            without_hit[result["hit_id"]] = None
        if not (isinstance(result.get("xml"), str) or result.get("machine")):
            without_xml[result["hit_id"]] = None
        if table is not None:
            table.add(change(result))
    if faults:
        raise Error(join_faults(faults))
    if not count:
        say(f"{source.path}: has no results")
    return Contents(list(without_hit), list(without_xml))


def iterate(source: Source, change: Change = keep) -> Iterator[Result]:
    """Yield the results of files that `read_results` has read, as `change` returns them."""
    for row in source.rows():
        yield change(row.value)


def _iterate_rows(source: Source, faults: list[str]) -> Iterator[tuple[str | Path, Row]]:
    """Yield each row with the path of its file."""
    for part in source.parts:
        for row in part.rows(faults):
            yield part.path, row


def _describe_fault(value: Any) -> str | None:
    """Return what is wrong with a line of results, or None."""
    if not isinstance(value, dict):
        return "not a JSON object"
    for name in ("assignment_id", "hit_id", "worker_id"):
        if not isinstance(value.get(name), str):
            return f"{name} is missing" if value.get(name) is None else f"{name} is not a text"
    for name in FIRST_COLUMNS:
        if name not in ("row", "requester_feedback") and not isinstance(
            value.get(name), str | None
        ):
            return f"{name} is not a text"
    for name in ("machine", "suggested_by"):
        if not isinstance(value.get(name), str | None) or value.get(name) == "":
            return f"{name} is not the name of a machine"
    if not is_confidence(value.get("confidence")):
        return "confidence is not a number from 0 to 1"
    if not isinstance(value.get("row"), int | None):
        return "row is not a number"
    for name in ("answers", "hit"):
        if not isinstance(value.get(name), dict | None):
            return f"{name} is not an object"
    return None


def is_confidence(value: Any) -> bool:
    """Return whether a value is a confidence: a number from 0 to 1, or None."""
    if value is None:
        return True
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1


def _split(result: Result) -> dict[str, Any]:
    """Return the fields of the input and of the answer by column name."""
    cells: dict[str, Any] = {}
    named: list[tuple[str, Any]] = []
    if result.get("input") is not None:
        named.append(("input", result["input"]))
    named += [(f"answer.{name}", value) for name, value in answer_fields(result).items()]
    for name, value in named:
        for member, cell in _members(name, value):
            column = member
            while column in cells:  # both a field "a.b" and a field "a" with a member "b"
                column += "*"
            cells[column] = cell
    return cells


def _members(name: str, value: Any) -> Iterable[tuple[str, Any]]:
    if isinstance(value, str) and value[:1] == "{":
        try:
            value = parse(value, unique_keys=False)
        except ValueError:
            return [(name, value)]
    if isinstance(value, dict) and 0 < len(value) <= MOST_MEMBERS:
        return [(f"{name}.{member}", content) for member, content in value.items()]
    return [(name, value)]
