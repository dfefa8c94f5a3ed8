"""The files that the scripts write: replaced as a whole or not at all, and by one run at a time.

Every OSError here names the file that the caller named.
"""

import errno
import fcntl
import io
import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TextIO

OPEN_ALREADY = re.compile(r"/dev/(std(in|out|err)|fd/\d+)|/proc/(self|\d+)/fd/\d+")


def is_stream(path: str | os.PathLike[str]) -> bool:
    """Whether `path` is a device, a pipe or a socket, or what this process has open already, such
    as /dev/stdout: nothing that a new file can take the place of.
    """
    if OPEN_ALREADY.fullmatch(os.path.abspath(path)):  # noqa: PTH100 - a link must stay a link
        return True
    target = Path(path)
    return target.exists() and not target.is_file() and not target.is_dir()


@contextmanager
def replacing(path: str | os.PathLike[str]) -> Iterator[TextIO]:
    """A file to write that takes the place of `path` only when all of it is on the disk.

    Who may read `path` may read the new one, and nobody else. A stream is written to as it is.
    """
    if is_stream(path):
        with _open(path, "a") as stream:
            yield stream
        return
    target = Path(path).resolve()  # a link stays a link
    if target.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    beside = target.with_name(f"{target.name}.new{os.getpid()}")
    try:
        with _open(beside, "w") as file:
            if target.exists():
                _copy_access(target, beside)
            yield file
            file.flush()
            with _naming(beside):
                os.fsync(file.fileno())
        beside.replace(target)
    except BaseException as error:
        if isinstance(error, OSError) and error.filename == str(beside):
            error.filename = str(path)  # the other is a name that nobody has heard of
        with suppress(OSError):
            beside.unlink()
        raise


@contextmanager
def alone(path: str | os.PathLike[str], wait: Callable[[], None]) -> Iterator[None]:
    """Be the only run that reads, changes and replaces the regular file `path`.

    While another run does so, `wait` is called once, and this one waits. The lock is on the file
    itself, which is made if need be, and removed again when it stays empty.
    """
    target = Path(path).resolve()
    is_new = not target.exists()
    with _naming(path):
        lock = _lock(target, wait)
    try:
        yield
    finally:
        if is_new and _is_at(lock, target) and not os.fstat(lock).st_size:
            target.unlink()
        os.close(lock)


def _lock(target: Path, wait: Callable[[], None]) -> int:
    """A descriptor of the file that is at `target`, locked. The system unlocks it when we die."""
    told = False
    while True:
        descriptor = os.open(target, os.O_RDONLY | os.O_CREAT, 0o666)
        try:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if not told:
                    wait()
                told = True
                fcntl.flock(descriptor, fcntl.LOCK_EX)
            if _is_at(descriptor, target):  # not replaced by whom we waited for
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
    """A file that is named in its errors: of a full disk the system says only that it is full."""

    def write(self, data: Any, /) -> int:
        """Write what fits."""
        with _naming(str(self.name)):
            return super().write(data)


@contextmanager
def _naming(path: str | os.PathLike[str]) -> Iterator[None]:
    """Let an OSError name `path`, as the caller did."""
    try:
        yield
    except OSError as error:
        error.filename = os.fspath(path)
        raise
