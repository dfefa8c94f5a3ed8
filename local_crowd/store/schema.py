"""Brings a database to the newest schema, with alembic's migrations."""

from pathlib import Path

from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import DBAPIError

from local_crowd.store.engine import Store, StoreError

HEAD = "0006"  # the newest migration; a test holds it against the folder
MIGRATIONS = Path(__file__).parent / "migrations"


class SchemaError(StoreError):
    """The database was made by a newer version of this program."""


def upgrade(store: Store) -> None:
    """Run the migrations this database lacks; costs one query when there are none.

    Raises StoreError for a database that does not answer, SchemaError for one whose version is
    unknown here.
    """
    try:
        with store.reading() as connection:
            if _version(connection) == HEAD:
                return
    except DBAPIError as error:
        raise StoreError(f"{store.url}: {str(error.orig).strip()}") from error
    with store.writing() as connection:
        if not store.is_sqlite:  # one process of several migrates, the others wait for it
            connection.execute(text("SELECT pg_advisory_xact_lock(39017)"))
        version = _version(connection)
        if version != HEAD:
            _migrate(connection, version)


def _version(connection: Connection) -> str | None:
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
    config.set_main_option("script_location", str(MIGRATIONS))
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if version is not None and version not in known:
        raise SchemaError(
            f"this crowd's data has schema {version}, which this version does not know "
            f"(it knows {HEAD}): use the newer simple-amt that made it"
        )
    command.upgrade(config, "head")
