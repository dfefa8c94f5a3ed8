"""A server of batches, as serve_batches.py makes it, in a thread of the test."""

import dataclasses
import json
import socket
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from email.message import Message
from http.client import HTTPConnection
from pathlib import Path
from threading import Thread
from typing import Any

from amt import configuration
from amt.crowd import Crowd
from batch_server.access import Access, OpenAccess, TokenAccess
from batch_server.app import Server
from batch_server.connections import Connections
from batch_server.service import Service
from batch_server.settings import Settings
from tests.support.script_fixtures import Desk

LIMIT_SECONDS = 60


@dataclass
class Reply:
    """A response of the server."""

    status: int
    headers: Message
    body: bytes

    @property
    def json(self) -> Any:
        """Return the body, parsed."""
        return json.loads(self.body)

    @property
    def lines(self) -> list[Any]:
        """Return the JSON lines of the body."""
        return [json.loads(line) for line in self.body.splitlines()]

    @property
    def faults(self) -> dict[str, str]:
        """Return the faults of a problem, by their paths."""
        assert self.headers["Content-Type"] == "application/problem+json"
        return {fault["path"]: fault["message"] for fault in self.json["faults"]}


@dataclass
class BatchServer:
    """A running server, and what it said."""

    port: int
    service: Service
    said: list[str]
    token: str | None = None
    host: str = field(default="127.0.0.1")

    def act_as(self, token: str) -> "BatchServer":
        """Return the server as whoever has this token sees it."""
        return dataclasses.replace(self, token=token)

    def request(
        self, method: str, path: str, body: Any = None, raw: bytes | None = None, **headers: str
    ) -> Reply:
        """Make a request with a JSON body, or these bytes. Names of headers have _ in place of -."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.token is not None:
            sent.setdefault("Authorization", f"Bearer {self.token}")
        if body is not None:
            sent.setdefault("Content-Type", "application/json")
            raw = json.dumps(body).encode()
        connection = HTTPConnection(self.host, self.port, timeout=LIMIT_SECONDS)
        try:
            connection.request(method, path, raw, sent)
            response = connection.getresponse()
            return Reply(response.status, response.headers, response.read())
        finally:
            connection.close()

    def get(self, path: str, **headers: str) -> Reply:
        """Make a GET request."""
        return self.request("GET", path, **headers)

    def put(self, batch: Any, batch_id: str | None = None) -> Reply:
        """Send a batch to its address."""
        return self.request("PUT", f"/batches/{batch_id or batch['id']}", batch)

    def wait_for(self, batch_id: str, **wanted: Any) -> Any:
        """Return a batch once it has these members; `hits="3"` is hits.launched."""
        end = time.monotonic() + LIMIT_SECONDS
        while True:
            view = self.get(f"/batches/{batch_id}").json
            if all(view[name] == value for name, value in wanted.items()):
                return view
            assert time.monotonic() < end, view
            time.sleep(0.02)


@contextmanager
def serve(settings: Settings, access: Access) -> Iterator[BatchServer]:
    """Serve batches as serve_batches.py does, on a free port."""
    said: list[str] = []
    service = Service(settings, said.append)
    with closing(access), socket.create_server(("127.0.0.1", 0), backlog=256) as listening:
        server = Server(service, access, said.append)
        connections = Connections(server.create_app(), listening)
        service.start()
        thread = Thread(target=connections.run)
        thread.start()
        try:
            yield BatchServer(listening.getsockname()[1], service, said)
        finally:
            connections.stop()
            thread.join()
            server.close()
            connections.close()
            assert service.close()


@contextmanager
def serve_batches(
    _desk: Desk, *, access: Access | None = None, directory: str = "batches", **changes: Any
) -> Iterator[BatchServer]:
    """Serve the batches of a desk's folder, by default without tokens."""
    found = configuration.load().settings
    crowd = Crowd("local", changes.pop("live", False), found, concurrency=8)
    with serve(Settings(Path(directory), crowd, **changes), access or OpenAccess()) as server:
        yield server


def open_tokens(desk: Desk) -> TokenAccess:
    """Return the access of whoever has a token of the desk's crowd."""
    return TokenAccess(desk.folder / "crowd")


def add_token(desk: Desk, requester: str = "local", may: str = "launch") -> str:
    """Make a token with manage_crowd.py; return it."""
    flags = ("--local_crowd", str(desk.folder / "crowd"))
    if requester != "local":
        desk.run("manage_crowd", "add_requester", requester, *flags)
    done = desk.run("manage_crowd", "add_token", requester, "--may", may, *flags)
    assert done.code == 0, done.err
    return str(done.lines[0]["token"])
