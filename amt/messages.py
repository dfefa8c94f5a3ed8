"""Messages to a person: numbers with their nouns, and long lists of faults cut short."""

import re
import threading
from collections.abc import Callable, Iterable
from typing import Self

Say = Callable[[str], object]

FAULTS_SHOWN = 20
# What differs between two messages of a kind: quoted texts, ids, and numbers.
DETAIL = re.compile(r"'[^']*'|\"[^\"]*\"|\b(?=\w*\d)\w+\b")


def say_nothing(_: str) -> None:
    """Ignore a message, for programs that use this library without messages."""


def count_of(number: int, noun: str, plural: str = "") -> str:
    """Return a number with its noun: 1 HIT, 1,000 HITs, 2 bonuses."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


class Faults:
    """Messages about single items, of which the first 20 of each kind are shown.

    `show` is called with each of these at once, and at the end of the `with` with the number of the
    others. Threads may share it.
    """

    def __init__(self, show: Say) -> None:
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


class FaultList(list[str]):
    """A list of messages that keeps the first 20 of each kind, however many are appended."""

    def __init__(self) -> None:
        super().__init__()
        self._faults = Faults(super().append)

    def append(self, message: str) -> None:
        """Count a message, and keep it unless there are many of its kind."""
        self._faults.add(message)

    def extend(self, messages: Iterable[str]) -> None:
        """Append each of the messages."""
        for message in messages:
            self.append(message)

    def join(self) -> str:
        """Return the messages, a line each, and how many more there were of each kind."""
        with self._faults:
            pass
        return "\n".join(self)


def join_faults(messages: Iterable[str]) -> str:
    """Return the first 20 messages of each kind, one per line, and the number of the others."""
    shown: list[str] = []
    with Faults(shown.append) as faults:
        for message in messages:
            faults.add(message)
    return "\n".join(shown)
