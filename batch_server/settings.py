"""What a server of batches is started with, and where it finds each requester's batches."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote, unquote

from amt.crowd import Crowd
from amt.declared.directories import Directory

ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")  # of a batch, as in amt.declared.batch_file
LONGEST_NAME_BYTES = 255  # of a file


@dataclass(frozen=True)
class Settings:
    """What the server is started with.

    `directory` has the batches. `max_cost` is the most that a batch may cost, in US dollars. `store` is
    the URL of a database that takes results and labels.
    """

    directory: Path
    crowd: Crowd
    max_cost: Decimal | None = None
    store: str | None = None


class Place(NamedTuple):
    """A batch: whose it is, its id, and its directory, whether it is there or not."""

    requester: str
    id: str
    directory: Directory


def find_place(parent: Path, requester: str, batch_id: str) -> Place | None:
    """Return where the batch with this id is; None for what is not an id, or too long a name."""
    folder = to_folder(requester)
    if not ID.fullmatch(batch_id) or len(folder) > LONGEST_NAME_BYTES:
        return None
    return Place(requester, batch_id, Directory(parent / folder / batch_id))


def to_folder(requester: str) -> str:
    """Return the name of a requester's folder, which no other requester has."""
    name = quote(requester, safe=" ")
    return name.replace(".", "%2E", 1) if name.startswith(".") else name


def list_places(parent: Path, requester: str) -> list[Place]:
    """Return the batches of a requester, by their ids."""
    folder = parent / to_folder(requester)
    try:
        names = sorted(entry.name for entry in folder.iterdir() if ID.fullmatch(entry.name))
    except OSError:
        return []
    places = [Place(requester, name, Directory(folder / name)) for name in names]
    return [place for place in places if is_batch(place)]


def is_batch(place: Place) -> bool:
    """Return whether there is a batch at a place, which this process may read."""
    try:
        return place.directory.batch_file.is_file()
    except OSError:  # a folder of another user
        return False


def list_folders(parent: Path) -> list[Path]:
    """Return the folders of all requesters who have one."""
    if not parent.is_dir():
        return []
    return [
        folder
        for folder in sorted(parent.iterdir())
        if folder.is_dir() and to_folder(unquote(folder.name)) == folder.name
    ]


def list_all_places(parent: Path) -> Iterator[Place]:
    """Yield the batches of all requesters."""
    for folder in list_folders(parent):
        yield from list_places(parent, unquote(folder.name))
