"""run_batch.py, killed at random moments with the crowd that is in its process, and run again."""

import random
import time
from collections import Counter
from pathlib import Path

import pytest

from tests.support.declared_batches import (
    FOLDER,
    allow_pushes,
    answer,
    count_hits,
    list_rows,
    read_events,
    read_lines,
    write_batch,
)
from tests.support.forked_scripts import count_lines, forked_scripts
from tests.support.receivers import Receiver
from tests.support.script_fixtures import Desk

FILES = ("hit_ids.batch.jsonl", "results.jsonl", "labels.jsonl", "events.jsonl")


def count_all() -> int:
    return sum(count_lines(Path(FOLDER) / name) for name in FILES)


@pytest.mark.slow
def test_killed_at_twenty_moments_it_loses_and_repeats_nothing(desk: Desk, hook: Receiver) -> None:
    """Each row is in one HIT once; each answer, label and event is in its file once; all arrive."""
    rows = {f"p{number}": [["a", "1"], ["b", "2"]] for number in range(24)}
    name = write_batch(
        desk, rows=rows, rows_per_hit=3, assignments=2, push={"url": allow_pushes(desk, hook)}
    )
    desk.clock.now = int(time.time())
    chance = random.Random(13)

    def answer_all(worker: str) -> None:
        for hit_id, ids in list_rows(desk).items():
            answer(desk, hit_id, worker, **dict.fromkeys(ids, "yes"))

    with forked_scripts(desk.folder, "amt.declared.launches", "amt.declared.following") as scripts:

        def kill(times: int, most_lines: int) -> None:
            """Kill a run after a few lines more, so many times."""
            for _ in range(times):
                wanted = count_all() + chance.randrange(most_lines)
                ended = scripts.run_and_kill(
                    "run_batch",
                    name,
                    "--once",
                    when=lambda wanted=wanted: count_all() >= wanted,
                    delay=chance.random() * 0.003,
                )
                assert not ended

        kill(5, most_lines=4)
        scripts.run("run_batch", name)
        answer_all("Ada")
        kill(7, most_lines=8)
        answer_all("Bea")
        kill(8, most_lines=12)
        code, messages = scripts.run("run_batch", name, "--follow")

    assert code == 0, messages
    assert count_hits(desk) == 8
    assert [row for line in list_rows(desk).values() for row in line] == list(rows)
    results, labels = read_lines(desk, "results.jsonl"), read_lines(desk, "labels.jsonl")
    answers = {(line["assignment_id"], line["row_id"]) for line in results}
    assert len(answers) == len(results) == 48
    assert sorted(line["row"] for line in labels) == list(range(24))
    assert {line["answers"] for line in labels} == {2}
    events = read_events(desk)
    assert len({event["id"] for event in events}) == len(events)
    assert Counter(event["type"] for event in events) == {"answer": 48, "label": 24, "done": 1}
    assert {headers["webhook-id"] for headers in hook.headers} == {event["id"] for event in events}
    told = [event["data"] for event in events if event["type"] == "answer"]
    assert {(data["assignment_id"], data["row"]) for data in told} == answers
