"""Replace files as a whole or not at all, by one run at a time.

Every OSError here names the file as the caller named it.
"""

import errno
import fcntl
import io
import os
import re
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TextIO

from amt.errors import Error

OPEN_ALREADY = re.compile(r"/dev/(std(in|out|err)|fd/\d+)|/proc/(self|\d+)/fd/\d+")


def is_stream(path: str | os.PathLike[str]) -> bool:
    """Return whether `path` cannot be replaced by a new file: a device, a pipe or a socket, or
    what this process has open already, such as /dev/stdout.
    """
    if OPEN_ALREADY.fullmatch(os.path.abspath(path)):  # noqa: PTH100 - a link must stay a link
        return True
    target = Path(path)
    return target.exists() and not target.is_file() and not target.is_dir()


def refuse_overwriting(read: Iterable[str | None], written: Mapping[str, str | None]) -> None:
    """Raise Error if a file to write is also read, or written twice. `written` has them by flag."""
    taken = {Path(path).resolve(): "is read" for path in read if path and not is_stream(path)}
    for flag, path in written.items():
        if not path or is_stream(path):
            continue
        target = Path(path).resolve()
        if target in taken:
            raise Error(f"{flag} {path}: this file {taken[target]} too; name another")
        taken[target] = f"is that of {flag}"


@contextmanager
def replace(path: str | os.PathLike[str]) -> Iterator[TextIO]:
    """Open a file for writing that replaces `path` once all of it is on the disk.

    The new file has the owner, group and mode of `path`. A stream is written to directly.
    """
    if is_stream(path):
        with _open(path, "a") as stream:
            yield stream
        return
    target = Path(path).resolve()  # a link stays a link
    if target.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    new_path = target.with_name(f"{target.name}.new{os.getpid()}")
    try:
        with _open(new_path, "w") as file:
            if target.exists():
                _copy_access(target, new_path)
            yield file
            file.flush()
            with _name_errors(new_path):
                os.fsync(file.fileno())
        new_path.replace(target)
    except BaseException as error:
        if isinstance(error, OSError) and error.filename == str(new_path):
            error.filename = str(path)  # the other is a name that the caller does not know
        with suppress(OSError):
            new_path.unlink()
        raise


@contextmanager
def lock(path: str | os.PathLike[str], wait: Callable[[], None]) -> Iterator[None]:
    """Lock the regular file `path` against other runs that read, change and replace it.

    When another run holds the lock, call `wait` once, then wait. The lock is on the file itself,
    which is created if it is missing, and deleted again if it is still empty at the end.
    """
    target = Path(path).resolve()
    is_new = not target.exists()
    with _name_errors(path):
        descriptor = _open_and_lock(target, wait)
    try:
        yield
    finally:
        if is_new and _is_at(descriptor, target) and not os.fstat(descriptor).st_size:
            target.unlink()
        os.close(descriptor)


def _open_and_lock(target: Path, wait: Callable[[], None]) -> int:
    """Return a locked descriptor of the file at `target`. The lock ends with the process."""
    has_called = False
    while True:
        descriptor = os.open(target, os.O_RDONLY | os.O_CREAT, 0o666)
        try:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if not has_called:
                    wait()
                has_called = True
                fcntl.flock(descriptor, fcntl.LOCK_EX)
            if _is_at(descriptor, target):  # the run that we waited for may have replaced it
                return descriptor
        except BaseException:
            os.close(descriptor)
            raise
        os.close(descriptor)


def _is_at(descriptor: int, target: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(descriptor), target.stat())
    except FileNotFoundError:
        return False


def _copy_access(source: Path, target: Path) -> None:
    """Give `target` the owner, group and mode of `source`, as far as this user may."""
    there = source.stat()
    owner = there.st_uid if os.geteuid() == 0 else -1
    with suppress(PermissionError):
        os.chown(target, owner, there.st_gid)
    shutil.copymode(source, target)


def _open(path: str | os.PathLike[str], mode: str) -> TextIO:
    raw = _NamedFile(os.fspath(path), mode)
    return io.TextIOWrapper(io.BufferedWriter(raw), encoding="utf-8", newline="\n")


class _NamedFile(io.FileIO):
    """A file whose errors name it; when a disk is full, the system names no file."""

    def write(self, data: Any, /) -> int:
        """Write as much as fits; return the number of bytes."""
        with _name_errors(str(self.name)):
            return super().write(data)


@contextmanager
def _name_errors(path: str | os.PathLike[str]) -> Iterator[None]:
    """Make an OSError name `path`."""
    try:
        yield
    except OSError as error:
        error.filename = os.fspath(path)
        raise
