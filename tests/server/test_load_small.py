"""Many workers at once at a server of several processes or threads: a small form of the load test."""

from pathlib import Path

import pytest

from benchmarks.load import list_refused
from benchmarks.load_runs import exact
from benchmarks.load_site import Grounds
from tests.support.own_thread import apart
from tests.support.postgres import Databases


@pytest.mark.foreign
def test_on_sqlite(tmp_path: Path) -> None:
    """Of 100 HITs each is done by exactly three workers, though 30 are at them at once."""
    _check(Grounds(tmp_path / "crowd"))


@pytest.mark.postgresql
def test_on_postgresql(tmp_path: Path, databases: Databases) -> None:
    """The same of two processes that know of each other by the database alone."""
    databases.empty()
    named = {f"{name}_database": url for name, url in databases.urls.items()}
    _check(Grounds(tmp_path / "crowd", named, processes=2))
    databases.empty()


def _check(ground: Grounds) -> None:
    with ground.serving() as server:
        run, _, wrong = apart(exact, ground, server, 30, 100)

    assert wrong == []
    assert list_refused(run) == []
    assert run.answers == 300
