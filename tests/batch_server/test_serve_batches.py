"""Batches by HTTP: from a PUT to the labels, through a server on this machine and its crowd."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from amt import configuration
from amt.crowd import Crowd
from batch_server.access import OpenAccess
from batch_server.settings import Settings
from tests.support.batch_servers import BatchServer, serve, serve_batches
from tests.support.declared_batches import BATCH, answer, count_hits, list_rows
from tests.support.plug_in_modules import use_command_crowd
from tests.support.script_fixtures import Desk

FOLDER = "batches/local/shoes-1"
ROWS = ("p1", "p2", "p3")


@pytest.fixture
def server(desk: Desk) -> Iterator[BatchServer]:
    """A server without tokens."""
    with serve_batches(desk) as server:
        yield server


def answer_all(desk: Desk, worker: str, value: str = "yes", folder: str = FOLDER) -> None:
    """Answer each row as a worker."""
    for hit_id, ids in list_rows(desk, folder).items():
        answer(desk, hit_id, worker, **dict.fromkeys(ids, value))


def test_a_batch_that_is_put_is_launched_answered_and_labelled(
    desk: Desk, server: BatchServer
) -> None:
    """The whole path: 201, HITs, answers, labels, done."""
    sent = server.put(BATCH)
    server.wait_for("shoes-1", status="open")
    answer_all(desk, "Ada")
    answer_all(desk, "Ben")
    view = server.wait_for("shoes-1", status="done")

    assert sent.status == 201
    assert sent.headers["Location"] == "/batches/shoes-1"
    assert sent.json["hits"]["total"] == 3
    assert sent.json["cost"] == {"so_far": "0.00", "at_most": "0.30"}
    assert view["rows"] == {"total": 3, "answered": 3, "labelled": 3, "without_label": 0}
    assert view["hits"] == {"total": 3, "launched": 3, "finished": 3}
    assert (view["answers"], view["assignments"], view["cost"]["so_far"]) == (6, 6, "0.30")
    answers = server.get("/batches/shoes-1/answers")
    assert answers.headers["Content-Type"] == "application/jsonl"
    assert {(line["row"], line["output"]["same"]) for line in answers.lines} == {
        (row, "yes") for row in ROWS
    }
    labels = server.get("/batches/shoes-1/labels").lines
    assert {line["row"]: line["label"] for line in labels} == dict.fromkeys(ROWS, "yes")


def test_the_directory_is_that_of_run_batch(desk: Desk, server: BatchServer) -> None:
    """The other scripts work on it unchanged, and run_batch.py goes on with it."""
    server.put(BATCH)
    server.wait_for("shoes-1", status="open")
    progress = desk.run("show_hit_progress", f"--hit_ids_file={FOLDER}/hit_ids.txt")
    answer_all(desk, "Ada")
    answer_all(desk, "Ben")
    server.wait_for("shoes-1", status="done")

    again = desk.run(
        "run_batch", f"{FOLDER}/batch.json", "--directory=batches/local", "--once", "--yes"
    )
    approved = desk.run("approve_hits", f"--hit_ids_file={FOLDER}/hit_ids.txt", "--yes")
    archived = desk.run(
        "archive_batch",
        f"--hit_ids_file={FOLDER}/hit_ids.txt",
        f"--results_file={FOLDER}/results.jsonl",
        "--archive_file=study.zip",
    )

    assert (progress.code, again.code, approved.code, archived.code) == (0, 0, 0, 0), archived.err
    assert json.loads(desk.read(f"{FOLDER}/batch.json")) == BATCH
    assert "3 of 3 HITs finished" in again.err
    assert "Approved 6 assignments" in approved.err
    assert count_hits(desk) == 3


def test_the_same_batch_is_one_batch(desk: Desk, server: BatchServer) -> None:
    """Sent again it is 200; other content under its id is 409, with the places that differ."""
    first = server.put(BATCH)
    again = server.request("POST", "/batches", BATCH)
    other = server.put(BATCH | {"reward": 0.1, "rows": BATCH["rows"] | {"p1": [["a", "1"]] * 2}})
    server.wait_for("shoes-1", status="open")

    assert (first.status, again.status, other.status) == (201, 200, 409)
    assert again.json["id"] == "shoes-1"
    assert "/reward" in other.faults
    assert "/rows/p1/0/0" in other.faults
    assert count_hits(desk) == 3


def test_a_batch_without_an_id_is_given_one(server: BatchServer) -> None:
    """From the address of a PUT, or a new one by POST."""
    nameless = {name: value for name, value in BATCH.items() if name != "id"}

    put = server.put(nameless, "mine")
    posted = server.request("POST", "/batches", nameless)

    assert (put.status, posted.status) == (201, 201)
    assert put.json["id"] == "mine"
    assert posted.headers["Location"] == f"/batches/{posted.json['id']}"
    assert len(posted.json["id"]) > 10
    listed = server.get("/batches?limit=1").json
    assert len(listed["batches"]) == 1
    rest = server.get(listed["next"]).json
    ids = {batch["id"] for batch in listed["batches"] + rest["batches"]}
    assert ids == {"mine", posted.json["id"]}
    assert rest["next"] is None


def test_the_next_start_goes_on(desk: Desk) -> None:
    """What a server began, and what it did not come to, another one finishes."""
    with serve_batches(desk) as server:
        server.put(BATCH)
        server.wait_for("shoes-1", status="open")
        answer_all(desk, "Ada")
    with serve_batches(desk) as server:
        server.wait_for("shoes-1", answers=3)
        answer_all(desk, "Ben")
        view = server.wait_for("shoes-1", status="done")
        first = server.get("/batches/shoes-1/answers?limit=4")
        rest = server.get(f"/batches/shoes-1/answers?after={first.headers['Next-Cursor']}")

    assert view["rows"]["labelled"] == 3
    assert len(first.lines) == 4
    assert len({str(line) for line in first.lines + rest.lines}) == 6
    assert "Link" in first.headers
    assert "Link" not in rest.headers
    assert count_hits(desk) == 3
    with serve_batches(desk) as server:
        assert server.service.runner.list_jobs() == []
        assert server.get("/batches/shoes-1").json == view


def test_a_batch_that_is_expired_ends(desk: Desk, server: BatchServer) -> None:
    """No more HITs are launched, the open ones expire, and what was answered is labelled."""
    batch: dict[str, Any] = BATCH | {"open_at_most": 2}
    server.put(batch)
    view = server.wait_for("shoes-1", status="open")
    while view["hits"]["launched"] < 1:
        view = server.get("/batches/shoes-1?wait=5").json
    ((hit_id, (row,)), *_) = list_rows(desk, FOLDER).items()
    answer(desk, hit_id, "Ada", **{row: "no"})
    server.wait_for("shoes-1", answers=1)

    expired = server.request("POST", "/batches/shoes-1/expire")
    view = server.wait_for("shoes-1", status="done")

    assert (expired.status, expired.json) == (202, {"id": "shoes-1", "expired": True})
    assert view["hits"]["launched"] < 3
    assert view["rows"]["labelled"] == 1
    assert not Path(FOLDER, "hit_ids.txt").exists()


def test_work_is_approved_by_id_or_all(desk: Desk, server: BatchServer) -> None:
    """Each refusal is named; an id that is not of the batch approves nothing."""
    server.put(BATCH)
    server.wait_for("shoes-1", status="open")
    answer_all(desk, "Ada")
    server.wait_for("shoes-1", answers=3)
    ids = [line["assignment_id"] for line in server.get("/batches/shoes-1/answers").lines]
    path = "/batches/shoes-1/approve"

    foreign = server.request("POST", path, {"assignment_ids": [ids[0], "3ABC"]})
    one = server.request("POST", path, {"assignment_ids": ids[:1]})
    again = server.request("POST", path, {"assignment_ids": ids[:2]})
    rest = server.request("POST", path, {"where": "all"})
    both = server.request("POST", path, {"where": "all", "assignment_ids": ids})

    assert foreign.status == 422
    assert foreign.faults == {"/assignment_ids/1": "is not an assignment of this batch that is in"}
    assert (one.status, one.json) == (202, {"approved": 1, "cost": "0.05", "refused": []})
    assert again.json["approved"] == 1
    assert [(each["assignment_id"]) for each in again.json["refused"]] == ids[:1]
    assert "Approved already" in again.json["refused"][0]["reason"]
    assert (rest.status, rest.json["approved"]) == (202, 1)
    assert both.status == 422


def test_a_plug_in_crowd_answers_what_is_put(desk: Desk) -> None:
    """The crowd that --crowd names may be code; all batches share one object of it."""
    use_command_crowd(desk)
    settings = configuration.load().settings
    crowd = Crowd(settings["crowd"], live=False, settings=settings)
    with serve(Settings(Path("batches"), crowd), OpenAccess()) as server:
        for batch_id in ("one", "two"):
            server.put(BATCH | {"id": batch_id})
        views = [server.wait_for(batch_id, status="done") for batch_id in ("one", "two")]

    assert [view["rows"]["labelled"] for view in views] == [3, 3]
