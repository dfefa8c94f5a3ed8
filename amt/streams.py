"""The standard streams: repaired where the parent closed them, and kept for data."""

import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any, TextIO, cast

from amt.errors import OutputClosedError

IS_DIVERTED: ContextVar[bool] = ContextVar("is_diverted", default=False)  # for this thread


class ClosedOutput(io.TextIOBase):
    """A closed stdout: writing to it raises an error, so a script that prints nothing works."""

    def write(self, _: str) -> int:
        """Raise OutputClosedError."""
        raise OutputClosedError("stdout is closed, so there is nowhere to print to")


def replace_closed_streams() -> None:
    """Open substitutes for closed streams (`>&-`): the next file opened would get their number."""
    number = 0
    while number < 3:
        number = os.open(os.devnull, os.O_RDWR)
    os.close(number)
    # Where a stream is closed, Python has None.
    sys.stdout = sys.stdout or ClosedOutput()
    sys.stderr = sys.stderr or Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - until the end


def encode_output() -> None:
    """Make stdout UTF-8 with Unix line ends on any terminal, because it is data."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8", newline="\n")


class DivertibleOutput:
    """Standard output, of which what is printed within print_to_stderr goes to standard error."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def __getattr__(self, name: str) -> Any:
        return getattr(sys.stderr if IS_DIVERTED.get() else self._stream, name)


@contextmanager
def print_to_stderr() -> Iterator[None]:
    """Let code of somebody else print to stderr, because stdout is data. Other threads print as before."""
    if not isinstance(sys.stdout, DivertibleOutput):
        sys.stdout = cast(TextIO, DivertibleOutput(sys.stdout))
    token = IS_DIVERTED.set(True)
    try:
        yield
    finally:
        IS_DIVERTED.reset(token)


def discard_output() -> None:
    """Redirect stdout to nowhere, because nobody reads it or it cannot be written.

    Otherwise Python writes the rest when it exits, and prints a traceback.
    """
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
