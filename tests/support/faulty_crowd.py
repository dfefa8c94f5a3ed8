"""A crowd server whose network and service fail now and then, which every client must survive.

The real local crowd responds; a seeded generator adds the faults before and after it.
"""

import json
import random
import socket
import struct
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self

from local_crowd.embedded import EmbeddedSite
from local_crowd.wire.protocol import Response

THROTTLED = Response(
    400,
    {"Content-Type": "application/x-amz-json-1.1"},
    b'{"__type": "ThrottlingException", "Message": "Rate exceeded"}',
)
BROKEN = Response(
    500,
    {"Content-Type": "application/x-amz-json-1.1"},
    b'{"__type": "ServiceFault", "Message": "We are temporarily unable to process your request."}',
)
REFUSED = Response(
    400,
    {"Content-Type": "application/x-amz-json-1.1"},
    b'{"__type": "RequestError", "Message": "Not today.", "TurkErrorCode": "AWS.Mood"}',
)
LINGER_NOT = struct.pack("ii", 1, 0)  # SO_LINGER: close with a reset, at once


class FaultyCrowd:
    """Both sites of the crowd in `directory`, at `url`; it requires no signature.

    `faults` are the probabilities of each fault per call: "throttle", "break" (status 500), "reset
    before" and "reset after" the crowd performed the call, and "refuse" (a HIT). `calls` counts
    calls by name, `faulted` counts faults.
    """

    def __init__(
        self,
        directory: Path,
        faults: Mapping[str, float] | None = None,
        *,
        seed: int = 0,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.faults = dict(faults or {})
        self.calls: Counter[str] = Counter()
        self.faulted: Counter[str] = Counter()
        self.sites = {
            "/sandbox/": EmbeddedSite(directory, "sandbox", clock),
            "/": EmbeddedSite(directory, "live", clock),
        }
        self._chance = random.Random(seed)
        self._lock = threading.Lock()
        self._server = _Server(self)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self.url = f"http://127.0.0.1:{self._server.server_port}/"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.end_connections()
        self._server.server_close()  # waits for the threads that still answer
        for site in self.sites.values():
            site.open()[0].close()

    def config(self, folder: Path) -> Path:
        """Return a config.json in `folder` with which the scripts use this crowd."""
        path = folder / "config.json"
        keys = {"aws_access_key": "LCTEST", "aws_secret_key": "secret"}
        path.write_text(json.dumps({"crowd": self.url, **keys}))
        return path

    def fate(self, target: str) -> str | None:
        """Return the fault of this call, or None."""
        with self._lock:
            drawn = self._chance.random()
            for name, probability in self.faults.items():
                if name == "refuse" and not target.endswith("CreateHITWithHITType"):
                    continue
                if (drawn := drawn - probability) < 0:
                    self.faulted[name] += 1
                    return name
        return None

    def answer(self, path: str, headers: Mapping[str, str], body: bytes) -> Response:
        """Return the crowd's own response."""
        with self._lock:
            self.calls[headers["X-Amz-Target"].rpartition(".")[2]] += 1
        return self.sites[path].respond(headers, body)


class _Server(ThreadingHTTPServer):
    daemon_threads = False
    request_queue_size = 128

    def __init__(self, crowd: FaultyCrowd) -> None:
        self.crowd = crowd
        self._open: set[socket.socket] = set()
        super().__init__(("127.0.0.1", 0), _Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self._open.discard(request)
        super().shutdown_request(request)

    def end_connections(self) -> None:
        for connection in list(self._open):
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue  # ended by its client

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Print nothing: the tests kill clients on purpose."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    server: _Server

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        crowd = self.server.crowd
        fate = crowd.fate(self.headers["X-Amz-Target"])
        if fate == "reset before":
            return self._reset()
        if fate == "throttle":
            return self._send(THROTTLED)
        if fate == "break":
            return self._send(BROKEN)
        if fate == "refuse":
            return self._send(REFUSED)
        answer = crowd.answer(self.path, dict(self.headers.items()), body)
        return self._reset() if fate == "reset after" else self._send(answer)

    def _send(self, answer: Response) -> None:
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body)
        self.wfile.flush()

    def _reset(self) -> None:
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_NOT)
        self.close_connection = True
        self.connection.close()

    def log_message(self, *_: object) -> None:
        pass
