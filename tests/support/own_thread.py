"""Run code with an event loop of its own, while Playwright's may be running in the test's thread."""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar

T = TypeVar("T")


def apart(run: Callable[..., T], *args: Any) -> T:
    """Call `run` in a thread of its own, because asyncio allows one loop per thread; return its
    result.

    It uses no executor, which at a test's timeout would wait for the thread all the same.
    """
    ended: Future[T] = Future()

    def thread() -> None:
        try:
            ended.set_result(run(*args))
        except BaseException as error:  # noqa: BLE001 - raised again by result()
            ended.set_exception(error)

    threading.Thread(target=thread, daemon=True).start()
    return ended.result()
