"""Read files of ids, one per line."""

import os
from pathlib import Path

from amt.errors import Error


def read_ids(path: str | os.PathLike[str]) -> list[str]:
    """Return the distinct ids in a file, one per line; blank lines and `#` comments are skipped.

    Raises Error, naming the line, for text that cannot be an id; or OSError.
    """
    ids: dict[str, None] = {}
    with Path(path).open(encoding="utf-8-sig", errors="replace") as lines:
        for number, line in enumerate(lines, 1):
            text = line.partition("#")[0].strip()
            if text and not (text.isascii() and text.isalnum() and len(text) <= 64):
                raise Error(f"{path}:{number}: {text[:60]!r} is not an id")
            if text:
                ids[text] = None
    return list(ids)
