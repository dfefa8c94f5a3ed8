"""Fixtures of the tests of requesters' pages."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.requester_sites import RequesterWorld


@pytest.fixture
def world(tmp_path: Path) -> Iterator[RequesterWorld]:
    """A crowd in which nothing has happened yet."""
    world = RequesterWorld(tmp_path / "crowd")
    yield world
    world.app.close()
