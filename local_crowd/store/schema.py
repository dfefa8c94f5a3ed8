"""Brings a database to the newest schema, with alembic's migrations."""

from pathlib import Path

from sqlalchemy import Connection, inspect, text

from local_crowd.store.engine import Store

HEAD = "0001"  # the newest migration; a test holds it against the folder
MIGRATIONS = Path(__file__).parent / "migrations"


class SchemaError(Exception):
    """The database was made by a newer version of this program."""


def upgrade(store: Store) -> None:
    """Run the migrations this database lacks; costs one query when there are none.

    Raises SchemaError for a database whose version is unknown here.
    """
    with store.reading() as connection:
        if _version(connection) == HEAD:
            return
    with store.writing() as connection:
        version = _version(connection)
        if version != HEAD:
            _migrate(connection, version)


def _version(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.scalar(text("SELECT version_num FROM alembic_version"))


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
