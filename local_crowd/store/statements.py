"""Statements that every request needs, compiled once and run by the driver itself.

SQLAlchemy takes several times as long to execute such a statement as SQLite does: a worker's answer
of some 20 statements took half as much CPU time again. Rows are named tuples, with values as the
driver gives them: on SQLite a boolean is 0 or 1.
"""

from collections import namedtuple
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Insert, Select, Update, literal

from local_crowd.store.faults import StoreError, describe_driver_fault

Statement = Select[Any] | Update | Insert
Parameters = Mapping[str, Any]


class _Compiled(NamedTuple):
    """The SQL text for one driver, and what its parameters and rows look like.

    `names`: the parameters in the order of their marks, for a driver that counts them (SQLite's);
    None for one that finds them by name. `constants`: values that the statement brings along.
    """

    text: str
    names: list[str] | None
    constants: dict[str, Any]
    make_row: Callable[[Any], Any]


_COMPILED: dict[tuple[Statement, str], _Compiled] = {}


def literals(*texts: str) -> list[ColumnElement[str]]:
    """Return constants for `in_`, which otherwise makes a statement with any number of parameters."""
    return [literal(text) for text in texts]


def fetch_row(db: Connection, statement: Statement, parameters: Parameters) -> Any:
    """Return the only row, or None. Reads no more than the first."""
    compiled = _compile(db, statement)
    values = _run(db, compiled, parameters).fetchone()
    return None if values is None else compiled.make_row(values)


def fetch_value(db: Connection, statement: Statement, parameters: Parameters) -> Any:
    """Return the first value of the first row, or None without a row."""
    row = _run(db, _compile(db, statement), parameters).fetchone()
    return None if row is None else row[0]


def change(db: Connection, statement: Update | Insert, parameters: Parameters) -> int:
    """Return how many rows the statement changed."""
    count: int = _run(db, _compile(db, statement), parameters).rowcount
    return count


def _run(db: Connection, compiled: _Compiled, parameters: Parameters) -> Any:
    """Execute in the transaction of `db`, which has begun."""
    values: Any = {**compiled.constants, **parameters} if compiled.constants else parameters
    if compiled.names is not None:
        values = [values[name] for name in compiled.names]
    return run_text(db, compiled.text, values)


def run_text(db: Connection, text: str, values: Any = ()) -> Any:
    """Return the driver's cursor after executing `text`. Raises StoreError as SQLAlchemy's does."""
    try:
        return db.connection.dbapi_connection.execute(text, values)  # type: ignore[union-attr]  # both drivers have it
    except db.dialect.loaded_dbapi.Error as error:
        is_operational = isinstance(error, db.dialect.loaded_dbapi.OperationalError)
        if reason := describe_driver_fault(error, is_operational=is_operational):
            raise StoreError(f"{db.get_execution_options()['store'].name}: {reason}") from error
        raise


def _row_class(columns: list[str]) -> Any:
    return namedtuple("Row", columns, rename=True)  # noqa: PYI024 - its fields are known only now


def _compile(db: Connection, statement: Statement) -> _Compiled:
    """Compile the statement once for each kind of database."""
    key = statement, db.dialect.name
    if key not in _COMPILED:
        compiled: Any = statement.compile(dialect=db.dialect)
        if compiled.prefetch or "POSTCOMPILE" in compiled.string:
            raise TypeError("defaults of columns, and IN without literals(), need SQLAlchemy")
        constants = {
            name: bind.value for bind, name in compiled.bind_names.items() if not bind.required
        }
        columns = statement.selected_columns.keys() if isinstance(statement, Select) else []
        make_row = _row_class(columns)._make
        _COMPILED[key] = _Compiled(compiled.string, compiled.positiontup, constants, make_row)
    return _COMPILED[key]
