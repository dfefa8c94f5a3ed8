"""Requests that wait for a change: each keeps a thread of the server, so their number is bounded."""

import contextlib
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator

from batch_server.problems import TOO_MANY, ProblemError

MOST = 32  # in all
MOST_OF_ONE = 16  # of a requester
LOOK_SECONDS = 0.2  # between two looks


class Waiters:
    """The requests that wait now."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._waiting: Counter[str] = Counter()
        self._ending = threading.Event()

    def close(self) -> None:
        """Let nobody wait any longer."""
        self._ending.set()

    def wait(self, requester: str, seconds: float, is_over: Callable[[], bool]) -> None:
        """Return when the wait is over, at the latest after these seconds.

        Raises ProblemError when too many wait already.
        """
        with self._take_place(requester):
            end = time.monotonic() + seconds
            while not is_over() and (left := end - time.monotonic()) > 0:
                if self._ending.wait(min(left, LOOK_SECONDS)):
                    return

    @contextlib.contextmanager
    def _take_place(self, requester: str) -> Iterator[None]:
        with self._guard:
            if self._waiting.total() >= MOST or self._waiting[requester] >= MOST_OF_ONE:
                raise ProblemError(
                    TOO_MANY, "Too many requests wait for a change.", headers={"Retry-After": "5"}
                )
            self._waiting[requester] += 1
        try:
            yield
        finally:
            with self._guard:
                self._waiting[requester] -= 1
