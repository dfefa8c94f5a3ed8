"""Batch files for run_batch.py, and workers who answer their HITs."""

import json
from typing import Any

from tests.support.receivers import Receiver
from tests.support.script_fixtures import Desk

BATCH: dict[str, Any] = {
    "id": "shoes-1",
    "task": "same",
    "assignments": 2,
    "context": {"fields": ["name", "price"]},
    "rows": {
        "p1": [["Air 90", "99"], ["Air Max 90", "101"]],
        "p2": [["Air 90", "99"], ["Air 90 white", "99"]],
        "p3": [["Gel 7", "120"], ["Gel 9", "140"]],
    },
}
FOLDER = "batches/shoes-1"
PUSH_SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


def write_batch(desk: Desk, **changes: Any) -> str:
    """Write BATCH with these changes; return the name of the file."""
    return desk.write("batch.json", json.dumps(BATCH | changes))


def allow_pushes(desk: Desk, hook: Receiver) -> str:
    """Write a secret, and a config.json that allows the receiver; return its URL."""
    desk.write("push_secret.txt", PUSH_SECRET + "\n")
    settings = {"local_crowd": "crowd", "push_destinations": [f"{hook.url}/"]}
    desk.write("config.json", json.dumps(settings))
    return f"{hook.url}/in"


def read_events(desk: Desk) -> list[Any]:
    """Return the events of the batch, without what became of them."""
    return [line for line in read_lines(desk, "events.jsonl") if "of" not in line]


def read_lines(desk: Desk, name: str, folder: str = FOLDER) -> list[Any]:
    """Return the lines of a file of the batch's directory."""
    return [json.loads(line) for line in desk.read(f"{folder}/{name}").splitlines()]


def list_rows(desk: Desk, folder: str = FOLDER) -> dict[str, list[str]]:
    """Return the ids of the rows of each HIT in the batch record, by its HIT id, in their order."""
    hits = sorted(read_lines(desk, "hit_ids.batch.jsonl", folder)[1:], key=lambda line: line["row"])
    return {line["hit_id"]: [row["id"] for row in line["input"]["rows"]] for line in hits}


def count_hits(desk: Desk) -> int:
    """Return how many HITs the crowd has."""
    return len(desk.crowd().client.list_hits(MaxResults=100)["HITs"])


def answer(desk: Desk, hit_id: str, worker: str, comment: str = "", **answers: Any) -> str:
    """Do a HIT as the page does, with the field `same` for each row; return the assignment id."""
    output = {"rows": {row: {"same": value} for row, value in answers.items()}, "comment": comment}
    crowd = desk.crowd()
    desk.clock.advance(1)  # so that answers come in the order of their times
    worker_id = crowd.make_worker(worker)
    return crowd.do(worker_id, hit_id, [("output", json.dumps(output))])
