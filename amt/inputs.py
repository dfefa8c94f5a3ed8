"""The input of a batch: a file of rows, one HIT a row."""

import hashlib
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Self

from amt.errors import Error
from amt.rows import Columns, Row, choose_format, parse_file

CHUNK_BYTES = 1024 * 1024


class Input:
    """The input of a batch, copied once: the rows that are launched are those that were checked,
    even if the file changes during the run, or is a pipe, which can be read only once.

    The copy is a file without a name in the temporary directory, so it ends with the process.
    """

    def __init__(self, path: str | Path, file_format: str | None = None) -> None:
        self.path = path
        self.format = choose_format(path, file_format)
        self.columns: Columns | None = None  # of a table, once its first line is read
        self.bytes = 0
        self.sha256 = ""
        self._copy = tempfile.TemporaryFile()  # noqa: SIM115 - open for as long as this lives

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._copy.close()

    @property
    def parts(self) -> Sequence["Input"]:
        """The files that this consists of: itself."""
        return (self,)

    def read(self) -> None:
        """Copy the file. Raises Error when it cannot be read or the disk has no room for it."""
        digest = hashlib.sha256()
        try:
            with _open(self.path) as file:
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
        """Return the rows of the copy, as `parse_file` gives them; none of a file that could not be
        read. One pass at a time.
        """
        if not self.sha256:
            return
        descriptor = os.dup(self._copy.fileno())
        os.lseek(descriptor, 0, os.SEEK_SET)
        with open(descriptor, "rb") as file:  # noqa: PTH123 - a descriptor has no path
            yield from parse_file(self.path, file, self.format, faults, self._set_columns)

    def _set_columns(self, columns: Columns) -> None:
        self.columns = columns


class Inputs:
    """Several files that are read one after another, such as results of people and of machines."""

    def __init__(self, paths: Sequence[str | Path]) -> None:
        self.path = ", ".join(map(str, paths))
        self.parts = tuple(map(Input, paths))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for part in self.parts:
            part.__exit__()

    def read(self) -> None:
        """Copy the files. Raises Error when one cannot be read."""
        for part in self.parts:
            part.read()

    def rows(self, faults: list[str] | None = None) -> Iterator[Row]:
        """Return the rows of all files; their numbers and lines are counted in each file."""
        for part in self.parts:
            yield from part.rows(faults)


def read_rows(path: str | Path, file_format: str | None = None) -> Iterator[Row]:
    """Yield the rows of a file. Raises Error as `parse_file`, and for a file that cannot be read."""
    with Input(path, file_format) as source:
        source.read()
        yield from source.rows()


@contextmanager
def _open(path: str | Path) -> Iterator[BinaryIO]:
    """Open a file for reading; - is stdin, which stays open."""
    if str(path) == "-":
        yield sys.stdin.buffer
    else:
        with Path(path).open("rb") as file:
            yield file
