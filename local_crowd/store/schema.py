"""Brings a database to the newest schema, with alembic's migrations."""

import os
import tempfile
import threading
from pathlib import Path

from sqlalchemy import Connection, inspect, text
from sqlalchemy.engine import URL as URL  # noqa: PLC0414 - for those who may not know it
from sqlalchemy.exc import DBAPIError

from local_crowd.store.engine import Store
from local_crowd.store.faults import StoreError
from local_crowd.store.locks import take_advisory_lock

HEAD = "0008"  # the newest migration; a test holds it against the folder
MIGRATIONS = Path(__file__).parent / "migrations"
MIGRATE_LOCK_KEY = 39017  # unique among our advisory locks
_migrating = threading.Lock()  # alembic keeps the migration that runs in a global variable


class SchemaError(StoreError):
    """The database was made by a newer version of this program."""


def sqlite_url(path: Path) -> URL:
    """Return the URL of a SQLite file, whatever characters its path holds."""
    return URL.create("sqlite", database=str(path.absolute()))


def open_store(url: str | URL) -> Store:
    """Return the store of a database, brought to the newest schema.

    A SQLite file that does not exist is created. One that exists holds a crowd: a file of 0 bytes,
    or without our tables, is what is left of one, and is not taken for a new crowd. Raises
    StoreError for a database that cannot be used.
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
    """Create a SQLite file with the newest schema, for its owner's eyes only, unless it exists.

    It gets its name when it is complete, so a killed process leaves no half-made crowd.
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
                store.close()  # which brings the write-ahead log into the file
            _give_name(new, path)
    except OSError as error:
        raise StoreError(f"{path}: {error.strerror}") from error


def _give_name(new: Path, path: Path) -> None:
    try:
        os.link(new, path)  # unlike rename, never takes the place of another process's file
    except FileExistsError:
        pass
    except OSError:  # FAT and some network file systems have no hard links
        new.rename(path)


def _require_crowd(path: Path, store: Store) -> None:
    """Raise StoreError unless the file holds a crowd."""
    try:
        is_empty = path.stat().st_size == 0  # SQLite would throw away a log beside such a file
    except OSError as error:
        raise StoreError(f"{path}: {error.strerror}") from error
    if not is_empty:
        with store.reading() as connection:
            is_empty = _read_version(connection) is None
    if is_empty:
        raise StoreError(
            f"{path}: this file holds no crowd; restore a backup, or move the file away to start a "
            "new crowd"
        )


def upgrade(store: Store) -> None:
    """Run the migrations this database lacks; costs one query when there are none.

    Raises StoreError for a database that does not answer, SchemaError for one whose version is
    unknown here.
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
    if not inspect(connection).has_table("alembic_version"):
        return None
    version: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return version


def _migrate(connection: Connection, version: str | None) -> None:
    # alembic takes a tenth of a second to import: only when there is something to do.
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))  # ConfigParser's
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if version is not None and version not in known:
        raise SchemaError(
            f"{connection.engine.url.database}: this crowd's data has schema {version}, which this version does not know "
            f"(it knows {HEAD}): use the newer simple-amt that made it"
        )
    with _migrating:
        command.upgrade(config, "head")
