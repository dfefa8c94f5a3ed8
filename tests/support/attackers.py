"""Requesters of a server of batches, of whom one may see nothing of the other's."""

import json
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

from amt.batches import Batch
from amt.configuration import DEFAULTS
from amt.crowd import Crowd
from batch_server.access import TokenAccess
from batch_server.settings import Settings
from local_crowd.manage import requesters, tokens
from local_crowd.operations.people import identities
from local_crowd.operations.work import worker_actions
from local_crowd.site import open_site
from tests.support.batch_servers import BatchServer, Reply, serve
from tests.support.quick_setup import new_crowd

SECRET = "what the lab asks"
THEIRS = "theirs"  # the id of the lab's batch
LAB_BATCH: dict[str, Any] = {
    "id": THEIRS,
    "task": "write",
    "title": SECRET,
    "context": {"question": SECRET},
    "rows": {SECRET: SECRET, "other": SECRET},
}


class Attacker:
    """Somebody with tokens of their own, who notes what comes back; the lab's is not theirs."""

    def __init__(self, server: BatchServer, directory: Path, folder: Path) -> None:
        self.server = server
        self.statuses: Counter[int] = Counter()
        self.slowest = (0.0, "")  # seconds, and the request
        self.directory = directory
        self.folder = folder
        self.lab = self.make_token("lab", "launch")
        self.tokens = {may: self.make_token("eve", may) for may in ("launch", "read")}
        self.secrets = [SECRET, *self._do_work()]

    def make_token(self, requester: str, may: Any) -> str:
        """Return a new token of a requester, created if missing."""
        known = {line["name"] for line in requesters.list_requesters(self.directory)}
        if requester not in known:
            list(requesters.add_requester(self.directory, requester))
        (line,) = tokens.add_token(self.directory, requester, may)
        return str(line["token"])

    def send(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        token: str | None = "launch",
        headers: Mapping[str, str] | None = None,
    ) -> Reply:
        """Make a request with one of the attacker's tokens. `body`: bytes, or a value sent as JSON.

        Fails for a fault of the server, and for anything of the lab's.
        """
        sent = {"Authorization": f"Bearer {self.tokens[token]}"} if token else {}
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body).encode()
            sent["Content-Type"] = "application/json"
        start = time.monotonic()
        reply = self.server.request(method, path, raw=body, **sent | dict(headers or {}))
        seconds = time.monotonic() - start
        self.statuses[reply.status] += 1
        self.slowest = max(self.slowest, (seconds, f"{method} {path} {body!r:.300}"))
        assert reply.status < 500, (method, path, body, headers)
        text = reply.body.decode() + str(reply.headers)
        assert not [secret for secret in self.secrets if secret in text], (method, path, body)
        return reply

    def describe(self) -> str:
        """Return how many requests there were, and which took longest."""
        seconds, request = self.slowest
        counts = dict(sorted(self.statuses.items()))
        return f"{self.statuses.total():,} requests: {counts}; slowest: {seconds:.2f} s, {request}"

    def _do_work(self) -> list[str]:
        """Launch the lab's batch, answer a row, and return the ids that only the lab may see."""
        lab = self.server.act_as(self.lab)
        assert lab.put(LAB_BATCH).status == 201
        lab.wait_for(THEIRS, status="open")
        hit_ids = [*Batch(self.folder / "lab" / THEIRS / "hit_ids.batch.jsonl").ids.values()]
        with closing(open_site(self.directory, "sandbox")) as site, site.writing() as call:
            worker_id = identities.ensure_worker(call, "Ada")
            assignment_id = worker_actions.accept(call, worker_id, hit_ids[0]).assignment_id
            output = json.dumps({"rows": {SECRET: {"write": SECRET}, "other": {"write": SECRET}}})
            worker_actions.submit(call, assignment_id, [("output", output)])
        view = lab.wait_for(THEIRS, answers=1)
        while not view["rows"]["labelled"]:
            view = lab.get(f"/batches/{THEIRS}?wait=5").json
        return [worker_id, assignment_id, *hit_ids]


@contextmanager
def attacking(folder: Path) -> Iterator[Attacker]:
    """Serve a new crowd's batches. At the end the server still answers, and its log has no fault."""
    crowd = Crowd("local", False, DEFAULTS | {"local_crowd": str(new_crowd(folder / "crowd"))})
    settings = Settings(folder / "batches", crowd, max_cost=Decimal(100))
    with serve(settings, TokenAccess(folder / "crowd")) as server:
        attacker = Attacker(server, folder / "crowd", settings.directory)
        yield attacker
        assert attacker.send("GET", "/batches").status == 200
        assert not [words for words in server.said if "Traceback" in words]
    print(f"\n{attacker.describe()}")
