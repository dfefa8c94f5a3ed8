"""Answers and input as people read them: names beside values."""

import re
from typing import Any, NamedTuple
from xml.etree.ElementTree import ParseError

from markupsafe import Markup

from formats.json_text import parse
from local_crowd.operations.questions import question_form
from local_crowd.operations.questions.answers import parse_parts
from local_crowd.operations.questions.question_form import QuestionForm, SelectionAnswer
from local_crowd.operations.questions.questions import HTMLQuestion, Question
from local_crowd.pages.requester.values import (
    LONGEST_NAME,
    Choice,
    Items,
    Reader,
    Text,
    Value,
    clean,
    present,
    present_text,
)

# Characters of a value that are shown, in a list and alone: browsers take seconds for more.
SHOWN, SHOWN_ALONE = 4000, 20_000
MOST_FIELDS, MOST_MEMBERS, LONGEST_QUESTION = 100, 100, 500
# What simple-amt's templates include: the row of the input, as JSON.
# Each part is passed once: a page cannot be made to take long.
SCRIPT = re.compile(r"<script\b([^<>]*)>((?:[^<]++|<(?!/script))*+)", re.IGNORECASE)
INPUT = re.compile(r"\bid\s*+=\s*+[\"']?input(?![^\"'\s])", re.IGNORECASE)


class Field(NamedTuple):
    """A name and its value; of a QuestionForm also what the worker was asked."""

    name: str
    value: Value
    question: str = ""

    @property
    def is_wide(self) -> bool:
        """Whether it takes the whole width, below its name."""
        is_json = isinstance(self.value, Text) and self.value.is_json
        return is_json or self.value.kind in ("members", "table")


def of_answer(xml: str | None, limit: int = SHOWN, form: QuestionForm | None = None) -> list[Field]:
    """The fields of an answer; of one that is a JSON object, its members. `limit`: how many
    characters of each are shown. `form`: what was answered, if it was a QuestionForm.
    """
    if not xml:
        return []
    reader = Reader(limit, loads=False)
    try:
        given = parse_parts(xml)
    except (ParseError, ValueError):  # not made here: an import, a repair
        return [_field("", present_text("", xml, reader))]
    asked = {one.identifier: one for one in form.questions()} if form else {}
    found: list[Field] = []
    for name, parts in given.items():
        if len(found) >= MOST_FIELDS:
            more = f"… and more: {len(given):,} fields in total. Download the whole answer."
            return [*found[:MOST_FIELDS], Field("", Text(more))]
        if name in asked:
            found.append(_answered(asked[name], parts, reader))
            continue
        text = ", ".join(part for _, part in parts)
        value = _parse(text) if text[:1] in "{[" else None
        if value is None:
            found.append(_field(name, present_text(name, text, reader)))
        else:
            prefix = f"{name} \N{MIDDLE DOT} " if len(given) > 1 else ""
            found += _members(prefix, name, value, reader)
    return found


def of_input(question: Question, limit: int = SHOWN) -> list[Field] | None:
    """The input that a HIT's page was made with, if the page holds it; else None."""
    value = input_of(question)
    return None if value is None else _members("", "", value, Reader(limit, loads=True))


class Parsed(NamedTuple):
    """A JSON value, which may be null."""

    value: Any


def input_of(question: Question) -> Parsed | None:
    """The row of the input that a HIT's page holds, if it does."""
    content = question.content if isinstance(question, HTMLQuestion) else ""
    found = next((one for one in SCRIPT.finditer(content) if INPUT.search(one[1])), None)
    return _parse(found[2]) if found else None


def _parse(text: str) -> Parsed | None:
    try:
        return Parsed(parse(text, unique_keys=False))
    except ValueError:
        return None


def _members(prefix: str, name: str, parsed: Parsed, reader: Reader) -> list[Field]:
    """An object's members, each under its name; of anything else, or of many, the whole."""
    value = parsed.value
    if isinstance(value, dict) and len(value) <= MOST_MEMBERS:
        return [_field(prefix + key, present(key, one, reader)) for key, one in value.items()]
    return [_field(name, present(name, value, reader))]


def _field(name: str, value: Value, question: str = "") -> Field:
    return Field(clean(name)[:LONGEST_NAME], value, question)


def _answered(
    question: question_form.Question, parts: list[tuple[str, str]], reader: Reader
) -> Field:
    labels: dict[str, Value] = {}
    if isinstance(question.answer, SelectionAnswer):
        labels = {one.identifier: _label(one.content) for one in question.answer.selections}
    values = [
        Choice(text, labels[text])
        if part == "SelectionIdentifier" and text in labels
        else present_text("", text, reader)
        for part, text in parts
    ]
    value = values[0] if len(values) == 1 else Items(tuple(values))
    words = " ".join(filter(None, map(_words, question.content)))
    if len(words) > LONGEST_QUESTION:
        words = f"{words[:LONGEST_QUESTION]} …"
    return _field(question.identifier, value if values else Text(""), words)


def _label(content: question_form.Content) -> Value:
    """What a worker read, or saw, of a selection: it is the requester's own."""
    if isinstance(content, question_form.Binary) and content.kind == "image":
        return present_text("picture", content.url, Reader(SHOWN, loads=True))
    return Text(_words(content)[:LONGEST_QUESTION])


def _words(content: question_form.Content) -> str:
    if isinstance(content, question_form.FormattedContent):
        return Markup(content.html).striptags()  # noqa: S704 - to lose its tags
    if isinstance(content, question_form.List):
        return "; ".join(content.items)
    return content.alt_text if isinstance(content, question_form.Binary) else content.text
