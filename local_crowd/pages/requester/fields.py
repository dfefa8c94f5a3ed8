"""Answers and input as people read them: names beside values, JSON laid out in lines."""

import json
import re
from typing import Any, NamedTuple
from xml.etree.ElementTree import ParseError

from local_crowd.operations.answers import values_given
from local_crowd.operations.questions import HTMLQuestion, parse

SHOWN = 4000  # characters of a value that a list shows
# What simple-amt's templates include: the row of the input, as JSON.
INPUT = re.compile(
    r"<script\b(?=[^>]*\bid\s*=\s*[\"']?input[\"'\s>])[^>]*>(.*?)</script\s*>",
    re.IGNORECASE | re.DOTALL,
)
_SURROGATES = re.compile("[\ud800-\udfff]")


class Field(NamedTuple):
    """A name and its value as text; `is_json`: laid out in lines; `left_out`: characters."""

    name: str
    text: str
    is_json: bool = False
    left_out: int = 0


def of_answer(xml: str | None, limit: int | None = SHOWN) -> list[Field]:
    """The fields of an answer. `limit`: how many characters of each; None: all."""
    if not xml:
        return []
    try:
        given = values_given(xml)
    except (ParseError, ValueError):  # not made here: an import, a repair
        return [_text("", xml, limit)]
    return [_read(name, ", ".join(values), limit) for name, values in given.items()]


def of_input(question_xml: str, limit: int | None = SHOWN) -> list[Field] | None:
    """The input that a HIT's page was made with, if the page holds it; else None."""
    question = parse(question_xml)
    found = INPUT.search(question.content) if isinstance(question, HTMLQuestion) else None
    if not found or (value := _json(found[1])) is None:
        return None
    if isinstance(value.of, dict):
        return [_value(name, one, limit) for name, one in value.of.items()]
    return [_value("", value.of, limit)]


class _Value(NamedTuple):
    of: Any


def _json(text: str) -> _Value | None:
    try:
        return _Value(json.loads(text))
    except (ValueError, RecursionError):
        return None


def _read(name: str, text: str, limit: int | None) -> Field:
    if text[:1] in "{[" and (value := _json(text)) and isinstance(value.of, dict | list):
        return _value(name, value.of, limit)
    return _text(name, text, limit)


def _value(name: str, value: Any, limit: int | None) -> Field:
    if isinstance(value, str):
        return _text(name, value, limit)
    try:
        return _text(name, json.dumps(value, ensure_ascii=False, indent=2), limit, is_json=True)
    except RecursionError:
        return _text(name, str(value)[:SHOWN], limit)


def _text(name: str, text: str, limit: int | None, *, is_json: bool = False) -> Field:
    text, name = (_SURROGATES.sub("\ufffd", part) for part in (text, name))
    left_out = 0 if limit is None else max(0, len(text) - limit)
    shown = text[: len(text) - left_out]
    return Field(name[:200], shown, is_json and (len(shown) > 60 or "\n" in shown), left_out)
