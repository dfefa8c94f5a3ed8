"""Answers and input as fields: a name and a value that a template can show."""

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

# Characters of a value that are shown in a list and on its own page; browsers need seconds for more.
SHOWN, SHOWN_ALONE = 4000, 20_000
MOST_FIELDS, MOST_MEMBERS, LONGEST_QUESTION = 100, 100, 500
# simple-amt's templates include the row of the input as JSON in a script with the id "input".
# Possessive quantifiers, so no page can cause backtracking.
SCRIPT = re.compile(r"<script\b([^<>]*)>((?:[^<]++|<(?!/script))*+)", re.IGNORECASE)
INPUT = re.compile(r"\bid\s*+=\s*+[\"']?input(?![^\"'\s])", re.IGNORECASE)


class Field(NamedTuple):
    """A name and its value and, if it comes from a QuestionForm, the question."""

    name: str
    value: Value
    question: str = ""

    @property
    def is_wide(self) -> bool:
        """Whether the value needs the full width, below its name."""
        is_json = isinstance(self.value, Text) and self.value.is_json
        return is_json or self.value.kind in ("members", "table")


def parse_answer_fields(
    xml: str | None, limit: int = SHOWN, form: QuestionForm | None = None
) -> list[Field]:
    """Parse the fields of an answer; a field that is a JSON object is split into its members.

    At most `limit` characters of each value are shown. `form` is the question, if it is a
    QuestionForm.
    """
    if not xml:
        return []
    reader = Reader(limit, loads=False)
    try:
        parts_by_name = parse_parts(xml)
    except (ParseError, ValueError):  # the row was imported or repaired by hand
        return [_to_field("", present_text("", xml, reader))]
    questions = {question.identifier: question for question in form.questions()} if form else {}
    fields: list[Field] = []
    for name, parts in parts_by_name.items():
        if len(fields) >= MOST_FIELDS:
            more = f"… and more: {len(parts_by_name):,} fields in total. Download the whole answer."
            return [*fields[:MOST_FIELDS], Field("", Text(more))]
        if name in questions:
            fields.append(_to_question_field(questions[name], parts, reader))
            continue
        text = ", ".join(part for _, part in parts)
        value = _parse_json(text) if text[:1] in "{[" else None
        if value is None:
            fields.append(_to_field(name, present_text(name, text, reader)))
        else:
            prefix = f"{name} \N{MIDDLE DOT} " if len(parts_by_name) > 1 else ""
            fields += _to_fields(prefix, name, value, reader)
    return fields


def parse_input_fields(question: Question, limit: int = SHOWN) -> list[Field] | None:
    """Return the fields of the input that a HIT's page contains, or None if it contains none."""
    value = parse_input(question)
    return None if value is None else _to_fields("", "", value, Reader(limit, loads=True))


class Parsed(NamedTuple):
    """A JSON value, which may be null."""

    value: Any


def parse_input(question: Question) -> Parsed | None:
    """Return the row of the input that a HIT's page contains, or None."""
    content = question.content if isinstance(question, HTMLQuestion) else ""
    script = next((match for match in SCRIPT.finditer(content) if INPUT.search(match[1])), None)
    return _parse_json(script[2]) if script else None


def _parse_json(text: str) -> Parsed | None:
    try:
        return Parsed(parse(text, unique_keys=False))
    except ValueError:
        return None


def _to_fields(prefix: str, name: str, parsed: Parsed, reader: Reader) -> list[Field]:
    """Return a field for each member of a small object, or one field for any other value."""
    value = parsed.value
    if isinstance(value, dict) and len(value) <= MOST_MEMBERS:
        return [
            _to_field(prefix + key, present(key, member, reader)) for key, member in value.items()
        ]
    return [_to_field(name, present(name, value, reader))]


def _to_field(name: str, value: Value, question: str = "") -> Field:
    return Field(clean(name)[:LONGEST_NAME], value, question)


def _to_question_field(
    question: question_form.Question, parts: list[tuple[str, str]], reader: Reader
) -> Field:
    labels: dict[str, Value] = {}
    if isinstance(question.answer, SelectionAnswer):
        labels = {
            selection.identifier: _to_label(selection.content)
            for selection in question.answer.selections
        }
    values = [
        Choice(text, labels[text])
        if part == "SelectionIdentifier" and text in labels
        else present_text("", text, reader)
        for part, text in parts
    ]
    value = values[0] if len(values) == 1 else Items(tuple(values))
    words = " ".join(filter(None, map(_extract_text, question.content)))
    if len(words) > LONGEST_QUESTION:
        words = f"{words[:LONGEST_QUESTION]} …"
    return _to_field(question.identifier, value if values else Text(""), words)


def _to_label(content: question_form.Content) -> Value:
    """Return the label of a selection; its pictures load at once, since they are the requester's."""
    if isinstance(content, question_form.Binary) and content.kind == "image":
        return present_text("picture", content.url, Reader(SHOWN, loads=True))
    return Text(_extract_text(content)[:LONGEST_QUESTION])


def _extract_text(content: question_form.Content) -> str:
    if isinstance(content, question_form.FormattedContent):
        return Markup(content.html).striptags()  # noqa: S704 - to lose its tags
    if isinstance(content, question_form.List):
        return "; ".join(content.items)
    return content.alt_text if isinstance(content, question_form.Binary) else content.text
