"""The directory of a batch: the files that the other scripts make and take."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import unquote

from amt import batches
from amt.declared import documents
from amt.declared.documents import StoredRows
from amt.declared.faults import format_path
from amt.declared.planning import HitInput
from amt.declared.reading import Declared, read_content
from amt.errors import Error
from amt.messages import join_faults
from amt.records import sync_folder
from formats import json_text

MISSING = object()
# A file in the directory of a server of batches, which has it locked while it runs.
SERVER_LOCK = ".serve_batches"


class Directory(NamedTuple):
    """The directory of a batch, whether it is there or not."""

    path: Path

    @property
    def batch_file(self) -> Path:
        """The unchanged copy of the batch file."""
        return self.path / "batch.json"

    @property
    def input(self) -> Path:
        """The input of each HIT."""
        return self.path / "input.jsonl"

    @property
    def hit_ids(self) -> Path:
        """The HIT ids, once every HIT is launched."""
        return self.path / "hit_ids.txt"

    @property
    def record(self) -> Path:
        """The batch record."""
        return batches.record_path(self.hit_ids)

    @property
    def results(self) -> Path:
        """The answers, a line for each row and worker."""
        return self.path / "results.jsonl"

    @property
    def labels(self) -> Path:
        """The labels, a line for each row."""
        return self.path / "labels.jsonl"

    @property
    def events(self) -> Path:
        """What is to be pushed, and what was."""
        return self.path / "events.jsonl"

    @property
    def totals(self) -> Path:
        """The totals of a batch. The file is written when all answers are in."""
        return self.path / "totals.json"

    @property
    def expired(self) -> Path:
        """A file that is there once somebody asked to expire the batch: no more HITs are launched."""
        return self.path / "expired.txt"

    @property
    def worker_key(self) -> Path:
        """The key of the pseudonyms that events have in place of worker ids."""
        return self.path / "worker_key.txt"


def find(parent: str | Path, declared: Declared) -> Directory:
    """Return the directory of a batch. Raises Error when it is there for another batch of that id."""
    directory = Directory(Path(parent) / declared.file.id)
    if directory.path.exists():
        _compare(directory, declared)
    return directory


def find_server_requester(directory: Directory) -> str | None:
    """Return whose a batch is that came over HTTP, by its folder; None for one of run_batch.py."""
    folder = directory.path.absolute().parent
    return unquote(folder.name) if (folder.parent / SERVER_LOCK).exists() else None


def create(directory: Directory, declared: Declared) -> None:
    """Make the directory with batch.json and input.jsonl, in one step, unless it is there.

    Raises Error as `find` does, when another run was quicker with another batch, and for a directory
    that cannot be made.
    """
    if directory.path.exists():
        return
    new = Directory(directory.path.with_name(f".{directory.path.name}.new{os.getpid()}"))
    shutil.rmtree(new.path, ignore_errors=True)
    try:
        new.path.mkdir(parents=True)
        _write(new.batch_file, declared.content.list_parts())
        _write(new.input, HitInput(declared).list_lines())
        new.path.rename(directory.path)
        sync_folder(directory.path.parent)
    except OSError as error:
        shutil.rmtree(new.path, ignore_errors=True)
        if not directory.path.exists():
            raise Error(f"{directory.path}: cannot be made: {error.strerror}") from error
        _compare(directory, declared)


def remove_unmade(parent: Path) -> None:
    """Remove what `create` left in a folder when its process was killed."""
    for path in parent.glob(".*.new*"):
        number = path.name.rpartition(".new")[2]
        if number.isdecimal() and not _is_running(int(number)):
            shutil.rmtree(path, ignore_errors=True)


def _is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        pass  # it is another user's
    return True


def _write(path: Path, parts: Any) -> None:
    with path.open("wb") as file:
        file.writelines(parts)
        file.flush()
        os.fsync(file.fileno())


def _compare(directory: Directory, declared: Declared) -> None:
    """Raise Error, naming the JSON paths that differ, unless the directory is of this batch."""
    if paths := list_conflicts(directory, declared):
        shown = join_faults(f"{path}: differs" for path in paths)
        raise Error(
            f"{directory.path}: is of another batch with the id {declared.file.id}; give yours another "
            f"id.\n{shown}"
        )


def list_conflicts(directory: Directory, declared: Declared) -> list[str]:
    """Return the JSON paths at which the batch of the directory differs from this one.

    Raises Error when the directory is missing or is not that of a batch.
    """
    try:
        content = read_content(directory.batch_file)
        is_same = content.equals(declared.content)
        document = declared.document if is_same else documents.parse(content).value
    except (FileNotFoundError, NotADirectoryError) as error:
        raise Error(
            f"{directory.path}: is not the directory of a batch; name another --directory"
        ) from error
    except OSError as error:
        raise Error(f"{directory.batch_file}: {error.strerror}") from error
    except ValueError as error:
        raise Error(json_text.describe(directory.batch_file, error)) from error
    paths = list(find_differences(document, declared.document))
    if not paths and isinstance(declared.file.rows, str):
        lines = HitInput(declared).list_lines()
        if directory.input.read_bytes() != b"".join(lines):
            paths = [format_path(["rows"])]
    return paths


def find_differences(old: Any, new: Any, path: tuple[Any, ...] = ()) -> Iterator[str]:
    """Yield the JSON path of each value that differs between two documents."""
    if old is new:
        return
    if (
        isinstance(old, StoredRows)
        and isinstance(new, StoredRows)
        and (old.ids, len(old)) == (new.ids, len(new))
    ):
        for (key, one), other in zip(old.items(), new, strict=True):
            yield from find_differences(one, other, (*path, key))
        return
    old, new = (v.to_value() if isinstance(v, StoredRows) else v for v in (old, new))
    if isinstance(old, dict) and isinstance(new, dict):
        for key in dict.fromkeys((*old, *new)):
            yield from find_differences(old.get(key, MISSING), new.get(key, MISSING), (*path, key))
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for number, (one, other) in enumerate(zip(old, new, strict=True)):
            yield from find_differences(one, other, (*path, number))
    elif isinstance(old, bool) is not isinstance(new, bool) or old != new:
        yield format_path(path)
