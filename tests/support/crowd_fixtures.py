"""The fixture `crowd`, which runs a test against the embedded crowd, on SQLite and on PostgreSQL,
and against a crowd server.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from boto3.session import Session

import amt.crowd
from local_crowd import embedded
from local_crowd.app import create_app
from local_crowd.operations.people import access_keys
from local_crowd.site import SITES, open_site
from tests.support.crowds import Clock, CrowdUnderTest
from tests.support.postgres import Databases, postgres_server, programs
from tests.support.quick_setup import new_crowd
from tests.support.worker_sites import serving

NO_KEYS: dict[str, Any] = {"aws_access_key": None, "aws_secret_key": None}
OpenCrowd = Callable[..., CrowdUnderTest]


@cache
def _boto3_session() -> Session:
    """Create one session for all clients, because each session reads botocore's models anew."""
    return Session()


@pytest.fixture(scope="session")
def databases(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Databases]:
    """Return a PostgreSQL server with an empty database for each site."""
    if programs() is None:
        pytest.skip("PostgreSQL is not installed: apt-get install postgresql")
    directory = tmp_path_factory.mktemp("postgres")
    with postgres_server() as url:
        databases = Databases(url, SITES)
        for name in SITES:
            open_site(directory, name, database=databases.urls[name]).close()
        yield databases
        databases.close()


@pytest.fixture(
    params=[
        "embedded",
        pytest.param("http", marks=pytest.mark.served),
        pytest.param("postgresql", marks=pytest.mark.postgresql),
    ]
)
def open_crowd(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[OpenCrowd]:
    """Return a function that opens a site ("sandbox" or "live") of the test's own crowd."""
    clock = Clock()
    new_crowd(tmp_path / "crowd")
    with ExitStack() as ending:
        if request.param == "postgresql":
            databases: Databases = request.getfixturevalue("databases")
            ending.callback(databases.empty)
            named = {f"{name}_database": url for name, url in databases.urls.items()}
            (tmp_path / "crowd" / "crowd.json").write_text(json.dumps(named))
        patch = ending.enter_context(pytest.MonkeyPatch.context())
        patch.setattr("boto3.session.Session", lambda **_: _boto3_session())
        if request.param == "http":
            server = ending.enter_context(_server(tmp_path / "crowd", clock))

        def open_crowd(name: str = "sandbox") -> CrowdUnderTest:
            if request.param == "http":
                new_crowd = ending.enter_context(_over_http(*server, name))
            else:
                new_crowd = ending.enter_context(_embedded(tmp_path / "crowd", name, clock))
            ending.callback(new_crowd.client.close)
            return new_crowd

        yield open_crowd


@pytest.fixture
def crowd(open_crowd: OpenCrowd) -> CrowdUnderTest:
    """Open the sandbox of a new crowd."""
    return open_crowd()


@contextmanager
def _embedded(directory: Path, name: str, clock: Clock) -> Iterator[CrowdUnderTest]:
    inside = embedded.EmbeddedSite(directory, name, clock)
    settings = NO_KEYS | {"local_crowd": directory}
    with pytest.MonkeyPatch.context() as patch:  # the scripts' own client, with our clock
        patch.setattr(embedded, "EmbeddedSite", lambda *_, **__: inside)
        client = amt.crowd.Crowd("local", name == "live", settings).connect()
    site, owner = inside.open()
    yield CrowdUnderTest(client, site, clock, owner)
    site.close()


@contextmanager
def _server(directory: Path, clock: Clock) -> Iterator[tuple[Any, str]]:
    """Serve a crowd on a free port; yield the application and its URL. Clients sign by `clock`."""
    app = create_app(directory, clock)
    with serving(app) as sandbox, pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            "botocore.auth.get_current_datetime",
            lambda: datetime.fromtimestamp(clock.now, UTC).replace(tzinfo=None),
        )
        yield app, sandbox.removesuffix("sandbox")
    app.close()


@contextmanager
def _over_http(app: Any, url: str, name: str) -> Iterator[CrowdUnderTest]:
    site = app.sites[name]
    with site.writing() as call:
        access_key, secret_key = access_keys.create(call, "the tests")
        requester_id = access_keys.find_id(call, "the tests")
    settings = {"aws_access_key": access_key, "aws_secret_key": secret_key}
    client = amt.crowd.Crowd(url, name == "live", settings).connect()
    yield CrowdUnderTest(client, site, site.clock, str(requester_id))
