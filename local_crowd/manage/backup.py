"""Backup: copy a crowd while its server is running."""

import shutil
from collections.abc import Iterator
from pathlib import Path

from local_crowd import settings
from local_crowd.manage.commands import Line, argument, command
from local_crowd.operations.errors import ParameterValidationError
from local_crowd.site import SITES, database_path
from local_crowd.store.copying import copy_database, name_backup_tool


@command(argument("target", "DIR", "directory to create"))
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
            raise ParameterValidationError(
                f"The {name} data is not in the data directory: {name}_database in {settings.FILE} "
                f"names another database; back it up with {name_backup_tool(str(url))}."
            )
    if not any(database_path(directory, name).exists() for name in SITES):
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


def _copy_databases(directory: Path, copy: Path) -> Iterator[Line]:
    """Copy each site's database; yield the file, its size and the result of its integrity check."""
    for name in SITES:
        source, target = database_path(directory, name), database_path(copy, name)
        if source.exists():
            integrity = copy_database(source, target)
            yield {"file": str(target), "bytes": target.stat().st_size, "integrity": integrity}
