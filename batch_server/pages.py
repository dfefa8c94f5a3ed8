"""Pages of a file of JSON lines. A cursor is the position behind the last line of a page.

The files are only appended to, so a cursor never skips a line and never repeats one.
"""

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from amt.errors import Error
from batch_server.problems import INVALID, Fault, ProblemError

PAGE_BYTES = 8 * 1024 * 1024  # of the file


class Page(NamedTuple):
    """Lines, the cursor behind them, and whether there are more now."""

    lines: list[bytes]
    cursor: int
    has_more: bool


def read(path: Path, after: int, limit: int, convert: Callable[[Any], Any]) -> Page:
    """Return at most `limit` converted lines behind a cursor.

    Raises ProblemError for a cursor that no page had, and Error for a damaged line.
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
                with explain_damage(path):
                    lines.append(json.dumps(convert(json.loads(line))).encode("ascii") + b"\n")
            has_more = file.readline().endswith(b"\n")
    except FileNotFoundError:
        if after:
            raise _bad_cursor() from None
        return Page([], 0, has_more=False)
    return Page(lines, cursor, has_more)


@contextmanager
def explain_damage(path: Path) -> Iterator[None]:
    """Raise Error for a line that is not one of ours."""
    try:
        yield
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Error(f"{path}: is not as run_batch.py wrote it; restore it from a copy") from error


def _check_cursor(descriptor: int, after: int) -> None:
    if after and os.pread(descriptor, 1, after - 1) != b"\n":
        raise _bad_cursor()


def _bad_cursor() -> ProblemError:
    fault = Fault("?after", "is not a cursor of this list; leave it out to begin at the start")
    return ProblemError(INVALID, "The cursor is not one of this list.", [fault])
