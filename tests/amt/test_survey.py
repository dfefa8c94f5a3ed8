"""How HITs stand, with few calls."""

from datetime import UTC, datetime, timedelta

import pytest

from amt import survey
from amt.crowd import Crowd
from amt.survey import parse_counters
from tests.support.script_fixtures import Desk, hit_as_given

AHEAD = datetime.now(UTC) + timedelta(days=1)
LOCAL = Crowd("local", live=False, settings={})
PAST = datetime.now(UTC) - timedelta(days=1)


def test_submitted_work_is_what_no_counter_has() -> None:
    """Amazon's three counters do not include it."""
    stands = parse_counters(hit_as_given())

    assert (stands.hit_id, stands.status, stands.expired) == ("3HIT", "Assignable", False)
    assert (stands.max_assignments, stands.available, stands.pending, stands.completed) == (
        (5, 2, 1, 1)
    )
    assert stands.unaccounted == 1


@pytest.mark.parametrize(
    ("available", "expiration", "expired"),
    [(0, PAST, True), (0, AHEAD, False), (2, AHEAD, False), (2, PAST, False)],
)
def test_what_can_be_taken_has_not_expired(
    available: int, expiration: datetime, expired: bool
) -> None:
    """Whatever this machine's clock says: it may be wrong, the crowd's counter is not."""
    hit = hit_as_given(NumberOfAssignmentsAvailable=available, Expiration=expiration)

    assert parse_counters(hit).expired is expired


def test_the_order_is_that_of_the_ids(desk: Desk) -> None:
    """The crowd's order does not matter; unknown HITs are reported and left out."""
    crowd = desk.crowd()
    hit_ids = [crowd.make_hit() for _ in range(5)]
    ids = [hit_ids[3], "3UNKNOWN", hit_ids[0], hit_ids[4]]

    messages: list[str] = []
    counters_of_hits, unknown = survey.fetch_counters(LOCAL, crowd.client, ids, say=messages.append)

    assert [counters.hit_id for counters in counters_of_hits] == [
        hit_ids[3],
        hit_ids[0],
        hit_ids[4],
    ]
    assert unknown == ["3UNKNOWN"]
    assert messages[0].startswith("3UNKNOWN: Hit 3UNKNOWN does not exist.")


def test_none_means_every_hit(desk: Desk) -> None:
    """Across all pages."""
    crowd = desk.crowd()
    hit_ids = {crowd.make_hit() for _ in range(101)}

    counters_of_hits, unknown = survey.fetch_counters(LOCAL, crowd.client, None)

    assert {counters.hit_id for counters in counters_of_hits} == hit_ids
    assert len(counters_of_hits) == 101
    assert unknown == []


def test_a_thousand_hits_take_few_calls(desk: Desk) -> None:
    """A page shows a hundred, so that a batch that is all of the account takes one call each."""
    crowd = desk.crowd()
    hit_ids = [crowd.make_hit() for _ in range(300)]
    desk.calls.clear()

    counters_of_hits, _ = survey.fetch_counters(LOCAL, crowd.client, hit_ids)

    assert len(counters_of_hits) == 300
    assert desk.calls == ["ListHITs"] * 3


def test_one_hit_of_many_is_asked_for(desk: Desk) -> None:
    """Listing stops when asking for the missing HITs is faster."""
    crowd = desk.crowd()
    hit_ids = [crowd.make_hit() for _ in range(450)]
    desk.calls.clear()

    counters_of_hits, _ = survey.fetch_counters(LOCAL, crowd.client, [hit_ids[225]])

    assert [counters.hit_id for counters in counters_of_hits] == [hit_ids[225]]
    assert len(desk.calls) <= 4


def test_no_ids_take_no_calls(desk: Desk) -> None:
    """An empty list of ids needs no request."""
    client = desk.crowd().client
    desk.calls.clear()

    assert survey.fetch_counters(LOCAL, client, []) == ([], [])
    assert desk.calls == []


def test_assignments_are_listed_over_pages_by_status(desk: Desk) -> None:
    """All of them, in order of submission, without a call for the empty last page."""
    crowd = desk.crowd()
    hit_id = crowd.make_hit(MaxAssignments=103)
    done = []
    for number in range(101):
        desk.clock.advance(1)
        done.append(crowd.do(crowd.make_worker(f"worker {number}"), hit_id))
    crowd.client.approve_assignment(AssignmentId=done[0])
    (stands,), _ = survey.fetch_counters(LOCAL, crowd.client, [hit_id])
    desk.calls.clear()

    every = survey.list_assignments(crowd.client, stands)
    submitted = survey.list_assignments(crowd.client, stands, "Submitted")

    assert [assignment["AssignmentId"] for assignment in every] == done
    assert [assignment["AssignmentId"] for assignment in submitted] == done[1:]
    assert desk.calls == ["ListAssignmentsForHIT"] * 3
