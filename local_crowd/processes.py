"""Processes behind one address: gunicorn, several of them for a crowd whose data is in PostgreSQL.

One may be had as well: it is started anew when it dies.
"""

import os
import socket
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from local_crowd.app import create_app


class NotAvailable(Exception):
    """Several processes cannot be had. The text is the whole message."""


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
    """Serve the crowd on sockets that listen already (see create_app's `ports`), until SIGTERM or Ctrl-C; then exits.

    Raises NotAvailable without gunicorn, or for several processes when a site's data is in SQLite,
    whose one writer makes them slower than one.
    """
    try:
        from gunicorn.app.base import BaseApplication  # type: ignore[import-untyped]
    except ModuleNotFoundError as error:
        raise NotAvailable(
            f"--processes needs {error.name}: pip install -r requirements-extras.txt"
        ) from error
    _check(directory, databases, processes)
    ports = [int(one.getsockname()[1]) for one in sockets]

    class Server(BaseApplication):  # type: ignore[misc]  # gunicorn has no types
        def load_config(self) -> None:
            options: dict[str, Any] = {
                "bind": [f"fd://{os.dup(one.fileno())}" for one in sockets],  # which it closes
                "workers": processes,
                "threads": threads,
                "worker_class": "gthread",
                "keepalive": 15,  # seconds: a worker's page asks again soon
                "timeout": 60,
                "loglevel": "warning",
                "forwarded_allow_ips": "",  # what proxies say is create_app's matter
            }
            for name, value in options.items():
                self.cfg.set(name, value)

        def load(self) -> Any:
            # In the new process: a database connection must not be shared by two.
            app = create_app(
                directory, proxies=proxies, databases=databases, names=names, ports=ports
            )
            app.send_notifications()
            return app

    Server().run()


def _check(directory: Path, databases: Mapping[str, str | None], processes: int) -> None:
    app = create_app(directory, databases=databases)  # migrates, before any process needs it
    small = [name for name, site in app.sites.items() if site.store.is_sqlite]
    app.close()
    if small and processes > 1:
        raise NotAvailable(
            f"--processes {processes} needs PostgreSQL, and the data of {' and '.join(small)} is in SQLite: "
            "name a postgresql+psycopg:// URL in crowd.json or with "
            + " and ".join(f"--{name}_database" for name in small)
        )
