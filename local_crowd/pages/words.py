"""Money, times and statuses as people read them, in the language of the request."""

from datetime import UTC, datetime

from markupsafe import Markup

from local_crowd.operations.texts import Text, describe_duration
from local_crowd.pages.languages.choice import current_language, ngettext, translate

STATUSES = {
    "Accepted": Text("In progress"),
    "Submitted": Text("Waiting for review"),
    "Approved": Text("Approved"),
    "Rejected": Text("Rejected"),
    "Returned": Text("Returned"),
    "Abandoned": Text("Time ran out"),
}


def format_money(cents: int) -> str:
    """Format cents as dollars: 5 -> "$0.05"."""
    return current_language().format_money(cents)


def format_duration(seconds: int) -> str:
    """Format seconds in the two largest units: 5400 -> "1 hour 30 minutes"."""
    return " ".join(map(translate, describe_duration(seconds)))


def count_of(count: int, noun: str) -> str:
    """Format a count with its English noun, for requesters: (2, "worker") -> "2 workers"."""
    return f"{count:,} {noun}" + ("" if count == 1 else "s")


def count_hits(count: int) -> str:
    """Format a number of HITs: 2 -> "2 HITs"."""
    return ngettext("%(count)s HIT", "%(count)s HITs", count, count=count)


def format_number(number: int) -> str:
    """Format a whole number: 12345 -> "12,345"."""
    return current_language().format_number(number)


def format_time(seconds: int) -> Markup:
    """Format epoch seconds as a <time> in UTC, which times.js turns into local time."""
    at = datetime.fromtimestamp(seconds, UTC)
    return Markup('<time datetime="{}">{} UTC</time>').format(
        f"{at:%Y-%m-%dT%H:%M:%SZ}", current_language().format_utc(at)
    )


def format_utc(seconds: int | None) -> str | None:
    """Format epoch seconds as ISO 8601 in UTC: 2026-01-31T12:00:00Z."""
    return None if seconds is None else f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%SZ}"


def describe_status(assignment_status: str) -> str:
    """Describe an assignment's status as its worker sees it."""
    return translate(STATUSES[assignment_status])


FILTERS = {
    "money": format_money,
    "duration": format_duration,
    "count_of": count_of,
    "count_hits": count_hits,
    "number": format_number,
    "time": format_time,
    "status": describe_status,
}
