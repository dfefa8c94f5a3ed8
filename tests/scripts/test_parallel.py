"""The engine of many calls at once."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from amt.parallel import Outcome, gather

ROOT = Path(__file__).resolve().parents[2]
THREADS = 4


class Refused(Exception):
    """What the crowd would say of one item."""


def words(error: Exception) -> str | None:
    return str(error) if isinstance(error, Refused) else None


def gathered(work: Callable[[Any], Any], items: Any, threads: int = THREADS) -> Iterator[Outcome]:
    return gather(work, items, refusal=words, threads=threads)


def test_outcomes_come_in_the_order_of_the_items() -> None:
    """The first item's outcome comes first, though it is the last to be done."""
    second_done = threading.Event()

    def work(item: int) -> int:
        if item == 0:
            assert second_done.wait(60)
        if item == THREADS - 1:
            second_done.set()
        return item * item

    assert list(gathered(work, range(50))) == [Outcome(n, n * n) for n in range(50)]


def test_no_more_than_so_many_threads_work_at_once() -> None:
    """`threads` calls are in flight at once, not fewer and never more."""
    meeting = threading.Barrier(THREADS)
    running, most, counting = 0, 0, threading.Lock()

    def work(item: int) -> None:
        nonlocal running, most
        with counting:
            running += 1
            most = max(most, running)
        meeting.wait(60)  # passes only when all threads are here
        with counting:
            running -= 1

    assert len(list(gathered(work, range(4 * THREADS)))) == 4 * THREADS
    assert most == THREADS


def test_items_are_taken_as_they_are_needed() -> None:
    """However many items there are, only a window of them is in memory."""
    items = iter(range(1_000_000))
    outcomes = gathered(lambda item: item, items)
    for _ in range(100):
        next(outcomes)

    assert 100 <= next(items) <= 100 + 4 * THREADS
    outcomes.close()  # type: ignore[attr-defined]


def test_a_refused_item_stops_nothing() -> None:
    """A refusal is the outcome of its item, and the others continue."""

    def work(item: int) -> int:
        if item % 2:
            raise Refused(f"not {item}")
        return item

    assert list(gathered(work, range(4))) == [
        Outcome(0, 0),
        Outcome(1, refusal="not 1"),
        Outcome(2, 2),
        Outcome(3, refusal="not 3"),
    ]


def test_another_exception_stops_the_feeding_and_comes_last() -> None:
    """What was in flight is finished and yielded, then the exception is raised."""
    failed = threading.Event()
    done = []

    def work(item: int) -> int:
        if item == 1:
            failed.set()
            raise RuntimeError("a bug")
        assert failed.wait(60)
        done.append(item)
        return item

    seen = []
    with pytest.raises(RuntimeError, match="a bug"):
        seen.extend(outcome.value for outcome in gathered(work, range(1000)))

    assert 0 in seen
    assert sorted(done) == seen  # nothing was done of which nobody heard
    assert len(seen) <= THREADS


def test_items_that_cannot_be_read_do_not_hide_what_was_done() -> None:
    """When the items themselves fail, the outcomes of those before come first."""
    begun = threading.Event()

    def items() -> Iterator[int]:
        yield 0
        assert begun.wait(60)
        raise ValueError("line 2")

    def work(item: int) -> int:
        begun.set()
        return item

    seen = []
    with pytest.raises(ValueError, match="line 2"):
        seen.extend(outcome.value for outcome in gathered(work, items()))

    assert seen == [0]


def test_who_stops_listening_stops_the_work() -> None:
    """Closing the iterator finishes what is in flight, and begins nothing that is queued."""
    going = threading.Event()
    done = []

    def work(item: int) -> int:
        if item:
            assert going.wait(60)
        done.append(item)
        return item

    outcomes = gathered(work, range(1000))
    assert next(outcomes).value == 0
    threading.Timer(0.2, going.set).start()
    outcomes.close()  # type: ignore[attr-defined]

    assert len(done) <= 1 + THREADS


def test_it_works_outside_the_main_thread() -> None:
    """A thread that is not the main one, and can set no signal handlers, gathers as well."""
    outcomes: list[Outcome] = []
    thread = threading.Thread(target=lambda: outcomes.extend(gathered(str, range(3))))
    thread.start()
    thread.join(30)

    assert [outcome.value for outcome in outcomes] == ["0", "1", "2"]


def test_handlers_of_others_stay() -> None:
    """Ctrl-C goes where it went before, during and after."""
    mine = lambda *_: None  # noqa: E731
    before = signal.signal(signal.SIGINT, mine)
    try:
        outcomes = gathered(str, range(3))
        next(outcomes)
        assert signal.getsignal(signal.SIGINT) is mine
        list(outcomes)
        assert signal.getsignal(signal.SIGINT) is mine
        signal.signal(signal.SIGINT, signal.default_int_handler)
        list(gathered(str, range(3)))
        assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    finally:
        signal.signal(signal.SIGINT, before)


INTERRUPTED = """
import os, sys, threading
from amt.parallel import gather
go = threading.Event()
threading.Thread(target=lambda: (sys.stdin.readline(), go.set()), daemon=True).start()
def work(item):
    os.write(1, b"begun %d\\n" % item)  # not in two halves, as print may
    go.wait()
    return item
try:
    for outcome in gather(work, range(1000), refusal=lambda _: None, threads=2):
        print("done", outcome.item, flush=True)
except KeyboardInterrupt:
    print("interrupted", flush=True)
"""


@pytest.fixture
def interrupted() -> Iterator[subprocess.Popen[str]]:
    """A process that has two calls in flight and just got Ctrl-C."""
    with subprocess.Popen(
        [sys.executable, "-c", INTERRUPTED],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),  # noqa: PLW1509
    ) as process:
        try:
            assert process.stdout is not None
            assert process.stderr is not None
            begun = {process.stdout.readline(), process.stdout.readline()}
            assert begun == {"begun 0\n", "begun 1\n"}
            process.send_signal(signal.SIGINT)
            assert "Ctrl-C again" in process.stderr.readline()
            yield process
        finally:
            process.kill()


def test_ctrl_c_finishes_what_is_in_flight(interrupted: subprocess.Popen[str]) -> None:
    """After Ctrl-C nothing new is begun, what is in flight is finished and heard of."""
    out, err = interrupted.communicate("go\n", timeout=60)

    assert out == "done 0\ndone 1\ninterrupted\n"
    assert err == ""
    assert interrupted.returncode == 0


@pytest.mark.skipif(os.name != "posix", reason="signals are POSIX's")
def test_a_second_ctrl_c_ends_the_process_at_once(interrupted: subprocess.Popen[str]) -> None:
    """Whoever insists need not wait for calls that hang."""
    interrupted.send_signal(signal.SIGINT)

    assert interrupted.wait(timeout=60) == -signal.SIGINT
