"""Money, time and statuses in words that a worker reads."""

from datetime import UTC, datetime

from markupsafe import Markup

from local_crowd.operations.checks import format_dollars

UNITS = (("day", 86400), ("hour", 3600), ("minute", 60), ("second", 1))
STATUSES = {
    "Accepted": "In progress",
    "Submitted": "Waiting for review",
    "Approved": "Approved",
    "Rejected": "Rejected",
    "Returned": "Returned",
    "Abandoned": "Time ran out",
}


def money(cents: int) -> str:
    """5 -> "$0.05"."""
    return f"${format_dollars(cents)}"


def duration(seconds: int) -> str:
    """5400 -> "1 hour 30 minutes": the two largest units, which is as exact as anyone plans."""
    parts = []
    for name, size in UNITS:
        count, seconds = divmod(seconds, size)
        if count:
            parts.append(count_of(count, name))
    return " ".join(parts[:2]) or "0 seconds"


def count_of(count: int, noun: str) -> str:
    """(2, "HIT") -> "2 HITs"."""
    return f"{count:,} {noun}" + ("" if count == 1 else "s")


def moment(seconds: int) -> Markup:
    """An epoch time, in UTC; a script on the page turns it into the worker's own time."""
    at = datetime.fromtimestamp(seconds, UTC)
    return Markup('<time datetime="{}">{} UTC</time>').format(
        f"{at:%Y-%m-%dT%H:%M:%SZ}", f"{at:%Y-%m-%d %H:%M}"
    )


def utc(seconds: int | None) -> str | None:
    """An epoch time as ISO 8601 in UTC: 2026-01-31T12:00:00Z."""
    return None if seconds is None else f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%SZ}"


def status(assignment_status: str) -> str:
    """An assignment's status, as its worker sees it."""
    return STATUSES[assignment_status]


FILTERS = {
    "money": money,
    "duration": duration,
    "count_of": count_of,
    "moment": moment,
    "status": status,
}
