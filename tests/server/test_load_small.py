"""Many workers at once at a server of several processes or threads: a small form of the load test."""

from pathlib import Path

import pytest

from benchmarks.load import exact
from benchmarks.load_site import Grounds
from tests.support.own_thread import apart
from tests.support.postgres import Databases


@pytest.mark.foreign
def test_on_sqlite(tmp_path: Path) -> None:
    """Of 100 HITs each is done by exactly three workers, though 30 are at them at once."""
    _check(Grounds(tmp_path / "crowd"), "SQLite")


@pytest.mark.postgresql
def test_on_postgresql(tmp_path: Path, databases: Databases) -> None:
    """The same of two processes that know of each other by the database alone."""
    databases.empty()
    named = {f"{name}_database": url for name, url in databases.urls.items()}
    _check(Grounds(tmp_path / "crowd", named, processes=2), "PostgreSQL")
    databases.empty()


def _check(ground: Grounds, data: str) -> None:
    with ground.serving() as url:
        row, wrong = apart(exact, data, ground, url, 30, 100)

    assert wrong == []
    assert row.answers == 300
