"""The fixture `crowd`: the same tests against the embedded crowd and against a crowd server."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from crowds import Clock, Crowd

import simpleamt
from local_crowd import embedded

WAYS = ("embedded",)
OpenCrowd = Callable[..., Crowd]


@pytest.fixture(params=WAYS)
def open_crowd(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[OpenCrowd]:
    """Opens a site ("sandbox" or "live") of the test's own crowd."""
    clock = Clock()
    opened: list[Crowd] = []

    def open_crowd(name: str = "sandbox") -> Crowd:
        inside = embedded.EmbeddedSite(tmp_path / "crowd", name, clock)
        settings = {"local_crowd": tmp_path, "aws_access_key": None, "aws_secret_key": None}
        with pytest.MonkeyPatch.context() as patch:  # the scripts' own client, with our clock
            patch.setattr(embedded, "EmbeddedSite", lambda *_: inside)
            client = simpleamt.Crowd("local", name == "live", settings).connect()
        site, owner = inside.open()
        opened.append(Crowd(client, site, clock, owner))
        return opened[-1]

    yield open_crowd
    for crowd in opened:
        crowd.site.close()


@pytest.fixture
def crowd(open_crowd: OpenCrowd) -> Crowd:
    """The sandbox of a new crowd."""
    return open_crowd()
