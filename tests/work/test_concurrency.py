"""Many at once: one slot never goes to two, one submission wins, one token makes one thing."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from time import sleep
from typing import Any

import pytest
from sqlalchemy import select, text

from local_crowd.operations.call import Call, random_id
from local_crowd.operations.errors import CrowdError, NotPossible
from local_crowd.operations.work import worker_actions, worker_lists
from local_crowd.site import Site
from local_crowd.store.tables import assignments
from tests.support.crowds import HIT, CrowdUnderTest
from tests.support.review_policies import plurality

THREADS = 8
WAITING = text(
    "SELECT count(*) FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"
)
ON_POSTGRESQL = pytest.mark.parametrize(
    "open_crowd", [pytest.param("postgresql", marks=pytest.mark.postgresql)], indirect=True
)


def at_once(actions: list[Callable[[], Any]]) -> list[Any]:
    """What each gave, or the reason it refused with; all begin at the same moment."""
    start = Barrier(len(actions))

    def one(action: Callable[[], Any]) -> Any:
        start.wait()
        try:
            return action()
        except NotPossible as refused:
            return refused.reason
        except CrowdError as refused:
            return refused.turk_error_code

    with ThreadPoolExecutor(len(actions)) as pool:
        return list(pool.map(one, actions))


@pytest.mark.parametrize("slots", [1, 5, 20])
def test_a_slot_goes_to_one_worker(crowd: CrowdUnderTest, slots: int) -> None:
    """Eight threads of workers take exactly as many assignments as there are."""
    hit_id = crowd.make_hit(MaxAssignments=slots)
    workers = [crowd.make_worker(f"worker {number}") for number in range(5 * THREADS)]

    def accept(mine: list[str]) -> list[str]:
        taken = []
        for worker in mine:
            try:
                taken.append(crowd.accept(worker, hit_id))
            except NotPossible as refused:
                assert refused.reason == "taken"  # noqa: PT017
        return taken

    taken = at_once([lambda n=n: accept(workers[n::THREADS]) for n in range(THREADS)])

    accepted = [assignment_id for mine in taken for assignment_id in mine]
    assert len(accepted) == len(set(accepted)) == slots
    assert crowd.stands(hit_id) == ("Unassignable", 0, slots, 0)


def test_two_sites_of_one_database_share_the_slots(crowd: CrowdUnderTest) -> None:
    """Two processes' worth of connections, each with its own queue, take no slot twice either."""
    other = Site(crowd.site.name, str(crowd.site.store.url), crowd.clock)
    hit_id = crowd.make_hit(MaxAssignments=10)
    workers = [crowd.make_worker(f"worker {number}") for number in range(5 * THREADS)]
    twin = CrowdUnderTest(crowd.client, other, crowd.clock, crowd.requester_id)

    def accept(number: int) -> int:
        through, taken = (crowd, twin)[number % 2], 0
        for worker in workers[number::THREADS]:
            try:
                through.accept(worker, hit_id)
            except NotPossible:
                continue
            taken += 1
        return taken

    taken = at_once([lambda n=n: accept(n) for n in range(THREADS)])
    other.close()

    assert sum(taken) == 10
    assert crowd.stands(hit_id) == ("Unassignable", 0, 10, 0)


def test_a_worker_who_clicks_twice_has_one(crowd: CrowdUnderTest) -> None:
    """One worker accepting in eight windows holds one assignment, the same in each."""
    hit_id, worker = crowd.make_hit(MaxAssignments=5), crowd.make_worker()

    taken = at_once([lambda: crowd.accept(worker, hit_id)] * THREADS)

    assert len(set(taken)) == 1
    assert crowd.stands(hit_id) == ("Assignable", 4, 1, 0)


def test_one_submission_wins(crowd: CrowdUnderTest) -> None:
    """Of eight submissions of one assignment one is kept, whole; the others change nothing."""
    hit_id = crowd.make_hit()
    assignment_id = crowd.accept(crowd.make_worker(), hit_id)

    outcomes = at_once(
        [lambda n=n: crowd.submit(assignment_id, [("by", str(n))]) for n in range(THREADS)]
    )

    assert Counter(outcomes) == {None: 1, "done": THREADS - 1}
    assert (
        f"<FreeText>{outcomes.index(None)}</FreeText>" in crowd.assignment(assignment_id)["Answer"]
    )
    assert crowd.stands(hit_id) == ("Reviewable", 0, 0, 0)


def test_submitted_or_returned(crowd: CrowdUnderTest) -> None:
    """Of submitting and returning at once one happens, and the counters agree with it."""
    for number in range(5):
        hit_id, worker = crowd.make_hit(), crowd.make_worker(f"worker {number}")
        held = crowd.accept(worker, hit_id)

        outcomes = at_once([lambda: crowd.submit(held), lambda: crowd.give_back(worker, held)])  # noqa: B023

        assert outcomes in ([None, "done"], ["returned", None])
        assert crowd.stands(hit_id) == (
            ("Reviewable", 0, 0, 0) if outcomes[0] is None else ("Assignable", 1, 0, 0)
        )


def test_one_decision_wins(crowd: CrowdUnderTest) -> None:
    """Of approvals and rejections of one assignment at once, one is made and counted."""
    hit_id = crowd.make_hit()
    assignment_id = crowd.do(crowd.make_worker(), hit_id)
    request = {"AssignmentId": assignment_id, "RequesterFeedback": "."}

    outcomes = at_once(
        [
            lambda n=n: crowd.site.perform(
                crowd.requester_id, ("ApproveAssignment", "RejectAssignment")[n % 2], request
            )
            for n in range(THREADS)
        ]
    )

    assert Counter(map(str, outcomes)) == {
        "{}": 1,
        "AWS.MechanicalTurk.InvalidAssignmentState": THREADS - 1,
    }
    assert crowd.stands(hit_id) == ("Reviewable", 0, 0, 1)


def test_one_token_makes_one_hit(crowd: CrowdUnderTest) -> None:
    """Eight calls of one token at once make one HIT, of one HIT type."""
    request = HIT | {"UniqueRequestToken": "once"}

    outcomes = at_once(
        [lambda: bool(crowd.site.perform(crowd.requester_id, "CreateHIT", request))] * THREADS
    )

    assert Counter(outcomes) == {True: 1, "AWS.MechanicalTurk.HitAlreadyExists": THREADS - 1}
    assert crowd.client.list_hits()["NumResults"] == 1


def test_calls_of_one_client_from_many_threads(crowd: CrowdUnderTest) -> None:
    """Eight threads share one client: every HIT is made, all of one type, none twice."""
    hit_ids = at_once([lambda: [crowd.make_hit() for _ in range(5)]] * THREADS)

    ids = [hit_id for mine in hit_ids for hit_id in mine]
    pages = crowd.client.get_paginator("list_hits").paginate()
    listed = [hit for page in pages for hit in page["HITs"]]
    assert len(set(ids)) == 5 * THREADS
    assert {hit["HITId"] for hit in listed} == set(ids)
    assert len({hit["HITTypeId"] for hit in listed}) == 1


def test_what_fell_due_is_settled_once(crowd: CrowdUnderTest) -> None:
    """Eight readers at the moment of auto-approval see it done, and counted once."""
    hit_id = crowd.make_hit(MaxAssignments=5)
    for number in range(5):
        crowd.do(crowd.make_worker(f"worker {number}"), hit_id)
    crowd.clock.advance(30 * 86400)

    outcomes = at_once([lambda: crowd.stands(hit_id)] * THREADS)

    assert set(outcomes) == {("Reviewable", 0, 0, 5)}


def record_searches(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Return a list that gets an entry for each query of a search for HITs."""
    fetch_row, queries = worker_lists.fetch_row, list[Any]()

    def record(db: Any, query: Any, key: Any) -> Any:
        queries.append(query)
        return fetch_row(db, query, key)

    monkeypatch.setattr(worker_lists, "fetch_row", record)
    return queries


def wait_for_search(call: Call, queries: list[Any]) -> None:
    """Return when the search has made ten more queries, or waits for a lock of this transaction."""
    wanted = len(queries) + 10
    while len(queries) < wanted and not call.db.scalar(WAITING):
        sleep(0.002)


@ON_POSTGRESQL
def test_a_search_holds_no_hit_that_others_need(
    crowd: CrowdUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both HITs are being accepted while Eve asks for one. Once the first is taken, its answer can be
    submitted by who has accepted the second: Eve's search does not hold the first while it waits.
    """
    first, second = crowd.make_hit(), crowd.make_hit()
    ada, bob, eve = map(crowd.make_worker, ("Ada", "Bob", "Eve"))
    hit_type_id = crowd.hit(first)["HITTypeId"]
    queries = record_searches(monkeypatch)

    def ask_for_one() -> Any:
        with crowd.site.writing() as call:
            return worker_actions.accept_next(call, eve, hit_type_id)

    with ThreadPoolExecutor(1) as pool:
        with crowd.site.writing() as of_bob:
            worker_actions.accept(of_bob, bob, second)
            with crowd.site.writing() as of_ada:
                held = worker_actions.accept(of_ada, ada, first)
                asking = pool.submit(ask_for_one)
                wait_for_search(of_ada, queries)
            wait_for_search(of_bob, queries)
            worker_actions.submit(of_bob, held.assignment_id, [])

        assert asking.result() is None
    assert [crowd.stands(hit)[1:] for hit in (first, second)] == [(0, 0, 0), (0, 1, 0)]


@ON_POSTGRESQL
def test_hits_that_stay_locked_are_taken(
    crowd: CrowdUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker does not wait for ever for a transaction that does not end."""
    monkeypatch.setattr(worker_lists, "WAIT_SECONDS", 0.05)
    hit = crowd.make_hit()
    ada, eve = map(crowd.make_worker, ("Ada", "Eve"))
    hit_type_id = crowd.hit(hit)["HITTypeId"]

    with crowd.site.writing() as of_ada:
        worker_actions.accept(of_ada, ada, hit)
        with (
            pytest.raises(NotPossible, match="taken every assignment"),
            crowd.site.writing() as call,
        ):
            worker_actions.accept_next(call, eve, hit_type_id)


@ON_POSTGRESQL
def test_what_fell_due_waits_for_answers_that_are_submitted(crowd: CrowdUnderTest) -> None:
    """Submitting to a HIT with a review policy locks the HIT's assignments, Bob's first. What settles
    Ada's, which is overdue, waits for all of them, and does not hold hers meanwhile.
    """
    hit = crowd.make_hit(
        MaxAssignments=2, AssignmentDurationInSeconds=600, HITReviewPolicy=plurality("word")
    )
    for assignment_id in ("3Z", "3A"):  # Ada's, Bob's
        worker = crowd.make_worker(f"of {assignment_id}")
        crowd.site.new_id = lambda: assignment_id  # type: ignore[assignment]  # noqa: B023
        crowd.accept(worker, hit)
        crowd.site.new_id = random_id
        crowd.clock.advance(301)
    of_hit = select(assignments.c.assignment_id).where(assignments.c.hit_id == hit)
    in_order = of_hit.order_by(assignments.c.assignment_id).with_for_update()

    with ThreadPoolExecutor(1) as pool:
        with crowd.site.store.writing() as db:
            db.execute(in_order.limit(1))
            settling = pool.submit(crowd.stands, hit)
            while not db.scalar(WAITING):
                sleep(0.002)
            assert db.scalars(in_order).all() == ["3A", "3Z"]

        assert settling.result() == ("Assignable", 1, 1, 0)
