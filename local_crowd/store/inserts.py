"""Inserts of a row, compiled once; and those that skip rows whose key exists, so that two processes
can insert the same rows at once.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Connection, Insert, Select, Table, bindparam, insert, true
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.schema import ScalarElementColumnDefault

from local_crowd.store.statements import change


def insert_row(db: Connection, table: Table, values: Mapping[str, Any]) -> None:
    """Insert a row with these values, and the defaults of other columns that have a constant one."""
    change(db, _insert_values(table, None, tuple(values)), values)


def insert_new(db: Connection, table: Table, **values: Any) -> bool:
    """Insert a row unless its key exists; return whether it was inserted."""
    statement = _insert_values(table, db.dialect.name, tuple(values))
    return bool(change(db, statement, values))


def insert_new_rows(db: Connection, table: Table, names: Sequence[str], rows: Select[Any]) -> None:
    """Insert what `rows` selects for the columns `names`, except rows whose key exists."""
    # SQLite reads "SELECT ... FROM ... ON CONFLICT" as a join unless a WHERE stands between.
    statement = _skip_existing(table, db.dialect.name).from_select(names, rows.where(true()))
    db.execute(statement)


@cache
def _insert_values(table: Table, skip_by: str | None, names: tuple[str, ...]) -> Insert:
    """Build the insert of a row with values for `names` and for columns with a constant default.

    `skip_by`: the dialect in which it skips a row whose key exists; None: it fails.
    """
    values: dict[str, Any] = {
        column.name: column.default.arg
        for column in table.c
        if isinstance(column.default, ScalarElementColumnDefault)
    }
    values |= {name: bindparam(name) for name in names}
    statement = insert(table) if skip_by is None else _skip_existing(table, skip_by)
    return statement.values(values)


@cache
def _skip_existing(table: Table, dialect: str) -> postgresql.Insert | sqlite.Insert:
    build = sqlite.insert if dialect == "sqlite" else postgresql.insert
    # SQLAlchemy forgets an INSERT's count unless told to keep it.
    return build(table).on_conflict_do_nothing().execution_options(preserve_rowcount=True)
