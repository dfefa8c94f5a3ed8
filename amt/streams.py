"""Repair the standard streams of a process whose parent closed some of them."""

import io
import os
import sys
from pathlib import Path

from amt.errors import OutputClosedError


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


def discard_output() -> None:
    """Redirect stdout to nowhere, because nobody reads it or it cannot be written.

    Otherwise Python writes the rest when it exits, and prints a traceback.
    """
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
