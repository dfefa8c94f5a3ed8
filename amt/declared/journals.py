"""Files of JSON lines that are only appended to, and that a crash leaves readable."""

import json
import os
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Self

from amt.errors import Error
from formats.json_text import parse


class Journal:
    """A file of JSON lines. One process appends to it, any number read it.

    A last line without an end, which a crash left, is not a line; the next one replaces it.
    `is_valid` tells whether an object can be a line of this file.
    """

    def __init__(
        self, path: Path, is_valid: Callable[[Mapping[str, Any]], bool] = lambda _: True
    ) -> None:
        self.path = path
        self._is_valid = is_valid
        self._end = 0
        self._appending = threading.Lock()
        self._descriptor: int | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    @property
    def end(self) -> int:
        """The position behind the last whole line that was read or written."""
        return self._end

    def read(self, start: int = 0) -> Iterator[tuple[int, dict[str, Any]]]:
        """Yield each line with the position at which it begins, from the one at `start`.

        Raises Error, naming the line, for what is not a valid object.
        """
        position, number = start, 0
        try:
            with self.path.open("rb") as lines:
                lines.seek(start)
                for line in lines:
                    number += 1
                    if not line.endswith(b"\n"):
                        break
                    value = parse(line.decode())
                    if not (isinstance(value, dict) and self._is_valid(value)):
                        raise ValueError("another object")
                    yield position, value
                    position += len(line)
        except FileNotFoundError:
            pass
        except OSError as error:
            raise Error(f"{self.path}: {error.strerror}") from error
        except ValueError as error:
            raise Error(
                f"{self.path}:{number}: not a line that run_batch.py wrote; restore the file from a copy"
            ) from error
        self._end = position

    def read_at(self, position: int) -> dict[str, Any]:
        """Return the line that begins at `position`."""
        with self.path.open("rb") as lines:
            lines.seek(position)
            value: dict[str, Any] = json.loads(lines.readline())
        return value

    def append(self, values: Iterable[Mapping[str, Any]]) -> list[int]:
        """Append lines, of which a crash leaves the first ones; call `read` to the end before.

        Threads may call this. Return the position of each. Raises Error for a full disk.
        """
        lines = [json.dumps(value).encode("ascii") + b"\n" for value in values]
        with self._appending:
            try:
                if self._descriptor is None:
                    self._descriptor = os.open(self.path, os.O_WRONLY | os.O_CREAT, 0o666)
                    os.ftruncate(self._descriptor, self._end)
                left = b"".join(lines)
                position = self._end
                while left:
                    written = os.pwrite(self._descriptor, left, position)
                    left, position = left[written:], position + written
            except OSError as error:
                raise Error(
                    f"{self.path}: {error.strerror}; make room, then run this again"
                ) from error
            positions = []
            for line in lines:
                positions.append(self._end)
                self._end += len(line)
        return positions

    def sync(self) -> None:
        """Put what was appended on the disk. Raises Error for a disk that fails."""
        if self._descriptor is not None:
            try:
                os.fsync(self._descriptor)
            except OSError as error:
                raise Error(f"{self.path}: {error.strerror}") from error
