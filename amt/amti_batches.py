"""The files of amti, another tool for Mechanical Turk: its batch directory, and its table."""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from amt import answers, hit_details
from amt.errors import Error
from amt.messages import Say
from amt.results_tables import Result, answer_fields, find_optional
from amt.web_columns import MACHINE_COLUMNS
from formats import json_text

HIT_COLUMNS = (
    "AssignmentDurationInSeconds",
    "AutoApprovalDelayInSeconds",
    "Expiration",
    "CreationTime",
)
# Column -> key of a line of results. amti drops the last two.
ASSIGNMENT_COLUMNS = {
    "AssignmentId": "assignment_id",
    "WorkerId": "worker_id",
    "AssignmentStatus": "status",
    "AutoApprovalTime": "auto_approval_time",
    "AcceptTime": "accept_time",
    "SubmitTime": "submit_time",
    "ApprovalTime": "approval_time",
    "RejectionTime": "rejection_time",
    "RequesterFeedback": "requester_feedback",
}
COLUMNS = ("HITId", *HIT_COLUMNS, *ASSIGNMENT_COLUMNS)
KNOWN_COLUMNS = (*COLUMNS, *MACHINE_COLUMNS)
DROPPED = "doNotRedirect"  # a field that some workers' browsers add; amti drops it too
TIMES = ("AutoApprovalTime", "AcceptTime", "SubmitTime", "ApprovalTime", "RejectionTime")
NEEDED = ("AssignmentId", "HITId", "WorkerId", "AssignmentStatus")


class AmtiTable:
    """The table of `amti extract tabular`: a column for each field of the form, by its own name.

    A field that is named as another column is `Answer.NAME`. `hits`: see WebTable.
    """

    def __init__(self, hits: Mapping[str, Mapping[str, Any]]) -> None:
        self._hits = hits
        self._optional: set[str] = set()
        self._fields: dict[str, None] = {}

    def add(self, result: Result) -> None:
        """Take in the columns of a result."""
        self._optional |= find_optional(result)
        self._fields.update(dict.fromkeys(answer_fields(result)))
        self._fields.pop(DROPPED, None)

    @property
    def columns(self) -> Sequence[str]:
        """The names of the columns."""
        return [
            *COLUMNS,
            *(name for name, key in MACHINE_COLUMNS.items() if key in self._optional),
            *(f"Answer.{name}" if name in KNOWN_COLUMNS else name for name in self._fields),
        ]

    def cells(self, result: Result) -> list[Any]:
        """Return the values of a result, None where it has none."""
        hit = {**(result.get("hit") or {}), **self._hits.get(result["hit_id"], {})}
        fields = answer_fields(result)
        return [
            result["hit_id"],
            *map(hit.get, HIT_COLUMNS),
            *map(result.get, ASSIGNMENT_COLUMNS.values()),
            *(result.get(key) for key in MACHINE_COLUMNS.values() if key in self._optional),
            *map(fields.get, self._fields),
        ]


def read(directory: str, faults: list[str], say: Say) -> Iterator[dict[str, Any]]:
    """Yield a line of results for each assignment that `amti save-batch` saved in a batch.

    Beside what get_results.py prints it has the keys `hit` and `xml`. What is wrong goes into
    `faults` as `file:line: what`. Raises Error for a directory without results.
    """
    results = Path(directory) / "results"
    if not results.is_dir():
        raise Error(
            f"{directory}: has no directory results, so it is not a batch of amti's whose answers "
            "were saved; run amti save-batch first"
        )
    saved = sorted(path for path in results.iterdir() if path.name.startswith("hit-"))
    if not saved:
        raise Error(f"{results}: has no directory hit-…, so no answers were saved")
    for path in saved:
        hit = _read_hit(path / "hit.jsonl", faults)
        for line, assignment in _read_lines(path / "assignments.jsonl", faults):
            if fault := _describe_fault(assignment):
                faults.append(f"{path / 'assignments.jsonl'}:{line}: {fault}")
            else:
                result = answers.to_result(_parse_times(assignment), None, say)
                yield result | {"hit": hit, "xml": assignment.get("Answer")}


def _read_hit(path: Path, faults: list[str]) -> dict[str, Any]:
    """Return the details of the HIT in a file."""
    for line, response in _read_lines(path, faults):
        hit = response.get("HIT") if isinstance(response, dict) else None
        if isinstance(hit, dict):
            return hit_details.to_details(_parse_times(hit, ("CreationTime", "Expiration")))
        faults.append(f"{path}:{line}: has no key HIT")
    return {}


def _read_lines(path: Path, faults: list[str]) -> Iterator[tuple[int, Any]]:
    """Yield each line's number and value."""
    try:
        with path.open("rb") as lines:
            for number, line in enumerate(lines, 1):
                try:
                    if line.strip():
                        yield number, json_text.parse(line.decode("utf-8-sig"), unique_keys=False)
                except json_text.RefusedError as error:
                    faults.append(f"{path}:{number}: {error.msg}")
                except json.JSONDecodeError as error:
                    faults.append(f"{path}:{number}: not JSON: {error.msg}")
                except ValueError as error:
                    faults.append(f"{path}:{number}: {error}")
    except FileNotFoundError:
        faults.append(f"{path}: is missing; amti save-batch writes it")


def _describe_fault(assignment: Any) -> str | None:
    """Return what is wrong with a saved assignment, or None."""
    if not isinstance(assignment, dict):
        return "not a JSON object"
    for name in NEEDED:
        if not isinstance(assignment.get(name), str):
            return f"{name} is missing"
    for name in TIMES:
        try:
            datetime.fromisoformat(assignment.get(name) or "2000-01-01")
        except (ValueError, TypeError):
            return f"{name} is not a date and time"
    return None


def _parse_times(fields: Mapping[str, Any], names: Sequence[str] = TIMES) -> dict[str, Any]:
    """Return the fields with the named ones parsed as times; values that are not times are left out."""
    parsed = dict(fields)
    for name in names:
        try:
            parsed[name] = datetime.fromisoformat(fields.get(name) or "")
        except (ValueError, TypeError):
            parsed.pop(name, None)
    return parsed
