"""A copy of a crowd, made while a server runs."""

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

    Each database is copied as it stood at one moment, whoever writes meanwhile. Raises
    ParameterValidationError when `target` is there already, or the data is in PostgreSQL;
    StoreError or OSError when a database is damaged or the copy cannot be written. Then nothing
    is left of the copy.
    """
    said = settings.read(directory)
    if elsewhere := [name for name in SITES if said[f"{name}_database"]]:
        raise ParameterValidationError(
            f"The data of {' and '.join(elsewhere)} is in PostgreSQL: back it up with pg_dump."
        )
    if not any((directory / f"{name}.sqlite3").exists() for name in SITES):
        raise ParameterValidationError(f"There is no crowd in {directory}.")
    copy = Path(target)
    try:
        copy.mkdir(mode=0o700, parents=True)
    except FileExistsError as error:
        raise ParameterValidationError(f"{target} is there already: name a new one.") from error
    try:
        lines = list(_copy_databases(directory, copy))
        if (directory / "files").is_dir():
            shutil.copytree(directory / "files", copy / "files")
        if (directory / settings.FILE).is_file():
            shutil.copy2(directory / settings.FILE, copy)
    except BaseException:
        shutil.rmtree(copy, ignore_errors=True)  # half a backup would be taken for one
        raise
    yield from lines


def _copy_databases(directory: Path, copy: Path) -> Iterator[Line]:
    for name in SITES:
        file = f"{name}.sqlite3"
        if (directory / file).exists():
            verdict = copy_database(directory / file, copy / file)
            size = (copy / file).stat().st_size
            yield {"file": str(copy / file), "bytes": size, "integrity": verdict}
