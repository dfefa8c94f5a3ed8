"""The file that a machine's answers are appended to, one by one."""

import fcntl
import os
from collections.abc import Mapping
from io import FileIO
from pathlib import Path
from typing import Any, Self

from amt.answers import format_line
from amt.errors import Error
from formats.json_text import parse

ENDING = ".machine_results.jsonl"


class ResultFile:
    """Lines of results of machines. While it is open, no other run can append to it.

    Each line is written at once, so a run that is killed loses no answer that it took, and the next
    one begins behind the last whole line.
    """

    def __init__(self, path: Path, worker_id: str) -> None:
        """Open and read the file, or create it.

        Raises Error, naming the line, for a file of something else, and when another run has it.
        """
        self.path = path
        self.answered: set[str] = set()  # the HITs with an answer of this worker
        try:
            self._file = FileIO(os.open(path, os.O_RDWR | os.O_CREAT, 0o666), "r+")
        except OSError as error:
            raise Error(f"{path}: {error.strerror}") from error
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            self._file.close()
            raise Error(
                f"{path}: another run is using this file; wait until it finishes"
            ) from error
        try:
            self._end = self._read(worker_id)
        except Error:
            self._file.close()
            raise

    def _read(self, worker_id: str) -> int:
        """Note the answers in the file; return where the last whole line ends."""
        end = 0
        with self.path.open("rb") as lines:
            for number, line in enumerate(lines, 1):
                if not line.endswith(b"\n"):
                    break  # cut short when a run was killed
                end += len(line)
                if not line.strip():
                    continue
                try:
                    result = parse(line.decode())
                    if not isinstance(result["machine"], str):
                        raise TypeError
                    if result["worker_id"] == worker_id:
                        self.answered.add(result["hit_id"])
                except (ValueError, KeyError, TypeError) as error:
                    raise Error(
                        f"{self.path}:{number}: not an answer of a machine; name a new file"
                    ) from error
        return end

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if not os.fstat(self._file.fileno()).st_size:
            self.path.unlink(missing_ok=True)
        else:
            os.fsync(self._file.fileno())
        self._file.close()

    def append(self, result: Mapping[str, Any]) -> None:
        """Append a line. Raises Error for a full disk."""
        left = format_line(result).encode() + b"\n"
        self._end += len(left)
        try:
            self._file.seek(self._end - len(left))
            self._file.truncate()  # of a line that was cut short
            while left:
                left = left[self._file.write(left) :]
        except OSError as error:
            raise Error(f"{self.path}: {error.strerror}") from error
