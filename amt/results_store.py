"""Results in a database: the tables `batches`, `results` and `labels`, in PostgreSQL or SQLite."""

import json
import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Double,
    Engine,
    ForeignKey,
    MetaData,
    Numeric,
    Table,
    Text,
    case,
    create_engine,
    func,
    inspect,
    make_url,
    select,
    text,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, Connection
from sqlalchemy.exc import ArgumentError, DBAPIError

from amt.batches import Batch
from amt.errors import Error
from amt.results_tables import FIRST_COLUMNS, OPTIONAL_COLUMNS, Result, answer_fields

ROWS_AT_ONCE = 1_000
CONNECT_SECONDS = 10
LARGEST_INTEGER = 2**63 - 1
DRIVERS = {
    "postgresql": "postgresql+psycopg",
    "postgresql+psycopg": "postgresql+psycopg",
    "sqlite": "sqlite",
}
# Any number, the same in every run: it keeps two runs from creating the tables at the same time,
# and from waiting for each other's rows.
LOCK = 7283910046
TIMES = tuple(name for name in FIRST_COLUMNS if name.endswith("_time"))
# What JSON can say and neither JSONB nor UTF-8 can store: U+0000, and half a surrogate pair.
NO_TEXT = re.compile("[\x00\ud800-\udfff]")
MAYBE_NO_TEXT = re.compile(r"\\u(?:0000|d[89a-f])|Infinity")
CHARACTER_FOR_NO_TEXT = "\N{REPLACEMENT CHARACTER}"

METADATA = MetaData()
JSONB = JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
TIME = DateTime(timezone=True)  # in SQLite, a text in UTC

BATCHES = Table(
    "batches",
    METADATA,
    Column("batch", Text, primary_key=True),
    Column("name", Text),  # the id of a batch file
    Column("title", Text),
    Column("reward", Numeric(10, 2)),  # US dollars
    Column("hit_type_id", Text),
    Column("crowd", Text),
    Column("site", Text),
    Column("launch_time", TIME),
    Column("rows", BigInteger),
    Column("properties", JSONB),
)
RESULTS = Table(
    "results",
    METADATA,
    Column("assignment_id", Text, primary_key=True),
    # The id of the row in a batch file, whose HITs can have several rows; "" for other results.
    Column("row_id", Text, primary_key=True),
    Column("batch", Text, ForeignKey("batches.batch"), index=True),
    Column("hit_id", Text, nullable=False),
    Column("worker_id", Text, nullable=False, index=True),
    Column("row", BigInteger),
    Column("status", Text),
    *(Column(name, TIME) for name in TIMES),
    Column("requester_feedback", Text),
    Column("input", JSONB),
    Column("output", JSONB),
    Column("answers", JSONB),
    Column("machine", Text),
    Column("confidence", Double),
    Column("suggested_by", Text),
)
LABELS = Table(
    "labels",
    METADATA,
    Column("batch", Text, ForeignKey("batches.batch"), primary_key=True),
    Column("row_id", Text, primary_key=True),
    Column("row", BigInteger, nullable=False),
    Column("hit_id", Text, nullable=False),
    Column("label", JSONB),
    Column("confidence", Double),
    Column("method", Text),
    Column("votes", JSONB),
    Column("answers", BigInteger),
    Column("agreement", Double),
    Column("needs_a_look", Boolean),
    Column("why", Text),
    Column("label_time", TIME),
)


class StoredTable:
    """The table `results`, for results_tables.read_results: it checks each result, and has no columns.

    `batch`: the record of the batch that the results are of, or None.
    """

    columns = ()

    def __init__(self, batch: Batch | None) -> None:
        self.batch = batch
        self._hit_ids = frozenset(batch.ids.values()) if batch else None

    def add(self, result: Result) -> None:
        """Raise Error for a result of another batch, or one that the table cannot hold."""
        if self._hit_ids is not None and result["hit_id"] not in self._hit_ids:
            raise Error(
                f"{result['assignment_id']}: its HIT {result['hit_id']} is not in the batch record; "
                "leave out --hit_ids_file, or give the one of these results"
            )
        self.to_row(result)

    def to_row(self, result: Result) -> dict[str, Any]:
        """Return the row of a result, by column."""
        row = {name: _clean(result.get(name)) for name in (*FIRST_COLUMNS, *OPTIONAL_COLUMNS)}
        for name in TIMES:
            row[name] = _parse_time(result["assignment_id"], name, result.get(name))
        if abs(row["row"] or 0) > LARGEST_INTEGER:
            raise Error(f"{result['assignment_id']}: row {row['row']} is too large for a database")
        if not isinstance(feedback := row["requester_feedback"], str | None):
            row["requester_feedback"] = _to_json(feedback)
        output = result.get("output")
        answers = answer_fields(result)
        if row_id := result.get("row_id"):  # a line of a batch file: its answers are its output
            answers = output if isinstance(output, dict) else {}
        return row | {
            "row_id": _clean(row_id) or "",
            "batch": self.batch.header["batch"] if self.batch else None,
            "input": result.get("input"),
            "output": output,
            "answers": dict(answers),
        }

    def cells(self, _result: Result) -> list[Any]:
        """Return nothing: there are no columns."""
        return []


def store(url: str, table: StoredTable, results: Iterable[Result]) -> tuple[int, int]:
    """Insert results into the database at `url`, and update those that are there.

    `table` has checked them. All is one transaction. Return how many results were inserted, and how
    many were there. Raises Error for an address that is not a database of PostgreSQL or SQLite, and
    for a database that cannot be used.
    """
    address = parse_url(url)
    with _connect(address) as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text(f"SELECT pg_advisory_xact_lock({LOCK})"))
        _create_tables(connection, address)
        before = _count(connection)
        if table.batch is not None:
            _upsert(connection, BATCHES, [to_batch_row(table.batch.header)])
        rows = map(table.to_row, results)
        keys: set[tuple[str, str]] = set()
        while chunk := list(islice(rows, ROWS_AT_ONCE)):
            _upsert(connection, RESULTS, chunk)
            keys.update((row["assignment_id"], row["row_id"]) for row in chunk)
        inserted = _count(connection) - before
    return inserted, len(keys) - inserted


def append(
    url: str,
    batch_row: dict[str, Any],
    results: Callable[[int], Iterable[Result]],
    labels: Callable[[int], Iterable[Result]],
) -> None:
    """Insert the results and labels of a batch file that the database at `url` does not have yet.

    Both functions return what follows after so many, in an order that never changes: what is
    stored is the beginning. All is one transaction. Raises Error as `store` does.
    """
    address = parse_url(url)
    batch = batch_row["batch"]
    with _connect(address) as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text(f"SELECT pg_advisory_xact_lock({LOCK})"))
        _create_tables(connection, address)
        _upsert(connection, BATCHES, [batch_row])
        for table, read in ((RESULTS, results), (LABELS, labels)):
            stored = select(func.count()).select_from(table).where(table.c.batch == batch)
            if table is RESULTS:
                stored = stored.where(table.c.row_id != "")
            lines = iter(read(connection.execute(stored).scalar_one()))
            to_row = _to_row if table is RESULTS else _to_label_row
            while chunk := [to_row(batch, line) for line in islice(lines, ROWS_AT_ONCE)]:
                _upsert(connection, table, chunk)


def _to_row(batch: str, line: Result) -> dict[str, Any]:
    """Return the row of a line of a batch file's results."""
    return StoredTable(None).to_row(line) | {"batch": batch}


def _to_label_row(batch: str, line: Result) -> dict[str, Any]:
    """Return the row of a line of a batch file's labels."""
    row = {column.name: _clean(line.get(column.name)) for column in LABELS.columns}
    time = _parse_time(line["row_id"], "time", line["time"])
    return row | {"batch": batch, "row_id": _clean(line["row_id"]), "label_time": time}


def parse_url(address: str) -> URL:
    """Return the URL of a database. Raises Error for one that is not of PostgreSQL or SQLite."""
    try:
        url = make_url(address)
    except (ArgumentError, ValueError):  # ValueError: for a port that is not a number
        url = None
    if url is None or url.drivername not in DRIVERS or not url.database:
        raise Error(
            f"{address.partition('://')[0]}: not the URL of a database; write "
            "postgresql://user@host/database or sqlite:///results.sqlite3"
        )
    return url.set(drivername=DRIVERS[url.drivername])


@contextmanager
def _connect(url: URL) -> Iterator[Connection]:
    """Open a transaction. Raises Error, in one line, for what the database or the network refuses."""
    engine = _create_engine(url)
    try:
        with engine.begin() as connection:
            yield connection
    except DBAPIError as error:
        reason = str(error.orig).strip().splitlines() or [type(error.orig).__name__]
        raise Error(f"{_describe(url)}: {reason[0]}; nothing was stored") from error
    finally:
        engine.dispose()


def _create_engine(url: URL) -> Engine:
    try:
        return create_engine(url, json_serializer=_to_json, connect_args=_limit_wait(url))
    except ImportError as error:
        raise Error("PostgreSQL needs psycopg: pip install -r requirements-extras.txt") from error


def _limit_wait(url: URL) -> dict[str, Any]:
    """Return the arguments that keep a server that does not respond from delaying a run for minutes."""
    return {"connect_timeout": CONNECT_SECONDS} if url.drivername.startswith("postgresql") else {}


def _describe(url: URL) -> str:
    return url.render_as_string(hide_password=True)


def _create_tables(connection: Connection, url: URL) -> None:
    """Create what is missing: tables, and the columns that earlier versions did not have.

    Raises Error for other tables of the same names.
    """
    inspector = inspect(connection)
    names = set(inspector.get_table_names())
    if {"assignments", "alembic_version"} <= names:
        raise Error(f"{_describe(url)}: is the data of a crowd; name another database")
    for table in METADATA.sorted_tables:
        if table.name in names:
            there = {column["name"] for column in inspector.get_columns(table.name)}
            missing = [column for column in table.columns if column.name not in there]
            if other := [column for column in missing if column.name not in OPTIONAL_COLUMNS]:
                raise Error(
                    f"{_describe(url)}: its table {table.name} is another one, without the column "
                    f"{other[0].name}; name another database, or rename that table"
                )
            for column in missing:
                kind = column.type.compile(connection.dialect)
                statement = f"ALTER TABLE {table.name} ADD COLUMN {column.name} {kind}"
                connection.execute(text(statement))
    METADATA.create_all(connection)


def _count(connection: Connection) -> int:
    return int(connection.execute(text("SELECT count(*) FROM results")).scalar_one())


def _upsert(connection: Connection, table: Table, rows: list[dict[str, Any]]) -> None:
    """Insert rows; update those whose primary key is there."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    statement = dialect.insert(table)
    keys = list(table.primary_key.columns)
    changed = {
        column.name: statement.excluded[column.name]
        for column in table.columns
        if not column.primary_key
    }
    if table is RESULTS:  # results without a batch record leave the batch that is known
        known = table.c.batch
        changed["batch"] = statement.excluded["batch"] if rows[0]["batch"] else known
    if (
        table is BATCHES and not rows[0]["name"]
    ):  # a batch file has a name, and counts its rows itself
        changed["name"] = table.c.name
        is_declared = table.c.name.is_not(None)
        changed["rows"] = case((is_declared, table.c.rows), else_=statement.excluded["rows"])
    connection.execute(statement.on_conflict_do_update(index_elements=keys, set_=changed), rows)


def to_batch_row(header: Mapping[str, Any], name: str | None = None) -> dict[str, Any]:
    """Return the row of a batch, from its record's first line. `name`: the id of its batch file."""
    try:
        properties = json.loads(header.get("properties") or "{}")
    except ValueError:
        properties = {}
    return {
        "batch": header["batch"],
        "name": name,
        "title": _clean(properties.get("Title")),
        "reward": header.get("reward"),
        "hit_type_id": header["hit_type_id"],
        "crowd": header.get("crowd"),
        "site": header.get("site"),
        "launch_time": _parse_time("the batch", "time", header.get("time")),
        "rows": header["rows"],
        "properties": properties,
    }


def _parse_time(owner: str, name: str, value: str | None) -> datetime | None:
    """Return a time in UTC; one that says no zone is in UTC."""
    if not value:
        return None
    try:
        time = datetime.fromisoformat(value)
    except ValueError as error:
        raise Error(
            f"{owner}: {name} {value!r} is not a time; write it as 2026-01-31T12:00:00Z"
        ) from error
    return time.astimezone(UTC) if time.tzinfo else time.replace(tzinfo=UTC)


def _to_json(value: Any) -> str:
    serialized = json.dumps(value)
    if MAYBE_NO_TEXT.search(serialized):
        serialized = json.dumps(_clean(value))
    return serialized


def _clean(value: Any) -> Any:
    """Replace, everywhere in a JSON value, what a database cannot store."""
    if isinstance(value, str):
        return NO_TEXT.sub(CHARACTER_FOR_NO_TEXT, value)
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {_clean(name): _clean(member) for name, member in value.items()}
    if isinstance(value, list):
        return [_clean(member) for member in value]
    return value
