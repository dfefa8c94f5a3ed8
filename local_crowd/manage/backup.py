"""Backup: copy a crowd while its server is running."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from local_crowd import settings
from local_crowd.operations.errors import ParameterValidationError
from local_crowd.site import SITES
from local_crowd.store.copying import copy_database

Line = dict[str, Any]


def backup(directory: Path, target: str) -> Iterator[Line]:
    """Copy the SQLite databases, files/ and crowd.json into the new directory `target`.

    Each copy is a consistent snapshot of its database, even while others write. Raises
    ParameterValidationError when `target` exists or crowd.json names a database, and StoreError or
    OSError when a database is damaged or the copy cannot be written. On any error the partial copy
    is deleted.
    """
    chosen = settings.read(directory)
    for name in SITES:
        if url := chosen[f"{name}_database"]:
            raise ParameterValidationError(_describe_elsewhere(name, str(url)))
    if not any((directory / f"{name}.sqlite3").exists() for name in SITES):
        raise ParameterValidationError(f"There is no crowd in {directory}.")
    copy = Path(target)
    try:
        copy.mkdir(mode=0o700, parents=True)
    except FileExistsError as error:
        raise ParameterValidationError(f"{target} already exists; name a new directory.") from error
    try:
        lines = list(_copy_databases(directory, copy))
        if (directory / "files").is_dir():
            shutil.copytree(directory / "files", copy / "files")
        if (directory / settings.FILE).is_file():
            shutil.copy2(directory / settings.FILE, copy)
    except BaseException:
        shutil.rmtree(copy, ignore_errors=True)  # a partial copy would look like a backup
        raise
    yield from lines


def _describe_elsewhere(site: str, url: str) -> str:
    """Say how to back up a site whose database crowd.json puts outside the directory."""
    if url.startswith("postgresql"):
        return f"The {site} data is in PostgreSQL; back it up with pg_dump."
    return (
        f"The {site} data is not in the data directory: {site}_database in {settings.FILE} "
        "names another database. Back that up with its own tool, such as sqlite3 FILE .backup."
    )


def _copy_databases(directory: Path, copy: Path) -> Iterator[Line]:
    for name in SITES:
        file = f"{name}.sqlite3"
        if (directory / file).exists():
            integrity = copy_database(directory / file, copy / file)
            size = (copy / file).stat().st_size
            yield {"file": str(copy / file), "bytes": size, "integrity": integrity}
