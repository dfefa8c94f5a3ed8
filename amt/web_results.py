"""The results CSV of Mechanical Turk's web site, and Turkle's: a results table, and its reader."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from amt import answers, cells
from amt.errors import Error
from amt.messages import Say
from amt.results_tables import Result, answer_fields, find_optional, input_fields, is_confidence
from amt.web_columns import ASSIGNMENT_COLUMNS, HIT_COLUMNS, MACHINE_COLUMNS
from formats.csv_table import Row, Table

HIT_TIMES = ("CreationTime", "Expiration")
RATES = {
    "LifetimeApprovalRate": None,
    "Last30DaysApprovalRate": timedelta(days=30),
    "Last7DaysApprovalRate": timedelta(days=7),
}
NEEDED = ("HITId", "AssignmentId", "WorkerId")
STATUSES = ("Submitted", "Approved", "Rejected")
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
# Mon Nov 23 10:15:03 PST 2015
TIME = re.compile(
    rf"({'|'.join(DAYS)}) ({'|'.join(MONTHS)}) +(\d\d?) (\d\d:\d\d:\d\d) ([A-Z]+) (\d{{4}})"
)
ZONES = {
    "UTC": 0,
    "GMT": 0,
    "PST": -8,
    "PDT": -7,
    "MST": -7,
    "MDT": -6,
    "CST": -6,
    "CDT": -5,
    "EST": -5,
    "EDT": -4,
    "CET": 1,
    "CEST": 2,
}  # fmt: skip - hours


class WebTable:
    """The table that the web site gave: Input.NAME, Answer.NAME, and what is known of the HIT.

    `hits`: what was fetched of each HIT, over what a result has itself. `now`: when the approval
    rates of 7 and of 30 days end; they are of the results in this table.
    """

    def __init__(self, hits: Mapping[str, Mapping[str, Any]], now: datetime) -> None:
        self._hits = hits
        self._since = {
            rate: (now - days).strftime("%Y-%m-%dT%H:%M:%SZ") if days else ""
            for rate, days in RATES.items()
        }
        self._optional: set[str] = set()
        self._inputs: dict[str, None] = {}
        self._answers: dict[str, None] = {}
        self._reviewed: Counter[tuple[str, str, str]] = Counter()  # by rate, worker and status

    def add(self, result: Result) -> None:
        """Take in the columns of a result."""
        self._optional |= find_optional(result)
        self._inputs.update(dict.fromkeys(input_fields(result)))
        self._answers.update(dict.fromkeys(answer_fields(result)))
        status, submitted = result.get("status"), result.get("submit_time") or ""
        if status in ("Approved", "Rejected"):
            for rate, since in self._since.items():
                if submitted >= since:
                    self._reviewed[rate, result["worker_id"], status] += 1

    @property
    def columns(self) -> Sequence[str]:
        """The names of the columns."""
        return [
            "HITId",
            *HIT_COLUMNS,
            *ASSIGNMENT_COLUMNS,
            "WorkTimeInSeconds",
            *RATES,
            *(name for name, key in MACHINE_COLUMNS.items() if key in self._optional),
            *(f"Input.{name}" for name in self._inputs),
            *(f"Answer.{name}" for name in sorted(self._answers)),
            "Approve",
            "Reject",
        ]

    def cells(self, result: Result) -> list[Any]:
        """Return the texts of a result."""
        hit = {**(result.get("hit") or {}), **self._hits.get(result["hit_id"], {})}
        inputs, fields = input_fields(result), answer_fields(result)
        return [
            result["hit_id"],
            *(_format_hit_field(name, hit.get(name)) for name in HIT_COLUMNS),
            *(_format_time(result.get(key)) for key in ASSIGNMENT_COLUMNS.values()),
            _work_seconds(result),
            *(self._format_rate(rate, result["worker_id"]) for rate in RATES),
            *(result.get(key) for key in MACHINE_COLUMNS.values() if key in self._optional),
            *map(inputs.get, self._inputs),
            *(_format_answer(fields.get(name)) for name in sorted(self._answers)),
            "",
            "",
        ]

    def _format_rate(self, rate: str, worker_id: str) -> str:
        approved = self._reviewed[rate, worker_id, "Approved"]
        reviewed = approved + self._reviewed[rate, worker_id, "Rejected"]
        percent = round(100 * approved / reviewed) if reviewed else 0
        return f"{percent}% ({approved}/{reviewed})"


def _format_hit_field(name: str, value: Any) -> Any:
    if value is None:
        return ""
    if name == "Reward":
        return f"${value}"
    return _format_time(value) if name in HIT_TIMES else value


def _format_answer(value: Any) -> Any:
    """Return a field as the site wrote it: several selections are separated by |."""
    return "|".join(map(str, value)) if isinstance(value, list) else value


def _format_time(value: Any) -> Any:
    """Format 2015-11-23T18:15:03Z as Mon Nov 23 18:15:03 UTC 2015; return any other text as is."""
    if not (isinstance(value, str) and value[10:11] == "T" and value[-1:] == "Z"):
        return value
    try:
        time = datetime.fromisoformat(value)
    except ValueError:
        return value
    day, month = DAYS[time.weekday()], MONTHS[time.month - 1]
    return f"{day} {month} {time.day:02} {value[11:19]} UTC {time.year:04}"


def _work_seconds(result: Result) -> Any:
    try:
        begin = datetime.fromisoformat(result.get("accept_time") or "")
        end = datetime.fromisoformat(result.get("submit_time") or "")
        return int((end - begin).total_seconds())
    except (ValueError, TypeError):  # one is missing, or has no time zone
        return ""


def parse_time(text: str) -> str | None:
    """Return a time of the site, or ISO 8601, as ISO 8601 in UTC; None for an empty text.

    Raises ValueError, which says why, for any other text.
    """
    if not text.strip():
        return None
    if match := TIME.fullmatch(text.strip()):
        weekday, month, day, clock, zone, year = match.groups()
        if zone not in ZONES:
            raise ValueError(f"the time zone {zone!r} is not known")
        date = f"{year}-{MONTHS.index(month) + 1:02}-{int(day):02}"
        time = datetime.fromisoformat(f"{date}T{clock}")
        time = time.replace(tzinfo=timezone(timedelta(hours=ZONES[zone])))
        if DAYS[time.weekday()] != weekday:
            # Releases of Turkle wrote the number of the month where the day belongs (%m for %d).
            raise ValueError(f"{month} {day}, {year} is not a {weekday}")
    else:
        try:
            time = datetime.fromisoformat(text.strip())
        except ValueError as error:
            raise ValueError("not a time of the web site or of ISO 8601") from error
        time = time if time.tzinfo else time.replace(tzinfo=UTC)
    return answers.format_time(time)


def read(path: str, faults: list[str], say: Say, *, raw: bool = False) -> Iterator[dict[str, Any]]:
    """Yield a line of results for each row of a results CSV.

    What is wrong goes into `faults` as `file:line: what`; a time that cannot be read is said, and
    left out. `raw`: a ' before a formula is the worker's own. Raises Error for a file that is not
    a results CSV.
    """

    def report(line: int, fault: str) -> None:
        faults.append(f"{path}:{line}: {fault}")

    with Path(path).open("rb") as file:
        delimiter = "\t" if path.lower().endswith(".tsv") else ","
        # Some libraries write a column without a name, which numbers the rows.
        table = Table(_decode(path, file), report, used=(), delimiter=delimiter)
        for name, count in Counter(filter(None, table.columns)).items():
            if count > 1:
                report(1, f"the column {name!r} is named twice")
        if faults:
            return
        if missing := [name for name in NEEDED if name not in table.columns]:
            raise Error(
                f"{path}:1: not a results CSV of Mechanical Turk's web site or of Turkle: there is "
                f"no column {', '.join(missing)}"
            )
        for row in table.rows():
            texts = row.cells if raw else {k: cells.unguard(v) for k, v in row.cells.items()}
            yield _to_result(Row(row.line, texts), path, report, say)


def _decode(path: str, file: Iterator[bytes]) -> Iterator[str]:
    """Yield the lines of a file, each with its ending. Raises Error for what is not UTF-8."""
    for number, raw in enumerate(file, 1):
        try:
            text = raw.decode("utf-8-sig" if number == 1 else "utf-8")
        except UnicodeDecodeError as error:
            raise Error(
                f"{path}:{number}: not UTF-8 text (byte {error.start + 1} of the line); save it as "
                '"CSV UTF-8", as spreadsheets call it'
            ) from error
        yield from re.findall(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+", text)


def _to_result(row: Row, path: str, report: Any, say: Say) -> dict[str, Any]:
    """Return the line of results of a row."""
    texts = row.cells
    result: dict[str, Any] = dict.fromkeys(
        ("assignment_id", "hit_id", "worker_id", "output", "submit_time", "status", "accept_time")
    )
    hit: dict[str, Any] = {}
    inputs: dict[str, str] = {}
    fields: dict[str, str] = {}
    other: dict[str, str] = {}

    def time(name: str) -> str | None:
        try:
            return parse_time(texts[name])
        except ValueError as error:
            say(f"{path}:{row.line}: {name} {texts[name][:40]!r} is left out: {error}")
            return None

    for name, text in texts.items():
        if name.startswith("Input."):
            inputs[name.removeprefix("Input.")] = text
        elif name.startswith("Answer."):
            fields[name.removeprefix("Answer.")] = text
        elif name in HIT_COLUMNS and text:
            hit[name] = time(name) if name in HIT_TIMES else text
        elif key := ASSIGNMENT_COLUMNS.get(name):
            result[key] = time(name) if key.endswith("_time") else text or None
        elif key := MACHINE_COLUMNS.get(name):
            if text:
                result[key] = _parse_confidence(text, row, report) if key == "confidence" else text
        elif text and name not in ("", "HITId", "WorkTimeInSeconds", *HIT_COLUMNS):
            other[name] = text
    if "Reward" in hit:
        hit["Reward"] = hit["Reward"].removeprefix("$")
    result["hit_id"] = texts["HITId"]
    for name in NEEDED:
        if not texts[name]:
            report(row.line, f"{name} is empty")
    if not result.get("machine"):
        result["status"] = result["status"] or "Submitted"
    if result["status"] not in (*STATUSES, None):
        report(row.line, f"AssignmentStatus is not one of {', '.join(STATUSES)}")
    trace = answers.take_trace(fields)
    result |= {answers.TRACE: trace} if trace else {}
    filled = {name: text for name, text in fields.items() if text}
    result["output"] = answers.parse_output(filled, texts["AssignmentId"], say)
    result |= {"input": inputs or None, "row": None, "answers": fields}
    for key in ("auto_approval_time", "approval_time", "rejection_time", "requester_feedback"):
        result[key] = result.pop(key, None)
    return result | ({"hit": hit} if hit else {}) | ({"other": other} if other else {})


def _parse_confidence(text: str, row: Row, report: Any) -> float | None:
    try:
        value = float(text)
    except ValueError:
        value = -1
    if is_confidence(value):
        return value
    report(row.line, "Confidence is not a number from 0 to 1")
    return None
