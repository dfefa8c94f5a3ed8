"""Inserts that skip rows whose key exists, so that two processes can insert the same rows at once."""

from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy import Connection, Select, Table, true
from sqlalchemy.dialects import postgresql, sqlite


def insert_new(db: Connection, table: Table, **values: Any) -> bool:
    """Insert a row unless its key exists; return whether it was inserted."""
    return bool(db.execute(_skip_existing(table, db.dialect.name), values).rowcount)


def insert_new_rows(db: Connection, table: Table, names: Sequence[str], rows: Select[Any]) -> None:
    """Insert what `rows` selects for the columns `names`, except rows whose key exists."""
    # SQLite reads "SELECT ... FROM ... ON CONFLICT" as a join unless a WHERE stands between.
    insert = _skip_existing(table, db.dialect.name).from_select(names, rows.where(true()))
    db.execute(insert)


@cache
def _skip_existing(table: Table, dialect: str) -> postgresql.Insert | sqlite.Insert:
    insert = sqlite.insert if dialect == "sqlite" else postgresql.insert
    # SQLAlchemy forgets an INSERT's count unless told to keep it.
    return insert(table).on_conflict_do_nothing().execution_options(preserve_rowcount=True)
