"""What has become of the assignments of HITs."""

import pytest

from amt import survey
from amt.crowd import Crowd
from amt.progress import Progress, format_totals, measure_progress
from tests.support.script_fixtures import Desk

LOCAL = Crowd("local", live=False, settings={})
LISTING = "ListAssignmentsForHIT"


def counted(desk: Desk, *ids: str, exact: bool = False) -> list[Progress]:
    client = desk.crowd().client
    standings, _ = survey.fetch_counters(LOCAL, client, ids)
    desk.calls.clear()
    return measure_progress(LOCAL, client, standings, exact=exact)


def test_each_hit_is_counted_in_order(desk: Desk) -> None:
    """Available, held by workers, submitted, approved and rejected; completed is the last three."""
    crowd = desk.crowd()
    full, fresh = crowd.make_hit(MaxAssignments=5), crowd.make_hit(MaxAssignments=2)
    workers = [crowd.make_worker(name) for name in ("Ada", "Bob", "Cy", "Di")]
    crowd.accept(workers[0], full)
    done = [crowd.do(worker, full) for worker in workers[1:]]
    crowd.client.approve_assignment(AssignmentId=done[0])
    crowd.client.reject_assignment(AssignmentId=done[1], RequesterFeedback="no")

    progress_of_hits = counted(desk, fresh, full)

    assert progress_of_hits == [
        Progress(2, 2, 0, 0, 0, 0, 0),
        Progress(5, 1, 1, 1, 2, 1, 1),
    ]
    assert [progress.completed for progress in progress_of_hits] == [0, 3]
    assert desk.calls == [LISTING]


def test_an_expired_hit_is_looked_into(desk: Desk) -> None:
    """Its counters do not tell submitted work from slots that nobody took."""
    crowd = desk.crowd()
    hit = crowd.make_hit(MaxAssignments=5)
    crowd.do(crowd.make_worker(), hit)
    crowd.client.update_expiration_for_hit(HITId=hit, ExpireAt=0)

    assert counted(desk, hit) == [Progress(5, 0, 0, 1, 0, 0, 0)]


@pytest.mark.parametrize(("exact", "calls"), [(False, 0), (True, 5)])
def test_many_hits_are_distinguished_for_more_calls(desk: Desk, exact: bool, calls: int) -> None:
    """Distinguishing approved from rejected needs a call per reviewed HIT, so it is not the default."""
    crowd = desk.crowd()
    worker = crowd.make_worker()
    ids = [crowd.make_hit() for _ in range(101)]
    for hit in ids[:5]:
        crowd.client.approve_assignment(AssignmentId=crowd.do(worker, hit))

    progress_of_hits = counted(desk, *ids, exact=exact)

    assert desk.calls.count(LISTING) == calls
    assert sum(progress.reviewed for progress in progress_of_hits) == 5
    assert [progress.approved for progress in progress_of_hits[:6]] == (
        [1] * 5 if exact else [None] * 5
    ) + [0]


def test_totals_say_what_is_known() -> None:
    """Approved and rejected are one number if a HIT's split is unknown."""
    known = Progress(5, 1, 1, 1, 2, 1, 1)
    half = Progress(5, 3, 0, 0, 2)

    assert format_totals([known]) == "available 1, pending 1, submitted 1, approved 1, rejected 1"
    assert (
        format_totals([known, half])
        == "available 4, pending 1, submitted 1, approved or rejected 4"
    )
    assert format_totals([]) == "available 0, pending 0, submitted 0, approved 0, rejected 0"
