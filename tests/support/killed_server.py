"""A crowd server that is killed and started again, on one socket, whenever a line comes in on stdin.

    python tests/support/killed_server.py DIRECTORY [PROCESSES]

PROCESSES: as serve_local_crowd.py has it; all of them are killed. It prints the sandbox's URL, and a line each time a server was killed. It ends with stdin, and the
last server with it. Everything is imported once: servers start as fast as they are killed.
"""

import logging
import os
import signal
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from local_crowd import prefork
from local_crowd import processes as several
from local_crowd.app import create_app
from local_crowd.connections import Server
from local_crowd.turns import OpenConnections, Turn


def main() -> None:
    """Serve, killing the server for each line on stdin, until stdin ends."""
    directory, processes = Path(sys.argv[1]), [int(number) for number in sys.argv[2:]]
    listening = socket.create_server(("127.0.0.1", 0), backlog=1024)
    print(f"http://127.0.0.1:{listening.getsockname()[1]}/sandbox", flush=True)
    while True:
        server = os.fork()
        if not server:
            os.setpgid(0, 0)
            serve(directory, listening, *processes)
        os.setpgid(server, server)  # here too: it may be killed before it came to it
        go_on = sys.stdin.readline()
        os.killpg(server, signal.SIGKILL)
        os.waitpid(server, 0)
        if not go_on:
            return
        print("killed", flush=True)


def serve(directory: Path, listening: socket.socket, processes: int | None = None) -> None:
    """Serve until killed."""
    if processes is not None:
        several.run(
            directory,
            [listening],
            processes=processes,
            threads=8,
            proxies=0,
            databases={},
            names=(),
        )
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    app = create_app(directory)
    app.prepare_fork()
    open_connections = OpenConnections(2)

    @contextmanager
    def open_server(index: int) -> Iterator[Callable[[], None]]:
        yield Server(app, [listening], threads=8, turn=Turn(open_connections, index)).run

    prefork.run(2, open_server, in_child=lambda: None)


if __name__ == "__main__":
    main()
