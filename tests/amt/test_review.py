"""Finding what can be approved or rejected."""

import argparse

from conftest_scripts import Desk

from amt import review
from amt.review import Found


def arguments() -> argparse.Namespace:
    return argparse.Namespace(concurrency=4)


def test_only_hits_with_unreviewed_work_are_listed(desk: Desk) -> None:
    """A call for each HIT that can have some, none for the others."""
    crowd = desk.crowd()
    worker = crowd.make_worker()
    fresh, held, reviewed, submitted = (crowd.make_hit() for _ in range(4))
    crowd.accept(worker, held)
    crowd.client.approve_assignment(AssignmentId=crowd.do(worker, reviewed))
    done = crowd.do(worker, submitted)
    desk.calls.clear()

    found = review.of_hits(arguments(), crowd.client, [fresh, held, reviewed, submitted])

    assert found == Found([done], 0)
    assert desk.calls == ["ListHITs", "ListAssignmentsForHIT"]


def test_the_order_is_that_of_the_ids(desk: Desk) -> None:
    """Of HITs, and within a HIT of submission."""
    crowd = desk.crowd()
    one, two = crowd.make_hit(MaxAssignments=2), crowd.make_hit()
    done = []
    for name, hit in (("Ada", two), ("Ada", one), ("Bob", one)):
        desk.clock.advance(1)
        done.append(crowd.do(crowd.make_worker(name), hit))

    found = review.of_hits(arguments(), crowd.client, [one, two])

    assert found.submitted == [done[1], done[2], done[0]]


def test_a_hit_deleted_meanwhile_is_named_and_counted(desk: Desk) -> None:
    """Between the survey and the listing."""
    crowd = desk.crowd()
    hit = crowd.make_hit()
    done = crowd.do(crowd.make_worker(), hit)

    def delete() -> None:
        crowd.client.approve_assignment(AssignmentId=done)
        crowd.client.update_expiration_for_hit(HITId=hit, ExpireAt=0)
        crowd.client.delete_hit(HITId=hit)

    desk.before["ListAssignmentsForHIT"] = delete

    assert review.of_hits(arguments(), crowd.client, [hit]) == Found([], 1)
    assert desk.capsys.readouterr().err.startswith(f"{hit}: Hit {hit} does not exist.")


def test_named_assignments_are_looked_at_one_by_one(desk: Desk) -> None:
    """Submitted ones are found, reviewed ones said, unknown ones counted."""
    crowd = desk.crowd()
    worker = crowd.make_worker()
    done = [crowd.do(worker, crowd.make_hit()) for _ in range(3)]
    crowd.client.approve_assignment(AssignmentId=done[0])

    found = review.of_assignments(arguments(), crowd.client, [*done, "3UNKNOWN"])

    assert found == Found(done[1:], 1)
    said = desk.capsys.readouterr().err.splitlines()
    assert said[0] == f"{done[0]}: is Approved already, skipped"
    assert said[1].startswith("3UNKNOWN: Assignment 3UNKNOWN does not exist.")
