"""The totals of a batch whose answers are all in: totals.json, which saves reading its other files."""

import json
from typing import Any

from amt import files
from amt.declared.directories import Directory
from amt.declared.events import Events
from amt.errors import Error

COUNTS = (
    "rows",
    "hits",
    "answered",
    "labels",
    "without_label",
    "lines",
    "assignments",
    "unsent",
    "given_up",
)


def read(directory: Directory) -> dict[str, Any] | None:
    """Return the totals, or None while answers are still to come.

    They have the counts and the cost of the `done` event, `hits` (how many were launched), `answered`
    (rows with an answer), `lines` (of results.jsonl), `unsent` (events that wait to be pushed) and `given_up`. Raises Error for
    another file.
    """
    try:
        values = json.loads(directory.totals.read_text("utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise Error(
            f"{directory.totals}: cannot be read; delete it to have it written anew"
        ) from error
    if not (
        isinstance(values, dict)
        and all(type(values.get(name)) is int for name in COUNTS)
        and isinstance(values.get("cost"), str)
    ):
        raise Error(f"{directory.totals}: has no totals; delete it to have it written anew")
    return values


def write(directory: Directory, values: dict[str, Any]) -> None:
    """Write the totals, unless they are there already."""
    if directory.totals.exists() and read(directory) == values:
        return
    with files.replace(directory.totals) as file:
        file.write(json.dumps(values) + "\n")


def note_pushes(directory: Directory, events: Events | None) -> None:
    """Change how many events wait to be pushed and were given up, if there are totals."""
    values = read(directory)
    if values is not None and events is not None:
        counts = {"unsent": events.unsent_count, "given_up": events.dead_count}
        write(directory, values | counts)
