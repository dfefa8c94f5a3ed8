"""The input of a batch: JSON Lines, one HIT a line, any JSON value."""

import hashlib
import json
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple, Self

from amt.errors import Error
from formats.json_text import RepeatedKeyError, parse

CHUNK_BYTES = 1024 * 1024


class Row(NamedTuple):
    """A line of the input: `number` counts rows from 0, `line` the file's lines from 1."""

    number: int
    line: int
    value: Any


class Input:
    """The input of a batch, copied once: the rows that are launched are those that were checked,
    though the file changes meanwhile or is a pipe, which can be read only once.

    The copy is a file without a name in the temporary directory, so it ends with the process.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        self.bytes = 0
        self.sha256 = ""
        self._copy = tempfile.TemporaryFile()  # noqa: SIM115 - open for as long as this lives

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._copy.close()

    def read(self) -> None:
        """Copy the file. Raises Error when it cannot be read or the disk has no room for it."""
        digest = hashlib.sha256()
        try:
            with Path(self.path).open("rb") as file:
                while chunk := file.read(CHUNK_BYTES):
                    self._append(chunk)
                    digest.update(chunk)
                    self.bytes += len(chunk)
        except OSError as error:
            raise Error(f"{self.path}: {error.strerror}") from error
        self.sha256 = digest.hexdigest()

    def _append(self, chunk: bytes) -> None:
        try:
            self._copy.write(chunk)
            self._copy.flush()
        except OSError as error:
            raise Error(
                f"{tempfile.gettempdir()}: {error.strerror}; set TMPDIR to a directory with room "
                f"for a copy of {self.path}"
            ) from error

    def rows(self, faults: list[str] | None = None) -> Iterator[Row]:
        """Return the rows of the copy, as `parse_rows` gives them; none of a file that could not be read.
        One pass at a time.
        """
        self._copy.seek(0)
        return parse_rows(self.path, self._copy if self.sha256 else (), faults)


def read_rows(path: str | Path) -> Iterator[Row]:
    """Yield the rows of a file that is read once. Raises Error as `parse_rows`, and for a file that
    cannot be read.
    """
    try:
        with Path(path).open("rb") as lines:
            yield from parse_rows(path, lines)
    except OSError as error:
        raise Error(f"{path}: {error.strerror}") from error


def parse_rows(
    path: str | Path, lines: Iterable[bytes], faults: list[str] | None = None
) -> Iterator[Row]:
    """Yield the rows in the lines of `path`; blank lines are skipped.

    Every line that is not JSON goes into `faults` as `file:line: what`; without a list it raises
    Error at once.
    """
    number = 0
    for line, raw in enumerate(lines, 1):
        text = raw.removeprefix(b"\xef\xbb\xbf") if line == 1 else raw
        if not text.strip():
            continue
        try:
            value = parse(text.rstrip().decode("utf-8"))
        except ValueError as error:
            fault = f"{path}:{line}: {_describe_fault(error)}"
            if faults is None:
                raise Error(fault) from error
            faults.append(fault)
        else:
            yield Row(number, line, value)
            number += 1


def _describe_fault(error: ValueError) -> str:
    if isinstance(error, UnicodeDecodeError):
        return f"not UTF-8 text (byte {error.start + 1} of the line)"
    if isinstance(error, RepeatedKeyError):
        return f"{error.msg} (column {error.colno})"
    if isinstance(error, json.JSONDecodeError):
        return f"not JSON: {error.msg} (column {error.colno})"
    return f"not JSON: {error}"
