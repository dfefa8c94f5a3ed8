"""Inserts that skip rows whose key exists, so that two processes can insert the same rows at once."""

from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy import Connection, Insert, Select, Table, bindparam, true
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.schema import ScalarElementColumnDefault

from local_crowd.store.statements import change


def insert_new(db: Connection, table: Table, **values: Any) -> bool:
    """Insert a row unless its key exists; return whether it was inserted."""
    statement = _insert_values(table, db.dialect.name, tuple(values))
    return bool(change(db, statement, values))


def insert_new_rows(db: Connection, table: Table, names: Sequence[str], rows: Select[Any]) -> None:
    """Insert what `rows` selects for the columns `names`, except rows whose key exists."""
    # SQLite reads "SELECT ... FROM ... ON CONFLICT" as a join unless a WHERE stands between.
    insert = _skip_existing(table, db.dialect.name).from_select(names, rows.where(true()))
    db.execute(insert)


@cache
def _insert_values(table: Table, dialect: str, names: tuple[str, ...]) -> Insert:
    """Build the insert of a row with values for `names` and for columns with a constant default."""
    values: dict[str, Any] = {
        column.name: column.default.arg
        for column in table.c
        if isinstance(column.default, ScalarElementColumnDefault)
    }
    values |= {name: bindparam(name) for name in names}
    return _skip_existing(table, dialect).values(values)


@cache
def _skip_existing(table: Table, dialect: str) -> postgresql.Insert | sqlite.Insert:
    insert = sqlite.insert if dialect == "sqlite" else postgresql.insert
    # SQLAlchemy forgets an INSERT's count unless told to keep it.
    return insert(table).on_conflict_do_nothing().execution_options(preserve_rowcount=True)
