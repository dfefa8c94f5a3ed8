"""An append-only journal: one JSON line per completed step, on disk before the next step.

A record's first line says what is being done, and is on disk before anything costs money. A last
line that a crash cut short is ignored when reading; a record without a whole first line is an
error. A lock lets one run at a time write, since two could do the same step twice.
"""

import fcntl
import json
import os
import shutil
import threading
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from io import FileIO
from pathlib import Path
from typing import Any, NoReturn, Self

from amt.crowd import OWNER, Crowd
from amt.errors import Error
from formats.json_text import parse

TOKENS_LAST = timedelta(hours=23)  # Amazon remembers a UniqueRequestToken for 24 hours
# A claimed record in which nothing stands yet. An empty file is not one: it may have lost its lines.
CLAIMED = b" "


class DamageError(ValueError):
    """A record that is damaged. The text says how, and what to do."""


class Record:
    """A record. `header` is its first line, empty while there is none.

    `kind` is what its first line begins with: the key of what names the work. `fields` are the
    other keys of the first line that must be there, with their types.
    """

    kind: str
    fields: Mapping[str, type] = {}

    def __init__(self, path: Path) -> None:
        """Read the file. Raises Error, with the line, when it is not such a record."""
        self.path = path
        self.header: dict[str, Any] = {}
        self.end = 0  # behind the last whole line: where the next one begins
        self._size = 0
        self._file: FileIO | None = None
        self._is_at_end = False  # whether the file's position is `end`, with nothing behind it
        self._appending = threading.Lock()
        number = 0
        try:
            with path.open("rb") as lines:
                for number, line in enumerate(lines, 1):
                    self._size += len(line)
                    if line.endswith(b"\n"):
                        self._take(line)
                        self.end = self._size
                    elif number == 1 and line != CLAIMED:
                        self._refuse_beginning(line)
            if not self._size:
                raise DamageError(f"it is empty; {self._restore}")
        except FileNotFoundError:
            return
        except OSError as error:
            raise Error(f"{path}: {error.strerror}") from error
        except DamageError as error:
            raise Error(f"{path}:{number or 1}: {error}") from error
        except (ValueError, KeyError, TypeError) as error:
            raise Error(f"{path}:{number}: not a line of a {self.kind} record") from error

    @property
    def _restore(self) -> str:
        return f"restore this {self.kind} record from a copy, or delete it if its run did nothing"

    def _refuse_beginning(self, line: bytes) -> NoReturn:
        """Raise ValueError for a first line without an end.

        `begin` writes the first line in one step, so no crash of ours leaves a part of it.
        """
        prefix = f'{{"{self.kind}": '.encode()
        if prefix.startswith(line[: len(prefix)]):
            raise DamageError(f"the first line is cut short; {self._restore}")
        raise ValueError("not the first line of a record")

    def _take(self, line: bytes) -> None:
        values = dict(parse(line.decode()))
        if self.header:
            self.note(values)
            return
        types = {self.kind: str, "crowd": str, "site": str, "time": str} | dict(self.fields)
        if not all(isinstance(values[name], kind) for name, kind in types.items()):
            raise ValueError("not the first line of a record")
        if datetime.fromisoformat(values["time"]).tzinfo is None:
            raise ValueError("the time has no time zone")
        self.header = values

    def note(self, line: dict[str, Any]) -> None:
        """Add a line of the record, which begins at `self.end`."""
        raise NotImplementedError

    def claim(self) -> Self:
        """Make this run the only one that writes, until `close`; the file is made if need be.

        Raises Error when another run has it, when it is not as it was read, or cannot be written.
        """
        try:
            fd = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o666)
        except OSError as error:
            raise Error(f"{self.path}: {error.strerror}") from error
        file = FileIO(fd, "r+")
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)  # the system lifts it when we die
            here = os.fstat(fd)
            if here.st_size != self._size or not os.path.samestat(here, self.path.stat()):
                raise Error(f"{self.path}: another run has just finished; run this again")
        except OSError as error:
            file.close()
            raise Error(
                f"{self.path}: another run is using this file; wait until it finishes"
            ) from error
        except Error:
            file.close()
            raise
        self._file = file
        if not self._size:
            self._mark_claimed(file)
        return self

    def _mark_claimed(self, file: FileIO) -> None:
        try:
            file.write(CLAIMED)
        except OSError as error:
            self.close()  # an empty record would be refused from now on
            raise Error(f"{self.path}: {error.strerror}") from error

    def check_room(self, needed: int) -> None:
        """Raise Error when the disk has fewer than `needed` bytes left for the record."""
        if (free := shutil.disk_usage(self.path.parent).free) < needed:
            raise Error(f"{self.path}: needs about {needed:,} bytes, and {free:,} are free")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def begin(self, header: dict[str, Any]) -> None:
        """Put the first line on the disk in one step; what stood there before is gone.

        Raises Error for a full disk.
        """
        target = self.path.resolve()  # a link stays a link
        new = target.with_name(f"{target.name}.new{os.getpid()}")
        line = _serialize(header)
        file = None
        try:
            file = FileIO(new, "w+")
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)  # nobody claims it before it is ours
            shutil.copymode(target, new)
            _write_all(file, line)
            os.fsync(file.fileno())
            new.replace(target)
            sync_folder(target.parent)  # that there is such a file, too
        except OSError as error:
            new.unlink(missing_ok=True)
            if file is not None:
                file.close()
            raise Error(f"{self.path}: {error.strerror}") from error
        if self._file is not None:
            self._file.close()
        self._file = file
        self._is_at_end = False
        self.header = header
        self.end = len(line)

    def tokens_forgotten(self) -> bool:
        """Whether this was begun so long ago that the crowd may not know a repeated call."""
        return datetime.now(UTC) - datetime.fromisoformat(self.header["time"]) > TOKENS_LAST

    def append(self, line: dict[str, Any]) -> None:
        """Append the line of a completed step. Threads may call this. Raises Error for a full disk."""
        with self._appending:
            length = self._write(line)
            self.note(line)
            self.end += length
            self._is_at_end = True

    def _write(self, value: dict[str, Any]) -> int:
        assert self._file is not None, "claim comes first"  # noqa: S101 - a bug of ours
        line = _serialize(value)
        try:
            # Threads that append wait for each other, so a system call less counts.
            if not self._is_at_end:
                self._file.seek(self.end)
                self._file.truncate()  # of a line that was cut short
            self._is_at_end = False
            _write_all(self._file, line)
        except OSError as error:
            raise Error(
                f"{self.path}: {error.strerror}; make room, then run this again: it finds out what is "
                "missing here"
            ) from error
        return len(line)

    def _to_disk(self) -> None:
        if self._file is not None:
            try:
                os.fsync(self._file.fileno())
            except OSError as error:
                raise Error(f"{self.path}: {error.strerror}") from error

    def close(self) -> None:
        """Put everything on the disk and let others write; a file in which nothing stands goes."""
        if self._file is None:
            return
        self._to_disk()
        if not self.header:
            self.path.unlink(missing_ok=True)
        self._file.close()
        self._file = None


def _serialize(value: dict[str, Any]) -> bytes:
    # ASCII: a lone surrogate in somebody's input must not stop the record.
    return json.dumps(value).encode("ascii") + b"\n"


def _write_all(file: FileIO, line: bytes) -> None:
    left = line
    while left:  # a write may do a part, and say only at the next one why
        left = left[file.write(left) :]


def sync_folder(folder: Path) -> None:
    """Put on the disk which files a folder has."""
    fd = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def record_path(file: str | Path, ending: str) -> Path:
    """Return where the record of a file is: hit_ids.txt -> hit_ids<ending>.

    Only .txt is removed, because pilot.v1 and pilot.v2 must not share a record. Raises Error for
    what is not the name of a file.
    """
    path = Path(file)
    if not path.name:
        raise Error(f"{file}: is not the name of a file")
    return path.with_name(path.name.removesuffix(".txt") + ending)


def lasting_record_path(file: str | Path, ending: str) -> Path:
    """Return record_path(file, ending) for a file that will be there when this is run again.

    Raises Error for a device, a pipe or a directory.
    """
    path = Path(file)
    if path.exists() and not path.is_file():
        raise Error(
            f"{file}: is not a regular file, so the record cannot be kept beside it; "
            "write its content to a file first"
        )
    return record_path(file, ending)


def describe_place(crowd: Crowd) -> dict[str, Any]:
    """Return what a first line says of where the work is: crowd, site, and of the crowd `local` its
    directory, and whose it is if it is another's than the scripts'.
    """
    place: dict[str, Any] = {"crowd": crowd.name, "site": "live" if crowd.live else "sandbox"}
    if crowd.name == "local":
        place["local_crowd"] = str(Path(crowd.settings["local_crowd"]).resolve())
        if crowd.requester != OWNER:
            place["requester"] = crowd.requester
    if crowd.is_plug_in and crowd.charges_fees:
        place["charges_fees"] = True  # an archive's figures are computed without the crowd
    return place


def describe_other_place(record: Record | None, crowd: Crowd) -> str | None:
    """Say that the record's local crowd is in another directory than `crowd`; None if it is not.

    A directory is not followed as crowd and site are: a record may be anybody's, and a folder may
    have been moved.
    """
    was = record.header.get("local_crowd") if record else None
    if record is None or crowd.name != "local" or was is None:
        return None
    now = Path(crowd.settings["local_crowd"]).resolve()
    if now == Path(was):
        return None
    return (
        f"{record.path}: this {record.kind} is in the local crowd in {was}; the one in use is in "
        f"{now} ({crowd.source})"
    )


def refuse_other_place(record: Record, crowd: Crowd) -> None:
    """Raise Error when the record's local crowd is in another directory, and still there."""
    other = describe_other_place(record, crowd)
    if other is not None and Path(record.header["local_crowd"]).exists():
        raise Error(f"{other}; set local_crowd in config.json to the other one")


def find_requester(record: Record) -> str:
    """Return as whom the scripts act on the crowd `local` for the work of a record."""
    return str(record.header.get("requester", OWNER))


def follow_record(record: Record, crowd: str | None, live: bool | None) -> tuple[str, bool]:
    """Return the name of the record's crowd, and whether the record is of its live site.

    `crowd` and `live` are what the user asked for, if anything. Raises Error when the record
    contradicts them: HITs stay where they were launched.
    """
    name, site = record.header["crowd"], record.header["site"]
    other = crowd is not None and crowd.rstrip("/") != name.rstrip("/")
    flags = [f"--crowd {crowd}"] if other else []
    flags += ["--prod"] if live and site != "live" else []
    if flags:
        raise Error(
            f"{record.path}: this {record.kind} is on the {site} site of {name}; "
            f"leave out {' '.join(flags)}"
        )
    return name, site == "live"
