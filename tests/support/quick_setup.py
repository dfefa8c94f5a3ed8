"""Share between the tests of a process what takes long to set up."""

import inspect
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any, ClassVar

import botocore.session
import pytest
from botocore import hooks
from botocore.loaders import create_loader
from botocore.utils import EVENT_ALIASES
from flask import Flask
from sqlalchemy import Engine
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite

import local_crowd.app
from formats import own_operations
from local_crowd.pages import show_site
from local_crowd.pages.people import passwords
from local_crowd.site import SITES, Site, open_site

STRENGTH = passwords.METHOD


@cache
def _untouched() -> tempfile.TemporaryDirectory[str]:
    folder = tempfile.TemporaryDirectory()  # it is there as long as this process
    for name in SITES:
        open_site(Path(folder.name) / "crowd", name).close()
    return folder


def new_crowd(directory: Path) -> Path:
    """Copy an empty crowd into `directory`, whose name is the crowd's."""
    shutil.copytree(Path(_untouched().name) / "crowd", directory, dirs_exist_ok=True)
    return directory


@pytest.fixture(scope="session", autouse=True)
def quick_passwords() -> Iterator[None]:
    """Hash passwords in the cheapest way there is."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "METHOD", "scrypt:512:8:1")
        yield


@pytest.fixture
def strong_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hash passwords as outside of tests."""
    monkeypatch.setattr(passwords, "METHOD", STRENGTH)


class FlaskApps:
    """A pool of Flask applications, each lent to one site at a time: creating one takes 20 ms, and
    it compiles its templates and URL rules anew.
    """

    def __init__(self) -> None:
        self._create = local_crowd.app._create_site_app
        self._idle: dict[str, list[Flask]] = {name: [] for name in SITES}
        self._lent: list[tuple[str, Flask]] = []

    def lend(self, site: Site, files: Path, ports: Sequence[int]) -> Flask:
        """Return an application that shows `site`, until `take_back` is called."""
        if self._idle[site.name]:
            app = self._idle[site.name].pop()
            show_site(app, site, files, ports)
        else:
            app = self._create(site, files, ports)
        self._lent.append((site.name, app))
        return app

    def take_back(self) -> None:
        """Let every application be lent again."""
        while self._lent:
            name, app = self._lent.pop()
            self._idle[name].append(app)


@pytest.fixture(scope="session", autouse=True)
def flask_apps() -> Iterator[FlaskApps]:
    """Let crowds borrow their Flask applications from a pool."""
    apps = FlaskApps()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(local_crowd.app, "_create_site_app", apps.lend)
        yield apps


@pytest.fixture(autouse=True)
def returned_flask_apps(flask_apps: FlaskApps) -> Iterator[None]:
    """Return the applications that a test's crowds borrowed to the pool."""
    yield
    flask_apps.take_back()


@pytest.fixture(scope="session", autouse=True)
def shared_botocore_models() -> Iterator[None]:
    """Read botocore's descriptions of services once, instead of once per session (35 ms)."""
    loader = create_loader(str(own_operations.PATH))

    class Session(botocore.session.Session):
        def __init__(self, *arguments: Any, **options: Any) -> None:
            super().__init__(*arguments, **options)
            self.register_component("data_loader", loader)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(botocore.session, "Session", Session)
        yield


@pytest.fixture(scope="session", autouse=True)
def shared_botocore_events() -> Iterator[None]:
    """Find botocore's names of events once, instead of once per session and client, and whether
    handlers take keyword arguments without `inspect`.

    Together they are half of the time that a new client takes (21 ms).
    """
    names: dict[str, str] = {}

    class EventAliaser(hooks.EventAliaser):
        def __init__(self, event_emitter: Any, event_aliases: Any = None) -> None:
            super().__init__(event_emitter, event_aliases)
            if event_aliases is None or event_aliases == EVENT_ALIASES:
                self._alias_name_cache = names

    slow_accepts_kwargs = hooks.accepts_kwargs

    def accepts_kwargs(handler: Any) -> Any:
        if (code := getattr(handler, "__code__", None)) is not None:  # a function or a method
            return code.co_flags & inspect.CO_VARKEYWORDS
        return slow_accepts_kwargs(handler)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(botocore.session, "EventAliaser", EventAliaser)
        patch.setattr(hooks, "accepts_kwargs", accepts_kwargs)
        yield


class CommonCache:
    """A mixin that makes all instances of a dialect equal, so that engines share compiled
    statements.

    Otherwise each test's new engine compiles every statement anew, a sixth of a test's time.
    """

    compiled: ClassVar[dict[Any, Any]]

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other)

    def __hash__(self) -> int:
        return hash(type(self))

    @classmethod
    def engine_created(cls, engine: Engine) -> None:
        """Give the engine the shared cache."""
        engine.update_execution_options(compiled_cache=cls.compiled)


class SQLiteDialect(CommonCache, SQLiteDialect_pysqlite):
    """SQLite's dialect with the shared cache."""

    supports_statement_cache = True
    compiled: ClassVar[dict[Any, Any]] = {}


class PostgreSQLDialect(CommonCache, PGDialect_psycopg):
    """PostgreSQL's dialect with the shared cache."""

    supports_statement_cache = True
    compiled: ClassVar[dict[Any, Any]] = {}


registry.register("sqlite", __name__, SQLiteDialect.__name__)
registry.register("postgresql.psycopg", __name__, PostgreSQLDialect.__name__)
