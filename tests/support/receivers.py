"""Receivers of notifications on this machine: one for URLs, and one that acts as SQS and SNS."""

import itertools
import json
import time
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
    """A server that responds to each POST with `status` and `answer`, and keeps the requests.

    While `gate` is cleared, requests are kept and get no response, but for the first `unheld`.
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
    unheld: int = 0

    def documents(self) -> list[dict[str, object]]:
        """Return the bodies, parsed as JSON."""
        return [json.loads(body) for body in self.bodies]

    def forms(self) -> list[dict[str, str]]:
        """Return the bodies, parsed as forms."""
        return [
            {name: values[0] for name, values in parse_qs(body.decode()).items()}
            for body in self.bodies
        ]


@contextmanager
def receiver() -> Iterator[Receiver]:
    """Run a receiver on a free port of this machine until the block ends."""
    new_receiver = Receiver()
    new_receiver.gate.set()
    numbers = itertools.count()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            new_receiver.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
            new_receiver.paths.append(self.path)
            new_receiver.headers.append(self.headers)
            new_receiver.arrivals.put(new_receiver.bodies[-1])
            number, end = next(numbers), time.monotonic() + 30
            while number >= new_receiver.unheld and time.monotonic() < end:
                if new_receiver.gate.wait(0.01):
                    break
            self.send_response(new_receiver.status)
            if new_receiver.location:
                self.send_header("Location", new_receiver.location)
            self.send_header("Content-Length", str(len(new_receiver.answer)))
            self.end_headers()
            self.wfile.write(new_receiver.answer.encode())

        def log_message(self, *_: object) -> None:
            """Log nothing."""

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
