"""Run what has an event loop of its own, while Playwright's may be running in the test's thread."""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar

T = TypeVar("T")


def apart(run: Callable[..., T], *args: Any) -> T:
    """What `run` returns, called in a thread of its own: asyncio allows one loop a thread.

    No executor: at the end of a test that takes too long, it would wait for the thread all the same.
    """
    ended: Future[T] = Future()

    def thread() -> None:
        try:
            ended.set_result(run(*args))
        except BaseException as error:  # noqa: BLE001 - raised again by result()
            ended.set_exception(error)

    threading.Thread(target=thread, daemon=True).start()
    return ended.result()
