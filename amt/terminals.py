"""A terminal on which a person answers with single keys, and now and then with a line."""

import os
import termios
import tty
from collections.abc import Iterator
from contextlib import contextmanager

END = "\x04"  # Ctrl-D


class Terminal:
    """The terminal at the file descriptor `descriptor`.

    What was typed ahead is kept: it is read here, and never by a buffer of Python's.
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._typed = b""

    def read_key(self) -> str:
        """Return the next key; Ctrl-D when there will be none."""
        with self._without_lines():
            if not self._typed and not self._read():
                return END
        key, self._typed = self._typed[:1], self._typed[1:]
        return key.decode(errors="replace")

    def read_line(self) -> str:
        """Return the next line without its end, and without spaces around it."""
        while b"\n" not in self._typed:
            if not self._read():
                break
        line, _, self._typed = self._typed.partition(b"\n")
        return line.decode(errors="replace").strip()

    def _read(self) -> bool:
        try:
            piece = os.read(self._descriptor, 4096)
        except OSError:  # Linux's way of saying that the terminal is gone
            piece = b""
        self._typed += piece
        return bool(piece)

    @contextmanager
    def _without_lines(self) -> Iterator[None]:
        """Let single keys be read, without showing them."""
        before = termios.tcgetattr(self._descriptor)
        tty.setcbreak(self._descriptor, termios.TCSANOW)  # the default discards what is typed ahead
        try:
            yield
        finally:
            termios.tcsetattr(self._descriptor, termios.TCSANOW, before)
