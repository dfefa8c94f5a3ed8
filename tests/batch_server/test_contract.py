"""The server of batches does what its openapi.json says, whatever it is sent.

Each property is tried some times in every run; with HOSTILE_EXAMPLES=1000 often, and `-s` shows how
many requests there were (docs/security.md has the figures).
"""

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from batch_server.routes import ROUTES
from tests.support.attackers import LAB_BATCH, THEIRS, Attacker, attacking
from tests.support.batch_bodies import IDS, allowed_batches, broken_batches
from tests.support.batch_servers import Reply
from tests.support.json_schemas import Generator, find_faults
from tests.support.random_requests import json_values

EXAMPLES = int(os.environ.get("HOSTILE_EXAMPLES", "20"))
often = settings(
    max_examples=EXAMPLES,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # a smaller example is not worth minutes
)
JSON = {"Content-Type": "application/json"}
PROBLEM = "application/problem+json"
OPERATIONS = [(route.method, route.path) for route in ROUTES]
SENDING = [("PUT", "/batches/{id}"), ("POST", "/batches")]


@pytest.fixture(scope="module")
def attacker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Attacker]:
    """A requester of a server where another one has a batch with an answer."""
    with attacking(tmp_path_factory.mktemp("contract")) as attacker:
        yield attacker


@pytest.fixture(scope="module")
def document(attacker: Attacker) -> Any:
    """The server's description of itself."""
    return attacker.send("GET", "/openapi.json", token=None).json


def find_contradictions(document: Any, method: str, path: str, reply: Reply) -> list[str]:
    """Return in what a response is not as the description of its operation says."""
    described = document["paths"][path][method.lower()]["responses"].get(str(reply.status))
    if described is None:
        return [f"the status {reply.status} is not described"]
    always = [name for name in described.get("headers", ()) if name != "Link"]
    faults = [f"{name} is missing" for name in always if name not in reply.headers]
    media_type = str(reply.headers["Content-Type"]).partition(";")[0]
    content = described.get("content")
    if content is None:
        return faults + (["a body is not described"] if reply.body else [])
    if media_type not in content:
        return [*faults, f"{media_type} is not described"]
    schema = content[media_type].get("schema", {})
    if media_type.endswith("json"):
        faults += find_faults(document, schema, reply.json)
    if media_type == "application/jsonl":
        schema = content[media_type]["x-line-schema"]
        faults += [fault for line in reply.lines for fault in find_faults(document, schema, line)]
    if media_type == PROBLEM and reply.json["status"] != reply.status:
        faults.append("the body has another status")
    return faults


def send(
    attacker: Attacker, document: Any, method: str, path: str, address: str, body: Any, **more: Any
) -> Reply:
    """Make a request of an operation; fail unless the response is as described.

    A batch that is made is expired at once: a requester may have only so many.
    """
    reply = attacker.send(method, address, body, **more)
    assert find_contradictions(document, method, path, reply) == [], (method, address, body)
    if reply.status == 201:
        attacker.send("POST", reply.json["links"]["expire"])
    return reply


@pytest.mark.parametrize("text", ["a/b", "/", "//a", "a/", "a/answers", "../a", "a/../b"])
def test_an_id_with_a_slash_is_at_no_address(attacker: Attacker, text: str) -> None:
    """A WSGI server hands the path on decoded, so it is another path, or none."""
    address = f"/batches/{quote(text, safe='')}"
    replies = [attacker.send(method, address, {}) for method in ("GET", "PUT")]

    assert {reply.status for reply in replies} <= {404, 405}
    assert {reply.headers["Content-Type"] for reply in replies} == {PROBLEM}


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_every_operation_is_as_openapi_says(
    attacker: Attacker, document: Any, method: str, path: str
) -> None:
    """Valid and invalid parameters and bodies: each status, media type, header and body is described."""
    operation = document["paths"][path][method.lower()]
    generator = Generator(document, {})
    parameters = {
        each["name"]: generator.valid(each["schema"]) | json_values
        for each in operation.get("parameters", ())
        if each["in"] == "query"
    }
    bodies: st.SearchStrategy[Any] = st.none()
    if body := operation.get("requestBody"):
        schema = body["content"]["application/json"]["schema"]
        bodies = generator.valid(schema) | generator.broken(schema) | allowed_batches
    texts = generator.valid({"type": "string"}).filter(lambda text: "/" not in text)
    ids = st.sampled_from(IDS) | texts

    @often
    @given(
        batch_id=ids,
        query=st.fixed_dictionaries({}, optional=parameters),
        body=bodies,
        tag=st.sampled_from(["", "*", '"x"']),
        token=st.sampled_from(["launch", "launch", "launch", "read", None]),
    )
    def check(batch_id: str, query: dict[str, Any], body: Any, tag: str, token: str | None) -> None:
        query.pop("wait", None)
        address = path.replace("{id}", quote(batch_id, safe="") or "-")
        address += f"?{urlencode(query)}" if query else ""
        headers = {"If-None-Match": tag} if tag else {}
        send(attacker, document, method, path, address, body, token=token, headers=headers)

    check()


def test_any_body(attacker: Attacker, document: Any) -> None:
    """Batches after the schema of batch files, and against it: made, or refused with every fault."""

    @often
    @given(
        operation=st.sampled_from(SENDING),
        body=allowed_batches | broken_batches,
        batch_id=st.sampled_from(IDS),
    )
    def check(operation: tuple[str, str], body: Any, batch_id: str) -> None:
        method, path = operation
        named = body.get("id") if isinstance(body, dict) else None
        address = path.replace("{id}", quote(str(named or batch_id), safe=""))
        sent = json.dumps(body).encode()
        reply = send(attacker, document, method, path, address, sent, headers=JSON)
        assert reply.status in {200, 201, 403, 409, 422, 429}
        assert reply.status != 422 or reply.json["faults"]

    check()


_parts = st.sampled_from(
    [
        *("batches", "tasks", "docs", "openapi.json", "answers", "labels", "expire", "approve"),
        *("", ".", "..", "%2e%2e", "%2F", "%00", "%FF", "a" * 2000, "~", "*", "batches;x", "%"),
        *IDS,
    ]
) | st.text(max_size=10).map(lambda text: quote(text, errors="replace"))
PATHS = st.sampled_from(
    [["batches"], ["batches", "a"], ["batches", "a", "answers"], ["batches", "a", "approve"]]
) | st.lists(_parts, max_size=4)
QUERIES = st.sampled_from(
    [
        *("", "?", "?wait=0", "?wait=a", "?after=-1", "?after=1", "?limit=0", "?limit=10&limit=20"),
        *("?x=1", "?after=" + "9" * 400, "?after=%00", "?after=%D9%A1", "?" + "&" * 50),
    ]
)
HEADERS = st.fixed_dictionaries(
    {},
    optional={
        "Content-Type": st.sampled_from(
            [
                *("application/json", "application/json; charset=utf-16", "text/plain", ";"),
                *(
                    "application/x-www-form-urlencoded",
                    "multipart/form-data; boundary=x",
                    "x" * 300,
                ),
            ]
        ),
        "Content-Encoding": st.sampled_from(["gzip", "identity", "x"]),
        "If-None-Match": st.sampled_from(["*", "x", '"', "," * 1000, 'W/"x"']),
        "Authorization": st.sampled_from(
            ["", "Bearer", "Bearer ", "Basic eDp5", "bearer amt_", "x" * 2000, "Bearer \xff"]
        ),
        "Host": st.sampled_from(["evil.example", "[::1", "a b", "\xe9"]),
        "Origin": st.just("https://evil.example"),
        "Expect": st.sampled_from(["100-continue", "x"]),
        "Range": st.just("bytes=5-1"),
        "X-HTTP-Method-Override": st.just("PUT"),
        "X-Forwarded-For": st.just("x" * 500),
        "Accept": st.just("text/xml"),
    },
)
BODIES = (
    st.none()
    | st.binary(max_size=100)
    | allowed_batches
    | json_values
    | st.sampled_from(
        [b"data=%7B%7D", b"data=%FF", b"data=" + quote(json.dumps(LAB_BATCH)).encode()]
    )
)


def test_any_request(attacker: Attacker, document: Any) -> None:
    """Any method, path, query, header and body: no fault, and nothing of another requester."""
    problem = {"$ref": "#/components/schemas/ProblemView"}

    @often
    @given(
        method=st.sampled_from(["GET", "PUT", "POST", "DELETE", "PATCH", "HEAD", "OPTIONS", "X"]),
        address=st.builds(lambda parts, query: "/" + "/".join(parts) + query, PATHS, QUERIES),
        headers=HEADERS,
        body=BODIES,
        token=st.sampled_from(["launch", "read", None]),
    )
    def check(method: str, address: str, headers: Any, body: Any, token: str | None) -> None:
        reply = attacker.send(method, address, body, token=token, headers=headers)
        if method != "HEAD" and reply.status >= 400:
            assert reply.headers["Content-Type"] == PROBLEM
            assert [*find_faults(document, problem, reply.json)] == []
        if token != "launch" and reply.status < 300:
            assert method in {"GET", "HEAD"}
        if reply.status == 201:
            attacker.send("POST", reply.json["links"]["expire"])

    check()


def test_every_success_that_openapi_describes_happens(attacker: Attacker, document: Any) -> None:
    """Nothing is described that the server does not do."""
    seen: set[tuple[str, str, int]] = set()

    def happens(method: str, path: str, batch_id: str = "", body: Any = None, **more: Any) -> Reply:
        address = path.replace("{id}", batch_id)
        reply = attacker.server.act_as(attacker.lab).request(method, address, body, **more)
        assert find_contradictions(document, method, path, reply) == []
        seen.add((method, path, reply.status))
        return reply

    for body in (LAB_BATCH | {"id": "second"},) * 2:
        happens("PUT", "/batches/{id}", "second", body)
    for body in (LAB_BATCH | {"id": "third"},) * 2:
        happens("POST", "/batches", "", body)
    tag = happens("GET", "/batches/{id}", THEIRS).headers["ETag"]
    happens("GET", "/batches/{id}", THEIRS, If_None_Match=tag)
    assert happens("GET", "/batches/{id}/answers", THEIRS).lines
    assert happens("GET", "/batches/{id}/labels", THEIRS).lines
    assert happens("POST", "/batches/{id}/approve", THEIRS, {"where": "all"}).json["approved"] == 1
    happens("POST", "/batches/{id}/expire", "second")
    for path in ("/batches", "/tasks", "/openapi.json", "/docs"):
        happens("GET", path)

    described = {
        (method.upper(), path, int(status))
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
        for status in operation["responses"]
        if int(status) < 400
    }
    assert seen == described


def test_openapi_names_every_address(attacker: Attacker, document: Any) -> None:
    """Its operations have ids, all different; what it refers to is there; its batches are batch files."""
    operations = [each for path in document["paths"].values() for each in path.values()]
    ids = [operation["operationId"] for operation in operations]
    references = re.findall(r'"\$ref": "#/components/schemas/(\w+)"', json.dumps(document))

    assert document["openapi"].startswith("3.1.")
    assert len(set(ids)) == len(ids) == len(OPERATIONS)
    assert set(references) <= set(document["components"]["schemas"])
    examples = Path(__file__).resolve().parents[2].glob("examples/batches/*.json")
    for path in examples:
        schema = {"$ref": "#/components/schemas/Batch"}
        assert [*find_faults(document, schema, json.loads(path.read_text("utf-8")))] == []


def test_tokens_that_are_wrong_open_nothing(attacker: Attacker, document: Any) -> None:
    """Each operation but the descriptions asks for a token, with a challenge."""
    for method, path in OPERATIONS:
        address = path.replace("{id}", THEIRS)
        reply = attacker.send(method, address, token=None)
        assert find_contradictions(document, method, path, reply) == []
        is_open = path in {"/openapi.json", "/docs"}
        assert reply.status == (200 if is_open else 401), (method, path)
        assert is_open or reply.headers["WWW-Authenticate"] == 'Bearer realm="batches"'
