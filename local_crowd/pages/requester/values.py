"""How a value is shown: as text, a link, a picture, a list or a table; as JSON if it is large.

Workers are not trusted: a picture that an answer names is loaded only after a click, because its
host learns the IP address of each browser that loads it. Pictures in the input and in the crowd's
files are the requester's own, so they load at once.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any, ClassVar, NamedTuple
from urllib.parse import unquote, urlsplit

LONGEST_URL, LONGEST_NAME = 2000, 200  # characters
MOST_CELLS, MOST_COLUMNS, DEEPEST_TABLE = 200, 8, 4  # limits of lists and tables
LONGEST_LAID_OUT, DEEPEST = 200_000, 20  # characters and levels of indented JSON
PICTURE = re.compile(r"\.(?:png|jpe?g|gif|webp|avif|svg|bmp)$", re.IGNORECASE)
PICTURE_NAME = re.compile("image|img|picture|photo", re.IGNORECASE)
FILE = re.compile(r"/files/[^?#\\]+")
_SURROGATES = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Text:
    """Text, or indented JSON; `left_out` is the number of characters that were cut off."""

    kind: ClassVar = "text"
    text: str
    is_json: bool = False
    left_out: int = 0


@dataclass(frozen=True, slots=True)
class Link:
    """An http or https URL, or a path under /files/ of this site."""

    kind: ClassVar = "link"
    url: str


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture at an https URL or under /files/; `loads` says whether it loads without a click."""

    kind: ClassVar = "picture"
    url: str
    loads: bool


@dataclass(frozen=True, slots=True)
class Choice:
    """A selection of a QuestionForm: its identifier and the label that the worker saw."""

    kind: ClassVar = "choice"
    identifier: str
    label: "Value"


@dataclass(frozen=True, slots=True)
class Items:
    """A list of values."""

    kind: ClassVar = "items"
    values: tuple["Value", ...]


@dataclass(frozen=True, slots=True)
class Members:
    """An object's members, in order."""

    kind: ClassVar = "members"
    members: tuple[tuple[str, "Value"], ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Objects with the same members, one per row."""

    kind: ClassVar = "table"
    columns: tuple[str, ...]
    rows: tuple[tuple["Value", ...], ...]


Value = Text | Link | Picture | Choice | Items | Members | Table


class Reader(NamedTuple):
    """Options: how many characters of a value are shown, and whether its pictures load at once."""

    limit: int
    loads: bool


def present(name: str, value: Any, reader: Reader) -> Value:
    """Choose how a JSON value is shown; `name` is the name of its field."""
    if isinstance(value, str):
        return present_text(name, value, reader)
    try:
        flat = json.dumps(value, ensure_ascii=False)
    except RecursionError:
        return Text("(nested too deeply to be shown)")
    if len(flat) > LONGEST_LAID_OUT or (depth := measure_depth(flat)) > DEEPEST:
        return _cut(flat, reader.limit)
    if len(flat) <= reader.limit and depth <= DEEPEST_TABLE and _count_cells(value) <= MOST_CELLS:
        return _lay_out(name, value, reader)
    return _cut(json.dumps(value, ensure_ascii=False, indent=2), reader.limit, is_json=True)


def present_text(name: str, text: str, reader: Reader) -> Value:
    """Choose how a text is shown: as a picture or a link if it is a URL."""
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
    """Return whether a text is a URL that is safe to link.

    It may be http or https without credentials, or a path that stays under /files/ of this site.
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
    """Replace surrogates, which cannot be encoded in a page."""
    return _SURROGATES.sub("\ufffd", text)


def _lay_out(name: str, value: Any, reader: Reader) -> Value:
    if isinstance(value, str):
        return present_text(name, value, reader)
    if isinstance(value, dict) and value:
        return Members(
            tuple(
                (_clean_name(key), _lay_out(key, member, reader)) for key, member in value.items()
            )
        )
    if isinstance(value, list) and _has_words(value):
        columns = _find_columns(value)
        if columns:
            rows = tuple(
                tuple(
                    _lay_out(key, row[key], reader) if key in row else Text("") for key in columns
                )
                for row in value
            )
            return Table(tuple(map(_clean_name, columns)), rows)
        return Items(tuple(_lay_out(name, item, reader) for item in value))
    return Text(json.dumps(value, ensure_ascii=False))


def _has_words(values: Sequence[Any]) -> bool:
    """Return whether a list contains more than numbers; coordinates are shown in one line."""
    return any(
        isinstance(value, str | dict) or (isinstance(value, list) and _has_words(value))
        for value in values
    )


def _find_columns(rows: Sequence[Any]) -> list[str]:
    """Return the column names if the rows are objects that fit a table, else an empty list."""
    if not all(isinstance(row, dict) and row for row in rows):
        return []
    columns = list(dict.fromkeys(key for row in rows for key in row))
    return columns if len(columns) <= MOST_COLUMNS else []


def _count_cells(value: Any) -> int:
    parts = value.values() if isinstance(value, Mapping) else value
    return sum(map(_count_cells, parts)) if isinstance(value, dict | list) else 1


def measure_depth(text: str) -> int:
    """Return the depth of nested brackets in JSON text, which bounds its indentation."""
    return max(accumulate((c in "[{") - (c in "]}") for c in text))


def _clean_name(text: str) -> str:
    return clean(text)[:LONGEST_NAME]


def _cut(text: str, limit: int, *, is_json: bool = False) -> Text:
    text = clean(text)
    return Text(text[:limit], is_json, max(0, len(text) - limit))
