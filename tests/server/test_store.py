"""The database of a site: migrations, versions, what is on the disk."""

import sqlite3
import stat
import threading
from pathlib import Path
from unittest.mock import Mock

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, LargeBinary, MetaData, String, inspect, text
from sqlalchemy.types import TypeEngine

from local_crowd.site import SITES, open_site
from local_crowd.store import engine
from local_crowd.store.engine import Store
from local_crowd.store.schema import HEAD, MIGRATIONS, SchemaError, upgrade
from local_crowd.store.tables import metadata
from tests.support.crowds import CrowdUnderTest
from tests.support.postgres import Databases


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """A new database of the newest schema."""
    store = Store(f"sqlite:///{tmp_path / 'site.sqlite3'}")
    upgrade(store)
    yield store
    store.close()


def set_version(store: Store, version: str) -> None:
    with store.writing() as db:
        db.execute(text("UPDATE alembic_version SET version_num = :version"), {"version": version})


def test_migrations_make_the_tables(store: Store) -> None:
    """A database that the migrations made has the tables of the code: nothing is left to change."""
    with store.writing() as db:
        context = MigrationContext.configure(db, opts={"compare_server_default": True})
        assert compare_metadata(context, metadata) == []
        assert set(inspect(db).get_table_names()) == {*metadata.tables, "alembic_version"}


def test_partial_indexes_are_partial(store: Store, tmp_path: Path) -> None:
    """Indexes with a condition, which a comparison does not see, have the code's condition."""
    expected = Store(f"sqlite:///{tmp_path / 'expected.sqlite3'}")
    query = text("SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL")
    with expected.writing() as db:
        metadata.create_all(db)
        wanted = {name: " ".join(sql.split()) for name, sql in db.execute(query)}
    with store.reading() as db:
        indexes = {name: " ".join(sql.split()) for name, sql in db.execute(query)}
    expected.close()

    assert indexes == wanted
    assert "WHERE" in indexes["uq_assignments_held"]


def test_head_is_the_newest_migration() -> None:
    """HEAD in the code is the last migration of the folder, and there is one line of them."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))

    assert ScriptDirectory.from_config(config).get_heads() == [HEAD]
    assert max(path.name for path in (MIGRATIONS / "versions").glob("*.py")).startswith(HEAD)


def test_upgrading_what_is_new_changes_nothing(crowd: CrowdUnderTest) -> None:
    """Opening a database again keeps what is in it."""
    hit_id = crowd.make_hit()
    for _ in range(2):
        upgrade(crowd.site.store)

    assert crowd.hit(hit_id)["HITId"] == hit_id


def one_row_a_table(connection: Connection) -> dict[str, dict[str, object]]:
    """Put a row into every table there is: every text "x", so that all ids are each other's."""
    tables = MetaData()
    tables.reflect(connection)
    rows = {}
    for table in tables.sorted_tables:
        if table.name != "alembic_version":
            row = {c.name: make_value(c.type) for c in table.columns}
            if "qualification_requirements" in row:
                row["qualification_requirements"] = "[]"
            connection.execute(table.delete())
            connection.execute(table.insert().values(row))
            rows[table.name] = row
    return rows


def make_value(kind: TypeEngine[object]) -> object:
    """Return a value for a column of this type."""
    if isinstance(kind, LargeBinary):
        return b"x"
    return "x" if isinstance(kind, String) else 1


@pytest.mark.parametrize("revision", [f"{number:04}" for number in range(1, int(HEAD))])
def test_data_of_every_older_version_is_kept(tmp_path: Path, revision: str) -> None:
    """Whatever version made a crowd: upgraded, each row is there, with what it held."""
    store = Store(f"sqlite:///{tmp_path / 'site.sqlite3'}")
    with store.writing() as connection:
        config = Config(attributes={"connection": connection})
        config.set_main_option("script_location", str(MIGRATIONS))
        command.upgrade(config, revision)
        before = one_row_a_table(connection)

    upgrade(store)

    with store.reading() as connection:
        for name, row in before.items():
            table = metadata.tables[name]
            # A migration may add rows of the system's, as 0012 does.
            there = [column == row[column.name] for column in table.primary_key.columns]
            (kept,) = connection.execute(table.select().where(*there)).mappings().all()
            assert {**row, **kept} == {**kept, **row}, name
        assert connection.exec_driver_sql("PRAGMA foreign_key_check").all() == []
    store.close()


def test_data_of_a_newer_version_is_refused(store: Store) -> None:
    """A version unknown here is not touched, and the one line says what to do."""
    set_version(store, "9999")

    with pytest.raises(SchemaError) as caught:
        upgrade(store)

    message = str(caught.value)
    assert "schema 9999" in message
    assert f"knows {HEAD}" in message
    assert "newer" in message
    assert "\n" not in message
    with store.reading() as db:
        assert db.scalar(text("SELECT version_num FROM alembic_version")) == "9999"


def test_a_site_of_a_newer_version_does_not_open(tmp_path: Path) -> None:
    """The refusal comes before anything is done with the site."""
    site = open_site(tmp_path / "crowd", "sandbox")
    set_version(site.store, "9999")
    site.close()

    with pytest.raises(SchemaError):
        open_site(tmp_path / "crowd", "sandbox")


def test_many_open_a_new_crowd_at_once(tmp_path: Path) -> None:
    """The first call of many threads and processes makes one crowd, with one owner."""
    start, owners = threading.Barrier(6), []

    def open_and_ask() -> None:
        start.wait()
        site = open_site(tmp_path / "deep" / "crowd", "sandbox")
        owners.append(site.ensure_owner())
        site.close()

    threads = [threading.Thread(target=open_and_ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(owners) == 6
    assert len(set(owners)) == 1


def test_a_log_that_is_refused_is_asked_for_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """SQLite refuses some who begin a log at the same time, at once: which ones is chance, so here
    it refuses twice. Any other error is raised.
    """
    results = [sqlite3.OperationalError("database is locked")] * 2 + [None]
    cursor, waits = Mock(), []
    cursor.execute.side_effect = [*results, sqlite3.OperationalError("disk I/O error")]
    monkeypatch.setattr(engine.time, "sleep", waits.append)

    engine._enable_wal(cursor)

    assert len(waits) == 2
    with pytest.raises(sqlite3.OperationalError, match="disk I/O error"):
        engine._enable_wal(cursor)


def test_a_database_that_stays_locked_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever waited as long as anything may wait is told, instead of waiting as long again."""
    cursor, clock = Mock(), iter((0, 1, engine.BUSY_SECONDS + 1))
    cursor.execute.side_effect = sqlite3.OperationalError("database is locked")
    monkeypatch.setattr(engine, "time", Mock(monotonic=lambda: next(clock)))

    with pytest.raises(sqlite3.OperationalError, match="database is locked"):
        engine._enable_wal(cursor)

    assert cursor.execute.call_count == 2


def test_the_directory_is_the_owners_alone(tmp_path: Path) -> None:
    """Whoever can read a crowd's directory is the crowd, so nobody else can; one file a site."""
    directory = tmp_path / "crowd"
    for name in SITES:
        open_site(directory, name).close()

    assert stat.S_IMODE(directory.stat().st_mode) == 0o700
    assert sorted(path.name for path in directory.iterdir()) == ["live.sqlite3", "sandbox.sqlite3"]


def test_a_reading_transaction_sees_one_state(crowd: CrowdUnderTest) -> None:
    """What is written while one reads is not seen until the next reading."""
    count = text("SELECT count(*) FROM hits")
    with crowd.site.reading() as call:
        before = call.db.scalar(count)
        crowd.make_hit()
        assert call.db.scalar(count) == before == 0
    with crowd.site.reading() as call:
        assert call.db.scalar(count) == 1


def test_an_exception_undoes_everything(crowd: CrowdUnderTest) -> None:
    """A transaction that fails leaves nothing behind, and the next one can write."""
    hit_id = crowd.make_hit()
    with pytest.raises(ZeroDivisionError), crowd.site.writing() as call:
        _ = call.db.execute(text("UPDATE hits SET available = 0")).rowcount / 0

    assert crowd.stands(hit_id) == ("Assignable", 1, 0, 0)


def test_foreign_keys_are_kept(store: Store) -> None:
    """The database itself refuses a HIT of nobody."""
    from sqlalchemy.exc import IntegrityError

    with pytest.raises(IntegrityError, match="FOREIGN KEY"), store.writing() as db:
        db.execute(
            metadata.tables["worker_blocks"]
            .insert()
            .values(requester_id="A0", worker_id="A1", reason="r", created_time=0)
        )


@pytest.mark.postgresql
def test_connections_that_the_server_closed_are_replaced(
    databases: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After PostgreSQL was started anew, transactions run on new connections."""
    monkeypatch.setattr("local_crowd.store.engine.FRESH_SECONDS", 0)
    store = Store(databases.urls["sandbox"])
    with store.reading() as connection:
        pid = connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
    other = Store(databases.urls["sandbox"])
    with other.reading() as connection:
        connection.execute(text("SELECT pg_terminate_backend(:pid, 10000)"), {"pid": pid})
    other.close()

    with store.writing() as connection:
        assert connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one() != pid
    store.close()
