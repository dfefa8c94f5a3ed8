"""Pages of a file of JSON lines. A cursor is the position behind the last line of a page.

The files are only appended to, so a cursor never skips a line and never repeats one.
"""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from batch_server.problems import INVALID, Fault, ProblemError

PAGE_BYTES = 8 * 1024 * 1024  # of the file


class Page(NamedTuple):
    """Lines, the cursor behind them, and whether there are more now."""

    lines: list[bytes]
    cursor: int
    has_more: bool


def read(path: Path, after: int, limit: int, convert: Callable[[Any], Any]) -> Page:
    """Return at most `limit` converted lines behind a cursor.

    Raises ProblemError for a cursor that no page had.
    """
    lines: list[bytes] = []
    cursor = after
    try:
        with path.open("rb") as file:
            _check_cursor(file.fileno(), after)
            # What was told is not lost with the power: a later line would have the same position.
            os.fsync(file.fileno())
            file.seek(after)
            while len(lines) < limit and cursor - after < PAGE_BYTES:
                line = file.readline()
                if not line.endswith(b"\n"):
                    return Page(lines, cursor, has_more=False)
                cursor += len(line)
                lines.append(json.dumps(convert(json.loads(line))).encode("ascii") + b"\n")
            has_more = file.readline().endswith(b"\n")
    except FileNotFoundError:
        if after:
            raise _bad_cursor() from None
        return Page([], 0, has_more=False)
    return Page(lines, cursor, has_more)


def _check_cursor(descriptor: int, after: int) -> None:
    if after and os.pread(descriptor, 1, after - 1) != b"\n":
        raise _bad_cursor()


def _bad_cursor() -> ProblemError:
    fault = Fault("?after", "is not a cursor of this list; leave it out to begin at the start")
    return ProblemError(INVALID, "The cursor is not one of this list.", [fault])
