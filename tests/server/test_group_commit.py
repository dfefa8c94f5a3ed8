"""Calls that wait for the database at the same time share a transaction, and nothing else."""

import os
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from amt import configuration
from amt.crowd import Crowd
from local_crowd.store.engine import Store
from local_crowd.store.group_commit import GroupCommit
from tests.support.crowds import HIT

OTHERS = 5


class Calls:
    """A store with a table of notes, and calls that write them through a group commit."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.group = GroupCommit(store, self.open_transaction)
        self.opened = 0  # transactions
        self.failures: list[Exception] = []  # of the next transactions
        self.pool = ThreadPoolExecutor(OTHERS + 1)

    def open_transaction(self, _db: Connection) -> int:
        """Number the transactions from 1."""
        self.opened += 1
        if self.failures:
            raise self.failures.pop()
        return self.opened

    def wait_for_queue(self, length: int) -> None:
        """Return when so many calls wait that nobody runs yet."""
        while len(self.group._queue) < length:
            os.sched_yield()

    def note(self, number: int, then: Callable[[], object] = lambda: None) -> int:
        """Write a note, do `then`, and return the number of the transaction."""

        def work(db: Connection, opened: int) -> int:
            db.execute(text("INSERT INTO notes VALUES (:number)"), {"number": number})
            then()
            return opened

        return self.group.run(work)

    def note_together(self, *last: Callable[[], object]) -> list[Future[int]]:
        """Write note 0, whose call waits until the others wait, then 1 to OTHERS."""
        thens = [lambda: self.wait_for_queue(OTHERS), *last]
        thens += [lambda: None] * (OTHERS + 1 - len(thens))
        running = threading.Event()
        first = self.pool.submit(self.note, 0, lambda: (running.set(), thens[0]()))
        assert running.wait(60)
        return [first, *(self.pool.submit(self.note, n, thens[n]) for n in range(1, OTHERS + 1))]

    def notes(self) -> list[int]:
        """Return what is written."""
        with self.store.reading() as db:
            return list(db.scalars(text("SELECT number FROM notes ORDER BY number")))


@pytest.fixture
def calls(tmp_path: Path) -> Iterator[Calls]:
    """Calls on a new database."""
    store = Store(f"sqlite:///{tmp_path / 'notes.sqlite3'}")
    with store.writing() as db:
        db.execute(text("CREATE TABLE notes (number INTEGER)"))
    calls = Calls(store)
    yield calls
    calls.pool.shutdown()
    store.close()


def fail() -> None:
    raise ZeroDivisionError("the call's own mistake")


def test_calls_that_wait_together_share_a_transaction(calls: Calls) -> None:
    """Each has its own result, and there is one commit for all of them."""
    done = calls.note_together()

    assert [future.result(30) for future in done] == [1] * (OTHERS + 1)
    assert calls.notes() == list(range(OTHERS + 1))
    assert calls.note(9) == 2


def test_a_failed_call_undoes_its_own_changes_only(calls: Calls) -> None:
    """Its caller gets the exception; the others of the transaction do not notice."""
    done = calls.note_together(fail, lambda: None, fail)

    for failed in (done[1], done[3]):
        with pytest.raises(ZeroDivisionError, match="own mistake"):
            failed.result(30)
    assert {future.result(30) for future in (done[0], done[2], *done[4:])} == {1}
    assert calls.notes() == [0, 2, 4, 5]


def test_no_result_comes_before_the_flush(calls: Calls, monkeypatch: pytest.MonkeyPatch) -> None:
    """While the disk is writing, every call of the transaction waits, also one that failed."""
    flushing, may_flush = threading.Event(), threading.Event()
    flush: Callable[[int], None] = os.fdatasync

    def slow_disk(file: int) -> None:
        flushing.set()
        assert may_flush.wait(60)
        flush(file)

    monkeypatch.setattr(os, "fdatasync", slow_disk)
    done = calls.note_together(fail)
    assert flushing.wait(60)

    assert calls.notes() == [0, 2, 3, 4, 5]  # committed
    assert not any(future.done() for future in done)
    may_flush.set()
    assert [bool(future.exception(30)) for future in done] == [False, True, *[False] * 4]


def test_a_failed_transaction_fails_its_leader_alone(calls: Calls) -> None:
    """The others run again, in the next transaction."""
    with calls.store.writing():  # so that all of them wait
        done = [calls.pool.submit(calls.note, number) for number in range(OTHERS + 1)]
        calls.wait_for_queue(OTHERS + 1)
        calls.failures.append(OSError("no such disk"))

    errors = [future.exception(30) for future in done]
    assert [str(error) for error in errors if error] == ["no such disk"]
    assert calls.notes() == [number for number, error in enumerate(errors) if error is None]
    assert {future.result() for future in done if not future.exception()} == {2}


def test_a_call_that_is_interrupted_while_waiting_is_not_run(calls: Calls) -> None:
    """After Ctrl-C nobody would hear of what it did."""

    def interrupt() -> None:
        calls.wait_for_queue(1)
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)
        interrupted.wait(60)

    interrupted, running = threading.Event(), threading.Event()
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    first = calls.pool.submit(calls.note, 0, lambda: (running.set(), interrupt()))
    assert running.wait(60)
    try:
        with pytest.raises(KeyboardInterrupt):
            calls.note(1)
    finally:
        signal.signal(signal.SIGINT, before)
    interrupted.set()

    assert first.result(30) == 1
    assert calls.notes() == [0]


def test_a_transaction_that_sqlite_gave_up_fails_for_its_cause(calls: Calls) -> None:
    """The caller hears of the full disk, not of the savepoint that went with the transaction."""

    def work(db: Connection, _opened: int) -> None:
        db.exec_driver_sql("ROLLBACK")
        raise OSError("the disk is full")

    with pytest.raises(OSError, match="the disk is full"):
        calls.group.run(work)
    assert calls.note(1) == 2
    assert calls.notes() == [1]


def test_a_hit_id_is_returned_after_its_flush(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A HIT whose id the embedded crowd has returned survives a power cut."""
    settings = configuration.DEFAULTS | {"local_crowd": str(tmp_path / "crowd")}
    client = Crowd("local", live=False, settings=settings).connect()
    steps: list[str] = []
    flush = os.fdatasync
    monkeypatch.setattr(os, "fdatasync", lambda file: (flush(file), steps.append("flush")))

    for _ in range(3):
        hit = client.create_hit(**HIT)["HIT"]
        steps.append(hit["HITId"])

    assert steps[::2] == ["flush"] * 3
    assert len(set(steps[1::2])) == 3
