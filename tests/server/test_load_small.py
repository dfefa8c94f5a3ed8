"""Many workers at once at a server of several processes or threads: a small form of the load test."""

import asyncio
import socket
from pathlib import Path

import pytest

from benchmarks import load_workers
from benchmarks.load_runs import exact, start_requester
from benchmarks.load_site import Grounds
from benchmarks.load_workers import Browser
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
    assert run.answers == 300


def test_request_without_a_response_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker's request fails when nobody responds, so that a server that hangs is told as such."""
    monkeypatch.setattr(load_workers, "RESPONSE_SECONDS", 0.1)

    with socket.create_server(("127.0.0.1", 0)) as silent:
        browser = Browser(f"http://127.0.0.1:{silent.getsockname()[1]}/sandbox")
        with pytest.raises(TimeoutError, match=r"^GET /sign_in from port \d+: no response after"):
            apart(asyncio.run, browser.ask("GET", "/sign_in"))


def test_requester_ends_with_the_run() -> None:
    """A run that fails leaves no process behind, which would fail the next test."""
    with (
        pytest.raises(ZeroDivisionError),
        start_requester("http://127.0.0.1:9/sandbox", "none", 1) as requester,
    ):
        raise ZeroDivisionError

    assert requester.returncode is not None
