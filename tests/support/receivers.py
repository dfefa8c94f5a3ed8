"""Receivers of notifications on this machine: one for URLs, one that speaks as SQS and SNS do."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Queue
from threading import Event, Thread
from urllib.parse import parse_qs


@dataclass
class Receiver:
    """Answers every POST with `status` (and `answer`), and keeps what came.

    While `gate` is cleared it is slow: what came is kept and not answered.
    """

    url: str = ""
    status: int = 200
    answer: str = ""
    location: str = ""
    paths: list[str] = field(default_factory=list)
    headers: list[Message] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    arrivals: Queue[bytes] = field(default_factory=Queue)
    gate: Event = field(default_factory=Event)

    def documents(self) -> list[dict[str, object]]:
        """The bodies, as JSON."""
        return [json.loads(body) for body in self.bodies]

    def forms(self) -> list[dict[str, str]]:
        """The bodies, as forms."""
        return [
            {name: values[0] for name, values in parse_qs(body.decode()).items()}
            for body in self.bodies
        ]


@contextmanager
def receiver() -> Iterator[Receiver]:
    """A receiver on a free port of this machine, until the end of the block."""
    new_receiver = Receiver()
    new_receiver.gate.set()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            new_receiver.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
            new_receiver.paths.append(self.path)
            new_receiver.headers.append(self.headers)
            new_receiver.arrivals.put(new_receiver.bodies[-1])
            new_receiver.gate.wait(30)
            self.send_response(new_receiver.status)
            if new_receiver.location:
                self.send_header("Location", new_receiver.location)
            self.send_header("Content-Length", str(len(new_receiver.answer)))
            self.end_headers()
            self.wfile.write(new_receiver.answer.encode())

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    class Server(ThreadingHTTPServer):
        request_queue_size = 128  # of its own it takes five connections at once

    server = Server(("127.0.0.1", 0), Handler)
    new_receiver.url = f"http://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield new_receiver
    new_receiver.gate.set()
    server.shutdown()
    thread.join()
    server.server_close()
