"""Whatever comes in over HTTP, the server answers: no fault, no wait, nothing of anybody else's.

Each property is tried some times in every run; with HOSTILE_EXAMPLES=200 often, and `-s` shows how
many requests there were (docs/security.md has the figures).
"""

import json
import os
import re
import socket
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from werkzeug.test import Client

from local_crowd.operations.people import access_keys
from local_crowd.operations.registry import OPERATIONS
from local_crowd.wire import model
from tests.support.random_requests import FAMILIES, Known, broken, request_shape, valid
from tests.support.site_routes import OPEN, pages_of
from tests.support.worker_sites import TOKEN, World, serving

EXAMPLES = int(os.environ.get("HOSTILE_EXAMPLES", "25"))
SLOW = 60  # seconds: an answer that takes as long is a hang, even on a busy machine
QUIET = 0.3  # seconds after which nothing more is expected
SECRET = "what is theirs"
often = settings(
    max_examples=EXAMPLES,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # a smaller example is not worth minutes
)


@dataclass
class Attacker:
    """Somebody with a connection to a served world, who counts what comes back."""

    url: str
    world: World
    statuses: Counter[int] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        parts = urlsplit(self.url)
        self.host, self.port = str(parts.hostname), int(parts.port or 0)
        self.connection = HTTPConnection(self.host, self.port, timeout=SLOW)

    def send(
        self, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None
    ) -> tuple[int, str, str]:
        """One request; status, Location, text. Fails for a fault of the server's, and for a hang."""
        try:
            self.connection.request(method, path, body, headers or {})
            answer = self.connection.getresponse()
        except (OSError, HTTPException) as error:  # among them what is longer than headers can be
            self.connection.close()
            raise AssertionError(f"{method} {path[:500]}: {error!r}") from error
        text = answer.read().decode("utf-8", "replace")
        self.statuses[answer.status] += 1
        assert answer.status < 500, (method, path, body[:500], headers)
        return answer.status, answer.headers.get("Location", ""), text

    def raw(self, data: bytes, possible: list[list[int]]) -> list[int]:
        """Send bytes; the statuses of what comes back until the server is silent or hangs up.

        Silence is waited for only when what came is possible; before, the server is given time.
        """
        received, statuses = b"", list[int]()
        with socket.create_connection((self.host, self.port)) as connection:
            try:
                connection.sendall(data)
                connection.settimeout(QUIET if statuses in possible else SLOW)
                while part := connection.recv(65536):
                    received += part
                    found = re.findall(rb"HTTP/1\.[01] (\d{3})", received)
                    statuses = [int(status) for status in found]
                    connection.settimeout(QUIET if statuses in possible else SLOW)
            except (TimeoutError, ConnectionError):
                pass  # it waits for more, or will hear no more
        self.statuses.update(statuses)
        return statuses


@pytest.fixture(scope="module")
def attacker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Attacker]:
    """A served crowd in which others have work; at the end it still answers."""
    world = World(tmp_path_factory.mktemp("hostile") / "crowd")
    world.clock.now = int(time.time())
    with serving(world.app) as url:
        attacker = Attacker(url, world)
        yield attacker
        assert attacker.send("GET", "/sandbox/sign_in")[0] == 200
        attacker.connection.close()
    print(f"\n{attacker.statuses.total():,} requests: {dict(sorted(attacker.statuses.items()))}")
    world.app.close()


@pytest.fixture(scope="module")
def known(attacker: Attacker) -> Known:
    """What another requester has, each of it marked."""
    known = Known(attacker.world.sandbox)
    perform = attacker.world.sandbox.perform
    for operation, request in (
        ("CreateWorkerBlock", {"WorkerId": known.worker, "Reason": SECRET}),
        (
            "CreateQualificationType",
            {"Name": SECRET, "Description": SECRET, "QualificationTypeStatus": "Inactive"},
        ),
        (
            "SendBonus",
            {
                "WorkerId": known.worker,
                "AssignmentId": known.assignment,
                "BonusAmount": "1.00",
                "Reason": SECRET,
            },
        ),
        (
            "ApproveAssignment",
            {"AssignmentId": known.assignment, "RequesterFeedback": SECRET},
        ),
    ):
        perform(known.owner, operation, request)
    return known


@pytest.fixture(scope="module")
def credentials(attacker: Attacker) -> Credentials:
    """The attacker's own keys, which are good ones."""
    with attacker.world.sandbox.writing() as call:
        return Credentials(*access_keys.create(call, "the attacker"))


def call(
    attacker: Attacker, credentials: Credentials, operation: str, body: bytes
) -> tuple[int, Any]:
    """A signed call of the API; status and JSON."""
    attacker.world.clock.now = int(time.time())
    headers = {
        "Content-Type": "application/x-amz-json-1.1",
        "X-Amz-Target": f"{model.TARGET_PREFIX}.{operation}",
    }
    request = AWSRequest("POST", f"{attacker.url}/", headers, body)
    SigV4Auth(credentials, "mturk-requester", "us-east-1").add_auth(request)
    status, _, text = attacker.send("POST", "/sandbox/", body, dict(request.headers.items()))
    return status, json.loads(text)


@pytest.mark.parametrize("operation", sorted(OPERATIONS))
def test_no_call_breaks_the_server(
    attacker: Attacker, known: Known, credentials: Credentials, operation: str
) -> None:
    """Requests after botocore's shapes, right and wrong, with the ids of another requester: each is
    answered or refused in Amazon's words, and tells nothing of the other's.
    """
    shape = request_shape(operation)
    theirs = {known.hit, known.assignment, known.owner, SECRET}

    @often
    @given(valid(shape, "", known) | broken(shape, known))
    def send(request: dict[str, Any]) -> None:
        body = json.dumps(request)
        status, response = call(attacker, credentials, operation, body.encode())
        assert status == 200 or response["__type"] in FAMILIES
        text = json.dumps({k: v for k, v in response.items() if k != "Message"})
        assert not [secret for secret in theirs if secret in text and secret not in body]

    send()


def test_the_calls_are_heard(attacker: Attacker, known: Known, credentials: Credentials) -> None:
    """The attacker's signature is right, so it is not that which refuses the calls above."""
    assert call(attacker, credentials, "GetAccountBalance", b"{}")[0] == 200
    status, response = call(
        attacker, credentials, "GetHIT", json.dumps({"HITId": known.hit}).encode()
    )
    assert (status, response["TurkErrorCode"]) == (400, "AWS.MechanicalTurk.HITDoesNotExist")


texts = st.one_of(
    st.text(max_size=40),
    st.sampled_from(
        [
            *("", "'", '"', "<script>alert(1)</script>", "{{7*7}}", "${x}", "%s%n", "\0", "\ud800"),
            *(
                "../../etc/passwd",
                "//evil.example",
                "\r\nX: y",
                "A" * 5000,
                "\u202e",
                "-1",
                "1e999",
            ),
            *("9" * 400, "true", "null", "[]", "ASSIGNMENT_ID_NOT_AVAILABLE", "' OR '1'='1"),
            "a\u0301\u0327" * 2000,
        ]
    ),
)
names = st.sampled_from(
    [
        *(
            "csrf_token",
            "nickname",
            "name",
            "password",
            "new_password",
            "email",
            "country",
            "state",
        ),
        *("next", "after", "hit_id", "assignmentId", "workerId", "hitId", "page", "show", "worker"),
        *("decide", "assignment_id", "feedback", "confirmed", "amount", "reason", "token", "value"),
        *("worker_id", "subject", "text", "secret", "groupId", "PROLIFIC_PID", "adult", "lines"),
    ]
)
pairs = st.lists(st.tuples(names | texts, texts), max_size=6)
headers = st.fixed_dictionaries(
    {},
    optional={
        "Content-Type": st.sampled_from(
            [
                *("application/json", "text/plain", "multipart/form-data", ";", "x" * 300),
                *("multipart/form-data; boundary=", "multipart/form-data; boundary=x"),
                "application/x-www-form-urlencoded; charset=utf-7",
            ]
        ),
        "Cookie": st.sampled_from(
            ["local_crowd_sandbox=x", "local_crowd_sandbox=.eJx.x.x", "a=b; " * 500, '"', "=;=;"]
        ),
        "Host": st.sampled_from(["evil.example", "[::1", "a b", "127.0.0.1:99999", "\xe9"]),
        "Accept": st.just("*/" * 400),
        "Range": st.sampled_from(["bytes=5-1", "bytes=-0", "x"]),
        "Referer": st.just("https://evil.example/"),
        "X-Forwarded-For": st.just("x" * 500),
        "X-HTTP-Method-Override": st.just("DELETE"),
        "If-Modified-Since": st.just("x"),
        "Content-Encoding": st.just("gzip"),
    },
)


def filled(rule: str, values: list[str]) -> str:
    """A rule's path with these values in their order."""
    following = iter(values)
    return re.sub("<[^>]+>", lambda _: quote(next(following), safe="", errors="replace"), rule)


def encoded(values: list[tuple[str, str]]) -> str:
    """A query or a form of these fields, with what UTF-8 cannot say left as it is."""
    return urlencode(values, errors="surrogatepass")


class Visitors:
    """Who sends: nobody, the worker whose work it is, another worker, a requester of nothing."""

    def __init__(self, attacker: Attacker, known: Known, credentials: Credentials) -> None:
        self.cookies: dict[str, tuple[str, str]] = {"nobody": ("", "")}
        for nickname in ("Ada", "Eve"):
            visitor = attacker.world.visitor(nickname)
            self.cookies[nickname] = (cookies_of(visitor.client), visitor.token())
        lab = attacker.world.visitor()
        page = lab.get("/requester/sign_in").text
        typed = {
            "csrf_token": TOKEN.findall(page)[0],
            "name": credentials.access_key,
            "secret": credentials.secret_key,
        }
        assert lab.bare_post("/requester/sign_in", typed).status_code == 303
        token = TOKEN.findall(lab.get("/requester/").text)[0]
        self.cookies["requester"] = (cookies_of(lab.client), token)


def cookies_of(client: Client) -> str:
    """What a browser would send."""
    cookies = client._cookies or {}
    return "; ".join(f"{cookie.key}={cookie.value}" for cookie in cookies.values())


@pytest.fixture(scope="module")
def visitors(attacker: Attacker, known: Known, credentials: Credentials) -> Visitors:
    """Everybody who may send something."""
    return Visitors(attacker, known, credentials)


@pytest.mark.parametrize("who", ["nobody", "Ada", "Eve", "requester"])
def test_no_page_breaks_the_server(
    attacker: Attacker, known: Known, visitors: Visitors, who: str
) -> None:
    """Every page, by every method, with hostile queries, forms and headers: no fault, no hang, and
    nothing of another's.
    """
    app = attacker.world.app._apps["sandbox"]
    rules = sorted({rule.rule for rule in app.url_map.iter_rules()})
    assert len(rules) > 40
    cookie, token = visitors.cookies[who]
    ids = [known.hit, known.hit_type, known.assignment, known.worker, known.owner, "A" * 30]

    @often
    @given(
        path=st.lists(st.sampled_from(ids) | texts, min_size=3, max_size=3),
        method=st.sampled_from(
            [
                "GET",
                "GET",
                "POST",
                "POST",
                "POST",
                "HEAD",
                "PUT",
                "DELETE",
                "PATCH",
                "OPTIONS",
                "QUERY",
            ]
        ),
        query=pairs,
        form=pairs,
        more=headers,
        good_token=st.booleans(),
        body=st.none() | st.binary(max_size=200),
    )
    def send(path: list[str], **drawn: Any) -> None:
        for rule in rules:
            if "sign_out_everywhere" in rule or "close" in rule:
                continue
            where = filled(rule, path)
            form = drawn["form"] + ([("csrf_token", token)] if drawn["good_token"] else [])
            body = encoded(form).encode() if drawn["body"] is None else drawn["body"]
            sent = {"Content-Type": "application/x-www-form-urlencoded", "Cookie": cookie}
            sent |= {
                name: value
                for name, value in drawn["more"].items()
                if name != "Cookie" or not cookie
            }
            address = f"/sandbox{where}" + (f"?{encoded(drawn['query'])}" if drawn["query"] else "")
            if len(address) > 60_000:
                continue
            sent_body = b"" if drawn["method"] in ("GET", "HEAD") else body
            status, location, text = attacker.send(drawn["method"], address, sent_body, sent)
            assert not location or re.match(r"(http://[^/]*)?/sandbox/", location), location
            if who != "Ada":
                assert SECRET not in text, (drawn["method"], address)
            if who == "nobody" and status == 200 and drawn["method"] == "GET":
                assert where.startswith(tuple(OPEN_PATHS)), address

    send()


# What nobody in particular may look at; test_security.py holds the list of the pages themselves.
OPEN_PATHS = (
    *("/sign_in", "/static/", "/files/", "/hit_scripts/", "/hit_page/", "/requester/sign_in"),
    *("/mturk/externalSubmit", "/join/", "/reset_password/", "/script_texts/"),
)


def test_the_visitors_are_let_in(attacker: Attacker, visitors: Visitors) -> None:
    """The sessions are good ones, so it is not their lack that keeps others' work from them."""
    for who, path in (("Ada", "/my_work"), ("Eve", "/my_work"), ("requester", "/requester/")):
        cookie, _ = visitors.cookies[who]
        status, _, text = attacker.send("GET", f"/sandbox{path}", headers={"Cookie": cookie})
        assert status == 200
        assert (SECRET in text) is (who == "Ada")
    assert {endpoint for endpoint, _ in pages_of(attacker.world.app._apps["sandbox"])} > OPEN


@often
@given(data=st.data())
def test_no_answer_breaks_the_server(attacker: Attacker, known: Known, data: st.DataObject) -> None:
    """Whatever a HIT page posts to externalSubmit gets a page that says what became of it."""
    boundary = data.draw(st.sampled_from(["x", "é", "", "a" * 300, "--"]))
    parts = data.draw(
        st.lists(
            st.binary(max_size=60)
            | st.sampled_from(
                [
                    b'Content-Disposition: form-data; name="a"\r\n\r\nb',
                    b'Content-Disposition: form-data; name="a"; filename="../../x"\r\n\r\nb',
                    b"Content-Disposition: form-data; name*=utf-8''%ff\r\n\r\nb",
                    b'Content-Disposition: form-data; name="assignmentId"\r\n\r\n'
                    + known.assignment.encode(),
                    b"Content-Disposition: form-data\r\n\r\n",
                    b"Content-Type: multipart/mixed; boundary=y\r\n\r\n--y\r\n\r\n--y--",
                    b"X: " + b"y" * 5000 + b"\r\n\r\n",
                    b"\r\n" * 50,
                ]
            ),
            max_size=5,
        )
    )
    line = f"--{boundary}\r\n".encode()
    body = line + line.join(part + b"\r\n" for part in parts) + line.strip() + b"--\r\n"
    kind = f"multipart/form-data; boundary={boundary}".encode().decode("latin-1")
    status, _, text = attacker.send(
        "POST", "/sandbox/mturk/externalSubmit", body, {"Content-Type": kind}
    )
    assert status in (400, 404, 409, 413)
    assert "<h1>" in text


SUBMIT = b"POST /sandbox/mturk/externalSubmit HTTP/1.1\r\nHost: x\r\n"
SECOND = b"GET /sandbox/sign_in HTTP/1.1\r\nHost: x\r\n\r\n"
RAW = {
    "two lengths": (
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 6\r\nContent-Length: 0\r\n\r\n" + SECOND,
        [[400]],
    ),
    # The length does not count then (RFC 9112), so what follows is a request of its own.
    "a length, and in pieces": (
        SUBMIT + b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + SECOND,
        [[400, 200], [400]],
    ),
    "another coding": (
        b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
        [[501]],
    ),
    "two codings": (
        b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
        [[501]],
    ),
    "a length with a sign": (b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: +1\r\n\r\na", [[400]]),
    "a piece of negative length": (
        b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\na\r\n0\r\n\r\n",
        [[400]],
    ),
    "a length beyond all": (
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n\r\na",
        [[413]],
    ),
    "a space before the colon": (b"GET / HTTP/1.1\r\nHost : x\r\n\r\n", [[400]]),
    "headers without end": (b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 300_000, [[431], []]),
    "lines without carriage returns": (b"GET / HTTP/1.1\nHost: x\n\n", [[]]),
    "no text": (b"GET /sandbox/\xff\xfe HTTP/1.1\r\nHost: x\r\n\r\n", [[400]]),
    "nothing at the end of the path": (b"GET /sandbox/\0 HTTP/1.1\r\nHost: x\r\n\r\n", [[404]]),
    "escapes of no text": (b"GET /sandbox/%ff%00%zz HTTP/1.1\r\nHost: x\r\n\r\n", [[404]]),
    "another method": (b"TRACE /sandbox/sign_in HTTP/1.1\r\nHost: x\r\n\r\n", [[405]]),
    "a proxy's method": (b"CONNECT evil.example:443 HTTP/1.1\r\nHost: x\r\n\r\n", [[404], [400]]),
    "another protocol": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", [[], [400]]),
}


@pytest.mark.parametrize("case", RAW)
def test_no_bytes_break_the_server(attacker: Attacker, case: str) -> None:
    """Bytes that are not a request, or are two, are refused or waited for; only what the server cannot read
    by design (a transfer coding) is a 501.
    """
    sent, possible = RAW[case]
    assert attacker.raw(sent, possible) in possible


def test_slow_senders_hold_nobody_up(attacker: Attacker) -> None:
    """Connections that send half of a request, far more than there are threads, take no thread."""
    form = b"Content-Type: application/x-www-form-urlencoded\r\n"
    half = SUBMIT + form + b"Content-Length: 999\r\n\r\na"
    slow = []
    for sent in (half, b"GET / HTTP/1.1\r\nHost: x") * 40:
        slow.append(socket.create_connection((attacker.host, attacker.port)))
        slow[-1].sendall(sent)
    began = time.perf_counter()
    assert attacker.send("GET", "/sandbox/sign_in")[0] == 200
    assert time.perf_counter() - began < SLOW
    for connection in slow:
        connection.close()
