"""A copy of a SQLite database as it stood at one moment, whoever writes meanwhile."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from local_crowd.store.faults import StoreError, describe_sqlite_fault


def copy_database(source: Path, target: Path) -> str:
    """Copy one file to another that does not exist yet; return the verdict of SQLite's own check.

    The copy is readable by its owner only. Raises StoreError, naming the file at fault, when
    `source` is damaged or holds no crowd, or `target` cannot be written.
    """
    target.touch(mode=0o600)
    with closing(sqlite3.connect(source)) as database, closing(sqlite3.connect(target)) as copy:
        with _explain_faults(source):
            [(tables,)] = database.execute("SELECT count(*) FROM sqlite_master")
        if not tables:  # such as a file of 0 bytes, of which SQLite makes a sound empty database
            raise StoreError(f"{source}: this file holds no crowd; restore a backup")
        with _explain_faults(target):
            database.backup(copy)
        with _explain_faults(source):  # what the copy lacks, the source lacked
            [(verdict,)] = copy.execute("PRAGMA integrity_check(1)")
    if verdict != "ok":
        finding = str(verdict).splitlines()[-1]
        raise StoreError(f"{source}: the database is damaged; restore a backup ({finding})")
    return str(verdict)


@contextmanager
def _explain_faults(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        if (reason := describe_sqlite_fault(error)) is None:
            raise
        raise StoreError(f"{path}: {reason}") from error
