"""The engine under `calls.gather`: many slow calls at a time, with their outcomes in order."""

import os
import signal
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, NamedTuple


class Outcome(NamedTuple):
    """What became of one item: a value, or a refusal in the crowd's own words."""

    item: Any
    value: Any = None
    refusal: str | None = None


SKIPPED = Outcome(None)


def gather(
    work: Callable[[Any], Any],
    items: Iterable[Any],
    *,
    refusal: Callable[[Exception], str | None],
    threads: int,
    doing: str = "",
    total: int | None = None,
) -> Iterator[Outcome]:
    """Yield the outcome of `work(item)` for every item, in the items' order; `threads` at a time.

    Items are taken as they are needed, so memory stays flat. An exception that `refusal` returns
    words for is an outcome and stops nothing. After any other, or Ctrl-C, no new item is taken;
    what is in flight is finished and yielded, then the exception is raised.
    """
    from tqdm import tqdm

    feed = iter(items)
    window: deque[Future[Outcome]] = deque()
    trouble: list[BaseException] = []

    def attempt(item: Any) -> Outcome:
        if trouble:  # queued behind what went wrong
            return SKIPPED
        try:
            return Outcome(item, work(item))
        except Exception as error:  # noqa: BLE001 - raised again below, after the drain
            if (words := refusal(error)) is not None:
                return Outcome(item, refusal=words)
            trouble.append(error)
            return SKIPPED

    # None: no bar without a terminal. In a server's threads nobody would see one.
    disable = None if threading.current_thread() is threading.main_thread() else True
    with (
        _record_interrupts(trouble),
        ThreadPoolExecutor(threads) as pool,
        tqdm(total=total, desc=doing, disable=disable, leave=False, file=sys.stderr) as bar,
    ):
        try:
            while True:
                while len(window) < 4 * threads and not trouble:
                    try:
                        window.append(pool.submit(attempt, next(feed)))
                    except StopIteration:
                        break
                    except Exception as error:  # noqa: BLE001 - raised again below
                        trouble.append(error)
                if not window:
                    break
                outcome = window.popleft().result()
                bar.update()
                if outcome is not SKIPPED:
                    yield outcome
        finally:  # nobody wants the rest: `| head` has seen enough
            for future in window:
                future.cancel()
    if trouble:
        raise trouble[0]


@contextmanager
def _record_interrupts(trouble: list[BaseException]) -> Iterator[None]:
    """Append Ctrl-C to `trouble`, so that no call is cut short; the second one ends the process."""
    main = threading.current_thread() is threading.main_thread()
    if not main or signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        yield  # Ctrl-C goes elsewhere, or nowhere: a job in the background has none
        return

    def note(*_: Any) -> None:
        trouble.append(KeyboardInterrupt())
        # Raising here would wait for the threads; whoever insists wants no more waiting.
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        # Not by print: the interrupted code may be in the middle of one.
        os.write(2, b"Finishing what is in flight (Ctrl-C again: stop at once) ...\n")

    signal.signal(signal.SIGINT, note)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)
