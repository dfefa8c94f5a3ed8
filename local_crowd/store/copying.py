"""A copy of a SQLite database as it stood at one moment, whoever writes meanwhile."""

import sqlite3
from contextlib import closing
from pathlib import Path


def copy_database(source: Path, target: Path) -> str:
    """Copy one file to another that is not there yet; what SQLite's own check says of the copy."""
    with closing(sqlite3.connect(source)) as database, closing(sqlite3.connect(target)) as copy:
        database.backup(copy)
        [(found,)] = copy.execute("PRAGMA integrity_check")
    return str(found)
