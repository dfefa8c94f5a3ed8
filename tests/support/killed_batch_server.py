"""A server of batches that is killed and started again, on one socket, whenever a line comes in on stdin.

    python tests/support/killed_batch_server.py

It serves ./batches without tokens, on the crowd of ./config.json. It prints its port, and a line each
time a server was killed. It ends with stdin, and the last server with it. Everything is imported
once: servers start as fast as they are killed.
"""

import os
import signal
import socket
import sys
from pathlib import Path

from amt import configuration, connection
from amt.crowd import Crowd
from batch_server.access import OpenAccess
from batch_server.app import Server
from batch_server.connections import Connections
from batch_server.service import Service
from batch_server.settings import Settings


def main() -> None:
    """Serve, killing the server for each line on stdin, until stdin ends."""
    assert connection
    listening = socket.create_server(("127.0.0.1", 0), backlog=1024)
    print(listening.getsockname()[1], flush=True)
    while True:
        server = os.fork()
        if not server:
            serve(listening)
        go_on = sys.stdin.readline()
        os.kill(server, signal.SIGKILL)
        os.waitpid(server, 0)
        if not go_on:
            return
        print("killed", flush=True)


def serve(listening: socket.socket) -> None:
    """Serve until killed."""
    crowd = Crowd("local", False, configuration.load().settings)
    service = Service(Settings(Path("batches"), crowd), lambda words: print(words, file=sys.stderr))
    server = Server(service, OpenAccess(), lambda words: print(words, file=sys.stderr))
    connections = Connections(server.create_app(), listening)
    service.start()
    connections.run()


if __name__ == "__main__":
    main()
