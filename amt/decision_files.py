"""Decision files: CSV with a row for each answer, which a person edits and apply_decisions.py reads.

Beside `decisions.csv` is `decisions.csv.answers.jsonl`, which says which HIT each answer is for, so
that apply_decisions.py need not ask the crowd.
"""

import csv
import io
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple, TextIO

from amt import cells, files, rows
from amt.bonuses import AMOUNT
from amt.errors import Error
from amt.messages import FaultList
from formats.csv_table import Row, Table, decode_lines

COLUMNS = ("assignment_id", "decision", "feedback", "bonus", "worker_id", "row", "answer")
WEB_COLUMNS = ("HITId", "AssignmentId", "WorkerId", "Approve", "Reject")
DECISIONS = ("approve", "reject")
ANSWERS_ENDING = ".answers.jsonl"
MOST_FEEDBACK = 1024  # characters, as on Mechanical Turk
ASSIGNMENT_ID = re.compile("[A-Z0-9]{1,64}")
WORKER_ID = re.compile("A[A-Z0-9]{1,63}")


class Decision(NamedTuple):
    """A row of a decision file: `decision` is approve, reject or, for none, empty.

    `bonus` is in US dollars. `hit_id` is empty where the file does not say it.
    """

    line: int
    assignment_id: str
    decision: str
    feedback: str
    bonus: Decimal | None
    worker_id: str
    hit_id: str


def read(path: str) -> list[Decision]:
    """Return the rows of a decision file, or of the web site's results CSV.

    Raises Error, naming every line at fault: a rejection without feedback, an assignment that is
    there twice, and what cannot be read.
    """
    faults = FaultList()

    def report(line: int, fault: str) -> None:
        faults.append(f"{path}:{line}: {fault}")

    table = open_table(path, report, {*COLUMNS, *WEB_COLUMNS})
    decisions: list[Decision] = []
    first_lines: dict[str, int] = {}
    parse = _choose_parser(table.columns)
    if parse is None and not faults:
        report(
            1,
            "no decisions: there are neither the columns assignment_id and decision, nor the web "
            "site's AssignmentId, Approve and Reject",
        )
    if parse is None:
        raise Error(faults.join())
    for row in table.rows():
        try:
            if any(map(str.strip, row.cells.values())):
                decision = parse(row)
                first = first_lines.setdefault(decision.assignment_id, row.line)
                if first != row.line:
                    raise ValueError(f"{decision.assignment_id} is on line {first} already")
                decisions.append(decision)
        except ValueError as error:
            report(row.line, str(error))
    if faults:
        raise Error(faults.join())
    return decisions


def open_table(path: str, report: Callable[[int, str], None], used: set[str] | None) -> Table:
    """Open a CSV file that a spreadsheet has saved: separated by commas, semicolons or tabs.

    `used`: the columns that must be named once; None: all.
    """
    with Path(path).open("rb") as file:
        text = "".join(decode_lines(file, report))
    head = text.partition("\n")[0]
    delimiter = max(",", ";", "\t", key=head.count)
    return Table(io.StringIO(text, newline=""), report, used=used, delimiter=delimiter)


def _choose_parser(columns: Iterable[str]) -> Callable[[Row], Decision] | None:
    names = set(columns)
    if {"assignment_id", "decision"} <= names:
        return _parse_row
    if "AssignmentId" in names and names & {"Approve", "Reject"}:
        return _parse_web_row
    return None


def _parse_row(row: Row) -> Decision:
    """Parse a row of a decision file. Raises ValueError with what is wrong."""
    texts = {name: cells.unguard(row.cells.get(name, "").strip()) for name in COLUMNS}
    decision = texts["decision"].lower()
    if decision and decision not in DECISIONS:
        raise ValueError(f"decision: {texts['decision'][:40]!r} is not approve, reject or empty")
    return _check(
        Decision(
            row.line,
            texts["assignment_id"],
            decision,
            texts["feedback"],
            parse_amount(texts["bonus"]),
            texts["worker_id"],
            "",
        )
    )


def _parse_web_row(row: Row) -> Decision:
    """Parse a row of the web site's results CSV: X under Approve, or a text under Reject."""
    texts = {name: cells.unguard(row.cells.get(name, "").strip()) for name in WEB_COLUMNS}
    approve, reject = texts["Approve"], texts["Reject"]
    if approve and reject:
        raise ValueError("both Approve and Reject are filled in")
    if approve and approve.upper() != "X":
        raise ValueError(f"Approve: {approve[:40]!r} is not X")
    if reject.upper() == "X":
        raise ValueError("Reject: write the reason, which the worker reads, instead of X")
    decision = "approve" if approve else "reject" if reject else ""
    return _check(
        Decision(
            row.line,
            texts["AssignmentId"],
            decision,
            reject,
            None,
            texts["WorkerId"],
            texts["HITId"],
        )
    )


def _check(decision: Decision) -> Decision:
    if not ASSIGNMENT_ID.fullmatch(decision.assignment_id):
        raise ValueError(f"{decision.assignment_id[:70]!r} is not an assignment's id")
    if decision.decision == "reject" and not decision.feedback:
        raise ValueError("a rejection without feedback; the worker reads it, so say why")
    if len(decision.feedback) > MOST_FEEDBACK:
        raise ValueError(
            f"the feedback has {len(decision.feedback):,} characters; "
            f"at most {MOST_FEEDBACK:,} are allowed"
        )
    named = decision.bonus is not None and decision.worker_id
    if named and not WORKER_ID.fullmatch(decision.worker_id):
        raise ValueError(f"worker_id: {decision.worker_id[:70]!r} is not a worker's id")
    return decision


def parse_amount(text: str) -> Decimal | None:
    """Return a bonus in US dollars, None for no text and for 0.

    Raises ValueError for what is not an amount.
    """
    if not text:
        return None
    if not AMOUNT.fullmatch(text):
        raise ValueError(f"bonus: {text[:40]!r} is not an amount such as 1.50")
    return Decimal(text) or None


class Sheet:
    """A decision file with all its columns, to be changed and saved."""

    def __init__(self, path: str) -> None:
        """Read the file, if there is one. Raises Error, naming every line at fault."""
        self.path = path
        self.columns = list(COLUMNS)
        self.rows: list[dict[str, str]] = []
        self._version = self._find_version()
        if not Path(path).exists():
            return
        read(path)
        faults = FaultList()
        table = open_table(path, lambda line, fault: faults.append(f"{path}:{line}: {fault}"), None)
        self.columns = list(dict.fromkeys([*table.columns, *COLUMNS]))
        self.rows = [dict.fromkeys(COLUMNS, "") | row.cells for row in table.rows()]
        if "assignment_id" not in table.columns and not faults:
            faults.append(f"{path}:1: not a file of review_hits.py; name another for the decisions")
        if faults:
            raise Error(faults.join())

    def save(self) -> None:
        """Put the file on the disk as a whole.

        Raises Error if somebody else has changed it since: their decisions would be lost.
        """
        if self._find_version() != self._version:
            raise Error(
                f"{self.path}: was changed by another program; run this again to continue with what "
                "it contains now (your last decision is not in it)"
            )
        with files.replace(self.path) as file:
            write_rows(file, self.columns, self.rows)
        self._version = self._find_version()

    def _find_version(self) -> tuple[int, int, int] | None:
        """Return a value that changes with the file, or None if there is no file."""
        try:
            status = Path(self.path).stat()
        except FileNotFoundError:
            return None
        return status.st_ino, status.st_size, status.st_mtime_ns


def write_rows(file: TextIO, columns: Iterable[str], lines: Iterable[Mapping[str, str]]) -> None:
    """Write rows as CSV with a line of column names."""
    names = list(columns)
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(names)
    writer.writerows([line.get(name, "") for name in names] for line in lines)


def to_row(result: Mapping[str, Any], decision: str, feedback: str) -> dict[str, str]:
    """Return the row of a result, with a decision."""
    answer = result.get("output")
    texts = {
        "assignment_id": result["assignment_id"],
        "decision": decision,
        "feedback": feedback if decision == "reject" else "",
        "bonus": "",
        "worker_id": result["worker_id"],
        "row": cells.to_text(result.get("row")),
        "answer": cells.to_text(result.get("answers") if answer is None else answer),
    }
    return {name: cells.guard(text) for name, text in texts.items()}


def answers_path(path: str) -> Path:
    """decisions.csv -> decisions.csv.answers.jsonl"""
    target = Path(path)
    return target.with_name(target.name + ANSWERS_ENDING)


def write_hits(path: str, results: Iterable[Mapping[str, Any]]) -> None:
    """Write which HIT each answer of a decision file is for."""
    with files.replace(answers_path(path)) as file:
        file.writelines(
            json.dumps({"assignment_id": result["assignment_id"], "hit_id": result["hit_id"]})
            + "\n"
            for result in results
        )


def read_hits(path: str) -> dict[str, str]:
    """Return the HIT of each answer, as far as `write_hits` has written it.

    Raises Error, naming the line, for a file of something else.
    """
    beside = answers_path(path)
    return dict(_read_hits(beside)) if beside.exists() else {}


def _read_hits(path: Path) -> Iterator[tuple[str, str]]:
    with path.open("rb") as file:
        for row in rows.parse_rows(path, file):
            value = row.value if isinstance(row.value, dict) else {}
            ids = value.get("assignment_id"), value.get("hit_id")
            if not all(isinstance(item, str) for item in ids):
                raise Error(f"{path}:{row.line}: does not name an assignment and its HIT")
            yield str(ids[0]), str(ids[1])
