"""Requests that are not carried out: a problem each, with every fault, and never a 5xx."""

import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

import pytest

from batch_server import waiting
from batch_server.problems import KINDS
from tests.support.batch_servers import BatchServer, serve_batches
from tests.support.declared_batches import BATCH
from tests.support.script_fixtures import Desk


@pytest.fixture
def server(desk: Desk) -> Iterator[BatchServer]:
    """A server on which a batch may cost 0.40."""
    with serve_batches(desk, max_cost=Decimal("0.40")) as server:
        yield server


def test_every_fault_of_a_batch_is_told_with_its_path(server: BatchServer) -> None:
    """Those of the file's keys, of its rows, and of what only a file on the server's disk may say."""
    wrong = {"id": "x", "task": "same", "rows": "rows.csv", "rewards": 1, "assignments": "three"}
    files: dict[str, Any] = BATCH | {
        "crowd": "mturk",
        "site": "live",
        "store": "sqlite:///x",
        "push": {"url": "https://lab.example.org/in", "secret_file": "/etc/passwd"},
    }

    first = server.put(wrong)
    second = server.put(files)
    address = server.put(BATCH, "other")
    pushed = server.put(BATCH | {"push": {"url": "http://127.0.0.1:1/"}})

    assert {first.status, second.status, address.status, pushed.status} == {422}
    assert first.faults == {
        "/rows": "must be an object or a list: no file can be named here",
        "/rewards": "unknown key; did you mean reward?",
        "/assignments": "must be a whole number",
    }
    assert set(second.faults) == {"/crowd", "/site", "/store", "/push/secret_file"}
    assert address.faults == {"/id": "is shoes-1, and other in the address"}
    assert set(pushed.faults) == {"/push/url"}
    assert server.get("/batches").json["batches"] == []


def test_a_body_names_no_code(desk: Desk, server: BatchServer) -> None:
    """A plug-in crowd would run with all rights of the server."""
    desk.write("evil.py", "open('was_here', 'w').close()")

    refused = server.put(BATCH | {"crowd": "evil:create"})

    assert refused.status == 422
    assert set(refused.faults) == {"/crowd"}
    assert "evil:create is code, which cannot be named here" in refused.faults["/crowd"]
    assert not (desk.folder / "was_here").exists()


def test_a_batch_that_can_cost_too_much_is_not_launched(server: BatchServer) -> None:
    """--max_cost bounds each batch."""
    refused = server.put(BATCH | {"assignments": 3})

    assert (refused.status, refused.json["type"]) == (403, "/docs#too-expensive")
    assert "can cost $0.45; at most $0.40 is allowed here" in refused.json["detail"]
    assert server.put(BATCH).status == 201


@pytest.mark.parametrize(
    ("raw", "headers", "status"),
    [
        (b"{", {}, 422),
        (b"[]", {}, 422),
        (b"NaN", {}, 422),
        (b"\xff", {}, 422),
        (b"", {}, 422),
        (b'{"a":' * 10_000 + b"1" + b"}" * 10_000, {}, 422),
        (b'{"id": "x", "id": "y", "task": "same", "rows": [["a", "b"]]}', {}, 422),
        (b"{}", {"Content_Type": "text/html"}, 415),
        (b"{}", {"Content_Encoding": "gzip"}, 415),
        (b"data=%7B%7D", {"Content_Type": "application/x-www-form-urlencoded"}, 415),
    ],
)
def test_a_body_that_is_no_batch_is_a_problem(
    server: BatchServer, raw: bytes, headers: dict[str, str], status: int
) -> None:
    """Whatever was sent."""
    sent = {"Content_Type": "application/json"} | headers

    refused = server.request("PUT", "/batches/x", raw=raw, **sent)

    assert refused.status == status
    assert refused.headers["Content-Type"] == "application/problem+json"
    assert refused.json["status"] == status
    assert status != 422 or refused.json["faults"]


def test_what_is_not_there_is_a_problem(desk: Desk, server: BatchServer) -> None:
    """Addresses, methods, parameters and cursors."""
    server.put(BATCH)
    server.wait_for("shoes-1", status="open")

    missing = [
        server.get(path)
        for path in ("/", "/batches/", "/batches/none", "/batches/..%2Fx", "/batches/a%0A")
    ]
    method = server.request("DELETE", "/batches/shoes-1")
    limit = server.get("/batches/shoes-1/answers?limit=0&after=x&more=1")
    cursor = server.get("/batches/shoes-1/answers?after=7")
    huge = server.get("/batches/shoes-1/labels?after=999999999999999")

    assert [reply.status for reply in missing] == [404] * len(missing)
    assert (method.status, method.headers["Allow"]) == (405, "GET, HEAD, PUT")
    assert limit.status == 422
    assert set(limit.faults) == {"?limit", "?after", "?more"}
    assert (cursor.status, huge.status) == (422, 422)
    assert set(cursor.faults) == {"?after"}
    assert server.get("/batches/shoes-1/answers").body == b""


def test_an_etag_saves_a_response_and_wait_delays_it(server: BatchServer) -> None:
    """304 while nothing has changed; so many may wait."""
    server.put(BATCH)
    server.wait_for("shoes-1", status="open")
    first = server.get("/batches/shoes-1")
    tag = first.headers["ETag"]

    same = server.get("/batches/shoes-1", If_None_Match=tag)
    waited = server.get("/batches/shoes-1?wait=1", If_None_Match=tag)
    other = server.get("/batches/shoes-1?wait=60", If_None_Match='"other"')

    assert (same.status, same.body, same.headers["ETag"]) == (304, b"", tag)
    assert waited.status == 304
    assert (other.status, other.json) == (200, first.json)


def test_so_many_may_wait(monkeypatch: pytest.MonkeyPatch, server: BatchServer) -> None:
    """More get 429, and may ask again later."""
    server.put(BATCH)
    server.wait_for("shoes-1", status="open")
    monkeypatch.setattr(waiting, "MOST_OF_ONE", 0)

    refused = server.get("/batches/shoes-1?wait=60")

    assert (refused.status, refused.headers["Retry-After"]) == (429, "5")
    assert server.get("/batches/shoes-1").status == 200


def test_who_has_left_takes_no_place_of_those_who_wait(
    monkeypatch: pytest.MonkeyPatch, server: BatchServer
) -> None:
    """A client that is interrupted and asks again is not refused."""
    server.put(BATCH)
    server.wait_for("shoes-1", status="open")
    monkeypatch.setattr(waiting, "MOST_OF_ONE", 1)
    status = 200
    with ExitStack() as leaving:
        while status == 200:  # until one of them has the place
            client = leaving.enter_context(socket.create_connection((server.host, server.port)))
            client.sendall(b"GET /batches/shoes-1?wait=60 HTTP/1.1\r\nHost: localhost\r\n\r\n")
            status = server.get("/batches/shoes-1?wait=1").status
    start = time.monotonic()

    while status == 429:
        status = server.get("/batches/shoes-1?wait=1").status

    assert status == 200
    assert time.monotonic() - start < 50  # not the 60 seconds for which they wanted to wait


def test_what_the_server_cannot_read_is_a_problem_too(server: BatchServer) -> None:
    """A body that is too large, and what is not HTTP, are answered in the same form."""
    large = b"PUT /batches/x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999\r\n\r\n"

    replies = []
    for request in (large, b"GET / HTTP/1.1\r\nHost : x\r\n\r\n"):
        with socket.create_connection((server.host, server.port), timeout=60) as connection:
            connection.sendall(request)
            replies.append(b"".join(iter(lambda: connection.recv(4096), b"")))

    for reply, status in zip(replies, (b"413", b"400"), strict=True):
        assert reply.startswith((b"HTTP/1.1 " + status, b"HTTP/1.0 " + status))
        assert b"application/problem+json" in reply
        assert b'"faults": []' in reply


def test_ampcrowds_documents_are_taken_as_json_and_as_its_form(server: BatchServer) -> None:
    """Both make the same batch."""
    document = (
        '{"configuration": {"task_type": "er", "task_batch_size": 1, "num_assignments": 1}, '
        '"group_id": "g1", "group_context": {"fields": ["name"]}, '
        '"content": {"p1": [["a"], ["b"]], "p2": [["a"], ["c"]]}}'
    )
    form = urlencode({"data": document}).encode()

    posted = server.request(
        "POST", "/batches", raw=form, Content_Type="application/x-www-form-urlencoded"
    )
    put = server.request(
        "PUT", "/batches/g1", raw=document.encode(), Content_Type="application/json"
    )
    other = server.request(
        "PUT", "/batches/g2", raw=document.encode(), Content_Type="application/json"
    )

    assert (posted.status, put.status) == (201, 200)
    assert posted.json["task"] == "same"
    assert "Read as a document of AMPCrowd" in posted.json["notes"][0]
    assert other.faults == {"/group_id": "is g1, and g2 in the address"}


@pytest.mark.parametrize("task", ["a" * 300, "../same", "x\0y", "\ud800", "a/b", "", "é" * 200])
def test_a_task_of_any_name_is_a_fault(server: BatchServer, task: str) -> None:
    """Whatever a file system says of it."""
    refused = server.put(BATCH | {"task": task})

    assert refused.status == 422
    assert "/task" in refused.faults


def test_the_page_of_documentation_has_every_request_and_problem(server: BatchServer) -> None:
    """It needs no network, and each problem's `type` leads to its line."""
    page = server.get("/docs").body.decode()
    document = server.get("/openapi.json").json

    for path, methods in document["paths"].items():
        for method, route in methods.items():
            assert f"{method.upper()} {path}" in page
            assert all(each["description"] for each in route.get("parameters", ()))
    assert all(f'<tr id="{kind.name}">' in page for kind in KINDS)
    assert "https://" not in page.replace("https://json-schema.org", "")
    assert "<script" not in page
