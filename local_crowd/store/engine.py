"""The connection to a site's database, and its transactions."""

import os
import sqlite3
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from sqlalchemy import Connection as Connection  # noqa: PLC0414 - for modules that may not import SQLAlchemy
from sqlalchemy import Engine, ExceptionContext, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError

from local_crowd.store.faults import StoreError, describe_fault
from local_crowd.store.statements import run_text
from local_crowd.store.write_lock import WriteLock

BUSY_SECONDS = 60
FRESH_SECONDS = 1  # after its last use a connection to a server is checked before it is used again
LOG_PAGES = 8000  # pages of 4 KB written to SQLite's log between two checkpoints
# Options of a connection whose transactions run_text begins and ends.
KEPT: dict[bool, dict[str, Any]] = {
    True: {"kept": True},  # see _create_sqlite_engine
    False: {"isolation_level": "AUTOCOMMIT"},
}
EXTRAS = "pip install -r requirements-extras.txt"


class Store:
    """A site's database. `reading()` and `writing()` open a transaction.

    `url` is SQLAlchemy's: `sqlite:////path/file` or `postgresql+psycopg://...`.
    """

    def __init__(self, url: str | URL) -> None:
        try:
            self.url = make_url(url)
        except (ArgumentError, ValueError):  # the URL is not printed: it may contain a password
            raise StoreError(
                "the database URL is not valid; write it like postgresql+psycopg://user@host/name"
            ) from None
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        file = self.url.database if self.is_sqlite else None
        self.path = Path(file) if file and file != ":memory:" else None  # of the SQLite file
        self.name = str(self.path or self.url)  # for messages; SQLAlchemy hides the password
        create = _create_sqlite_engine if self.is_sqlite else _create_server_engine
        self.engine = create(self.url)
        event.listen(self.engine, "handle_error", self._explain_fault)
        self.engine.update_execution_options(store=self)  # for statements.py's messages
        # Between two transactions, with the time of the last one.
        self._idle: deque[tuple[Connection, float]] = deque()
        self._write_lock = WriteLock(self.path)
        self._flush_lock = threading.Lock()
        self._committed = self._flushed = 0  # numbers of transactions of this process

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Open a read-only transaction that sees one snapshot. Raises as writing() does."""
        begin = "BEGIN" if self.is_sqlite else "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
        with self._transaction(begin) as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Open a transaction that is committed at the end, or rolled back by an exception.

        When it ends, its changes and all that it read are on the disk. Raises StoreError when the
        database cannot be used: a full disk, a damaged file, no server.
        """
        try:
            with self.committing() as connection:
                yield connection
        finally:
            self.flush()

    @contextmanager
    def committing(self) -> Iterator[Connection]:
        """Like writing(), but on SQLite the commit is on the disk only after flush()."""
        if not self.is_sqlite:
            with self._transaction("BEGIN") as connection:
                yield connection
            return
        with self._write_lock:
            try:
                with self._transaction("BEGIN IMMEDIATE") as connection:
                    yield connection
            except StoreError:
                raise
            except BaseException:
                # A refusal can tell of another process's last commit, which that process has not
                # flushed yet.
                self._committed += 1
                raise
            self._committed += 1

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[Connection]:
        """Run a transaction, begun and ended by the driver, on a connection that is kept.

        The pool's and SQLAlchemy's own way there and back took 80 microseconds for each of the six
        transactions of a worker's answer, and on PostgreSQL a request to the server.
        """
        connection = self._take_connection()
        try:
            run_text(connection, begin)
            yield connection
            run_text(connection, "COMMIT")
        except BaseException:
            connection.close()  # which rolls back
            raise
        if len(self._idle) < self.engine.pool.size():  # type: ignore[attr-defined]  # a QueuePool
            self._idle.append((connection, time.monotonic()))
        else:
            connection.close()

    def _take_connection(self) -> Connection:
        """Return a connection outside a transaction: an idle one that works, or another."""
        while True:
            try:
                connection, used = self._idle.pop()
            except IndexError:
                break
            if self.is_sqlite or time.monotonic() - used < FRESH_SECONDS:
                return connection
            if self._responds(connection):
                return connection
        connection = self.engine.connect().execution_options(**KEPT[self.is_sqlite])
        connection.begin()  # for SQLAlchemy alone, and never ended: the driver begins and ends them
        return connection

    def _responds(self, connection: Connection) -> bool:
        """Return whether the server still has this connection; if not, close it."""
        driver = connection.connection.dbapi_connection
        try:
            connection.dialect.do_ping(driver)  # type: ignore[arg-type]
        except connection.dialect.loaded_dbapi.Error:
            connection.invalidate()
            connection.close()
            return False
        return True

    def _explain_fault(self, context: ExceptionContext) -> None:
        """Raise StoreError if the database is at fault, and not the statement."""
        error = context.sqlalchemy_exception
        if isinstance(error, DBAPIError) and (reason := describe_fault(error)):
            raise StoreError(f"{self.name}: {reason}") from error

    def flush(self) -> None:
        """Write SQLite's log to the disk. PostgreSQL flushes each commit itself.

        One flush, of a millisecond or more, covers every transaction committed before it begins.
        """
        target = self._committed
        with self._flush_lock:
            if self._flushed >= target:
                return
            covered = self._committed
            try:
                log = os.open(f"{self.path}-wal", os.O_RDWR)
            except FileNotFoundError:
                pass  # the last connection to close merges the log into the database
            else:
                try:
                    getattr(os, "fdatasync", os.fsync)(log)
                except OSError as error:
                    raise StoreError(f"{self.name}: {error.strerror}") from error
                finally:
                    os.close(log)
            self._flushed = covered

    def prepare_fork(self) -> None:
        """Let processes that are forked now use the database: with one lock, and no connections."""
        with suppress(OSError):
            self._write_lock.create()
        self.close()

    def close(self) -> None:
        """Close every connection. A transaction afterwards opens new ones."""
        while self._idle:
            self._idle.pop()[0].close()
        self.engine.dispose()
        self._write_lock.close()


# Both engines set hide_parameters: errors are logged, and parameters can be secret keys.


def _create_server_engine(url: URL) -> Engine:
    try:
        engine = create_engine(
            url, pool_size=16, max_overflow=32, pool_pre_ping=True, hide_parameters=True
        )
    except ModuleNotFoundError as error:
        raise StoreError(f"{url}: {error}; {EXTRAS}") from error

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        # PostgreSQL has no statistics of a batch that was just launched: to find the first open
        # HIT it would read and sort them all, although an index has them in order.
        connection.autocommit = True
        connection.execute("SET enable_bitmapscan = off")
        connection.autocommit = False

    return engine


def _create_sqlite_engine(url: URL) -> Engine:
    engine = create_engine(url, pool_size=32, max_overflow=64, hide_parameters=True)

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        # The driver itself begins a transaction only at the first write. If a read has fixed a
        # snapshot by then, and another process has written since, the write fails with "database
        # is locked" in spite of the timeout.
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}")
        _enable_wal(cursor)
        cursor.execute(f"PRAGMA wal_autocheckpoint = {LOG_PAGES}")
        # As safe as FULL, because Store.flush writes each commit to the disk.
        cursor.execute("PRAGMA synchronous = NORMAL")
        cursor.execute("PRAGMA foreign_keys = ON")
        # What a savepoint may have to bring back is kept in memory: in a file, that took 30 writes
        # for each HIT of a launch. VACUUM, which would copy everything, has its own connection.
        cursor.execute("PRAGMA temp_store = MEMORY")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        if not connection.get_execution_options().get("kept"):
            connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def _enable_wal(cursor: sqlite3.Cursor) -> None:
    """Turn on SQLite's write-ahead log; retry while another process does the same.

    For this statement SQLite ignores its busy timeout and fails at once.
    """
    end = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            cursor.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() >= end:
                raise
            time.sleep(0.01)
        else:
            return
