"""The answers of assignments as XML files: hit-ID/assignment-ID.xml, as amti names them."""

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from amt.errors import Error

ID = re.compile(r"[A-Za-z0-9_-]{1,64}")


class AnswerFiles:
    """A directory of answers that is being written."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.written: set[str] = set()  # assignment ids

    def add(self, hit_id: str, assignment_id: str, xml: str) -> None:
        """Write the answer of an assignment, character by character as it is."""
        for name in (hit_id, assignment_id):
            if not ID.fullmatch(name):
                raise Error(f"{name[:70]!r} is not an id, so no file can be named for it")
        folder = self._path / f"hit-{hit_id}"
        folder.mkdir(exist_ok=True)
        with (folder / f"assignment-{assignment_id}.xml").open("xb") as file:
            file.write(xml.encode("utf-8", "replace"))
        self.written.add(assignment_id)


def require_new(path: str) -> None:
    """Raise Error if there is something at `path` already, other than an empty directory."""
    target = Path(path)
    if target.is_dir() and not any(target.iterdir()):
        return
    if target.exists() or target.is_symlink():
        raise Error(f"{path}: exists; name a new directory for the answers")


@contextmanager
def create(path: str) -> Iterator[AnswerFiles]:
    """Create the directory `path`, which appears when everything in it is written.

    Raises Error if it is there already, or OSError.
    """
    require_new(path)
    target = Path(path).resolve()
    new_path = target.with_name(f"{target.name}.new{os.getpid()}")
    new_path.mkdir()
    try:
        yield AnswerFiles(new_path)
        new_path.replace(target)
    except BaseException:
        shutil.rmtree(new_path, ignore_errors=True)
        raise
