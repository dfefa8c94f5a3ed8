"""The directory of a crowd's data: any name, files for their owner alone, and directories without a crowd."""

import json
import shutil
import sqlite3
import stat
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

import manage_crowd
import serve_local_crowd
import show_account_balance
from local_crowd.site import SITES, Site, open_site
from local_crowd.store import schema
from local_crowd.store.faults import StoreError
from tests.support.crowds import HIT
from tests.support.quick_setup import new_crowd

NAMES = ("what?", "100%", "%41%(here)s", "a#b", "a b & c", "file:x", "ü", "a?mode=memory&uri=true")
START: dict[str, Callable[[Path], int]] = {
    "server": lambda data: serve_local_crowd.main(["--port", "0", "--local_crowd", str(data)]),
    "manage_crowd.py": lambda data: manage_crowd.main(
        ["list_requesters", "--local_crowd", str(data)]
    ),
    "script": lambda data: show_account_balance.main(["--config", str(configured(data))]),
}


def configured(data: Path) -> Path:
    """A config.json for scripts that names the directory."""
    config = data.parent / "config.json"
    config.write_text(json.dumps({"local_crowd": str(data)}))
    return config


def make_hit(site: Site) -> None:
    """Launch a HIT for the embedded crowd's requester."""
    site.perform(site.ensure_owner(), "CreateHIT", HIT)


def hits(directory: Path, name: str) -> int:
    """Count a site's HITs."""
    site = open_site(directory, name)
    count = site.perform(site.ensure_owner(), "ListHITs", {})["NumResults"]
    site.close()
    return int(count)


def tables(file: Path) -> list[str]:
    """Name the tables of a SQLite file; a file of 0 bytes stays one."""
    with closing(sqlite3.connect(file)) as database:
        return [name for (name,) in database.execute("SELECT name FROM sqlite_master")]


@pytest.mark.parametrize("name", NAMES)
def test_any_name_of_the_directory(
    tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whatever characters its path holds, each site has a file of its own in the directory, which
    nobody else can read; emptying the sandbox leaves the live site; a backup holds both.
    """
    directory, copy = tmp_path / name / "data", tmp_path / name / "copy"
    for site_name in SITES:
        site = open_site(directory, site_name)
        make_hit(site)
        site.close()
    assert manage_crowd.main(["backup", str(copy), "--local_crowd", str(directory)]) == 0
    capsys.readouterr()

    for file in directory.glob("sandbox.sqlite3*"):
        file.unlink()

    assert (hits(directory, "sandbox"), hits(directory, "live")) == (0, 1)
    assert (hits(copy, "sandbox"), hits(copy, "live")) == (1, 1)
    assert [path.name for path in tmp_path.iterdir()] == [name]
    assert sorted(path.name for path in (tmp_path / name).iterdir()) == ["copy", "data"]
    files = sorted(directory.iterdir())
    assert [file.name for file in files] == ["live.sqlite3", "sandbox.sqlite3"]
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}


def test_the_log_of_a_database_is_its_owner_s_alone(tmp_path: Path) -> None:
    """What SQLite writes beside a database has the database's mode."""
    site = open_site(tmp_path / "data", "live")
    make_hit(site)

    files = {file.name: stat.S_IMODE(file.stat().st_mode) for file in (tmp_path / "data").iterdir()}
    site.close()
    assert "live.sqlite3-wal" in files
    assert set(files.values()) == {0o600}


def test_migrations_are_found_wherever_the_program_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The program's own folder may have a percent sign in its name."""
    folder = tmp_path / "100%(x)s"
    shutil.copytree(schema.MIGRATIONS, folder)
    monkeypatch.setattr(schema, "MIGRATIONS", folder)

    assert hits(tmp_path / "data", "live") == 0


@pytest.mark.parametrize("start", START)
@pytest.mark.parametrize("content", ["0 bytes", "no tables", "other tables"])
def test_a_file_without_a_crowd_is_not_a_new_crowd(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], start: str, content: str
) -> None:
    """A database that has lost its content is refused in one line that says what to do, and is left
    as it is: served as a new crowd, everything would seem to be gone.
    """
    file = new_crowd(tmp_path / "data") / "sandbox.sqlite3"
    file.write_bytes(b"")
    if content != "0 bytes":
        with sqlite3.connect(file) as database:
            database.execute("CREATE TABLE theirs (id)")
            if content == "no tables":
                database.execute("DROP TABLE theirs")
        database.close()
    before = tables(file)

    assert START[start](tmp_path / "data") == 2

    output = capsys.readouterr()
    assert output.out == ""
    assert output.err.count("\n") == 1
    assert f"{file}: this file does not contain a crowd; restore a backup" in output.err
    assert tables(file) == before


def test_the_log_beside_an_empty_file_is_kept(tmp_path: Path) -> None:
    """SQLite throws away the log of a database of 0 bytes, and what is in it might be saved."""
    data = new_crowd(tmp_path / "data")
    (data / "live.sqlite3").write_bytes(b"")
    (data / "live.sqlite3-wal").write_bytes(b"all that is left")

    with pytest.raises(StoreError, match="does not contain a crowd"):
        open_site(data, "live")

    assert (data / "live.sqlite3-wal").read_bytes() == b"all that is left"


def test_a_crowd_whose_creation_was_interrupted_does_not_exist(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A database has its name only when it is complete: the next start makes it again."""

    def upgrade(_store: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(schema, "upgrade", upgrade)
        with pytest.raises(KeyboardInterrupt):
            open_site(tmp_path / "data", "live")
    assert list((tmp_path / "data").iterdir()) == []

    assert hits(tmp_path / "data", "live") == 0


def test_a_crowd_on_a_disk_without_hard_links(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A new database gets its name by being renamed where a file can have one name only (FAT)."""

    def link(_source: object, _target: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(schema.os, "link", link)

    assert hits(tmp_path / "data", "live") == 0
