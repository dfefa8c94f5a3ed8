"""Checks of a crowd: each calls it, compares what it does with what is expected, and is reported."""

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from amt import plug_ins, streams

OK, MISSING, WRONG, UNCHECKED = "ok", "missing", "wrong", "unchecked"
ID = re.compile(r"[A-Z0-9]{1,64}")
WORKER_ID = re.compile(r"A[A-Z0-9]{1,63}")
MOST_SHOWN = 200  # characters of what was found


class Result(NamedTuple):
    """The outcome of a check: OK, MISSING (a method), WRONG, or UNCHECKED; `found` says why."""

    name: str
    outcome: str
    expected: str
    found: str = ""

    def __str__(self) -> str:
        if self.outcome == OK:
            return f"{self.outcome:9} {self.name}"
        reason = f"expected {self.expected}; found {self.found}"
        return (
            f"{self.outcome:9} {self.name}: {self.found if self.outcome == UNCHECKED else reason}"
        )


class UncheckedError(Exception):
    """Raised when a check cannot be made; the text says why."""


class Checks:
    """The checks of a crowd. `target` is the plug-in's object; `report` gets each result at once."""

    def __init__(self, target: Any, report: Callable[[Result], object]) -> None:
        self._target = target
        self._report = report
        self.counts: Counter[str] = Counter()  # how many checks had each outcome
        self.created: list[str] = []  # the ids of all HITs that the checks created

    def add(self, result: Result) -> None:
        """Count a result, and report it."""
        self.counts[result.outcome] += 1
        self._report(result)

    def call(self, method: str, **request: Any) -> Any:
        """Call a method, and note a HIT that it creates.

        Raises UncheckedError if the crowd lacks the method, and what it raises.
        """
        if not plug_ins.has_method(self._target, method):
            raise UncheckedError(f"the crowd has no {method}")
        try:
            with streams.print_to_stderr():
                response = getattr(self._target, method)(**request)
        except SystemExit as error:
            raise RuntimeError("it would have ended the script") from error
        if method == "create_hit_with_hit_type":
            self.created.append(response["HIT"]["HITId"])
        return response

    def check(
        self,
        name: str,
        expected: str,
        produce: Callable[[], Any],
        test: Callable[[Any], bool] = lambda _: True,
    ) -> Any:
        """Check a value; return it if it is as expected, else None.

        Whatever `produce` raises is a fault of the crowd, but for UncheckedError.
        """
        try:
            value = produce()
        except UncheckedError as error:
            self.add(Result(name, UNCHECKED, expected, str(error)))
            return None
        except Exception as error:  # noqa: BLE001 - the crowd is under test
            self.add(Result(name, WRONG, expected, describe(error)))
            return None
        try:
            is_right = test(value)
        except Exception:  # noqa: BLE001 - the value is of another type
            is_right = False
        self.add(Result(name, OK if is_right else WRONG, expected, shorten(repr(value))))
        return value if is_right else None

    def equal(self, name: str, expected: Any, produce: Callable[[], Any]) -> Any:
        """Check that a value is the expected one."""
        return self.check(name, repr(expected), produce, lambda value: bool(value == expected))

    def refused(
        self,
        name: str,
        method: str,
        *,
        words: str = "",
        codes: Sequence[str] = ("RequestError",),
        **request: Any,
    ) -> None:
        """Check that a call raises an error with one of these codes, and these words in its message."""
        expected = " or ".join(codes) + (f" with {words!r}" if words else "")
        self.check(
            f"{method}: {name}",
            expected,
            lambda: self._find_refusal(method, request),
            lambda error: error["Error"]["Code"] in codes and words in error["Error"]["Message"],
        )

    def _find_refusal(self, method: str, request: Mapping[str, Any]) -> Any:
        try:
            value = self.call(method, **request)
        except UncheckedError:
            raise
        except Exception as error:
            response = getattr(error, "response", None)
            if response is None:
                raise
            return response
        return f"no error but {value!r}"


def need(value: Any, what: str) -> Any:
    """Return a value that an earlier check found. Raises UncheckedError without one."""
    if value is None:
        raise UncheckedError(f"there is no {what}")
    return value


def is_time(value: Any) -> bool:
    """Return whether a value is a time with a time zone, as boto3 returns them."""
    return isinstance(value, datetime) and value.tzinfo is not None


def describe(error: Exception) -> str:
    """Return an exception as `Type: text`."""
    return shorten(f"{type(error).__name__}: {error}")


def shorten(text: str) -> str:
    """Return the beginning of a text, in one line."""
    text = " ".join(text.split())
    return text if len(text) <= MOST_SHOWN else f"{text[:MOST_SHOWN]}…"
