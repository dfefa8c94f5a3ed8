"""A PostgreSQL server of the tests' own, on a socket in a temporary directory, which ends with
them.
"""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import NullPool, create_engine, make_url

from local_crowd.store.tables import metadata

FOUND = "/usr/lib/postgresql"  # where Debian puts what is not on PATH


def programs() -> Path | None:
    """Return the folder of the newest initdb and postgres, or None without them."""
    if path := shutil.which("initdb"):
        return Path(path).resolve().parent
    return max(Path(FOUND).glob("*/bin"), default=None, key=lambda folder: folder.parent.name)


@contextmanager
def postgres_server(*, fsync: bool = False) -> Iterator[str]:
    """Run a server in a directory of its own; yield the URL of its database `postgres`.

    It runs without `fsync`, which is quicker: the data need not survive a power cut.

    PostgreSQL refuses to run as root. For root it runs as the user `postgres`, in a directory that
    this user can reach, which pytest's are not.
    """
    with tempfile.TemporaryDirectory(prefix="postgres-") as directory:
        user = "postgres" if os.getuid() == 0 else None
        if user:
            shutil.chown(directory, user)
        with _server(Path(directory), user, fsync=fsync) as url:
            yield url


@contextmanager
def _server(directory: Path, user: str | None, *, fsync: bool) -> Iterator[str]:
    folder = programs()
    assert folder is not None, "PostgreSQL is not installed"
    data = directory / "data"
    subprocess.run(
        [folder / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "-N"],
        user=user,
        cwd=directory,
        check=True,
        capture_output=True,
    )
    settings = {
        "listen_addresses": "",
        "unix_socket_directories": str(directory),
        "max_connections": "200",
        "fsync": "on" if fsync else "off",
    }
    server = subprocess.Popen(
        [folder / "postgres", "-D", data, *(f"--{k}={v}" for k, v in settings.items())],
        user=user,
        cwd=directory,
        stdout=subprocess.DEVNULL,
        stderr=(log := (directory / "log").open("wb")),
    )
    try:
        _wait(folder, directory, server)
        yield f"postgresql+psycopg://postgres@/postgres?host={directory}"
    finally:
        server.terminate()
        server.wait(timeout=60)
        log.close()


class Databases:
    """A database for each site, created once and emptied after each test, which is quicker."""

    def __init__(self, url: str, names: Iterable[str]) -> None:
        server = make_url(url)
        engine = create_engine(url, isolation_level="AUTOCOMMIT", poolclass=NullPool)
        self.urls = {}
        with engine.connect() as connection:
            for name in names:
                connection.exec_driver_sql(f"CREATE DATABASE {name}")
                database = server.set(database=name)
                self.urls[name] = database.render_as_string(hide_password=False)
        self._engines = [create_engine(url, pool_size=1) for url in self.urls.values()]

    def empty(self) -> None:
        """Delete everything from the databases but the schema, and the rows of the migrations.

        DELETE is quicker than TRUNCATE, which creates new files for every table and index. It is
        one request on a connection that stays open, because opening one takes longer than the rest.
        """
        for engine in self._engines:
            with engine.begin() as connection:
                connection.execution_options(no_parameters=True).exec_driver_sql(DELETE_ALL)

    def close(self) -> None:
        """Close the connections."""
        for engine in self._engines:
            engine.dispose()


DELETE_ALL = "; ".join(
    f"DELETE FROM {table.name}"
    + (" WHERE requester_id IS NOT NULL" if table.name == "qualification_types" else "")
    for table in reversed(metadata.sorted_tables)
)


def _wait(folder: Path, directory: Path, server: "subprocess.Popen[bytes]") -> None:
    command = [str(folder / "pg_isready"), "-q", "-h", str(directory), "-t", "30"]
    while subprocess.run(command, check=False).returncode:
        assert server.poll() is None, (directory / "log").read_text()
