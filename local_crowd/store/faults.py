"""Faults of a database: a full disk, a damaged file, a server that does not answer."""

import sqlite3

from sqlalchemy.exc import DBAPIError, OperationalError

# By SQLite's primary result code. For any other code the statement is at fault: a bug.
SQLITE_FAULTS = {
    sqlite3.SQLITE_PERM: "not permitted; does the file belong to another user?",
    sqlite3.SQLITE_BUSY: "another process has locked it for a minute",
    sqlite3.SQLITE_LOCKED: "another process has locked it for a minute",
    sqlite3.SQLITE_NOMEM: "out of memory",
    sqlite3.SQLITE_READONLY: "cannot be written; does it belong to another user?",
    sqlite3.SQLITE_IOERR: "cannot be read or written; is the disk full, or a file size limit reached?",
    sqlite3.SQLITE_CORRUPT: "the database is damaged; restore a backup",
    sqlite3.SQLITE_FULL: "no space left on the disk, or a file size limit reached",
    sqlite3.SQLITE_CANTOPEN: "cannot be opened; does it, or its directory, belong to another user?",
    sqlite3.SQLITE_PROTOCOL: "another process has locked it for too long",
    sqlite3.SQLITE_NOTADB: "not a SQLite database, or a damaged one; restore a backup",
}
# Classes of PostgreSQL's SQLSTATE: connection, resources (disk, memory), operator intervention,
# input/output, damaged data.
POSTGRESQL_CLASSES = ("08", "53", "57", "58", "XX")
READ_ONLY = "25006"


class StoreError(Exception):
    """The database cannot be used. The error's text is the message for the user."""


def describe_fault(error: DBAPIError) -> str | None:
    """Describe in one line why the database cannot be used; None if the statement is at fault."""
    return describe_driver_fault(error.orig, is_operational=isinstance(error, OperationalError))


def describe_driver_fault(error: BaseException | None, *, is_operational: bool) -> str | None:
    """Describe a driver's error as describe_fault does.

    `is_operational`: whether it is of the driver's class for faults that no statement caused.
    """
    if isinstance(error, sqlite3.Error):
        return describe_sqlite_fault(error)
    sqlstate = getattr(error, "sqlstate", None)
    is_fault = (
        is_operational
        if sqlstate is None
        else sqlstate == READ_ONLY or sqlstate.startswith(POSTGRESQL_CLASSES)
    )
    return " ".join(str(error).split()) if is_fault else None


def describe_sqlite_fault(error: sqlite3.Error) -> str | None:
    """Describe an error of SQLite as describe_fault does."""
    code = getattr(error, "sqlite_errorcode", None)  # errors of Python's module have no code
    reason = None if code is None else SQLITE_FAULTS.get(code & 0xFF)
    return reason and f"{reason} ({error})"
