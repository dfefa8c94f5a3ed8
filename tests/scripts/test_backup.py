"""manage_crowd.py backup: a copy that is whole, while somebody writes."""

import json
from pathlib import Path
from threading import Event, Thread

import pytest

import manage_crowd
from local_crowd.site import open_site
from tests.support.crowds import HIT


def test_a_copy_while_somebody_writes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The copy holds what was there, opens as a crowd, and is its owner's alone."""
    directory, copy = tmp_path / "crowd", tmp_path / "backups" / "monday"
    site = open_site(directory, "sandbox")
    owner = site.ensure_owner()
    site.perform(owner, "CreateHIT", HIT)
    (directory / "files").mkdir()
    (directory / "files" / "cat.jpg").write_bytes(b"cat")
    ended = Event()

    def write() -> None:
        while not ended.is_set():
            site.perform(owner, "CreateHIT", HIT)

    writer = Thread(target=write)
    writer.start()
    code = manage_crowd.main(["backup", str(copy), "--local_crowd", str(directory)])
    ended.set()
    writer.join()
    site.close()

    assert code == 0
    [line] = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert line["integrity"] == "ok"
    assert (copy / "files" / "cat.jpg").read_bytes() == b"cat"
    assert copy.stat().st_mode & 0o777 == 0o700
    assert (copy / "sandbox.sqlite3").stat().st_mode & 0o777 == 0o600
    restored = open_site(copy, "sandbox")
    assert restored.perform(restored.ensure_owner(), "ListHITs", {})["NumResults"] >= 1
    restored.close()


@pytest.mark.parametrize(
    ("prepare", "message"),
    [
        ("nothing", "There is no crowd in"),
        ("target", "already exists; name a new directory."),
        ("postgresql", "names another database; back it up with pg_dump."),
        ("sqlite", "names another database; back it up with its own tool"),
        ("empty", "sandbox.sqlite3: this file does not contain a crowd; restore a backup"),
    ],
)
def test_refusals(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], prepare: str, message: str
) -> None:
    """No crowd, a target that exists, data elsewhere: one line, exit code 2, nothing written."""
    directory, copy = tmp_path / "crowd", tmp_path / "copy"
    directory.mkdir()
    if prepare == "target":
        open_site(directory, "sandbox").close()
        copy.mkdir()
    if prepare == "empty":
        (directory / "sandbox.sqlite3").touch()
    urls = {"postgresql": "postgresql+psycopg:///sandbox", "sqlite": "sqlite:////data/s.sqlite3"}
    if url := urls.get(prepare):
        (directory / "crowd.json").write_text(json.dumps({"sandbox_database": url}))

    assert manage_crowd.main(["backup", str(copy), "--local_crowd", str(directory)]) == 2
    assert message in capsys.readouterr().err
    assert list(copy.glob("*")) == []
