"""delete_hits.py: takes HITs away, and no unreviewed work with them."""

import pytest

from tests.support.crowds import refusal
from tests.support.script_fixtures import Desk

IDS = "--hit_ids_file=hit_ids.txt"


def gone(desk: Desk, hit_id: str) -> bool:
    listed = desk.crowd().client.list_hits(MaxResults=100)["HITs"]
    return hit_id not in {hit["HITId"] for hit in listed}


def test_open_hits_are_expired_and_deleted(desk: Desk) -> None:
    """Whether anybody has worked on them or not; the crowd has them no more."""
    untouched, reviewed, expired = desk.launch(1, 2, 3)
    crowd = desk.crowd()
    done = crowd.do(crowd.make_worker("Ada"), reviewed)
    crowd.client.approve_assignment(AssignmentId=done)
    crowd.client.update_expiration_for_hit(HITId=expired, ExpireAt=0)
    desk.calls.clear()

    result = desk.run("delete_hits", IDS, "--yes")

    assert (result.code, result.out, result.err) == (0, "", "Deleted 3 HITs.\n")
    assert all(gone(desk, hit) for hit in (untouched, reviewed, expired))
    assert desk.calls.count("UpdateExpirationForHIT") == 2
    assert "does not exist" in refusal(crowd.client.get_hit, HITId=untouched).message


@pytest.mark.parametrize("assignments", [1, 3])
def test_unreviewed_work_is_reported_and_left_alone(desk: Desk, assignments: int) -> None:
    """Such a HIT is not even expired; the others are deleted."""
    kept, other = desk.launch(1, 2, MaxAssignments=assignments)
    crowd = desk.crowd()
    done = crowd.do(crowd.make_worker("Ada"), kept)
    before = crowd.hit(kept)

    result = desk.run("delete_hits", IDS, "--yes")

    assert result.code == 1
    assert result.err == (
        f"{kept}: has 1 submitted assignment to approve or reject first\nDeleted 1 HIT.\n"
    )
    assert crowd.hit(kept) == before
    assert crowd.assignment(done)["AssignmentStatus"] == "Submitted"
    assert gone(desk, other)


def test_unreviewed_work_of_an_expired_hit_is_refused_by_the_crowd(desk: Desk) -> None:
    """The counters cannot tell, so the crowd does; the work stays."""
    (hit,) = desk.launch(1, MaxAssignments=3)
    crowd = desk.crowd()
    done = crowd.do(crowd.make_worker("Ada"), hit)
    crowd.client.update_expiration_for_hit(HITId=hit, ExpireAt=0)

    result = desk.run("delete_hits", IDS, "--yes")

    assert result.code == 1
    assert result.err.startswith(f"{hit}: This HIT is currently in the state 'Reviewable'.")
    assert crowd.assignment(done)["AssignmentStatus"] == "Submitted"


def test_a_hit_that_a_worker_holds_is_expired_and_named(desk: Desk) -> None:
    """Nobody else can take it, the worker can still submit it."""
    (hit,) = desk.launch(1)
    crowd = desk.crowd()
    held = crowd.accept(crowd.make_worker("Ada"), hit)

    result = desk.run("delete_hits", IDS, "--yes")

    assert result.code == 1
    assert result.err.startswith(f"{hit}: This HIT is currently in the state 'Unassignable'.")
    assert result.err.endswith("Deleted 0 HITs.\n")
    assert crowd.stands(hit) == ("Unassignable", 0, 1, 0)
    crowd.submit(held)


def test_all_means_every_hit_of_the_account(desk: Desk) -> None:
    """More than a page of them, of any batch, and of one site alone."""
    desk.launch(*range(120))
    desk.launch(1, name="others.txt")
    live = desk.crowd(live=True)
    other = live.make_hit()

    result = desk.run("delete_hits", "--all", "--yes")

    assert (result.code, result.err) == (0, "Deleted 121 HITs.\n")
    assert desk.crowd().client.list_hits()["HITs"] == []
    assert live.hit(other)["HITStatus"] == "Assignable"


@pytest.mark.parametrize("argv", [(), (IDS, "--all")])
def test_either_a_file_or_all(desk: Desk, argv: tuple[str, ...]) -> None:
    """Neither and both are usage errors, before anything is sent."""
    desk.launch(1)

    assert desk.run("delete_hits", *argv, "--yes").code == 2
    assert desk.calls == []


def test_it_asks_first(desk: Desk) -> None:
    """How many, and where; nothing is done without a yes."""
    (hit,) = desk.launch(1)

    assert desk.fails("delete_hits", IDS) == (
        "Delete 1 HIT and all their answers on the sandbox of the local crowd? "
        "There is no terminal to ask on; add --yes to go ahead."
    )
    assert not gone(desk, hit)


def test_an_unknown_hit_is_reported_and_the_others_are_deleted(desk: Desk) -> None:
    """The exit code tells."""
    desk.write("ids.txt", "\n".join(["3UNKNOWN", *desk.launch(1, 2)]))

    result = desk.run("delete_hits", "--hit_ids_file=ids.txt", "--yes")

    assert result.code == 1
    unknown, summary = result.err.splitlines()
    assert unknown.startswith("3UNKNOWN: Hit 3UNKNOWN does not exist.")
    assert summary == "Deleted 2 HITs."


def test_hits_that_are_gone_already_are_done(desk: Desk) -> None:
    """An interrupted run is repeated: what was deleted before is one line, and no failure."""
    ids = desk.launch(1, 2, 3)
    desk.run("delete_hit", f"--hit_id={ids[0]}", "--yes")

    rest = desk.run("delete_hits", IDS, "--yes")
    again = desk.run("delete_hits", IDS)

    assert (rest.code, rest.err) == (0, "Deleted 2 HITs. 1 was deleted before.\n")
    assert (again.code, again.err) == (0, "Deleted 0 HITs. 3 were deleted before.\n")
    assert all(gone(desk, hit) for hit in ids)


@pytest.mark.parametrize("call", ["UpdateExpirationForHIT", "DeleteHIT"])
def test_a_hit_that_another_run_deletes_meanwhile_is_done(desk: Desk, call: str) -> None:
    """Two runs at once, or the requester's page: deleted is what it was meant to be."""
    (hit,) = desk.launch(1)
    client = desk.crowd().client

    def delete() -> None:
        client.update_expiration_for_hit(HITId=hit, ExpireAt=0)
        client.delete_hit(HITId=hit)

    desk.before[call] = delete

    result = desk.run("delete_hits", IDS, "--yes")

    assert (result.code, result.err) == (0, "Deleted 1 HIT.\n")


def test_work_submitted_during_the_run_is_not_lost(desk: Desk) -> None:
    """Between the look and the act somebody submits: the crowd refuses, the work stays."""
    (hit,) = desk.launch(1)
    crowd = desk.crowd()
    worker = crowd.make_worker("Ada")
    done: list[str] = []
    desk.before["UpdateExpirationForHIT"] = lambda: done.append(crowd.do(worker, hit))

    result = desk.run("delete_hits", IDS, "--yes")

    assert result.code == 1
    assert result.err.startswith(f"{hit}: This HIT is currently in the state 'Reviewable'.")
    assert crowd.assignment(done[0])["AssignmentStatus"] == "Submitted"


def test_a_flag_against_the_record_is_an_error_before_anything_is_sent(desk: Desk) -> None:
    """Nothing is deleted on another site than the batch's."""
    desk.launch(1)

    assert "leave out --prod" in desk.fails("delete_hits", IDS, "--prod", "--yes")
    assert desk.calls == []


def test_a_clock_that_is_ahead_deletes_all_the_same(desk: Desk) -> None:
    """Whether a HIT is open the crowd says, not the clock of this machine."""
    (hit,) = desk.launch(1, LifetimeInSeconds=30)
    desk.clock.advance(-600)
    (late,) = desk.launch(2, name="late.txt", LifetimeInSeconds=30)

    assert desk.run("delete_hits", "--hit_ids_file=late.txt", "--yes").code == 0
    assert gone(desk, late)
    assert not gone(desk, hit)
