"""Serve with gunicorn: in several processes with PostgreSQL, or in one that is restarted when it dies."""

import os
import socket
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from local_crowd.app import create_app, freeze_objects


class NotAvailable(Exception):
    """Raised when gunicorn cannot serve this crowd; str() is the whole message."""


def run(
    directory: Path,
    sockets: Sequence[socket.socket],
    *,
    processes: int,
    threads: int,
    proxies: int,
    databases: Mapping[str, str | None],
    names: Sequence[str],
) -> None:
    """Serve the crowd on listening sockets (see create_app's `ports`) until SIGTERM or Ctrl-C, then exit.

    Raises NotAvailable when gunicorn is not installed, or for several processes when a site's data
    is in SQLite: it has a single writer, so several processes are slower than one.
    """
    try:
        from gunicorn.app.base import BaseApplication  # type: ignore[import-untyped]
    except ModuleNotFoundError as error:
        raise NotAvailable(
            f"--processes needs {error.name}: pip install -r requirements-extras.txt"
        ) from error
    _require_postgresql(directory, databases, processes)
    ports = [int(listening.getsockname()[1]) for listening in sockets]

    class Server(BaseApplication):  # type: ignore[misc]  # gunicorn has no types
        def load_config(self) -> None:
            options: dict[str, Any] = {
                "bind": [
                    f"fd://{os.dup(listening.fileno())}" for listening in sockets
                ],  # gunicorn closes them
                "workers": processes,
                "threads": threads,
                "worker_class": "gthread",
                "keepalive": 15,  # seconds: a worker's page soon sends its next request
                "timeout": 60,
                "loglevel": "warning",
                "forwarded_allow_ips": "",  # create_app handles proxies' headers
                # One for all servers of a user, in the home directory; from gunicorn 25.1 on.
                "control_socket_disable": True,
            }
            for name, value in options.items():
                if name in self.cfg.settings:
                    self.cfg.set(name, value)

        def load(self) -> Any:
            # Called after the fork: two processes must not share a database connection.
            app = create_app(
                directory, proxies=proxies, databases=databases, names=names, ports=ports
            )
            app.send_notifications()
            freeze_objects()
            return app

    Server().run()


def _require_postgresql(
    directory: Path, databases: Mapping[str, str | None], processes: int
) -> None:
    """Raise NotAvailable for several processes of a site on SQLite.

    Opening the sites migrates their databases, once, before the processes start.
    """
    app = create_app(directory, databases=databases)
    on_sqlite = [name for name, site in app.sites.items() if site.store.is_sqlite]
    app.close()
    if on_sqlite and processes > 1:
        raise NotAvailable(
            f"--processes {processes} needs PostgreSQL, but the data of {' and '.join(on_sqlite)} is in SQLite; "
            "give a postgresql+psycopg:// URL in crowd.json or with "
            + " and ".join(f"--{name}_database" for name in on_sqlite)
        )
