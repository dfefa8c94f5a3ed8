"""expire_hits.py: ends HITs, and leaves people at work and their answers alone."""

import pytest

from tests.support.faulty_crowd import FaultyCrowd
from tests.support.script_fixtures import Desk

IDS = "--hit_ids_file=hit_ids.txt"
EXPIRE = ("expire_hits", IDS, "--yes")


@pytest.fixture
def ids(desk: Desk) -> list[str]:
    """Four HITs with two assignments each: untouched; one accepted; both accepted; expired."""
    ids = desk.launch(1, 2, 3, 4)
    crowd = desk.crowd()
    ada, ben = crowd.make_worker("Ada"), crowd.make_worker("Ben")
    crowd.accept(ada, ids[1])
    crowd.accept(ada, ids[2])
    crowd.accept(ben, ids[2])
    crowd.client.update_expiration_for_hit(HITId=ids[3], ExpireAt=0)
    desk.calls.clear()
    return ids


def available(desk: Desk, ids: list[str]) -> list[int]:
    return [desk.crowd().stands(hit_id)[1] for hit_id in ids]


def test_hits_expire_and_who_is_at_work_may_finish(desk: Desk) -> None:
    """Nobody can accept them any more, and an assignment that a worker holds can be submitted."""
    (hit,) = desk.launch(1)
    crowd = desk.crowd()
    held = crowd.accept(crowd.make_worker("Ada"), hit)

    done = desk.run(*EXPIRE)

    assert (done.code, done.out) == (0, "")
    assert done.err == (
        "1 assignment is being worked on, and can still be submitted.\nExpired 1 HIT.\n"
    )
    assert available(desk, [hit]) == [0]
    crowd.submit(held)
    assert crowd.assignment(held)["AssignmentStatus"] == "Submitted"


def test_unfinished_expires_what_can_be_accepted(desk: Desk, ids: list[str]) -> None:
    """A HIT without an assignment to accept and an expired one cost no call."""
    done = desk.run(*EXPIRE, "--unfinished")

    assert (done.code, done.out) == (0, "")
    assert done.err == (
        "1 HIT has expired already.\n"
        "1 HIT has no assignment left to accept.\n"
        "1 assignment is being worked on, and can still be submitted.\n"
        "Expired 2 HITs.\n"
    )
    assert desk.calls.count("UpdateExpirationForHIT") == 2
    assert available(desk, ids) == [0, 0, 0, 0]


def test_without_unfinished_a_returned_assignment_is_not_offered_again(
    desk: Desk, ids: list[str]
) -> None:
    """A HIT that is full expires too."""
    crowd = desk.crowd()
    ben = crowd.make_worker("Ben")
    held = crowd.accept(ben, ids[0])

    done = desk.run(*EXPIRE)
    crowd.give_back(ben, held)

    assert "4 assignments are being worked on, and can still be submitted." in done.err
    assert available(desk, ids) == [0, 0, 0, 0]


def test_again_changes_nothing(desk: Desk, ids: list[str]) -> None:
    """An interrupted run is finished by the same command."""
    desk.run(*EXPIRE)
    desk.calls.clear()

    done = desk.run(*EXPIRE)

    assert (done.code, done.err) == (0, "4 HITs have expired already.\nExpired 0 HITs.\n")
    assert "UpdateExpirationForHIT" not in desk.calls


def test_it_asks_first_and_says_who_is_at_work(desk: Desk, ids: list[str]) -> None:
    """Without a terminal nothing is done."""
    done = desk.run("expire_hits", IDS, "--unfinished")

    assert done.code == 2
    assert done.err.splitlines()[-1].partition(": ")[2] == (
        "Expire 2 HITs with 3 assignments that nobody has taken, on the sandbox of the local "
        "crowd? 1 assignment is being worked on, and can still be submitted. "
        "There is no terminal to ask on; add --yes to go ahead."
    )
    assert available(desk, ids[:2]) == [2, 1]


def test_an_unknown_hit_is_reported_and_the_others_expire(desk: Desk) -> None:
    """Exit code 1."""
    (hit,) = desk.launch(1)
    desk.write("ids.txt", f"3UNKNOWN\n{hit}\n")

    done = desk.run("expire_hits", "--hit_ids_file=ids.txt", "--yes")

    assert done.code == 1
    assert done.err == (
        "3UNKNOWN: Hit 3UNKNOWN does not exist.\nNobody is at work on them.\nExpired 1 HIT.\n"
    )


def test_a_flag_against_the_record_is_an_error_before_anything_is_sent(desk: Desk) -> None:
    """A batch in the sandbox is not expired on the live site."""
    desk.launch(1)

    assert "leave out --prod" in desk.fails(*EXPIRE, "--prod")
    assert desk.calls == []


def test_lost_responses_do_not_matter(desk: Desk) -> None:
    """On a served crowd whose responses get lost, every HIT expires."""
    with FaultyCrowd(desk.folder / "crowd", seed=5, clock=desk.clock) as crowd:
        crowd.config(desk.folder).chmod(0o600)
        ids = desk.launch(*range(10))
        crowd.faults["reset after"] = 0.25

        done = desk.run(*EXPIRE)

    assert done.code == 0, done.err
    assert done.err.endswith("Expired 10 HITs.\n")
    assert available(desk, ids) == [0] * 10
