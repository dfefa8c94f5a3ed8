"""Documents of AMPCrowd, posted to a server of batches as they were posted to AMPCrowd."""

import json
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
import standardwebhooks

from tests.support.ampcrowd_documents import SAMPLES
from tests.support.batch_servers import serve_batches
from tests.support.declared_batches import allow_pushes
from tests.support.receivers import Receiver
from tests.support.script_fixtures import Desk

HOUR = 3600
FORM = "application/x-www-form-urlencoded"


def let_an_hour_pass(events: Path) -> None:
    """Let what is in an events file have been written an hour earlier."""
    lines: list[Any] = [json.loads(line) for line in events.read_text().splitlines()]
    for line in lines:
        if "next_try" in line:
            line["next_try"] -= HOUR
    events.write_text("".join(f"{json.dumps(line)}\n" for line in lines))


@pytest.mark.parametrize("code", SAMPLES)
def test_the_callback_gets_the_label_of_all_answers_after_an_hour_without_a_receiver(
    desk: Desk, hook: Receiver, code: str
) -> None:
    """AMPCrowd sent the first worker's answer, three times within a second, and unsigned."""
    sample = SAMPLES[code]
    document = sample.to_document(code, allow_pushes(desk, hook))
    form = urlencode({"data": json.dumps(document)}).encode()
    hook.status = 503
    with serve_batches(desk) as server:
        posted = server.request("POST", "/batches", raw=form, Content_Type=FORM)
        assert posted.status == 201, posted.body
        batch_id = posted.json["id"]
        server.wait_for(batch_id, status="open")
        crowd = desk.crowd()
        (hit,) = crowd.client.list_hits()["HITs"]
        for number, worker in enumerate(("Ada", "Ben", "Cem")):
            rows = {row: {sample.field: values[number]} for row, values in sample.answers.items()}
            output = json.dumps({"rows": rows, "comment": ""})
            desk.clock.advance(1)
            crowd.do(crowd.make_worker(worker), hit["HITId"], [("output", output)])
        server.wait_for(batch_id, status="delivering")
        for _ in sample.answers:
            hook.arrivals.get(timeout=60)
    let_an_hour_pass(Path("batches/local", batch_id, "events.jsonl"))
    failed = len(hook.bodies)

    hook.status = 200
    with serve_batches(desk) as server:
        view = server.wait_for(batch_id, status="done")

    assert failed >= 2
    assert len(hook.bodies) == failed + 2
    assert (view["answers"], view["assignments"]) == (6, 3)
    told = [json.loads(form["data"]) for form in hook.forms()[failed:]]
    assert sorted(told, key=str) == [
        {"group_id": f"group of {code}", "answers": [{"identifier": row, "value": values[1]}]}
        for row, values in sample.answers.items()
    ]
    shown = desk.run("manage_crowd", "show_notification_secret", "local", "--local_crowd", "crowd")
    verifier = standardwebhooks.Webhook(shown.lines[0]["secret"])
    for headers, body in zip(hook.headers, hook.bodies, strict=True):
        verifier.verify(body, dict(headers), json_parse=False)
    assert len({headers["webhook-id"] for headers in hook.headers}) == 2
