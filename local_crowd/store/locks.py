"""Locks that depend on the database: PostgreSQL has many writers, SQLite one."""

from sqlalchemy import Connection, func, select


def has_single_writer(db: Connection) -> bool:
    """Return whether a writing transaction excludes all others, as SQLite's BEGIN IMMEDIATE does."""
    return db.dialect.name == "sqlite"


def take_advisory_lock(db: Connection, key: int) -> None:
    """Wait for the advisory lock `key` and hold it until the transaction ends.

    Does nothing where a writing transaction excludes all others anyway.
    """
    if not has_single_writer(db):
        db.execute(select(func.pg_advisory_xact_lock(key)))
