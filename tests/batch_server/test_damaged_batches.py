"""Batches with damaged files: they say so, and hide no other batch."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

from amt.declared.totals import COUNTS
from tests.support.batch_servers import BatchServer, serve_batches
from tests.support.declared_batches import BATCH
from tests.support.script_fixtures import Desk

PARENT = Path("batches/local")
DONE = dict.fromkeys(COUNTS, 0)


def make_directory(path: Path) -> None:
    """Put a directory in a file's place."""
    path.unlink(missing_ok=True)
    path.mkdir()


DAMAGES: dict[str, tuple[str, Callable[[Path], object]]] = {
    "results-directory": ("results.jsonl", make_directory),
    "results-null": ("results.jsonl", lambda path: path.write_text("null\n")),
    "labels-other": ("labels.jsonl", lambda path: path.write_text('{"label": 3}\n')),
    "record-empty": ("hit_ids.batch.jsonl", lambda path: path.write_text("")),
    "record-directory": ("hit_ids.batch.jsonl", make_directory),
    "totals-without-cost": ("totals.json", lambda path: path.write_text(json.dumps(DONE))),
    "totals-directory": ("totals.json", make_directory),
    "batch-null": ("batch.json", lambda path: path.write_text("null")),
    "batch-bytes": ("batch.json", lambda path: path.write_bytes(b"\xff\0")),
}


def test_a_damaged_batch_hides_no_other(desk: Desk) -> None:
    """The list has all of them, each with its own problem; the log has a line, not a traceback."""
    with serve_batches(desk) as server:
        assert server.put(BATCH).status == 201
        server.wait_for("shoes-1", status="open")
    for batch_id, (name, damage) in DAMAGES.items():
        shutil.copytree(PARENT / "shoes-1", PARENT / batch_id)
        damage(PARENT / batch_id / name)
    (PARENT / "a-file").write_text("x")

    with serve_batches(desk) as server:
        whole = server.wait_for("shoes-1", status="open")
        listed = server.get("/batches").json["batches"]
        for batch_id, (name, _) in DAMAGES.items():
            assert name in find_problem(server, batch_id), batch_id
            for path in ("answers", "labels"):
                server.get(f"/batches/{batch_id}/{path}")
            server.request("POST", f"/batches/{batch_id}/approve", {"where": "all"})
        approved = server.request("POST", "/batches/record-empty/approve", {"where": "all"})
        in_its_place = server.put(BATCH | {"id": "a-file"})

    assert whole["problem"] is None
    assert {view["id"] for view in listed} == {"shoes-1", *DAMAGES}
    assert (approved.status, approved.json["type"]) == (500, "/docs#failure")
    assert "record-empty/hit_ids.batch.jsonl:1: it is empty" in approved.json["detail"]
    assert in_its_place.status == 409
    assert not [words for words in server.said if "Traceback" in words]


def find_problem(server: BatchServer, batch_id: str) -> str:
    """Return what a batch says to be its problem, once it does."""
    while True:
        view = server.get(f"/batches/{batch_id}").json
        if view["problem"] is not None:
            return str(view["problem"])
