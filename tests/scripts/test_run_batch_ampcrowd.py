"""Documents of AMPCrowd from end to end: asked, answered, merged, and told to the callback."""

import functools
import json

import pytest
import standardwebhooks

from amt.declared import pushing
from tests.support.ampcrowd_documents import SAMPLES
from tests.support.declared_batches import PUSH_SECRET, allow_pushes
from tests.support.receivers import Receiver
from tests.support.script_fixtures import Desk

HOUR = 3600


@pytest.mark.parametrize("code", SAMPLES)
def test_the_callback_gets_the_label_of_all_answers_after_an_hour_without_a_receiver(
    desk: Desk, hook: Receiver, monkeypatch: pytest.MonkeyPatch, code: str
) -> None:
    """AMPCrowd sent the first worker's answer, three times within a second, and unsigned."""
    sample = SAMPLES[code]
    document = sample.to_document(code, allow_pushes(desk, hook))
    name = desk.write("post.json", json.dumps(document))
    clock = desk.clock
    monkeypatch.setattr(
        pushing, "Pushing", functools.partial(pushing.Pushing, clock=lambda: clock.now)
    )
    launched = desk.run("run_batch", name)
    crowd = desk.crowd()
    (hit,) = crowd.client.list_hits()["HITs"]
    for number, worker in enumerate(("Ada", "Ben", "Cem")):
        rows = {row: {sample.field: values[number]} for row, values in sample.answers.items()}
        output = json.dumps({"rows": rows, "comment": ""})
        crowd.do(crowd.make_worker(worker), hit["HITId"], [("output", output)])

    hook.status = 503
    down = desk.run("run_batch", name, "--once")
    clock.advance(HOUR / 2)
    desk.run("run_batch", name, "--once")
    tried = len(hook.bodies)
    hook.status = 200
    clock.advance(HOUR / 2)
    up = desk.run("run_batch", name, "--follow")
    desk.run("run_batch", name, "--once")

    assert "Read as a document of AMPCrowd" in launched.err
    assert "0 events delivered, 2 waiting" in down.err
    assert "2 events delivered, 0 waiting" in up.err
    assert (tried, len(hook.bodies)) == (4, 6)
    told = [json.loads(form["data"]) for form in hook.forms()[tried:]]
    assert sorted(told, key=str) == [
        {"group_id": f"group of {code}", "answers": [{"identifier": row, "value": values[1]}]}
        for row, values in sample.answers.items()
    ]
    verifier = standardwebhooks.Webhook(PUSH_SECRET)
    for headers, body in zip(hook.headers, hook.bodies, strict=True):
        verifier.verify(body, dict(headers), json_parse=False)
    assert len({headers["webhook-id"] for headers in hook.headers}) == 2
