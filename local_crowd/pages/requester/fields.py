"""Answers and input as people read them: names beside values, JSON laid out in lines."""

import json
import re
from itertools import accumulate
from typing import Any, NamedTuple
from xml.etree.ElementTree import ParseError

from local_crowd.operations.answers import values_given
from local_crowd.operations.questions import HTMLQuestion, parse

# Characters of a value that are shown, in a list and alone: browsers take seconds for more.
SHOWN, SHOWN_ALONE = 4000, 20_000
ONE_LINE, MOST_MEMBERS = 60, 100
MOST_LAID_OUT, DEEPEST = 200_000, 20  # characters and levels of what is laid out in lines
# What simple-amt's templates include: the row of the input, as JSON.
# Each part is passed once: a page cannot be made to take long.
SCRIPT = re.compile(r"<script\b([^<>]*)>((?:[^<]++|<(?!/script))*+)", re.IGNORECASE)
INPUT = re.compile(r"\bid\s*+=\s*+[\"']?input(?![^\"'\s])", re.IGNORECASE)
_SURROGATES = re.compile("[\ud800-\udfff]")


class Field(NamedTuple):
    """A name and its value as text; `is_json`: laid out in lines; `left_out`: characters."""

    name: str
    text: str
    is_json: bool = False
    left_out: int = 0


def of_answer(xml: str | None, limit: int = SHOWN) -> list[Field]:
    """The fields of an answer; of one that is a JSON object, its members. `limit`: how many
    characters of each are shown.
    """
    if not xml:
        return []
    try:
        given = values_given(xml)
    except (ParseError, ValueError):  # not made here: an import, a repair
        return [_text("", xml, limit)]
    found = []
    for name, values in given.items():
        text = ", ".join(values)
        value = _json(text) if text[:1] in "{[" else None
        if value is None:
            found.append(_text(name, text, limit))
        else:
            found += _members(
                f"{name} \N{MIDDLE DOT} " if len(given) > 1 else "", name, value, limit
            )
    return found


def of_input(question_xml: str, limit: int = SHOWN) -> list[Field] | None:
    """The input that a HIT's page was made with, if the page holds it; else None."""
    question = parse(question_xml)
    content = question.content if isinstance(question, HTMLQuestion) else ""
    found = next((one for one in SCRIPT.finditer(content) if INPUT.search(one[1])), None)
    value = _json(found[2]) if found else None
    return None if value is None else _members("", "", value, limit)


class _Value(NamedTuple):
    of: Any


def _json(text: str) -> _Value | None:
    try:
        return _Value(json.loads(text))
    except (ValueError, RecursionError):
        return None


def _members(prefix: str, name: str, value: _Value, limit: int) -> list[Field]:
    """An object's members, each under its name; of anything else, or of many, the whole."""
    if isinstance(value.of, dict) and len(value.of) <= MOST_MEMBERS:
        return [_value(prefix + member, one, limit) for member, one in value.of.items()]
    return [_value(name, value.of, limit)]


def _value(name: str, value: Any, limit: int) -> Field:
    if isinstance(value, str):
        return _text(name, value, limit)
    try:
        flat = json.dumps(value, ensure_ascii=False)
        if len(flat) <= ONE_LINE or len(flat) > MOST_LAID_OUT or _depth(flat) > DEEPEST:
            return _text(name, flat, limit)
        return _text(name, json.dumps(value, ensure_ascii=False, indent=2), limit, is_json=True)
    except RecursionError:
        return _text(name, "(too deep to be shown)", limit)


def _depth(text: str) -> int:
    """How deep the brackets nest: a line is indented by as much, and there may be many lines."""
    return max(accumulate((c in "[{") - (c in "]}") for c in text))


def _text(name: str, text: str, limit: int, *, is_json: bool = False) -> Field:
    text, name = (_SURROGATES.sub("\ufffd", part) for part in (text, name))
    left_out = max(0, len(text) - limit)
    return Field(name[:200], text[: len(text) - left_out], is_json, left_out)
