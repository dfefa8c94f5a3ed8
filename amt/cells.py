"""Cells of a spreadsheet: any value as text, and none that a spreadsheet takes for a formula."""

import json
import re
from typing import Any

# Spreadsheets take such text for a formula, also with full-width characters.
FORMULA_STARTS = "=+-@\t\r\n\uff1d\uff0b\uff0d\uff20"
_STARTS = frozenset(FORMULA_STARTS + "'")
_GUARDED = re.compile(f"'+[{re.escape(FORMULA_STARTS)}]")
_FORMULA = re.compile(f"'*[{re.escape(FORMULA_STARTS)}]")
_NO_TEXT = re.compile("[\x00\ud800-\udfff]")


def to_text(value: Any) -> str:
    """Return a value as the text of a cell: text as it is, None as "", anything else as JSON.

    U+FFFD replaces what no file can hold: NUL, and half of a surrogate pair.
    """
    if value is None:
        return ""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return _NO_TEXT.sub("\ufffd", text)


def guard(text: str) -> str:
    """Put a ' before what a spreadsheet would take for a formula; `unguard` removes it."""
    return f"'{text}" if text[:1] in _STARTS and _FORMULA.match(text) else text


def unguard(text: str) -> str:
    """Remove the ' that `guard` put before a text."""
    return text[1:] if text[:1] == "'" and _GUARDED.match(text) else text
