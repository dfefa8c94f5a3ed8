"""Compare a panel's export with our submissions, without a database.

Statuses are Prolific's (docs.prolific.com, submission statuses) in any case, with spaces, hyphens or
underscores. Other panels' exports need statuses of the same names.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

FINISHED = {"AWAITING REVIEW", "APPROVED", "REJECTED", "PARTIALLY APPROVED", "COMPLETED"}
UNFINISHED = {"RETURNED", "TIMED OUT", "ACTIVE", "RESERVED"}
GIVEN_UP = {"RETURNED", "TIMED OUT"}
SCREENED_OUT = {"SCREENED OUT"}
KNOWN = FINISHED | UNFINISHED | SCREENED_OUT

HERE_ONLY = "finished here, but missing from the export"
THERE_ONLY = "finished on the panel, but never opened the link"
NOT_HERE = "finished on the panel, not here"
CONFLICT = "finished here, but on the panel the status is "
HELD = "holds a HIT in progress here, but on the panel the status is "
RELEASED = "the HIT in progress here was given back, because on the panel the status is "
CODE = "finished on both sides, but with the completion code of another outcome"


class OurVisit(NamedTuple):
    """A participant's visit as we know it."""

    worker_id: str
    outcome: str | None  # done, screened_out or nothing_left
    done: int  # submitted HITs
    holds_hit: bool = False  # has a HIT in progress


class ExportLine(NamedTuple):
    """A line of the panel's export."""

    submission: str
    status: str  # one of KNOWN
    code: str  # empty without one


class Difference(NamedTuple):
    """A participant on whom the two sides disagree."""

    participant: str
    problem: str
    worker_id: str | None
    here: str | None
    done: int
    submission: str | None
    there: str | None


def parse_status(text: str) -> str | None:
    """Return the status as written in KNOWN, or None for an unknown status."""
    status = " ".join(text.upper().replace("-", " ").replace("_", " ").split())
    return status if status in KNOWN else None


def find_differences(
    here: Mapping[str, OurVisit],
    there: Mapping[str, Iterable[ExportLine]],
    codes: Mapping[str, str],
) -> Iterator[Difference]:
    """Find participants who finished on one side only, or whose status or code contradicts.

    They are ordered by participant id. `codes` are the link's completion codes by outcome. A
    participant with several lines in the export counts with the finished one.
    """
    for participant in sorted({*here, *there}):
        ours = here.get(participant)
        lines = list(there.get(participant, ()))
        theirs = _choose_line(lines)
        if ours and ours.holds_hit and theirs and has_given_up(lines):
            problem: str | None = HELD + theirs.status
        else:
            problem = _describe_problem(ours, theirs, codes)
        if problem:
            yield Difference(
                participant,
                problem,
                ours.worker_id if ours else None,
                ours.outcome if ours else None,
                ours.done if ours else 0,
                theirs.submission if theirs else None,
                theirs.status if theirs else None,
            )


def has_given_up(lines: Iterable[ExportLine]) -> bool:
    """Return whether all of a participant's submissions are returned or timed out at the panel."""
    statuses = {line.status for line in lines}
    return bool(statuses) and statuses <= GIVEN_UP


def _describe_problem(
    ours: OurVisit | None, theirs: ExportLine | None, codes: Mapping[str, str]
) -> str | None:
    done = ours is not None and ours.outcome == "done"
    if theirs is None:
        return HERE_ONLY if done else None
    if done and theirs.status not in FINISHED:
        return CONFLICT + theirs.status
    if theirs.status not in FINISHED or ours is None:
        return THERE_ONLY if theirs.status in FINISHED else None
    if ours.outcome is None:
        return NOT_HERE
    code = codes.get(ours.outcome)  # none if the completion URL has no {code}
    return CODE if code and theirs.code and theirs.code != code else None


def _choose_line(lines: Iterable[ExportLine]) -> ExportLine | None:
    """Return the last finished line, or the last line if none is finished."""
    candidates = list(lines)
    finished = [line for line in candidates if line.status in FINISHED]
    return (finished or candidates)[-1] if candidates else None
