"""Databases that results are stored in: a new one for each test, in SQLite and in PostgreSQL."""

import json
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, make_url
from sqlalchemy.pool import NullPool

Read = Callable[[str], list[tuple[Any, ...]]]


@pytest.fixture(
    params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)],
)
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty database; its URL."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/results.sqlite3"
        return
    server = make_url(request.getfixturevalue("databases").urls["sandbox"])
    name = f"results_{uuid.uuid4().hex}"
    engine = create_engine(server, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with engine.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
        yield server.set(database=name).render_as_string(hide_password=False)
        connection.exec_driver_sql(f"DROP DATABASE {name}")


@pytest.fixture
def read(database: str) -> Read:
    """Return the rows of a query."""

    def read(query: str) -> list[tuple[Any, ...]]:
        engine = create_engine(database, poolclass=NullPool)
        with engine.connect() as connection:
            return [tuple(row) for row in connection.exec_driver_sql(query)]

    return read


def to_json(value: Any) -> Any:
    """Return a JSON value as either database returns it."""
    return json.loads(value) if isinstance(value, str) else value
