"""Money, times and statuses as people read them."""

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


def format_money(cents: int) -> str:
    """Format cents as dollars: 5 -> "$0.05"."""
    return f"${format_dollars(cents)}"


def format_duration(seconds: int) -> str:
    """Format seconds in the two largest units: 5400 -> "1 hour 30 minutes"."""
    parts = []
    for name, size in UNITS:
        count, seconds = divmod(seconds, size)
        if count:
            parts.append(count_of(count, name))
    return " ".join(parts[:2]) or "0 seconds"


def count_of(count: int, noun: str) -> str:
    """Format a count with its noun: (2, "HIT") -> "2 HITs"."""
    return f"{count:,} {noun}" + ("" if count == 1 else "s")


def format_time(seconds: int) -> Markup:
    """Format epoch seconds as a <time> in UTC, which times.js turns into local time."""
    at = datetime.fromtimestamp(seconds, UTC)
    return Markup('<time datetime="{}">{} UTC</time>').format(
        f"{at:%Y-%m-%dT%H:%M:%SZ}", f"{at:%Y-%m-%d %H:%M}"
    )


def format_utc(seconds: int | None) -> str | None:
    """Format epoch seconds as ISO 8601 in UTC: 2026-01-31T12:00:00Z."""
    return None if seconds is None else f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%SZ}"


def describe_status(assignment_status: str) -> str:
    """Describe an assignment's status as its worker sees it."""
    return STATUSES[assignment_status]


FILTERS = {
    "money": format_money,
    "duration": format_duration,
    "count_of": count_of,
    "time": format_time,
    "status": describe_status,
}
