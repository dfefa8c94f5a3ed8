"""How the server goes on with batches: pushes, and what stops one of them and no other."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy
import standardwebhooks

from amt import configuration
from amt.batches import Batch
from amt.crowd import Crowd
from amt.declared import totals
from amt.declared.directories import Directory
from batch_server import jobs
from batch_server.access import OpenAccess
from batch_server.settings import Settings
from serve_batches import lock
from tests.support.batch_servers import (
    BatchServer,
    add_token,
    open_tokens,
    serve,
    serve_batches,
)
from tests.support.declared_batches import BATCH, allow_pushes, answer, list_rows, read_lines
from tests.support.ports import free_port
from tests.support.receivers import Receiver
from tests.support.script_fixtures import Desk

FOLDER = "batches/local/shoes-1"


@pytest.fixture(autouse=True)
def quick_retries(monkeypatch: pytest.MonkeyPatch) -> None:
    """Try again soon after a failure."""
    monkeypatch.setattr(jobs, "FIRST_RETRY_SECONDS", 0.05)
    monkeypatch.setattr(jobs, "LONGEST_RETRY_SECONDS", 0.05)


def launch(server: BatchServer, **changes: Any) -> None:
    """Send BATCH with these changes, for one worker, and wait for its HITs."""
    batch = BATCH | {"assignments": 1} | changes
    assert server.put(batch).status == 201
    server.wait_for(batch["id"], status="open")


def answer_all(desk: Desk, folder: str = FOLDER) -> None:
    """Answer every row."""
    for hit_id, ids in list_rows(desk, folder).items():
        answer(desk, hit_id, "Ada", **dict.fromkeys(ids, "yes"))


@pytest.fixture
def receiver_url(desk: Desk, hook: Receiver) -> Iterator[str]:
    """The URL of a receiver that the configuration allows."""
    yield allow_pushes(desk, hook)  # noqa: PT022


def test_events_are_signed_with_the_requesters_own_secret(
    desk: Desk, hook: Receiver, receiver_url: str
) -> None:
    """The one that manage_crowd.py shows; workers have the same pseudonyms in events and answers."""
    lab = add_token(desk, "Vision lab")
    shown = desk.run("manage_crowd", "show_notification_secret", "Vision lab")
    with serve_batches(desk, access=open_tokens(desk)) as server:
        server.token = lab
        launch(server, push={"url": receiver_url})
        folder = "batches/Vision lab/shoes-1"
        for hit_id, ids in list_rows(desk, folder).items():
            answer(desk, hit_id, "Ada", **dict.fromkeys(ids, "yes"))
        view = server.wait_for("shoes-1", status="done")
        answers = server.get("/batches/shoes-1/answers").lines
        labels = server.get("/batches/shoes-1/labels").lines

    secrets = [line["secret"] for line in shown.lines if line["site"] == "sandbox"]
    verifier = standardwebhooks.Webhook(secrets[0])
    pushed = [
        verifier.verify(body, dict(headers))
        for headers, body in zip(hook.headers, hook.bodies, strict=True)
    ]
    assert view["push"] == {"waiting": 0, "given_up": 0}
    assert sorted(event["type"] for event in pushed) == ["answer"] * 3 + ["done"] + ["label"] * 3
    told = {event["data"]["row"]: event["data"] for event in pushed if event["type"] == "answer"}
    assert told == {line["row"]: line for line in answers}
    assert {line["worker"][0] for line in answers} == {"P"}
    told = {event["data"]["row"]: event["data"] for event in pushed if event["type"] == "label"}
    assert told == {line["row"]: line for line in labels}


def test_a_receiver_that_is_down_delays_no_other_batch(
    desk: Desk, hook: Receiver, receiver_url: str
) -> None:
    """Its events wait, also for the next start."""
    hook.status = 503
    with serve_batches(desk) as server:
        launch(server, push={"url": receiver_url, "on": ["label"]})
        launch(server, id="other")
        answer_all(desk)
        answer_all(desk, "batches/local/other")
        other = server.wait_for("other", status="done")
        view = server.wait_for("shoes-1", status="delivering")

    assert other["push"] is None
    assert view["push"] == {"waiting": 3, "given_up": 0}
    assert [line["outcome"] for line in read_lines(desk, "events.jsonl", FOLDER)[3:]]
    hook.status = 204
    with serve_batches(desk) as server:
        again = server.wait_for("shoes-1", status="delivering")
    assert again["push"]["waiting"] == 3
    done = totals.read(Directory(Path(FOLDER)))
    assert done is not None
    assert done["unsent"] == 3


def test_run_batch_goes_on_with_what_the_server_was_sent(
    desk: Desk, hook: Receiver, receiver_url: str
) -> None:
    """It signs with the requester's own secret too; push_secret.txt beside config.json has another."""
    lab = add_token(desk, "Vision lab")
    shown = desk.run("manage_crowd", "show_notification_secret", "Vision lab")
    hook.status = 410
    folder = "batches/Vision lab/shoes-1"
    with lock(Path("batches")), serve_batches(desk, access=open_tokens(desk)) as server:
        server.token = lab
        launch(server, push={"url": receiver_url, "on": ["label"]})
        answer_all(desk, folder)
        server.wait_for("shoes-1", push={"waiting": 0, "given_up": 3})
    asked = len(hook.bodies)
    hook.status = 204

    once = desk.run("run_batch", f"{folder}/batch.json", "--directory=batches/Vision lab", "--once")
    again = desk.run(
        "run_batch", f"{folder}/batch.json", "--directory=batches/Vision lab", "--push_again"
    )

    assert once.code == again.code == 0, once.err + again.err
    assert "3 events delivered, 0 waiting" in again.err
    secrets = [line["secret"] for line in shown.lines if line["site"] == "sandbox"]
    verifier = standardwebhooks.Webhook(secrets[0])
    events = [
        verifier.verify(body, dict(headers))
        for headers, body in zip(hook.headers[asked:], hook.bodies[asked:], strict=True)
    ]
    assert [event["type"] for event in events] == ["label"] * 3


def test_a_batch_that_cannot_be_gone_on_with_stops_no_other(desk: Desk) -> None:
    """It says why; when that is over, it goes on."""
    with serve_batches(desk) as server:
        launch(server)
        launch(server, id="other")
    with Batch(Directory(Path(FOLDER)).record).claim(), serve_batches(desk) as server:
        view = server.wait_for(
            "shoes-1",
            problem=f"{FOLDER}/hit_ids.batch.jsonl: another run is using this file; wait until it finishes",
        )
        answer_all(desk, "batches/local/other")
        server.wait_for("other", status="done")
        assert view["status"] == "waiting"
        assert view["hits"]["launched"] == 3
    with serve_batches(desk) as server:
        server.wait_for("shoes-1", problem=None, status="open")


def test_a_damaged_batch_says_so(desk: Desk) -> None:
    """Its GET is no failure of the server, and nor is a bug of ours."""
    with serve_batches(desk) as server:
        launch(server)
        launch(server, id="other")
    Path(FOLDER, "results.jsonl").write_text("{}\n")
    Path("batches/local/other/batch.json").write_text('{"rows": "rows.csv"}')

    with serve_batches(desk) as server:
        message = "restore the file from a copy"
        damaged = server.get("/batches/shoes-1").json
        while message not in (damaged["problem"] or ""):
            damaged = server.get("/batches/shoes-1").json
        other = server.get("/batches/other").json

    assert "no file can be named here" in other["problem"]
    assert not [words for words in server.said if "Traceback" in words]


def test_a_bug_is_logged_and_stops_no_other_batch(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The requester reads that the server failed, not how."""
    original = jobs.Job._advance

    def fail(job: jobs.Job) -> Any:
        if job.place.id == "shoes-1":
            raise RuntimeError("a secret")
        return original(job)

    monkeypatch.setattr(jobs.Job, "_advance", fail)
    with serve_batches(desk) as server:
        assert server.put(BATCH).status == 201
        launch(server, id="other")
        view = server.wait_for(
            "shoes-1", problem="an internal error, RuntimeError; the server's log has more"
        )

    assert view["status"] == "waiting"
    assert [words for words in server.said if "RuntimeError: a secret" in words]


def test_a_budget_bounds_what_is_launched(desk: Desk) -> None:
    """On the live site, the balance is looked at before a batch is taken."""
    lab = add_token(desk, "Vision lab")
    desk.run("manage_crowd", "set_budget", "Vision lab", "0.20", "--local_crowd=crowd")
    with serve_batches(desk, access=open_tokens(desk), live=True) as server:
        server.token = lab
        refused = server.put(BATCH)
        launch(server)

    assert (refused.status, refused.json["type"]) == (403, "/docs#no-funds")
    assert "$0.30" in refused.json["detail"]


def test_the_servers_database_gets_all_batches(desk: Desk) -> None:
    """Results and labels, before a batch is done."""
    url = "sqlite:///results.sqlite3"
    with serve_batches(desk, store=url) as server:
        launch(server)
        answer_all(desk)
        server.wait_for("shoes-1", status="done")

    engine = sqlalchemy.create_engine(url)
    with engine.connect() as database:
        counts = [
            database.scalar(sqlalchemy.text(f"SELECT count(*) FROM {name}"))
            for name in ("results", "labels")
        ]
    engine.dispose()
    assert counts == [3, 3]


def test_a_batch_of_another_site_is_left_alone(desk: Desk) -> None:
    """A server that is started for the live site creates no HIT of a batch of the sandbox there."""
    with serve_batches(desk) as server:
        launch(server, open_at_most=1)
    with serve_batches(desk, live=True) as server:
        record = f"{FOLDER}/hit_ids.batch.jsonl"
        message = f"{record}: this batch is on the sandbox site of local; leave out --prod"
        view = server.wait_for("shoes-1", problem=message)

    assert view["status"] == "waiting"
    assert desk.crowd(live=True).client.list_hits()["HITs"] == []


def test_a_crowd_that_does_not_respond_is_waited_for(desk: Desk) -> None:
    """A batch is taken all the same; the message is logged once."""
    keys = {"aws_access_key": "LC", "aws_secret_key": "secret"}
    settings = configuration.load().settings | keys
    nowhere = f"http://127.0.0.1:{free_port()}"
    crowd = Crowd(nowhere, live=False, settings=settings)
    with serve(Settings(Path("batches"), crowd), OpenAccess()) as server:
        sent = server.put(BATCH)
        view = server.get("/batches/shoes-1").json
        while view["problem"] is None:
            view = server.get("/batches/shoes-1?wait=1").json
        approved = server.request("POST", "/batches/shoes-1/approve", {"where": "all"})
        said = [words for words in server.said if "waiting until it responds" in words]

    assert sent.status == 201
    assert nowhere in view["problem"]
    assert (view["status"], view["hits"]["launched"]) == ("waiting", 0)
    assert approved.json == {"approved": 0, "cost": "0.00", "refused": []}
    assert len(said) == 1
