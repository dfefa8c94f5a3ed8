"""How many calls each step makes, counted by boto3's own events: what a far crowd makes dear."""

import json
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import boto3
import pytest

from amt import survey
from amt.calls import list_pages
from amt.crowd import Crowd
from local_crowd.operations.people import identities
from local_crowd.operations.work import worker_actions
from tests.support.crowds import HIT_TYPE, QUESTION
from tests.support.script_fixtures import PAGE, PROPERTIES, Desk

HITS = 1000
FILES = (
    "--html_template=page.html",
    "--hit_properties_file=properties.json",
    "--input_json_file=input.jsonl",
    "--hit_ids_file=hit_ids.txt",
)
RESULTS = ("get_results", "--hit_ids_file=hit_ids.txt", "--output_file=results.jsonl")


class Calls(Counter[str]):
    """How often each operation was called by a script."""

    def of(self, desk: Desk, *argv: str) -> int:
        """The calls of a script that must succeed."""
        self.clear()
        done = desk.run(*argv)
        assert done.code == 0, done.err
        return self.total()


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> Iterator[Calls]:
    """Counts every call of a boto3 client from now on: the embedded crowd needs no retries."""
    counted = Calls()
    make = boto3.session.Session.client

    def client(session, *args, **named):
        new_client = make(session, *args, **named)
        new_client.meta.events.register_first(
            "before-call.mturk", lambda event_name, **_: counted.update([event_name.split(".")[-1]])
        )
        return new_client

    monkeypatch.setattr(boto3.session.Session, "client", client)
    return counted


def submit(desk: Desk, ids: list[str], *names: str) -> None:
    """Each of the workers submits one assignment of each HIT."""
    with desk.crowd().site.writing() as call:
        for name in names:
            worker_id = identities.ensure_worker(call, name)
            for hit_id in ids:
                accepted = worker_actions.accept(call, worker_id, hit_id)
                worker_actions.submit(call, accepted.assignment_id, [("output", '{"word": "cat"}')])


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_batch_of_a_thousand(desk: Desk, calls: Calls) -> None:
    """From the launch of 1,000 HITs to the approval of 3,000 assignments, no call is wasted."""
    desk.write("page.html", PAGE)
    desk.write("properties.json", json.dumps(PROPERTIES | {"MaxAssignments": 4}))
    desk.write("input.jsonl", "".join(f"{number}\n" for number in range(HITS)))

    assert HITS < calls.of(desk, "launch_hits", *FILES) <= HITS + 1 + 15
    ids = desk.read("hit_ids.txt").split()
    assert len(set(ids)) == HITS
    assert calls.of(desk, "launch_hits", *FILES) == 0

    assert 10 <= calls.of(desk, "show_hit_progress", "--hit_ids_file=hit_ids.txt") <= 15

    submit(desk, ids, "Ada", "Ben", "Cem")
    assert calls.of(desk, *RESULTS) <= HITS + 15
    assert len(desk.read("results.jsonl").splitlines()) == 3 * HITS

    submit(desk, ids[5:15], "Dan")
    assert 10 < calls.of(desk, *RESULTS) <= 30
    assert len(desk.read("results.jsonl").splitlines()) == 3 * HITS + 10

    assert 10 <= calls.of(desk, *RESULTS) <= 15

    assignments = 3 * HITS + 10
    approve = ("approve_hits", "--hit_ids_file=hit_ids.txt", "--yes")
    assert assignments < calls.of(desk, *approve) <= assignments + 1030
    assert calls["ApproveAssignment"] == assignments
    assert calls.of(desk, *approve) <= 15

    assert calls.of(desk, "show_hit_progress", "--hit_ids_file=hit_ids.txt") <= 15


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize(
    ("wanted", "most"),
    [
        (slice(300, 1300), 13),  # behind 300 newer HITs: 13 pages
        (slice(300, 1300, 5), 13),  # 20 on each page
        (slice(1495, 1500), 12),  # the oldest 5 of all
    ],
)
def test_hits_among_others_take_few_calls_at_any_concurrency(
    desk: Desk, wanted: slice, most: int
) -> None:
    """However many calls run at a time, a listing goes on while it saves calls, and no longer."""
    client = desk.crowd().client
    hit_type_id = client.create_hit_type(**HIT_TYPE)["HITTypeId"]
    request = {"HITTypeId": hit_type_id, "LifetimeInSeconds": 60, "Question": QUESTION}
    create = lambda _: client.create_hit_with_hit_type(**request)["HIT"]["HITId"]  # noqa: E731
    with ThreadPoolExecutor(32) as pool:
        list(pool.map(create, range(1500)))
    newest_first = [hit["HITId"] for hit in list_pages(client.list_hits, "HITs")]
    ids = newest_first[wanted]

    for concurrency in (1, 16, 48, 128):
        desk.calls.clear()
        crowd = Crowd("local", live=False, settings={}, concurrency=concurrency)
        hits, *_ = survey.find(crowd, client, ids)
        assert [hit.hit_id for hit in hits] == ids
        assert len(desk.calls) <= most, concurrency


def test_the_counter_is_not_blind(desk: Desk, calls: Calls) -> None:
    """What is sent is counted, by name."""
    desk.launch(1, 2)

    assert calls == {"CreateHITType": 1, "CreateHITWithHITType": 2}
