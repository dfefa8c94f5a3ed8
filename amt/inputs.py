"""The input of a batch: JSON Lines, one HIT a line, any JSON value."""

import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

from simpleamt import Error


class Row(NamedTuple):
    """A line of the input: `number` counts rows from 0, `line` the file's lines from 1."""

    number: int
    line: int
    value: Any


def rows(path: str | Path, faults: list[str] | None = None) -> Iterator[Row]:
    """The rows of a file, blank lines skipped.

    Every line that is not JSON goes into `faults` as `file:line: what`; without a list it raises
    Error at once. Error as well for a file that cannot be read.
    """
    number = 0
    try:
        with Path(path).open("rb") as lines:
            for line, raw in enumerate(lines, 1):
                text = raw.removeprefix(b"\xef\xbb\xbf") if line == 1 else raw
                if not text.strip():
                    continue
                try:
                    yield Row(number, line, parse(text.rstrip().decode("utf-8")))
                    number += 1
                except ValueError as error:
                    fault = f"{path}:{line}: {_spoken(error)}"
                    if faults is None:
                        raise Error(fault) from error
                    faults.append(fault)
    except OSError as error:
        raise Error(f"{path}: {error.strerror}") from error


def parse(text: str) -> Any:
    """JSON that every reader takes. ValueError also for what only Python would: NaN, Infinity, a
    number as large; and for what is nested too deep for Python.
    """
    try:
        return json.loads(text, parse_constant=_not_json, parse_float=_finite)
    except RecursionError as error:
        raise ValueError("it is nested too deep") from error


def _not_json(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no number of JSON's")


def _finite(digits: str) -> float:
    if math.isinf(number := float(digits)):
        raise ValueError(f"{digits[:20]} is too large for a number")
    return number


def _spoken(error: ValueError) -> str:
    if isinstance(error, UnicodeDecodeError):
        return f"not UTF-8 text (byte {error.start + 1} of the line)"
    if isinstance(error, json.JSONDecodeError):
        return f"not JSON: {error.msg} (column {error.colno})"
    return f"not JSON: {error}"
