"""Upgrading a database to the newest schema, with alembic's migrations."""

import os
import tempfile
import threading
from pathlib import Path

from sqlalchemy import Connection, inspect, text
from sqlalchemy.engine import URL as URL  # noqa: PLC0414 - for modules that may not import SQLAlchemy
from sqlalchemy.exc import DBAPIError

from local_crowd.store.engine import Store
from local_crowd.store.faults import StoreError
from local_crowd.store.locks import take_advisory_lock

HEAD = "0018"  # the newest migration; a test compares it with the folder
MIGRATIONS = Path(__file__).parent / "migrations"
MIGRATE_LOCK_KEY = 39017  # unique among our advisory locks
_migrating = threading.Lock()  # alembic keeps the running migration in a global variable


class SchemaError(StoreError):
    """The database was created by a newer version of this program."""


def sqlite_url(path: Path) -> URL:
    """Return the URL of a SQLite file, whatever characters its path contains."""
    return URL.create("sqlite", database=str(path.absolute()))


def open_store(url: str | URL) -> Store:
    """Return the store of a database, upgraded to the newest schema.

    A SQLite file that does not exist is created. A file of 0 bytes, or without our tables, is what
    remains of a damaged crowd, and raises StoreError, as any database that cannot be used does.
    """
    store = Store(url)
    try:
        if store.path is not None:
            _create_file(store.path)
            _require_crowd(store.path, store)
        upgrade(store)
    except BaseException:
        store.close()
        raise
    return store


def _create_file(path: Path) -> None:
    """Create a SQLite file with the newest schema, which only its owner can read, unless it exists.

    The file gets its name when it is complete, so a killed process leaves no partial crowd.
    """
    if path.exists():
        return
    try:
        with tempfile.TemporaryDirectory(prefix=f".{path.name}.", dir=path.parent) as folder:
            new = Path(folder) / path.name
            new.touch(mode=0o600)
            store = Store(sqlite_url(new))
            store.name = str(path)  # for messages
            try:
                upgrade(store)
            finally:
                store.close()  # merges the write-ahead log into the file
            _name_file(new, path)
    except OSError as error:
        raise StoreError(f"{path}: {error.strerror}") from error


def _name_file(new: Path, path: Path) -> None:
    """Move `new` to `path`, unless another process has created that file."""
    try:
        os.link(new, path)  # unlike rename, it does not replace a file
    except FileExistsError:
        pass
    except OSError:  # FAT and some network file systems have no hard links
        new.rename(path)


def _require_crowd(path: Path, store: Store) -> None:
    """Raise StoreError unless the file contains a crowd."""
    try:
        is_empty = path.stat().st_size == 0  # opening it would delete a log beside it
    except OSError as error:
        raise StoreError(f"{path}: {error.strerror}") from error
    if not is_empty:
        with store.reading() as connection:
            is_empty = _read_version(connection) is None
    if is_empty:
        raise StoreError(
            f"{path}: this file does not contain a crowd; restore a backup, or move the file away to start "
            "a new crowd"
        )


def upgrade(store: Store) -> None:
    """Run the migrations that this database lacks; one query when there are none.

    Raises StoreError for a database that does not answer, SchemaError for one of a newer version.
    """
    try:
        with store.reading() as connection:
            if _read_version(connection) == HEAD:
                return
    except DBAPIError as error:
        raise StoreError(f"{store.name}: {str(error.orig).strip()}") from error
    with store.writing() as connection:
        take_advisory_lock(connection, MIGRATE_LOCK_KEY)  # one process migrates, others wait
        version = _read_version(connection)
        if version != HEAD:
            _migrate(connection, version)


def _read_version(connection: Connection) -> str | None:
    """Return the version of a database's schema, or None for a database without one."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    version: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return version


def _migrate(connection: Connection, version: str | None) -> None:
    """Run the migrations after `version`, or all of them for None."""
    # alembic takes 0.1 s to import, which most starts do not need.
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))  # ConfigParser's
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if version is not None and version not in known:
        raise SchemaError(
            f"{connection.engine.url.database}: the data has schema {version}, which this version of "
            f"simple-amt does not know (it knows {HEAD}); use the newer version that wrote it"
        )
    with _migrating:
        command.upgrade(config, "head")
