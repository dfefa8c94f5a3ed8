"""run_batch.py with `push`: signed events at a receiver, once each, or as often as it takes."""

import json
import subprocess
import time
from pathlib import Path
from threading import Thread
from typing import Any

import standardwebhooks

from amt.declared.events import Events
from amt.declared.push_rules import is_secret
from amt.declared.pushing import AT_ONCE, Pushing, Target
from tests.support.declared_batches import (
    BATCH,
    FOLDER,
    PUSH_SECRET,
    allow_pushes,
    answer,
    count_hits,
    list_rows,
    read_events,
    read_lines,
    write_batch,
)
from tests.support.receivers import Receiver
from tests.support.script_fixtures import Desk

HOUR = 3600


def launch_and_answer(desk: Desk, hook: Receiver, **push: Any) -> str:
    """Launch a batch of three rows, and answer each; return the name of the batch file."""
    name = write_batch(desk, assignments=1, push={"url": allow_pushes(desk, hook)} | push)
    desk.run("run_batch", name)
    for hit_id, (row,) in list_rows(desk).items():
        answer(desk, hit_id, "Ada", **{row: "yes"})
    return name


def list_outcomes(desk: Desk) -> list[str]:
    """Return what became of the events, in the order in which it was written."""
    return [line["outcome"] for line in read_lines(desk, "events.jsonl") if "of" in line]


def test_each_event_arrives_signed_and_once(desk: Desk, hook: Receiver) -> None:
    """--follow ends when all are delivered; a further run sends nothing."""
    name = launch_and_answer(desk, hook)

    done = desk.run("run_batch", name, "--follow")
    desk.run("run_batch", name, "--once")

    assert done.code == 0
    assert f"7 events delivered, 0 waiting. {hook.url}/in" in done.err
    events = {event["id"]: event for event in read_events(desk)}
    assert len(hook.bodies) == len(events) == 7
    verifier = standardwebhooks.Webhook(PUSH_SECRET)
    for headers, body, document in zip(hook.headers, hook.bodies, hook.documents(), strict=True):
        event = events.pop(headers["webhook-id"])
        assert document == {key: event[key] for key in ("type", "timestamp", "data")}
        assert verifier.verify(body, dict(headers)) == document
        assert headers["Content-Type"] == "application/json"


def test_the_secret_stays_in_its_file(desk: Desk, hook: Receiver) -> None:
    """No file of the batch's directory and no message has it."""
    name = launch_and_answer(desk, hook)

    done = desk.run("run_batch", name, "--follow")

    files = [path for path in Path(FOLDER).rglob("*") if path.is_file()]
    assert len(files) >= 5
    key = PUSH_SECRET.removeprefix("whsec_")
    assert key not in done.out + done.err
    assert not [path for path in files if key.encode() in path.read_bytes()]


def test_a_receiver_that_fails_stops_nothing(desk: Desk, hook: Receiver) -> None:
    """The batch is finished; its events wait for their next attempt."""
    hook.status = 503
    name = launch_and_answer(desk, hook, on=["label"])

    failed = desk.run("run_batch", name, "--once")

    assert failed.code == 0
    assert "3 of 3 HITs finished" in failed.err
    assert failed.err.count("status 503") == 1
    assert "0 events delivered, 3 waiting" in failed.err
    assert list_outcomes(desk) == ["failed"] * 3
    outcomes = [line for line in read_lines(desk, "events.jsonl") if "of" in line]
    assert all(line["status"] == 503 and line["next_try"] > 0 for line in outcomes)


def test_410_stops_the_batch_until_somebody_pushes_again(desk: Desk, hook: Receiver) -> None:
    """Later events are not tried either. --push_again sends all, with the same ids."""
    hook.status = 410
    name = launch_and_answer(desk, hook, on=["label"])
    stopped = desk.run("run_batch", name, "--follow")
    asked = len(hook.bodies)
    desk.run("run_batch", name, "--once")
    still_asked = len(hook.bodies)

    hook.status = 204
    again = desk.run("run_batch", name, "--push_again")

    assert stopped.code == again.code == 0
    assert stopped.err.count("wants no more events of this batch (410)") == 1
    assert "3 given up; --push_again sends them again" in stopped.err
    assert asked == still_asked
    assert "3 events delivered, 0 waiting" in again.err
    ids = {event["id"] for event in read_events(desk)}
    assert {headers["webhook-id"] for headers in hook.headers[asked:]} == ids
    assert list_outcomes(desk)[-6:] == ["revived"] * 3 + ["delivered"] * 3


def test_a_run_ends_after_the_requests_on_their_way(tmp_path: Path, hook: Receiver) -> None:
    """A 410 gives up the events that are being sent; the receiver still gets these whole."""
    hook.status = 410
    hook.gate.clear()
    path = tmp_path / "events.jsonl"
    events = Events(path)
    target = Target(f"{hook.url}/in", PUSH_SECRET, [f"{hook.url}/"], None)
    events.add(("label", f"b1 {number}", {"row": str(number)}) for number in range(AT_ONCE))

    with Pushing(events, target, print) as push:
        for _ in range(AT_ONCE):
            hook.arrivals.get(timeout=60)
        hook.unheld = 1
        while path.read_text().count('"dead"') < AT_ONCE:
            time.sleep(0.01)
        waiting = Thread(target=push.wait_for_all)
        waiting.start()
        waiting.join(0.3)
        has_waited = waiting.is_alive()
        hook.gate.set()
        waiting.join(60)
        has_ended = not waiting.is_alive()
    events.close()

    assert has_waited
    assert has_ended


def test_ampcrowds_form_is_a_field_with_the_answers(desk: Desk, hook: Receiver) -> None:
    """It has AMPCrowd's names, and our signature."""
    name = launch_and_answer(desk, hook, on=["label"], form="ampcrowd")

    desk.run("run_batch", name, "--once")

    assert sorted((json.loads(form["data"]) for form in hook.forms()), key=str) == [
        {"group_id": "shoes-1", "answers": [{"identifier": row, "value": "yes"}]}
        for row in ("p1", "p2", "p3")
    ]
    assert hook.headers[0]["Content-Type"] == "application/x-www-form-urlencoded"
    assert hook.headers[0]["webhook-signature"].startswith("v1,")


def test_what_cannot_be_pushed_is_refused_before_the_launch(desk: Desk, hook: Receiver) -> None:
    """A URL that is neither public nor allowed; a secret that is missing or invalid."""
    url = allow_pushes(desk, hook)
    private = write_batch(desk, push={"url": "http://127.0.0.1:9/in"})
    not_allowed = desk.fails("run_batch", private)
    name = write_batch(desk, push={"url": url})
    desk.write("push_secret.txt", "whsec_short")
    invalid = desk.fails("run_batch", name)
    Path("push_secret.txt").unlink()
    missing = desk.fails("run_batch", name)

    assert not_allowed.startswith("batch.json: /push/url: is not an https URL at a public address")
    assert "push_secret.txt: is not whsec_ and a key" in invalid
    assert "push_secret.txt: is missing; it has the secret that signs pushes; make one" in missing
    assert count_hits(desk) == 0
    assert not Path(FOLDER).exists()


def test_the_command_that_makes_a_secret_can_be_pasted(desk: Desk, hook: Receiver) -> None:
    """Whatever the folder is called."""
    folder = Path("Lab's batches (May)")
    folder.mkdir()
    name = desk.write(
        f"{folder}/batch.json", json.dumps(BATCH | {"push": {"url": allow_pushes(desk, hook)}})
    )
    message = desk.fails("run_batch", name)
    command = message.partition("make one: ")[2]

    subprocess.run(["sh", "-c", command], check=True)

    assert is_secret((folder / "push_secret.txt").read_text().strip())
    assert desk.run("run_batch", name, "--explain").code == 0
    assert "push_secret.txt" not in desk.run("run_batch", name).err


def test_a_receiver_that_fails_now_and_then_is_reported_once(
    tmp_path: Path, hook: Receiver
) -> None:
    """Until everything that waited is delivered; then its next failure is news."""
    path = tmp_path / "events.jsonl"
    events = Events(path)
    target = Target(f"{hook.url}/in", PUSH_SECRET, [f"{hook.url}/"], None)
    said: list[str] = []
    now = [1000.0]
    counts: list[int] = []

    with Pushing(events, target, said.append, clock=lambda: now[0]) as push:
        for number, status in enumerate((500, 200, 500, 200, 500)):
            hook.status = status
            now[0] += HOUR * (number == 3)  # what failed is sent again
            events.add([("label", f"b1 {number}", {"row": str(number)})])
            push.notify()
            wanted = number + 1 + 2 * (number >= 3)
            while path.read_text().count('"outcome"') < wanted:
                time.sleep(0.01)
            counts.append(len(said))
    events.close()

    assert counts[2] == 1
    assert (
        said
        == [
            f"{hook.url}/in: not delivered, and sent again later: The receiver responded with status 500."
        ]
        * 2
    )


def test_a_slow_receiver_has_four_requests_and_delays_nobody(
    tmp_path: Path, hook: Receiver
) -> None:
    """While it is silent, events are written; when it responds, all are delivered once."""
    hook.gate.clear()
    events = Events(tmp_path / "events.jsonl")
    target = Target(f"{hook.url}/in", PUSH_SECRET, [f"{hook.url}/"], None)

    with Pushing(events, target, print) as push:
        events.add(("label", f"b1 {number}", {"row": str(number)}) for number in range(9))
        push.notify()
        for _ in range(AT_ONCE):
            hook.arrivals.get(timeout=30)
        events.add([("done", "b1", {})])
        push.notify()
        arrived = len(hook.bodies)
        hook.gate.set()
        push.wait_for_all()
    events.close()

    assert arrived == AT_ONCE
    assert len(hook.bodies) == push.delivered == 10
    assert len({headers["webhook-id"] for headers in hook.headers}) == 10
