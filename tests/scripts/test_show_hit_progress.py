"""show_hit_progress.py: how far a batch is."""

from datetime import UTC, datetime, timedelta

from amt.progress import Progress, describe_approvals
from tests.support.crowds import DAY
from tests.support.script_fixtures import Desk, Done

IDS = "--hit_ids_file=hit_ids.txt"
LISTING = "ListAssignmentsForHIT"


def show(desk: Desk, *argv: str) -> list[str]:
    done = desk.run("show_hit_progress", IDS, *argv)
    assert (done.code, done.err) == (0, "")
    return done.out.splitlines()


def format_clock(desk: Desk, seconds: int) -> str:
    """The crowd's time so many seconds from now."""
    return datetime.fromtimestamp(desk.clock.now + seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def test_hits_nobody_has_looked_at(desk: Desk) -> None:
    """All are at nothing."""
    desk.launch(1, 2, 3)

    assert show(desk) == [
        "0 / 2: 3",
        "available 6, pending 0, submitted 0, approved 0, rejected 0",
    ]
    assert LISTING not in desk.calls


def test_work_counts_from_its_submission(desk: Desk) -> None:
    """Submitted, approved and rejected work is complete, accepted work is not; the most frequent
    way to stand comes first.
    """
    ids = desk.launch(*range(6))
    crowd = desk.crowd()
    ada, bob = crowd.make_worker("Ada"), crowd.make_worker("Bob")
    crowd.accept(ada, ids[0])
    done = [crowd.do(ada, hit) for hit in ids[1:]]
    crowd.client.approve_assignment(AssignmentId=done[0])
    crowd.client.reject_assignment(AssignmentId=done[1], RequesterFeedback="no")
    crowd.do(bob, ids[5])

    assert show(desk) == [
        "1 / 2: 4",
        "0 / 2: 1",
        "2 / 2: 1",
        "available 5, pending 1, submitted 4, approved 1, rejected 1",
        f"next automatic approval {format_clock(desk, DAY)}, within a day 4",
    ]


def test_expired_hits_are_counted_by_what_was_submitted(desk: Desk) -> None:
    """Slots that nobody took before the end are neither available nor submitted."""
    ids = desk.launch(1, 2, MaxAssignments=5)
    crowd = desk.crowd()
    crowd.do(crowd.make_worker("Ada"), ids[0])
    for hit in ids:
        crowd.client.update_expiration_for_hit(HITId=hit, ExpireAt=0)

    assert show(desk) == [
        "0 / 5: 1",
        "1 / 5: 1",
        "available 0, pending 0, submitted 1, approved 0, rejected 0",
        f"next automatic approval {format_clock(desk, DAY)}, within a day 1",
    ]


def test_auto_approved_work_is_approved(desk: Desk) -> None:
    """What time has approved counts as what we have."""
    (hit,) = desk.launch(1)
    crowd = desk.crowd()
    crowd.do(crowd.make_worker("Ada"), hit)
    desk.clock.advance(2 * DAY)

    assert show(desk)[1] == "available 1, pending 0, submitted 0, approved 1, rejected 0"


def test_many_hits_take_few_calls(desk: Desk) -> None:
    """Over 100 HITs the counters suffice, and --exact asks for each reviewed HIT."""
    ids = desk.launch(*range(120), MaxAssignments=1)
    crowd = desk.crowd()
    worker = crowd.make_worker("Ada")
    done = [crowd.do(worker, hit) for hit in ids[:10]]
    for assignment in done[:9]:
        crowd.client.approve_assignment(AssignmentId=assignment)
    crowd.client.reject_assignment(AssignmentId=done[9], RequesterFeedback="no")
    desk.calls.clear()

    assert show(desk) == [
        "0 / 1: 110",
        "1 / 1: 10",
        "available 110, pending 0, submitted 0, approved or rejected 10",
    ]
    assert len(desk.calls) <= 3
    assert show(desk, "--exact")[2] == (
        "available 110, pending 0, submitted 0, approved 9, rejected 1"
    )
    assert desk.calls.count(LISTING) == 10


def test_few_of_an_accounts_hits_are_asked_for_individually(desk: Desk) -> None:
    """In a large account a small batch does not list everything."""
    first = desk.launch(1)
    crowd = desk.crowd()
    hit_ids = [crowd.make_hit() for _ in range(450)]
    desk.write("ids.txt", f"{hit_ids[225]}\n{first[0]}\n")
    desk.calls.clear()

    done = desk.run("show_hit_progress", "--hit_ids_file=ids.txt", "--concurrency=2")

    assert done.code == 0
    assert len(desk.calls) <= 5


def test_an_unknown_id_is_reported_and_the_others_are_shown(desk: Desk) -> None:
    """Exit code 1."""
    (hit,) = desk.launch(1)
    desk.write("ids.txt", f"3UNKNOWN\n{hit}\n")

    done = desk.run("show_hit_progress", "--hit_ids_file=ids.txt")

    assert done.code == 1
    assert done.out.startswith("0 / 2: 1\n")
    assert done.err.startswith("3UNKNOWN: Hit 3UNKNOWN does not exist.")


def test_a_hit_deleted_during_the_run_is_reported(desk: Desk) -> None:
    """It is left out, and the exit code says so."""
    hit, _ = desk.launch(1, 2)
    crowd = desk.crowd()
    crowd.client.approve_assignment(AssignmentId=crowd.do(crowd.make_worker("Ada"), hit))

    def delete() -> None:
        crowd.client.update_expiration_for_hit(HITId=hit, ExpireAt=0)
        crowd.client.delete_hit(HITId=hit)

    desk.before[LISTING] = delete
    done = desk.run("show_hit_progress", IDS)

    assert done.code == 1
    assert done.out.startswith("0 / 2: 1\n")
    assert done.err.startswith(f"{hit}: Hit {hit} does not exist.")


def test_an_empty_ids_file_means_no_hits(desk: Desk) -> None:
    """Comments alone are nothing wrong."""
    desk.write("ids.txt", "# none yet\n\n")

    assert desk.run("show_hit_progress", "--hit_ids_file=ids.txt") == Done(
        0, "available 0, pending 0, submitted 0, approved 0, rejected 0\n", ""
    )
    assert desk.calls == []


def test_the_ids_file_must_be_named(desk: Desk) -> None:
    """A usage error is exit code 2, from argparse."""
    done = desk.run("show_hit_progress")

    assert done.code == 2
    assert "--hit_ids_file" in done.err


def test_automatic_approvals_are_announced(desk: Desk) -> None:
    """When the next answer is approved unless somebody reviews it, and how many are within a day."""
    early, late = desk.launch(1, 2, AutoApprovalDelayInSeconds=3 * DAY)
    crowd = desk.crowd()
    ada, ben = crowd.make_worker("Ada"), crowd.make_worker("Ben")
    now = desk.clock.now
    desk.clock.now = now - 2 * DAY - 60
    crowd.do(ada, early)
    crowd.client.approve_assignment(AssignmentId=crowd.do(ada, late))
    desk.clock.now = now
    crowd.do(ben, late)

    assert show(desk)[-1] == (
        f"next automatic approval {format_clock(desk, DAY - 60)}, within a day 1"
    )


def test_many_hits_take_no_calls_for_approvals_that_are_far_away(desk: Desk) -> None:
    """Their HITs' delays give a lower bound; --exact asks for each HIT with submitted work."""
    ids = desk.launch(*range(101), MaxAssignments=1, AutoApprovalDelayInSeconds=3 * DAY)
    crowd = desk.crowd()
    desk.clock.advance(60)
    crowd.do(crowd.make_worker("Ada"), ids[0])
    created = format_clock(desk, 3 * DAY - 60)
    desk.calls.clear()

    assert show(desk)[-1] == f"next automatic approval not before {created}, within a day 0"
    assert LISTING not in desk.calls
    assert show(desk, "--exact")[-1] == (
        f"next automatic approval {format_clock(desk, 3 * DAY)}, within a day 0"
    )
    assert desk.calls.count(LISTING) == 1


def test_a_bound_within_a_day_names_exact() -> None:
    """So many HITs may be due that asking for each would take as many calls."""
    now = datetime(2026, 1, 1, tzinfo=UTC)
    unlisted = Progress(1, 0, 0, 1, 0, 0, 0, None, now + timedelta(hours=2))
    listed = Progress(1, 0, 0, 1, 0, 0, 0, (now + timedelta(hours=3),))

    assert describe_approvals([unlisted, listed], now) == (
        "next automatic approval not before 2026-01-01T02:00:00Z; --exact tells when"
    )
    assert describe_approvals([listed], now) == (
        "next automatic approval 2026-01-01T03:00:00Z, within a day 1"
    )
    assert describe_approvals([Progress(1, 1, 0, 0, 0, 0, 0)], now) is None
