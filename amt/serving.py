"""Where a local crowd is served: a file beside its data that exists while the server runs.

The server holds a lock on the note, which ends with its process: a note without one is old.
"""

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

NOTE = "served_at.txt"
NOT_SERVED_YET = "http://127.0.0.1:8000"  # where serve_local_crowd.py serves by default
EVERYWHERE = {"http://0.0.0.0:": "http://127.0.0.1:", "http://[::]:": "http://[::1]:"}


@contextmanager
def note_address(directory: Path, url: str) -> Iterator[Callable[[], None]]:
    """Note that the crowd in `directory` is served at `url`, until the block ends.

    A second server of the same data leaves the first one's note. A note that cannot be written is
    left out: only the scripts' messages need it.

    Call the result in each forked process: it leaves the lock to this process alone.
    """
    path = directory / NOTE
    try:
        file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError:
        yield lambda: None
        return
    process, is_ours = os.getpid(), False
    try:
        with suppress(OSError):
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            is_ours = True
            os.truncate(file, 0)
            os.pwrite(file, url.encode(), 0)
        yield lambda: os.close(file)
    finally:
        if is_ours and os.getpid() == process:  # a forked process ends before its server does
            path.unlink(missing_ok=True)
        os.close(file)


def find_address(directory: Path) -> str | None:
    """Return the URL at which the crowd in `directory` is served now, None when it is not."""
    try:
        with (directory / NOTE).open("rb") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                url = file.read(200).decode(errors="replace")
            else:
                return None
    except OSError:
        return None
    for everywhere, here in EVERYWHERE.items():
        url = url.replace(everywhere, here)
    return url or None
