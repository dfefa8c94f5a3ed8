"""Who may use a server of batches: tokens, requesters apart from each other, and --open."""

from collections.abc import Iterator

import pytest

import serve_batches as script
from batch_server.access import FAILURES_A_MINUTE, Failures
from batch_server.problems import ProblemError
from batch_server.settings import to_folder
from tests.support.batch_servers import BatchServer, add_token, open_tokens, serve_batches
from tests.support.declared_batches import BATCH
from tests.support.script_fixtures import Desk


@pytest.fixture
def server(desk: Desk) -> Iterator[BatchServer]:
    """A server that asks for tokens."""
    with serve_batches(desk, access=open_tokens(desk)) as server:
        yield server


def test_a_token_is_needed(desk: Desk, server: BatchServer) -> None:
    """None, a wrong one and another scheme are 401, and say how to come in."""
    none = server.get("/batches")
    wrong = server.get("/batches", Authorization="Bearer amt_wrong")
    basic = server.get("/batches", Authorization="Basic bG9jYWw6")
    server.token = add_token(desk)
    right = server.get("/batches")

    for refused in (none, wrong, basic):
        assert refused.status == 401
        assert refused.headers["WWW-Authenticate"].startswith('Bearer realm="batches"')
        assert refused.json["type"] == "/docs#no-token"
    assert right.status == 200
    assert server.get("/docs", Authorization="").status == 200
    assert server.get("/openapi.json", Authorization="").status == 200


def test_a_token_that_may_read_changes_nothing(desk: Desk, server: BatchServer) -> None:
    """It is refused before the body is looked at."""
    server.token = add_token(desk, may="read")

    for method, path in (
        ("PUT", "/batches/shoes-1"),
        ("POST", "/batches"),
        ("POST", "/batches/shoes-1/expire"),
        ("POST", "/batches/shoes-1/approve"),
    ):
        refused = server.request(method, path, BATCH)
        assert (refused.status, refused.json["type"]) == (403, "/docs#read-only")
    assert server.get("/batches").json["batches"] == []


def test_requesters_see_their_own_batches_only(desk: Desk, server: BatchServer) -> None:
    """Another's batch does not exist; the same id is another batch, with HITs of its own requester."""
    lab, local = add_token(desk, "Vision lab"), add_token(desk)
    server.token = lab
    sent = server.put(BATCH)
    server.wait_for("shoes-1", status="open")
    server.token = local

    for method, path in (
        ("GET", "/batches/shoes-1"),
        ("GET", "/batches/shoes-1/answers"),
        ("GET", "/batches/shoes-1/labels"),
        ("POST", "/batches/shoes-1/expire"),
    ):
        assert server.request(method, path).status == 404
    assert server.request("POST", "/batches/shoes-1/approve", {"where": "all"}).status == 404
    assert server.get("/batches").json["batches"] == []
    assert desk.crowd().client.list_hits()["HITs"] == []
    own = server.put(BATCH | {"reward": 0.5})
    assert (sent.status, own.status) == (201, 201)
    ids = f"--hit_ids_file={desk.folder}/batches/Vision lab/shoes-1/hit_ids.txt"
    progress = desk.run("show_hit_progress", ids)  # as the requester of the batch record
    assert (progress.code, "available 6" in progress.out) == (0, True), progress.out


def test_no_requester_gets_the_folder_of_another() -> None:
    """Whatever a name has, it is one folder, and not the parent of one."""
    names = ["a/b", "a%2Fb", "..", ".", "%2E.", "Vision lab", "é"]

    folders = [to_folder(name) for name in names]

    assert len(set(folders)) == len(names)
    assert not [folder for folder in folders if "/" in folder or folder.startswith(".")]


def test_an_open_server_takes_no_request_of_a_web_page(desk: Desk) -> None:
    """Of another site, or of a host name that leads to this machine only now."""
    with serve_batches(desk) as server:
        page = server.request("PUT", "/batches/shoes-1", BATCH, Origin="https://evil.example")
        opaque = server.request("POST", "/batches", BATCH, Origin="null")
        rebound = server.get("/batches", Host=f"evil.example:{server.port}")
        form = server.request("POST", "/batches", raw=b"{}", Content_Type="text/plain")
        named = server.get("/batches", Host=f"localhost:{server.port}")
        site = {"Sec_Fetch_Site": "cross-site"}
        image = server.get("/batches/shoes-1?wait=60", **site, Sec_Fetch_Dest="image")
        link = server.get("/docs", **site, Sec_Fetch_Dest="document")

    for refused in (page, opaque, rebound, image):
        assert (refused.status, refused.json["type"]) == (403, "/docs#other-site")
        assert "Access-Control-Allow-Origin" not in refused.headers
    assert form.status == 415
    assert (named.status, link.status) == (200, 200)


def test_open_is_for_this_machine_only(desk: Desk) -> None:
    """Any other --host is refused."""
    message = desk.fails("serve_batches", "--open", "--host=0.0.0.0")

    assert message == "--open: --host 0.0.0.0 can be reached from elsewhere; leave out one of them"


def test_one_server_has_a_directory(desk: Desk) -> None:
    """A second one is one line."""
    with script.lock(desk.folder / "batches"):
        message = desk.fails("serve_batches", "--open", "--port=0")

    assert message == "batches: another serve_batches.py serves it; name another --directory"


def test_wrong_tokens_are_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    """By address, for a minute."""
    now = 0.0
    failures = Failures(lambda: now)
    for _ in range(FAILURES_A_MINUTE):
        failures.note("192.0.2.1")

    with pytest.raises(ProblemError) as refused:
        failures.note("192.0.2.1")
    failures.note("192.0.2.2")
    now = 61.0
    failures.note("192.0.2.1")

    assert refused.value.kind.status == 429
    assert refused.value.headers == {"Retry-After": "60"}
