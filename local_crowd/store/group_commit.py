"""Group commit: calls that wait for the database at the same time share one transaction.

On SQLite the transaction of a CreateHIT costs as much as its statements: each commit writes every
changed page to the log, and the log is flushed. PostgreSQL has many writers and groups their
commits itself, so there every call has a transaction of its own.
"""

import threading
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Generic, TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from local_crowd.store.engine import Store

Opening = TypeVar("Opening")
Result = TypeVar("Result")


class GroupCommit(Generic[Opening]):
    """Runs calls on a store. Threads may share it.

    `open_transaction(db)` is called at the beginning of each transaction, and its result is passed
    to every call in that transaction.

    Lock order: the leader's lock, then the store's write lock. The flush lock is taken when both
    are released, so that the next group runs while this one is flushed.
    """

    def __init__(self, store: Store, open_transaction: Callable[[Connection], Opening]) -> None:
        self._store = store
        self._open_transaction = open_transaction
        self._queue: deque[_Waiting[Any]] = deque()
        self._leading = threading.Lock()

    def run(self, work: Callable[[Connection, Opening], Result]) -> Result:
        """Return `work(db, opening)` when its transaction is committed and on the disk.

        The first caller to get the leader's lock runs the work of all that wait, each in a
        savepoint. An exception of `work` rolls back its own savepoint only. If the transaction
        itself fails, its leader raises the exception, and the next transaction runs the others
        again: `work` may be called more than once, but at most one run of it is committed.
        """
        if not self._store.is_sqlite:
            with self._store.writing() as db:
                return work(db, self._open_transaction(db))
        waiting = _Waiting(work)
        self._queue.append(waiting)
        try:
            with self._leading:
                if not waiting.is_done:
                    self._lead(waiting)
        except KeyboardInterrupt:  # while waiting for the lock: the caller has given this call up
            with suppress(ValueError):
                self._queue.remove(waiting)
            raise
        finally:
            self._store.flush()
        return waiting.get_result()

    def _lead(self, leader: "_Waiting[Any]") -> None:
        """Run all that wait in one transaction. If it fails, put all but the leader back."""
        taken: list[_Waiting[Any]] = []
        try:
            with self._store.committing() as db:
                opening = self._open_transaction(db)
                # This ends: a thread whose work was taken adds none before the commit.
                while self._queue:
                    taken.append(self._queue.popleft())
                    taken[-1].run(db, opening)
        except BaseException:
            self._queue.extendleft(reversed(taken))
            self._queue.remove(leader)
            raise
        for waiting in taken:
            waiting.is_done = True


class _Waiting(Generic[Result]):
    """A call that waits. `is_done` is set when its transaction is committed."""

    def __init__(self, work: Callable[[Connection, Any], Result]) -> None:
        self.is_done = False
        self._work = work
        self._result: Result
        self._error: Exception | None = None

    def run(self, db: Connection, opening: Any) -> None:
        """Run the work in a savepoint; keep its result or exception for get_result."""
        self._error = None
        # begin_nested takes 75 microseconds, these two statements 14.
        db.exec_driver_sql("SAVEPOINT one_call")
        try:
            self._result = self._work(db, opening)
        except Exception as error:  # noqa: BLE001 - raised to its caller by get_result
            self._error = error
            try:
                db.exec_driver_sql("ROLLBACK TO one_call")
            except DBAPIError:  # a full disk: SQLite has rolled back the whole transaction
                raise error from None
        db.exec_driver_sql("RELEASE one_call")

    def get_result(self) -> Result:
        """Return what the work returned, or raise what it raised."""
        if self._error is not None:
            raise self._error
        return self._result
