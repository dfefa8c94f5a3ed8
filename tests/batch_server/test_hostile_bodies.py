"""Bodies that would reach out of a server of batches, or keep it busy: each is refused with its faults."""

import json
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from batch_server import service
from tests.support.attackers import Attacker, attacking
from tests.support.declared_batches import BATCH

JSON = {"Content-Type": "application/json"}
PROBLEM = "application/problem+json"


@pytest.fixture(scope="module")
def attacker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Attacker]:
    """A requester of a server where another one has a batch with an answer."""
    with attacking(tmp_path_factory.mktemp("bodies")) as attacker:
        yield attacker


def batch_with(**changes: Any) -> dict[str, Any]:
    return BATCH | {"id": "hostile"} | changes


def push_to(url: str) -> dict[str, Any]:
    return batch_with(push={"url": url})


REACHING: dict[str, tuple[dict[str, Any], str]] = {
    "a file of rows": (batch_with(rows="/etc/passwd"), "/rows"),
    "a table": (batch_with(rows="../../crowd/crowd.csv"), "/rows"),
    "rows from elsewhere": (batch_with(rows="https://evil.example/rows.jsonl"), "/rows"),
    "a database": (batch_with(store="sqlite:///hostile.sqlite3"), "/store"),
    "another database": (batch_with(store="postgresql://evil.example/x"), "/store"),
    "code": (batch_with(crowd="hostile_crowd:make"), "/crowd"),
    "another crowd": (batch_with(crowd="https://evil.example"), "/crowd"),
    "Amazon": (batch_with(crowd="mturk"), "/crowd"),
    "the live site": (batch_with(site="live"), "/site"),
    "a template": (batch_with(task="../../crowd/crowd"), "/task"),
    "a task of any length": (batch_with(task="x" * 100_000), "/task"),
    "a secret": (
        batch_with(push={"url": "https://lab.example.org/", "secret_file": "/etc/passwd"}),
        "/push/secret_file",
    ),
    "this machine": (push_to("http://127.0.0.1:8000/"), "/push/url"),
    "this machine by https": (push_to("https://localhost/"), "/push/url"),
    "the provider's metadata": (push_to("http://169.254.169.254/latest/meta-data/"), "/push/url"),
    "a private network": (push_to("https://10.0.0.1/"), "/push/url"),
    "a number for an address": (push_to("https://2130706433/"), "/push/url"),
    "a file as a URL": (push_to("file:///etc/passwd"), "/push/url"),
    "a URL with a line break": (push_to("https://lab.example.org/\r\nX: y"), "/push/url"),
    **{
        f"the id {name!r:.20}": (batch_with(id=name), "/id")
        for name in ("..", ".", ".x", "a/b", "a\\b", "", "a\n", "a\0", "\uff41", "-x", "x" * 65)
    },
}


@pytest.mark.parametrize("what", REACHING)
def test_a_body_reaches_nothing_of_the_server(
    attacker: Attacker, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    """No file, no code, no network: each is a fault, and nothing is there afterwards."""
    body, path = REACHING[what]
    plug_in = attacker.folder.parent / "hostile_crowd.py"
    plug_in.write_text("raise SystemExit('imported')")
    monkeypatch.syspath_prepend(str(plug_in.parent))

    refused = attacker.send("POST", "/batches", body)

    assert refused.status == 422
    assert path in refused.faults
    assert "hostile_crowd" not in sys.modules
    assert "root:" not in refused.body.decode()
    assert {entry.name for entry in attacker.folder.iterdir()} <= {"lab", "eve"}
    assert not [
        each for each in (attacker.folder / "eve").glob("*") if each.name.startswith("hostile")
    ]


ROWS = '{"id": "x", "task": "write", "rows": %s}'
DEEP = 10_000
BODIES: dict[str, str | bytes] = {
    "deep objects": '{"a":' * DEEP + "1" + "}" * DEEP,
    "deep lists": "[" * DEEP + "]" * DEEP,
    "deep rows": ROWS % ("[" * DEEP + "]" * DEEP),
    "open brackets": "[" * 1_000_000,
    "a long number": ROWS % f"[{'9' * 100_000}]",
    "a long fraction": ROWS % f'["a"], "reward": 0.{"1" * 100_000}, "days": "x"',
    "a huge number": ROWS % '["a"], "reward": 1e400',
    "a huge reward": ROWS % '["a"], "reward": 1e300',
    "a negative reward": ROWS % '["a"], "reward": -1',
    "not a number": ROWS % '["a"], "reward": NaN',
    "half a character": ROWS % '["\\ud800"]',
    "half a character as an id": ROWS % '{"\\udc00": "a"}',
    "NUL": ROWS % '["\\u0000"]',
    "NUL in a title": ROWS % '["a"], "title": "\\u0000"',
    "a NUL byte": b'{"id": "x", "task": "write", "rows": ["\0"]}',
    "a key twice": ROWS % '["a"], "id": "y"',
    "a row twice": ROWS % '{"a": "b", "a": "c"}',
    "UTF-16": (ROWS % '["a"]').encode("utf-16"),
    "Latin-1": (ROWS % '["\xe9"]').encode("latin-1"),
    "half a body": (ROWS % '["a"]')[:-1],
    "two bodies": ROWS % '["a"]' * 2,
    "nothing": b"",
    "a BOM": b"\xef\xbb\xbf",
    "no object": b'"x"',
    "no rows": ROWS % "[]",
    "many keys": json.dumps({f"rowz{number}": 0 for number in range(50_000)}),
    "many keys of the context": ROWS
    % f'["a"], "context": {json.dumps({f"questionz{number}": 0 for number in range(50_000)})}',
    "many labels": ROWS % f'["a"], "merge": {{"order": [{"0," * 50_000}0]}}',
    "many events": ROWS
    % f'["a"], "push": {{"url": "https://lab.example.org/", "on": [{"0," * 50_000}0]}}',
}


@pytest.mark.parametrize("what", BODIES)
def test_a_hostile_body_is_a_fault(attacker: Attacker, what: str) -> None:
    """422 with what is wrong, in few lines, however much of it is wrong."""
    body = BODIES[what]
    raw = body.encode() if isinstance(body, str) else body

    refused = attacker.send("POST", "/batches", raw, headers=JSON)

    assert refused.status == 422, refused.body
    assert refused.headers["Content-Type"] == PROBLEM
    assert 0 < len(refused.json["faults"]) < 100
    assert len(refused.body) < 10_000


def test_a_body_of_too_many_values_is_not_parsed(attacker: Attacker) -> None:
    """As Python's objects they would take a gigabyte; nor is a long list of assignments."""
    attacker.send("PUT", "/batches/mine", BATCH | {"id": "mine"})
    values = b"[" + b"0," * 2_000_001 + b"0]"
    assignments = json.dumps({"assignment_ids": ["3" * 30] * 50_000}).encode()

    batch = attacker.send("PUT", "/batches/mine", values, headers=JSON)
    approval = attacker.send("POST", "/batches/mine/approve", assignments, headers=JSON)

    assert (batch.status, batch.json["detail"]) == (413, "The body has more than 2,000,000 values.")
    assert (approval.status, approval.json["type"]) == (413, "/docs#too-large")


def test_a_batch_keeps_the_server_busy_for_so_long_only(
    attacker: Attacker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every page is made before the response, so their number and the context are bounded."""
    monkeypatch.setattr(service, "MOST_ROWS", 2)
    monkeypatch.setattr(service, "MOST_CONTEXT_BYTES", 80)

    refused = attacker.send("PUT", "/batches/long", BATCH | {"id": "long"})

    assert refused.status == 422
    assert refused.faults == {
        "/rows": "has 3 rows; at most 2 are taken in a batch",
        "/context": "has 29 bytes, which each of 3 HITs shows; in all at most 80 are taken",
    }
