"""The lock of a SQLite database's one writer."""

import os
import threading
from contextlib import suppress
from pathlib import Path
from types import TracebackType

try:
    from fcntl import LOCK_EX, LOCK_UN, flock
except ImportError:  # Windows: between processes only SQLite's own lock is left
    flock = None  # type: ignore[assignment]


class WriteLock:
    """Held by one thread of one process; the others wait in line.

    SQLite's own lock is tried again and again, with pauses of up to 100 ms; under load some
    writers waited for seconds. Processes share this one by an empty file beside the database, if
    a server has created it. It is not the database itself: SQLite locks that in ways which some
    systems confuse with this one. Without the file, SQLite's own lock has to do.
    """

    def __init__(self, database: Path | None) -> None:
        self._database = database
        self._path = None if database is None or flock is None else f"{database}-lock"
        self._thread_lock = threading.Lock()
        self._file: int | None = None

    def __enter__(self) -> None:
        self._thread_lock.acquire()
        try:
            if self._file is None and self._path is not None:
                # Opened on first use: a forked process must not share its parent's lock.
                with suppress(OSError):
                    self._file = os.open(self._path, os.O_RDWR | os.O_CLOEXEC)
                if self._file is None:
                    self._path = None  # looked for once
            if self._file is not None:
                with suppress(OSError):  # a file system without locks
                    flock(self._file, LOCK_EX)
        except BaseException:  # Ctrl-C while waiting
            self._thread_lock.release()
            raise

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            if self._file is not None:
                with suppress(OSError):
                    flock(self._file, LOCK_UN)
        finally:
            self._thread_lock.release()

    def create(self) -> None:
        """Create the file for other processes. Raises OSError."""
        if self._database is not None and flock is not None:
            os.close(os.open(f"{self._database}-lock", os.O_RDWR | os.O_CREAT, 0o600))
            self._path = f"{self._database}-lock"

    def close(self) -> None:
        """Close the file; the next use opens it again."""
        with self._thread_lock:
            if self._file is not None:
                os.close(self._file)
                self._file = None
