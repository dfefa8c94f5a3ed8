"""What the holder of a token cannot do to a server of batches, or to another requester."""

import json
import socket
from collections.abc import Iterator
from contextlib import ExitStack, closing
from decimal import Decimal
from pathlib import Path

import pytest

import serve_batches
from amt.configuration import DEFAULTS
from amt.crowd import Crowd
from batch_server import connections, service
from batch_server.access import TokenAccess
from batch_server.settings import Settings
from local_crowd.manage import requesters, tokens
from local_crowd.site import open_site
from tests.support.attackers import THEIRS, Attacker, attacking
from tests.support.batch_servers import LIMIT_SECONDS, serve
from tests.support.declared_batches import BATCH
from tests.support.quick_setup import new_crowd

JSON = {"Content-Type": "application/json"}
PROBLEM = "application/problem+json"
PATHS = ["", "/answers", "/labels"]


@pytest.fixture(scope="module")
def attacker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Attacker]:
    """A requester of a server where another one has a batch with an answer."""
    with attacking(tmp_path_factory.mktemp("security")) as attacker:
        yield attacker


def test_a_batch_of_another_requester_does_not_exist(attacker: Attacker) -> None:
    """Every request about it is answered word for word as for one that nobody has."""
    requests = [("GET", path, None) for path in PATHS]
    requests += [("POST", "/expire", None), ("POST", "/approve", {"where": "all"})]
    for method, path, body in requests:
        theirs = attacker.send(method, f"/batches/{THEIRS}{path}", body)
        nobodys = attacker.send(method, f"/batches/nobodys{path}", body)
        assert (theirs.status, theirs.body) == (404, nobodys.body)

    lab = attacker.server.act_as(attacker.lab)
    before = lab.get(f"/batches/{THEIRS}").json
    own = attacker.send("PUT", f"/batches/{THEIRS}", BATCH | {"id": THEIRS})
    listed = attacker.send("GET", "/batches").json["batches"]
    answers = lab.get(f"/batches/{THEIRS}/answers").lines
    ids = [line["assignment_id"] for line in answers]
    refused = attacker.send("POST", f"/batches/{THEIRS}/approve", {"assignment_ids": ids})

    assert own.status == 201
    assert [batch["title"] for batch in listed] == [own.json["title"]]
    assert refused.status == 422
    assert lab.get(f"/batches/{THEIRS}").json == before
    assert lab.get("/batches").json["batches"] == [before]


def test_a_token_that_may_read_only_reads(attacker: Attacker) -> None:
    """Everything that changes something is 403, whether the batch is there or not."""
    attacker.send("PUT", "/batches/mine", BATCH | {"id": "mine"})
    changes = [("PUT", "/batches/mine"), ("PUT", "/batches/new"), ("POST", "/batches")]
    changes += [("POST", f"/batches/{name}/expire") for name in ("mine", "new")]
    changes += [("POST", f"/batches/{name}/approve") for name in ("mine", "new")]
    for method, address in changes:
        refused = attacker.send(method, address, BATCH, token="read")
        assert (refused.status, refused.json["type"]) == (403, "/docs#read-only"), address
    for path in PATHS:
        assert attacker.send("GET", f"/batches/mine{path}", token="read").status == 200


def test_a_token_that_is_removed_opens_nothing(attacker: Attacker) -> None:
    """At the next request already; the requester's other tokens stay."""
    (line,) = tokens.add_token(attacker.directory, "eve", "launch")
    attacker.tokens["short"] = line["token"]
    before = attacker.send("GET", "/batches", token="short")

    list(tokens.remove_token(attacker.directory, line["token_id"]))

    after = attacker.send("GET", "/batches", token="short")
    assert (before.status, after.status) == (200, 401)
    assert 'error="invalid_token"' in str(after.headers["WWW-Authenticate"])
    assert attacker.send("GET", "/batches").status == 200


def test_a_token_is_in_no_file_and_in_no_message(attacker: Attacker) -> None:
    """Neither in a batch's folder nor in the server's log nor in the crowd's databases."""
    attacker.send("PUT", "/batches/mine", BATCH | {"id": "mine"})
    attacker.server.act_as(attacker.tokens["launch"]).wait_for("mine", status="open")

    files = [path for path in attacker.folder.parent.rglob("*") if path.is_file()]

    written = b"".join(path.read_bytes() for path in files) + "".join(attacker.server.said).encode()
    assert any(path.name == "batch.json" for path in files)
    assert not [token for token in attacker.tokens.values() if token.encode() in written]


def test_a_message_controls_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    """Ids of rows are in messages, and whoever sends them chooses them."""
    serve_batches.log("/rows/a\x1b[2J\r\x9b\ud800: is wrong\nsecond line")

    assert capsys.readouterr().err == "/rows/a\\x1b[2J\\r\\x9b\\ud800: is wrong\nsecond line\n"


def test_an_address_is_no_path(attacker: Attacker) -> None:
    """Ids that are not ids are 404, or a fault of the body that is sent there."""
    for name in (
        "..",
        "%2e%2e",
        ".x",
        "..%2Flab%2Ftheirs",
        "%2Fetc",
        "a%0A",
        "a%00",
        "x" * 300,
        "%FF",
    ):
        for path in PATHS:
            assert attacker.send("GET", f"/batches/{name}{path}").status == 404, name
        assert attacker.send("PUT", f"/batches/{name}", BATCH).status in {404, 422}, name


def test_every_refusal_is_a_problem(attacker: Attacker, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each status that a client can cause has its kind, and a body that says what to do."""
    mine = BATCH | {"id": "mine"}
    attacker.send("PUT", "/batches/mine", mine)
    text, form = {"Content-Type": "text/plain"}, {"Content-Type": "multipart/form-data; boundary=x"}
    utf_16 = {"Content-Type": "application/json; charset=utf-16"}
    address = "/batches/mine"
    refused = [
        (401, "no-token", attacker.send("GET", address, token=None)),
        (403, "read-only", attacker.send("PUT", address, mine, token="read")),
        (
            403,
            "too-expensive",
            attacker.send("PUT", "/batches/x", BATCH | {"id": "x", "reward": 99}),
        ),
        (404, "not-found", attacker.send("GET", "/batches/none")),
        (404, "not-found", attacker.send("GET", "/none")),
        (405, "method", attacker.send("DELETE", address)),
        (409, "conflict", attacker.send("PUT", address, mine | {"reward": 0.06})),
        (415, "media-type", attacker.send("PUT", address, b"{}", headers=text)),
        (415, "media-type", attacker.send("POST", "/batches", b"{}", headers=form)),
        (415, "media-type", attacker.send("POST", "/batches", b"{}", headers=utf_16)),
        (
            415,
            "media-type",
            attacker.send("PUT", address, b"{}", headers={"Content-Encoding": "gzip"}),
        ),
        (415, "media-type", attacker.send("PUT", address)),
        (422, "invalid", attacker.send("PUT", address, {})),
        (422, "invalid", attacker.send("GET", f"{address}?wait=61")),
        (422, "invalid", attacker.send("GET", f"{address}/answers?after=1")),
        (431, "headers", attacker.send("GET", address, headers={"X": "x" * 70_000})),
    ]
    monkeypatch.setattr(service, "UNFINISHED", 0)
    later = attacker.send("PUT", "/batches/later", BATCH | {"id": "later"})
    refused.append((429, "too-many", later))
    assert later.headers["Retry-After"] == "60"
    for status, kind, reply in refused:
        assert (reply.status, reply.json["type"]) == (status, f"/docs#{kind}")
        assert reply.headers["Content-Type"] == PROBLEM
        assert set(reply.json) == {"type", "title", "status", "detail", "faults"}


def exchange(attacker: Attacker, *parts: bytes) -> bytes:
    """Send these bytes on a connection of their own; return what comes back until it is closed."""
    server = attacker.server
    with socket.create_connection((server.host, server.port), LIMIT_SECONDS) as connection:
        for part in parts:
            connection.sendall(part)
        return read_all(connection)


def read_all(connection: socket.socket) -> bytes:
    """Return what comes back until the connection is closed."""
    received = b""
    try:
        while part := connection.recv(65536):
            received += part
    except ConnectionResetError:  # it was closed before it had read all
        pass
    return received


def put(attacker: Attacker, *headers: str) -> bytes:
    lines = ("PUT /batches/raw HTTP/1.1", "Host: x", "Connection: close", *headers)
    token = f"Authorization: Bearer {attacker.tokens['launch']}"
    return "\r\n".join((*lines, token, "Content-Type: application/json", "", "")).encode()


def test_bodies_in_every_framing(attacker: Attacker) -> None:
    """In pieces, without a length, with two, announced and held back: a response each, no guess."""
    body = json.dumps(BATCH | {"id": "raw"}).encode()
    chunks = b"".join(b"%x\r\n%c\r\n" % (1, byte) for byte in body) + b"0\r\n\r\n"
    length, pieces = f"Content-Length: {len(body)}", "Transfer-Encoding: chunked"
    expect = "Expect: 100-continue"
    sent: list[tuple[int, tuple[bytes, ...]]] = [
        (201, (put(attacker, length), body[:10], body[10:])),
        (200, (put(attacker, pieces), chunks)),
        (200, (put(attacker, length, expect), body)),
        (422, (put(attacker, expect),)),
        (422, (put(attacker),)),
        (400, (put(attacker, length, "Content-Length: 1"),)),
        (400, (put(attacker, "Content-Length: -1"),)),
        (400, (put(attacker, pieces), b"z\r\n")),
        (501, (put(attacker, "Transfer-Encoding: gzip"),)),
        (413, (put(attacker, "Content-Length: 99999999"),)),
    ]
    for status, parts in sent:
        received = exchange(attacker, *parts).removeprefix(b"HTTP/1.1 100 Continue\r\n\r\n")
        assert received[9:12] == str(status).encode(), (parts[0], received)
        assert status < 400 or PROBLEM.encode() in received


def test_a_slow_body_holds_nobody_up(attacker: Attacker) -> None:
    """More of them than the server has threads; then each is answered."""
    body = json.dumps(BATCH | {"id": "slow"}).encode()
    head = put(attacker, f"Content-Length: {len(body)}").replace(b"/raw", b"/slow")
    address = (attacker.server.host, attacker.server.port)
    with ExitStack() as slow:
        connected = [
            slow.enter_context(socket.create_connection(address, LIMIT_SECONDS)) for _ in range(60)
        ]
        for connection in connected:
            connection.sendall(head + body[:-1])
        meanwhile = attacker.send("GET", "/batches").status
        received = []
        for connection in connected:
            connection.sendall(body[-1:])
            received.append(read_all(connection)[9:12])

    assert meanwhile == 200
    assert sorted(received) == [b"200"] * 59 + [b"201"]


def test_unread_responses_do_not_pile_up(attacker: Attacker) -> None:
    """Who sends many requests at once, and reads nothing meanwhile, is hung up on."""
    received = exchange(attacker, b"GET /openapi.json HTTP/1.1\r\nHost: x\r\n\r\n" * 100)

    assert received.count(b"HTTP/1.1 200 OK") < 20


def test_idle_connections_keep_nobody_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Near the limit, the connection that was idle longest is closed."""
    monkeypatch.setattr(connections, "CONNECTIONS", 20)
    crowd = Crowd("local", False, DEFAULTS | {"local_crowd": str(new_crowd(tmp_path / "crowd"))})
    access = TokenAccess(tmp_path / "crowd")
    with serve(Settings(tmp_path / "batches", crowd), access) as server, ExitStack() as idle:
        for _ in range(40):
            idle.enter_context(socket.create_connection((server.host, server.port), LIMIT_SECONDS))

        assert server.get("/openapi.json").status == 200


def test_a_requester_spends_its_own_budget_only(tmp_path: Path) -> None:
    """A batch that the budget does not cover is refused, while another requester's is launched."""
    directory = new_crowd(tmp_path / "crowd")
    list(requesters.add_requester(directory, "eve", "0.20"))
    list(requesters.add_requester(directory, "lab", "9.00"))
    held = {
        name: str(next(iter(tokens.add_token(directory, name, "launch")))["token"])
        for name in ("eve", "lab")
    }
    crowd = Crowd("local", True, DEFAULTS | {"local_crowd": str(directory)})
    settings = Settings(tmp_path / "batches", crowd, max_cost=Decimal(100))
    with serve(settings, TokenAccess(directory)) as server:
        eve, lab = server.act_as(held["eve"]), server.act_as(held["lab"])
        refused, launched = eve.put(BATCH), lab.put(BATCH)  # 3 rows of 2 answers of 0.05
        lab.wait_for("shoes-1", status="open")
    with closing(open_site(directory, "live")) as site:
        hits = site.perform(str(site.find_requester("eve")), "ListHITs", {})

    assert (refused.status, refused.json["type"]) == (403, "/docs#no-funds")
    assert launched.status == 201
    assert hits["NumResults"] == 0
