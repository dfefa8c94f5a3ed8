"""Gold: rows of the input whose right answer is known, so that answers to them can be scored.

`_gold` of a row is the right value of the answer's field or, as an object, those of several fields
by their names; `_gold_why` is the reason. Neither is ever part of a page.
"""

import math
import re
from collections.abc import Mapping
from typing import Any

from formats.json_text import parse

GOLD, WHY = "_gold", "_gold_why"
ANSWER = ("output", "answers")  # what the name of an answer's field may leave out
FEWEST = 3  # gold answers from which a worker can be judged by them
NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?", re.IGNORECASE | re.ASCII)
JOINED = "|"  # several choices in one text


def hide(row: Any) -> Any:
    """Return a row as workers may see it: without right answers and reasons, also in nested rows."""
    if isinstance(row, Mapping):
        shown = {name: hide(value) for name, value in row.items() if not is_secret(name)}
        is_same = len(shown) == len(row) and all(shown[name] is row[name] for name in shown)
        return row if is_same else shown
    if isinstance(row, list):
        items = [hide(item) for item in row]
        return row if all(new is old for new, old in zip(items, row, strict=True)) else items
    return row


def is_secret(name: str) -> bool:
    """Return whether workers may not see a field of a row; also as the web site's files name it."""
    return name.removeprefix("Input.") in (GOLD, WHY)


def is_gold(row: Any) -> bool:
    """Return whether a row has a right answer; an empty cell of a table is none."""
    return isinstance(row, Mapping) and row.get(GOLD) not in (None, "")


def find_right_value(gold: Any, field: str) -> Any:
    """Return the right value of a field such as `output.label`, or None if `gold` has none for it.

    An object, or its JSON in a cell of a table, has the values by the fields' names, which may lack
    `output.` or `answers.`. Any other value is that of whatever field is asked for.
    """
    gold = parse_gold(gold)
    if not isinstance(gold, Mapping):
        return gold
    kind, _, name = field.partition(".")
    found = gold.get(field)
    return gold.get(name) if found is None and kind in ANSWER else found


def parse_gold(gold: Any) -> Any:
    """Return the value of `_gold`: in a table's cell, text that is a JSON object is that object."""
    if isinstance(gold, str) and gold.lstrip()[:1] == "{":
        try:
            return parse(gold)
        except ValueError:
            return gold
    return gold


def is_right(value: Any, right: Any, *, in_order: bool = False) -> bool:
    """Return whether an answer's value is the right one.

    Texts are the same after folding case and space, numbers also as texts, and choices in any order:
    a list, an object of true and false, or a text that joins them with a vertical bar. `in_order`:
    lists are the same only in the same order.
    """
    first, second = _normalize(value, in_order), _normalize(right, in_order)
    if isinstance(first, float) and isinstance(second, float):
        return math.isclose(first, second, rel_tol=1e-9, abs_tol=1e-12)
    if isinstance(first, frozenset) != isinstance(second, frozenset):
        first, second = _to_choices(first), _to_choices(second)
    return bool(first == second)


def _normalize(value: Any, in_order: bool) -> Any:
    if isinstance(value, bool) or value is None:
        return str(value).lower()
    if isinstance(value, int | float):
        try:
            return float(value)
        except OverflowError:  # a whole number of more than 308 digits
            return str(value)
    if isinstance(value, Mapping):
        if value and all(isinstance(member, bool) for member in value.values()):
            return _normalize([name for name, is_chosen in value.items() if is_chosen], False)
        return tuple(
            sorted((str(name), repr(_normalize(v, in_order))) for name, v in value.items())
        )
    if isinstance(value, list | tuple):
        members = [_normalize(member, in_order) for member in value]
        return tuple(members) if in_order else frozenset(members)
    text = " ".join(str(value).split()).casefold()
    if NUMBER.fullmatch(text) and math.isfinite(float(text)):
        return float(text)
    return text


def _to_choices(value: Any) -> Any:
    """Return a text as the choices that it joins, in any order."""
    if isinstance(value, frozenset):
        return value
    parts = value.split(JOINED) if isinstance(value, str) else [value]
    return frozenset(_normalize(part, False) for part in parts)
