"""The JSON document of a batch file, which can be large: its rows stay on the disk.

A file of 100,000 rows is 32 MB; as Python's objects its rows would take 100 MB more. So the rows of
a large document are checked one after the other, and parsed again when they are asked for.
"""

import codecs
import json
import os
import re
import tempfile
import weakref
from array import array
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from formats import json_text

IN_MEMORY_BYTES = 1_000_000  # a document of at most so many bytes is kept in memory
PART_BYTES = 1_000_000
ROWS = ("rows", "content")  # the keys whose values stay on the disk; the second one is AMPCrowd's
CUT_CHARACTERS = 4  # a number that the end of a part cuts off ends there, or before `e+`
SPACE = re.compile(r"[ \t\n\r]*")


class Content:
    """The bytes of a document: in memory, or in a file without a name if they are many."""

    def __init__(self, parts: Iterable[bytes]) -> None:
        """Take the bytes. Raises OSError for a full disk."""
        self._bytes = b""
        self._file: int | None = None
        self.size = 0
        for part in parts:
            if self._file is None and self.size + len(part) > IN_MEMORY_BYTES:
                self._file = self._open_file()
                _write_all(self._file, self._bytes)
                self._bytes = b""
            if self._file is None:
                self._bytes += part
            else:
                _write_all(self._file, part)
            self.size += len(part)

    def read(self, start: int, end: int) -> bytes:
        """Return the bytes from `start` up to `end`. Threads may call this."""
        if self._file is None:
            return self._bytes[start:end]
        return os.pread(self._file, end - start, start)

    def list_parts(self) -> Iterator[bytes]:
        """Yield all bytes, in parts."""
        for start in range(0, self.size, PART_BYTES):
            yield self.read(start, start + PART_BYTES)

    def equals(self, other: "Content") -> bool:
        """Return whether two documents have the same bytes."""
        parts = zip(self.list_parts(), other.list_parts(), strict=False)
        return self.size == other.size and all(one == another for one, another in parts)

    def _open_file(self) -> int:
        file, name = tempfile.mkstemp()
        Path(name).unlink()
        weakref.finalize(self, os.close, file)
        return file


class StoredRows:
    """The members of an object, or the items of a list, each parsed when it is asked for.

    `ids` are the names of the members; None: the rows are a list.
    """

    def __init__(self, content: Content, ids: list[str] | None) -> None:
        self.ids = ids
        self._content = content
        self._starts = array("Q")
        self._ends = array("Q")

    def add(self, start: int, end: int) -> None:
        """Add the row whose JSON is in these bytes."""
        self._starts.append(start)
        self._ends.append(end)

    def __len__(self) -> int:
        return len(self._starts)

    def __getitem__(self, number: int) -> Any:
        return json.loads(self._content.read(self._starts[number], self._ends[number]))

    def __iter__(self) -> Iterator[Any]:
        return (self[number] for number in range(len(self)))

    def items(self) -> Iterator[tuple[str | int, Any]]:
        """Yield the id or the number of each row, and the row."""
        return zip(range(len(self)) if self.ids is None else self.ids, self, strict=True)

    def to_value(self) -> Any:
        """Return all rows, as an object or a list."""
        return list(self) if self.ids is None else dict(zip(self.ids, self, strict=True))


class Document(NamedTuple):
    """The value of a JSON text, and the path of each key that an object has twice."""

    value: Any
    repeated: list[tuple[str | int, ...]]


def parse(content: Content) -> Document:
    """Return the document; if it is large, its rows are StoredRows.

    Raises ValueError as json_text.parse_with_repeated_keys does.
    """
    if content.size > IN_MEMORY_BYTES:
        try:
            return Document(_Scanner(content).scan(), [])
        except _OtherError:
            pass  # what is wrong with it, or unusual, is found by the parser of all documents
    text = content.read(0, content.size).decode("utf-8-sig")
    return Document(*json_text.parse_with_repeated_keys(text))


class _OtherError(Exception):
    """Raised for a document that is not an object with rows, or not valid."""


class _Scanner:
    """Goes through a document, with one part of its text in memory at a time."""

    def __init__(self, content: Content) -> None:
        self._content = content
        self._decoder = codecs.getincrementaldecoder("utf-8")()
        self._text = ""  # the part
        self._at = 0  # position in it
        self._read = 0  # bytes that are in it, or were
        self._marked = (0, 0)  # a position in the part, and the byte that is there
        self._scan = json.JSONDecoder(
            object_pairs_hook=_make_object, parse_constant=_refuse, parse_float=_to_float
        ).raw_decode

    def scan(self) -> dict[str, Any]:
        """Return the document. Raises _OtherError."""
        self._extend()
        if self._text.startswith("\ufeff"):
            self._at = 1
        document: dict[str, Any] = {}
        for key in self._list_keys():
            if key in document:
                raise _OtherError
            if key in ROWS and self._peek() in ("{", "["):
                document[key] = self._scan_rows()
            else:
                document[key] = self._scan_value(json_text.MOST_LEVELS)
        if self._peek():
            raise _OtherError
        return document

    def _scan_rows(self) -> StoredRows:
        ids: list[str] | None = [] if self._peek() == "{" else None
        rows = StoredRows(self._content, ids)
        for key in self._list_keys() if ids is not None else self._list_items():
            self._peek()
            start = self._find_byte()
            self._scan_value(json_text.MOST_LEVELS - 1)
            rows.add(start, self._find_byte())
            if ids is not None:
                ids.append(str(key))
        if ids is not None and len(set(ids)) < len(ids):
            raise _OtherError
        return rows

    def _list_keys(self) -> Iterator[str]:
        """Yield the key of each member of an object; its value must be scanned before the next."""
        self._take("{")
        if self._peek() == "}":
            self._at += 1
            return
        while True:
            if self._peek() != '"':
                raise _OtherError
            key = self._scan_value(1)
            self._take(":")
            yield key
            if self._take(",", "}") == "}":
                return

    def _list_items(self) -> Iterator[None]:
        """Yield for each item of a list, which must be scanned before the next."""
        self._take("[")
        if self._peek() == "]":
            self._at += 1
            return
        while True:
            yield
            if self._take(",", "]") == "]":
                return

    def _peek(self) -> str:
        """Return the next character that is not space; nothing at the end."""
        while True:
            match = SPACE.match(self._text, self._at)
            self._at = match.end() if match else self._at
            if self._at < len(self._text) or not self._extend():
                return self._text[self._at : self._at + 1]

    def _take(self, *wanted: str) -> str:
        character = self._peek()
        if character not in wanted:
            raise _OtherError
        self._at += 1
        return character

    def _scan_value(self, most_levels: int) -> Any:
        """Return the value that begins here. Raises _OtherError, also if it is nested deeper."""
        self._peek()
        while True:
            try:
                value, end = self._scan(self._text, self._at)
            except json.JSONDecodeError as error:
                if not self._extend():
                    raise _OtherError from error
                continue
            except (RecursionError, ValueError) as error:
                raise _OtherError from error
            if end > len(self._text) - CUT_CHARACTERS and self._extend():
                continue
            if _is_deeper(value, most_levels):
                raise _OtherError
            self._at = end
            return value

    def _find_byte(self) -> int:
        """Return at which byte of the document the scanner is."""
        at, byte = self._marked
        between = self._text[at : self._at]
        byte += len(between) if between.isascii() else len(between.encode())
        self._marked = (self._at, byte)
        return byte

    def _extend(self) -> bool:
        """Let the part begin here and go on further; return False if it is the last one already.

        It grows by at least its own length, so that a long value is not tried again many times.
        """
        if self._read >= self._content.size:
            return False
        byte = self._find_byte()
        self._text = self._text[self._at :]
        self._at, self._marked = 0, (0, byte)
        more = self._content.read(self._read, self._read + max(PART_BYTES, len(self._text)))
        self._read += len(more)
        try:
            self._text += self._decoder.decode(more, self._read >= self._content.size)
        except UnicodeDecodeError as error:
            raise _OtherError from error
        return True


def _make_object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) < len(pairs):
        raise _OtherError
    return value


def _refuse(_: str) -> Any:
    raise _OtherError


def _to_float(digits: str) -> float:
    number = float(digits)
    if number in (float("inf"), float("-inf")):
        raise _OtherError
    return number


def _is_deeper(value: Any, most: int) -> bool:
    """Return whether a value has more than `most` levels of objects and lists."""
    level = [value] if isinstance(value, dict | list) else []
    for _ in range(most):
        level = [
            item
            for container in level
            for item in (container.values() if isinstance(container, dict) else container)
            if isinstance(item, dict | list)
        ]
        if not level:
            return False
    return bool(level)


def _write_all(file: int, part: bytes) -> None:
    left = memoryview(part)
    while left:
        left = left[os.write(file, left) :]
