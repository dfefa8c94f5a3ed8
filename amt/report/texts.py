"""Numbers as the report shows them, and texts of others made safe to show."""

import re
import unicodedata
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from amt.cells import to_text

# Control characters, and those that turn the direction of the text around them.
INVISIBLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
NONE = "–"


def show(value: Any, most: int = 300) -> str:
    """Return any value as text of at most `most` characters, without control characters."""
    text = INVISIBLE.sub("\ufffd", to_text(value))
    return text if len(text) <= most else f"{text[: most - 1]}…"


def shorten(text: str, width: int) -> str:
    """Return a text cut to `width` columns, of which a Chinese character takes two."""
    taken = 0
    for position, character in enumerate(text):
        taken += 2 if unicodedata.east_asian_width(character) in "WF" else 1
        if taken > width:
            return f"{text[: max(0, position - 1)]}…"
    return text


def count(value: float | None) -> str:
    """Return a number: 1,234 or 2.4."""
    if value is None:
        return NONE
    return f"{value:,.0f}" if value == int(value) else f"{value:,.1f}"


def share(value: float | None) -> str:
    """Return a share as a percentage: 34.5 %."""
    return NONE if value is None else f"{100 * value:.1f} %"


def coefficient(value: float | None) -> str:
    """Return a measure from -1 to 1 with three decimals."""
    return NONE if value is None else f"{value:.3f}"


def dollars(value: Decimal | None) -> str:
    """Return an amount of US dollars: $1,234.50."""
    return NONE if value is None else f"${value:,.2f}"


def duration(seconds: float | None) -> str:
    """Return a time that work took: 45 s, 3 min 20 s, 2 h 5 min."""
    if seconds is None:
        return NONE
    if seconds < 120:
        return f"{seconds:.1f}".removesuffix(".0") + " s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 120:
        return f"{minutes} min {rest} s" if rest else f"{minutes} min"
    return f"{minutes // 60} h {minutes % 60} min"


def day(time: float) -> str:
    """Return the date of a Unix time, in UTC."""
    return datetime.fromtimestamp(time, UTC).strftime("%Y-%m-%d")


def minute(time: float) -> str:
    """Return date and time of a Unix time, in UTC."""
    return datetime.fromtimestamp(time, UTC).strftime("%Y-%m-%d %H:%M UTC")
