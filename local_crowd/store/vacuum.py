"""Remove from the files of a database what was deleted from its tables."""

import sqlite3
from contextlib import closing
from pathlib import Path

from local_crowd.store.faults import StoreError, describe_sqlite_fault

WAIT_SECONDS = 60


def vacuum(path: Path) -> bool:
    """Write a SQLite file anew, without what was deleted, and empty its write-ahead log.

    Takes an exclusive lock for as long as copying the file takes. Return False if a reader has kept
    the log from being emptied: the next start of the crowd's server empties it. Raises StoreError.
    """
    try:
        with closing(sqlite3.connect(path, timeout=WAIT_SECONDS)) as database:
            database.execute("VACUUM")
            ((is_busy, _, _),) = database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            return not is_busy
    except sqlite3.Error as error:
        if (reason := describe_sqlite_fault(error)) is None:
            raise
        raise StoreError(f"{path}: {reason}") from error
