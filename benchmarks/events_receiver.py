"""A receiver of pushed events that fails, and that is dead for a while when it is told to be.

    python -m benchmarks.events_receiver FILE FAILING

It prints its URL. FAILING is the share of requests that get the status 500. The lines `dead` and
`alive` on stdin begin and end a time in which it closes each connection without a response; it ends
with stdin. FILE gets a line of JSON for each request, written before the response is sent.
"""

import hashlib
import json
import os
import random
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TextIO

from webhooks import signing

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"  # noqa: S105 - of this benchmark
DEAD = 0  # in place of a status
PORTION = 50  # requests of which exactly FAILING fail, so that a short run has its share too


class Receiver(ThreadingHTTPServer):
    """Writes what arrives, and decides what it responds."""

    request_queue_size = 128
    daemon_threads = True

    def __init__(self, file: TextIO, failing: float) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.is_dead = False
        self._file = file
        self._failing = failing
        self._random = random.Random(7)
        self._next: list[int] = []
        self._writing = threading.Lock()

    def note(self, headers: dict[str, str], body: bytes) -> int:
        """Write what arrived; return the status of the response, or DEAD."""
        now = time.time()
        with self._writing:
            if not self._next:
                failing = round(PORTION * self._failing)
                self._next = [500] * failing + [204] * (PORTION - failing)
                self._random.shuffle(self._next)
            status = DEAD if self.is_dead else self._next.pop()
            event = json.loads(body)
            names = ("row", "assignment_id", "rows", "labels", "without_label", "answers")
            line = {
                "time": now,
                "id": headers["webhook-id"],
                "type": event["type"],
                **{name: event["data"].get(name) for name in names},
                "hash": hashlib.sha256(body).hexdigest(),
                "is_signed": _is_signed(headers, body),
                "status": status,
            }
            self._file.write(json.dumps(line) + "\n")
            self._file.flush()
        return status


class Handler(BaseHTTPRequestHandler):
    """Takes a request."""

    def do_POST(self) -> None:
        """Note an event, and respond."""
        assert isinstance(self.server, Receiver)
        length = int(self.headers["Content-Length"])
        body = self.rfile.read(length)
        if len(body) < length:
            return  # the sender was killed
        status = self.server.note({k.lower(): v for k, v in self.headers.items()}, body)
        if status != DEAD:
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

    def log_message(self, *_: object) -> None:
        """Log nothing."""


def _is_signed(headers: dict[str, str], body: bytes) -> bool:
    at = int(headers["webhook-timestamp"])
    signed = signing.sign(SECRET, headers["webhook-id"], body, at)
    return headers["webhook-signature"] == signed["webhook-signature"]


def main() -> None:
    """Serve until stdin ends."""
    with Path(sys.argv[1]).open("a", encoding="utf-8") as file:
        server = Receiver(file, float(sys.argv[2]))
        print(f"http://127.0.0.1:{server.server_port}/", flush=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        for line in sys.stdin:
            server.is_dead = line.strip() == "dead"
        os._exit(0)


if __name__ == "__main__":
    main()
