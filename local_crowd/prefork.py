"""Serve in several processes that are forked from one, each replaced when it dies."""

import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from typing import Any, NoReturn

SIGNALS = (signal.SIGINT, signal.SIGTERM)
BRIEF_SECONDS = 1.0  # a process that lived no longer is replaced only after as long a pause

log = logging.getLogger(__name__)


OpenServer = Callable[[int], AbstractContextManager[Callable[[], None]]]


def run(count: int, open_server: OpenServer, *, in_child: Callable[[], None]) -> NoReturn:
    """Serve in `count` processes until KeyboardInterrupt, then end them, and raise it.

    `open_server` is passed the index of its process, and gives the function that serves; a process
    that replaces another has its index.

    Call it before any thread is started and without open database connections: processes must not
    share them. Serving is ended by KeyboardInterrupt. The processes end also when this one is killed.
    `in_child` is called first in each, to close what only this process should hold.
    """
    # Its writing end is open in this process only, and so is closed however this process ends.
    lifeline, our_end = os.pipe()
    started: dict[int, tuple[int, float]] = {}  # index and start, by process id
    try:
        while True:
            for index in sorted(set(range(count)) - {index for index, _ in started.values()}):
                # A signal must not unwind the stack of this process in the new one.
                signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
                child = os.fork()
                if not child:
                    os.close(our_end)
                    in_child()
                    _serve_and_exit(open_server(index), lifeline)
                started[child] = index, time.monotonic()
                signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
            child, status = os.wait()
            if child not in started:
                continue
            _, began = started.pop(child)
            log.error("A server process ended with %s", os.waitstatus_to_exitcode(status))
            time.sleep(max(0.0, BRIEF_SECONDS - (time.monotonic() - began)))
    finally:
        os.close(our_end)
        os.close(lifeline)
        for child in started:
            with suppress(ChildProcessError):
                os.waitpid(child, 0)


def _serve_and_exit(opening: AbstractContextManager[Callable[[], None]], lifeline: int) -> NoReturn:
    """Serve in a forked process, and end it without what its parent does at its end."""
    code = 1
    try:
        for number in SIGNALS:
            signal.signal(number, _end_once)
        threading.Thread(target=_end_with_parent, args=[lifeline], daemon=True).start()
        with opening as serve:
            # Only now: an exception within an import leaves a module's file open.
            signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
            serve()
        code = 0
    except KeyboardInterrupt:
        code = 0
    except BaseException:
        log.exception("A server process failed")
    finally:
        with suppress(Exception):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(code)


def _end_once(_number: int, _frame: Any) -> NoReturn:
    """End the process; ignore what follows, such as the end of its parent after Ctrl-C."""
    for number in SIGNALS:
        signal.signal(number, signal.SIG_IGN)
    raise KeyboardInterrupt


def _end_with_parent(lifeline: int) -> None:
    os.read(lifeline, 1)  # returns when no process has the writing end any more
    os.kill(os.getpid(), signal.SIGTERM)
