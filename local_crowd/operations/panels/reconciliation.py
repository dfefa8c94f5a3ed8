"""A panel's export against our submissions. Pure: no database.

Statuses are Prolific's (docs.prolific.com, submission statuses), in any spelling of case, space and
hyphen; other panels' columns can be named, and their statuses have to mean one of these.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

FINISHED = {"AWAITING REVIEW", "APPROVED", "REJECTED", "PARTIALLY APPROVED", "COMPLETED"}
UNFINISHED = {"RETURNED", "TIMED OUT", "ACTIVE", "RESERVED"}
SCREENED_OUT = {"SCREENED OUT"}
KNOWN = FINISHED | UNFINISHED | SCREENED_OUT

HERE_ONLY = "finished here, not in the export"
THERE_ONLY = "finished there, never came here"
NOT_HERE = "finished there, not here"
CONFLICT = "finished here, but there it is "
CODE = "finished on both sides, but with the code of something else"


class OurVisit(NamedTuple):
    """A visitor of ours: `outcome` is done, screened_out, nothing_left or none."""

    worker_id: str
    outcome: str | None
    done: int


class ExportLine(NamedTuple):
    """A line of the export: `status` is one of KNOWN; `code` is empty when it has none."""

    submission: str
    status: str
    code: str


class Difference(NamedTuple):
    """What one side knows otherwise than the other."""

    participant: str
    problem: str
    worker_id: str | None
    here: str | None
    done: int
    submission: str | None
    there: str | None


def parse_status(text: str) -> str | None:
    """A status as written in KNOWN, or none for what is no status."""
    status = " ".join(text.upper().replace("-", " ").replace("_", " ").split())
    return status if status in KNOWN else None


def find_differences(
    here: Mapping[str, OurVisit],
    there: Mapping[str, Iterable[ExportLine]],
    codes: Mapping[str, str],
) -> Iterator[Difference]:
    """Who finished on one side only, and whose status or code contradicts, by participant id.

    `codes`: the link's, by outcome. Who came back to the panel a second time has two lines there:
    the finished one counts.
    """
    for participant in sorted({*here, *there}):
        ours = here.get(participant)
        theirs = _choose_line(there.get(participant, ()))
        if problem := _describe_problem(ours, theirs, codes):
            yield Difference(
                participant,
                problem,
                ours.worker_id if ours else None,
                ours.outcome if ours else None,
                ours.done if ours else 0,
                theirs.submission if theirs else None,
                theirs.status if theirs else None,
            )


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
    return CODE if theirs.code and theirs.code != codes[ours.outcome] else None


def _choose_line(lines: Iterable[ExportLine]) -> ExportLine | None:
    """A finished line, else the last."""
    found = list(lines)
    finished = [line for line in found if line.status in FINISHED]
    return (finished or found)[-1] if found else None
