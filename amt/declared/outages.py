"""Wait for a crowd that does not respond."""

import time
from collections.abc import Callable
from typing import TypeVar

from amt import connection
from amt.messages import Say

PAUSE_SECONDS = 10.0  # between two attempts

Value = TypeVar("Value")


def wait_out(
    call: Callable[[], Value], say: Say, pause: Callable[[float], object] = time.sleep
) -> Value:
    """Return what `call` returns, calling it again after each outage of the crowd.

    So it must be safe to repeat. An outage is said once; other exceptions are raised.
    """
    is_out = False
    while True:
        try:
            return call()
        except Exception as error:
            if not connection.is_outage(error):
                raise
            if not is_out:
                say(f"{connection.describe_error(error)}; waiting until it responds")
            is_out = True
            pause(PAUSE_SECONDS)
