"""Backups: consistent copies of a SQLite database, also while others write to it."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from local_crowd.store.faults import StoreError, describe_sqlite_fault


def copy_database(source: Path, target: Path) -> str:
    """Copy a database to a new file, and return the result of SQLite's integrity check.

    Only the copy's owner can read it. Raises StoreError, naming the file, when `source` is damaged
    or contains no crowd, or when `target` cannot be written.
    """
    target.touch(mode=0o600)
    with closing(sqlite3.connect(source)) as database, closing(sqlite3.connect(target)) as copy:
        with _explain_faults(source):
            [(tables,)] = database.execute("SELECT count(*) FROM sqlite_master")
        if not tables:  # SQLite reads a file of 0 bytes as a sound, empty database
            raise StoreError(f"{source}: this file does not contain a crowd; restore a backup")
        with _explain_faults(target):
            database.backup(copy)
        with _explain_faults(source):  # a fault of the copy comes from the source
            [(verdict,)] = copy.execute("PRAGMA integrity_check(1)")
    if verdict != "ok":
        finding = str(verdict).splitlines()[-1]
        raise StoreError(f"{source}: the database is damaged; restore a backup ({finding})")
    return str(verdict)


def name_backup_tool(url: str) -> str:
    """Return the tool that backs up the database with this URL, for a message."""
    if url.startswith("postgresql"):
        return "pg_dump"
    return "its own tool, such as sqlite3 FILE .backup"


@contextmanager
def _explain_faults(path: Path) -> Iterator[None]:
    """Raise StoreError for a fault of the database in `path`."""
    try:
        yield
    except sqlite3.Error as error:
        if (reason := describe_sqlite_fault(error)) is None:
            raise
        raise StoreError(f"{path}: {reason}") from error
