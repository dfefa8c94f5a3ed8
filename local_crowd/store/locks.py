"""Locks that depend on the database: PostgreSQL has many writers, SQLite one."""

import time
from collections.abc import Iterator

from sqlalchemy import Connection, func, select

LONGEST_PAUSE_SECONDS = 0.1


def has_single_writer(db: Connection) -> bool:
    """Return whether a writing transaction excludes all others, as SQLite's BEGIN IMMEDIATE does."""
    return db.dialect.name == "sqlite"


def take_advisory_lock(db: Connection, key: int) -> None:
    """Wait for the advisory lock `key` and hold it until the transaction ends.

    Does nothing where a writing transaction excludes all others anyway.
    """
    if not has_single_writer(db):
        db.execute(select(func.pg_advisory_xact_lock(key)))


def try_again(seconds: float) -> Iterator[None]:
    """Yield again and again, after ever longer pauses, until `seconds` have passed.

    It is for what another transaction has locked, and what must not be waited for.
    """
    end = time.monotonic() + seconds
    pause = 0.001
    while True:
        yield
        if time.monotonic() >= end:
            return
        time.sleep(pause)
        pause = min(2 * pause, LONGEST_PAUSE_SECONDS)
