"""What a script says to a person, on stderr, and what becomes of a stdout that is closed."""

import io
import os
import re
import sys
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Self

FAULTS_SHOWN = 20
# What differs between two messages of a kind: quoted texts, ids, and numbers.
DETAIL = re.compile(r"'[^']*'|\"[^\"]*\"|\b(?=\w*\d)\w+\b")


def say(text: str) -> None:
    """Tell the person something; stdout is for data."""
    bar = getattr(sys.modules.get("tqdm"), "tqdm", None)  # None while another thread imports it
    write = bar.write if bar else print  # above a progress bar, not through it
    write(text, file=sys.stderr)


class Faults:
    """Messages about single items, of which the first 20 of a kind are shown.

    `show` is called with each of these at once, and with how many more there were at the end of
    the `with`. Safe to share between threads.
    """

    def __init__(self, show: Callable[[str], object] = say) -> None:
        self._show = show
        self._counts: dict[str, int] = {}
        self._adding = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for kind, count in self._counts.items():
            if count > FAULTS_SHOWN:
                self._show(f"and {count - FAULTS_SHOWN:,} more: {kind}")

    def add(self, message: str) -> None:
        """Count a message, and show it unless there were many of its kind."""
        kind = DETAIL.sub("…", message)
        with self._adding:
            self._counts[kind] = self._counts.get(kind, 0) + 1
            if self._counts[kind] <= FAULTS_SHOWN:
                self._show(message)


def join_faults(messages: Iterable[str]) -> str:
    """Return the first 20 messages of each kind, a line each, and how many more there were."""
    shown: list[str] = []
    with Faults(shown.append) as faults:
        for message in messages:
            faults.add(message)
    return "\n".join(shown)


class OutputClosedError(OSError):
    """Something was to be printed, and stdout was closed from the beginning (`>&-`)."""


class ClosedOutput(io.TextIOBase):
    """What stands for a closed stdout. A script that prints nothing works without one."""

    def write(self, _: str) -> int:
        """Raise OutputClosedError."""
        raise OutputClosedError("stdout is closed, so there is nowhere to print to")


def replace_closed_streams() -> None:
    """Take the numbers of closed streams (`>&-`), or the next file opened would get their text."""
    number = 0
    while number < 3:
        number = os.open(os.devnull, os.O_RDWR)
    os.close(number)
    # Where a stream is closed, Python has None.
    sys.stdout = sys.stdout or ClosedOutput()
    sys.stderr = sys.stderr or Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - until the end
