"""Run what has an event loop of its own, while Playwright's may be running in the test's thread."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

T = TypeVar("T")


def apart(run: Callable[..., T], *args: Any) -> T:
    """What `run` returns, called in a thread of its own: asyncio allows one loop a thread."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(run, *args).result()
