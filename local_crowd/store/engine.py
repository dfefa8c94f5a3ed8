"""One site's database: connections, transactions, and the newest schema."""

import os
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection as Connection  # noqa: PLC0414 - for those who may not know it
from sqlalchemy import Engine, ExceptionContext, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError

from local_crowd.store.faults import StoreError, describe_fault

BUSY_SECONDS = 60
LOG_PAGES = 8000  # of 4 KB, written between two checkpoints
EXTRAS = "pip install -r requirements-extras.txt"


class Store:
    """A site's database. `reading()` and `writing()` give a connection inside a transaction.

    `url` is SQLAlchemy's: `sqlite:////path/file` or `postgresql+psycopg://...`.
    """

    def __init__(self, url: str | URL) -> None:
        try:
            self.url = make_url(url)
        except (ArgumentError, ValueError):  # not repeated: there may be a password in it
            raise StoreError(
                "the URL of a database cannot be read; it is one such as "
                "postgresql+psycopg://user@host/name"
            ) from None
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        file = self.url.database if self.is_sqlite else None
        self.path = Path(file) if file and file != ":memory:" else None  # of a SQLite file
        self.name = str(self.path or self.url)  # for people; a password is not shown
        self.engine = _sqlite_engine(self.url) if self.is_sqlite else _server_engine(self.url)
        event.listen(self.engine, "handle_error", self._explain_fault)
        self._reading: dict[str, Any] = {"reading": True}
        if not self.is_sqlite:
            self._reading = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        # SQLite has one writer. Waiting in line here is fair; waiting in SQLite's own busy
        # loop is a lottery that some threads lose for seconds.
        self._turn = threading.Lock()
        self._flushing = threading.Lock()
        self._committed = self._flushed = 0  # transactions of this process

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection that sees one state and changes nothing. Raises as writing()."""
        with self.engine.connect() as connection:
            yield connection.execution_options(**self._reading)

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A connection whose changes are committed at the end, or undone by an exception.

        What was committed, and all that was seen on the way, is on the disk when it is left.
        Raises StoreError when the database cannot be used: a full disk, a damaged file, no server.
        """
        if not self.is_sqlite:
            with self.engine.begin() as connection:
                yield connection
            return
        try:
            with self._turn:
                with self.engine.begin() as connection:
                    yield connection
                self._committed += 1
        finally:
            self._flush()

    def _explain_fault(self, context: ExceptionContext) -> None:
        """Raise StoreError in place of an error that is the database's, not its statement's."""
        error = context.sqlalchemy_exception
        if isinstance(error, DBAPIError) and (reason := describe_fault(error)):
            raise StoreError(f"{self.name}: {reason}") from error

    def _flush(self) -> None:
        """Bring SQLite's log to the disk. One flush does for all who have committed before it
        begins: the disk, at a thousandth of a second or more a time, is what a crowd waits for.
        """
        wanted = self._committed
        with self._flushing:
            if self._flushed >= wanted:
                return
            covered = self._committed
            try:
                log = os.open(f"{self.path}-wal", os.O_RDWR)
            except FileNotFoundError:
                pass  # the last connection that closes brings the log into the database
            else:
                try:
                    getattr(os, "fdatasync", os.fsync)(log)
                except OSError as error:
                    raise StoreError(f"{self.name}: {error.strerror}") from error
                finally:
                    os.close(log)
            self._flushed = covered

    def close(self) -> None:
        """Close every connection; the store can be used no more."""
        self.engine.dispose()


# hide_parameters, of both: what a failed statement says ends in a log, and its values may be keys.


def _server_engine(url: URL) -> Engine:
    try:
        engine = create_engine(
            url, pool_size=16, max_overflow=32, pool_pre_ping=True, hide_parameters=True
        )
    except ModuleNotFoundError as error:
        raise StoreError(f"{url}: {error}; {EXTRAS}") from error

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        # Of a batch just launched PostgreSQL has no statistics: it would read and sort all open
        # HITs to find the first, though an index has them in order.
        connection.autocommit = True
        connection.execute("SET enable_bitmapscan = off")
        connection.autocommit = False

    return engine


def _sqlite_engine(url: URL) -> Engine:
    engine = create_engine(url, pool_size=32, max_overflow=64, hide_parameters=True)

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        # The driver's own BEGIN comes too late (at the first write), after a read has fixed a
        # snapshot that can no longer be written: "database is locked" in spite of the timeout.
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}")
        _enable_wal(cursor)
        cursor.execute(f"PRAGMA wal_autocheckpoint = {LOG_PAGES}")
        # As safe as FULL, save that a commit is on the disk when Store._flush has been.
        cursor.execute("PRAGMA synchronous = NORMAL")
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        reading = connection.get_execution_options().get("reading")
        connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")

    return engine


def _enable_wal(cursor: sqlite3.Cursor) -> None:
    """Turn SQLite's write-ahead log on. While others open a new database too, SQLite refuses at
    once, whatever its timeout: it cannot know that they do not wait for each other.
    """
    until = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            cursor.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() >= until:
                raise
            time.sleep(0.01)
        else:
            return
