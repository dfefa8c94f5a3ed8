"""A value as people read it: text, a link, a picture, a list, a table; JSON where that is too much.

Workers are the less trusted party: a picture that an answer names is fetched when somebody asks
for it, because whoever runs its host learns the address of each browser that fetches it. The input
is the requester's own, and so are the crowd's files: those pictures load by themselves.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any, ClassVar, NamedTuple
from urllib.parse import unquote, urlsplit

LONGEST_URL, LONGEST_NAME = 2000, 200  # characters
MOST_CELLS, MOST_COLUMNS, DEEPEST_TABLE = 200, 8, 4  # of what is shown as lists and tables
MOST_LAID_OUT, DEEPEST = 200_000, 20  # characters and levels of JSON that is laid out in lines
PICTURE = re.compile(r"\.(?:png|jpe?g|gif|webp|avif|svg|bmp)$", re.IGNORECASE)
PICTURE_NAME = re.compile("image|img|picture|photo", re.IGNORECASE)
FILE = re.compile(r"/files/[^?#\\]+")
_SURROGATES = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Text:
    """Text; `is_json`: laid out in lines; `left_out`: how many characters more there are."""

    kind: ClassVar = "text"
    text: str
    is_json: bool = False
    left_out: int = 0


@dataclass(frozen=True, slots=True)
class Link:
    """An http or https address, or a path under /files/ of this site."""

    kind: ClassVar = "link"
    url: str


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture at an https address or under /files/; `loads`: without being asked for."""

    kind: ClassVar = "picture"
    url: str
    loads: bool


@dataclass(frozen=True, slots=True)
class Choice:
    """A selection of a QuestionForm: what the worker read, and its identifier."""

    kind: ClassVar = "choice"
    identifier: str
    label: "Value"


@dataclass(frozen=True, slots=True)
class Items:
    """One below the other."""

    kind: ClassVar = "items"
    values: tuple["Value", ...]


@dataclass(frozen=True, slots=True)
class Members:
    """An object: names beside values."""

    kind: ClassVar = "members"
    members: tuple[tuple[str, "Value"], ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Objects of the same members, one in each row."""

    kind: ClassVar = "table"
    columns: tuple[str, ...]
    rows: tuple[tuple["Value", ...], ...]


Value = Text | Link | Picture | Choice | Items | Members | Table


class Reader(NamedTuple):
    """How much of a value is shown, in characters, and whether its pictures load by themselves."""

    limit: int
    loads: bool


def present(name: str, value: Any, reader: Reader) -> Value:
    """Choose how a JSON value is shown; `name` is the field that holds it."""
    if isinstance(value, str):
        return present_text(name, value, reader)
    try:
        flat = json.dumps(value, ensure_ascii=False)
    except RecursionError:
        return Text("(nested too deeply to be shown)")
    if len(flat) > MOST_LAID_OUT or (depth := depth_of(flat)) > DEEPEST:
        return _cut(flat, reader.limit)
    if len(flat) <= reader.limit and depth <= DEEPEST_TABLE and _cells(value) <= MOST_CELLS:
        return _lay_out(name, value, reader)
    return _cut(json.dumps(value, ensure_ascii=False, indent=2), reader.limit, is_json=True)


def present_text(name: str, text: str, reader: Reader) -> Value:
    """Choose how a text is shown: as a picture or a link if it is nothing but an address."""
    url = text.strip()
    if not is_address(url):
        return _cut(text, reader.limit)
    is_file = url.startswith("/")
    path = url if is_file else urlsplit(url).path
    is_picture = PICTURE.search(path) or PICTURE_NAME.search(name)
    if is_picture and (is_file or url[:6].lower() == "https:"):
        return Picture(url, loads=is_file or reader.loads)
    return Link(url)


def is_address(text: str) -> bool:
    """Whether a text is an address that a click may lead to: http or https without a user's name
    or password in it, or a path of this site that stays under /files/.
    """
    if len(text) > LONGEST_URL or not text.isprintable() or re.search(r'[\s<>"\\]', text):
        return False
    if FILE.fullmatch(text):
        return not {".", ".."} & set(unquote(text).replace("\\", "/").split("/"))
    try:
        parts = urlsplit(text)
        parts.port  # noqa: B018 - reading it checks it
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and "@" not in parts.netloc


def clean(text: str) -> str:
    """Replace halves of surrogate pairs, which no page can hold."""
    return _SURROGATES.sub("\ufffd", text)


def _lay_out(name: str, value: Any, reader: Reader) -> Value:
    if isinstance(value, str):
        return present_text(name, value, reader)
    if isinstance(value, dict) and value:
        return Members(
            tuple((_name(key), _lay_out(key, one, reader)) for key, one in value.items())
        )
    if isinstance(value, list) and _has_words(value):
        columns = _columns(value)
        if columns:
            rows = tuple(
                tuple(
                    _lay_out(key, row[key], reader) if key in row else Text("") for key in columns
                )
                for row in value
            )
            return Table(tuple(map(_name, columns)), rows)
        return Items(tuple(_lay_out(name, one, reader) for one in value))
    return Text(json.dumps(value, ensure_ascii=False))


def _has_words(values: Sequence[Any]) -> bool:
    """Whether there is more than numbers in it: coordinates are read in one line."""
    return any(
        isinstance(one, str | dict) or (isinstance(one, list) and _has_words(one)) for one in values
    )


def _columns(rows: Sequence[Any]) -> list[str]:
    """The members of these objects, if they make a table that can be read, else none."""
    if not all(isinstance(row, dict) and row for row in rows):
        return []
    columns = list(dict.fromkeys(key for row in rows for key in row))
    return columns if len(columns) <= MOST_COLUMNS else []


def _cells(value: Any) -> int:
    parts = value.values() if isinstance(value, Mapping) else value
    return sum(map(_cells, parts)) if isinstance(value, dict | list) else 1


def depth_of(text: str) -> int:
    """How deep the brackets nest: a line is indented by as much, and there may be many lines."""
    return max(accumulate((c in "[{") - (c in "]}") for c in text))


def _name(text: str) -> str:
    return clean(text)[:LONGEST_NAME]


def _cut(text: str, limit: int, *, is_json: bool = False) -> Text:
    text = clean(text)
    return Text(text[:limit], is_json, max(0, len(text) - limit))
