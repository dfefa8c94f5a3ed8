"""Finding what can be approved or rejected."""

from decimal import Decimal

import pytest

from amt import review
from amt.crowd import Crowd
from amt.errors import Error
from amt.review import Submitted, SubmittedWork
from local_crowd.operations.qualifications import grants
from local_crowd.operations.qualifications.system_qualifications import MASTERS
from tests.support.script_fixtures import Desk

LOCAL = Crowd("local", live=False, settings={})
AMAZON = Crowd("mturk", live=True, settings={})


def test_only_hits_with_unreviewed_work_are_listed(desk: Desk) -> None:
    """A call for each HIT that can have some, none for the others."""
    crowd = desk.crowd()
    worker = crowd.make_worker()
    fresh, held, reviewed, submitted = (crowd.make_hit() for _ in range(4))
    crowd.accept(worker, held)
    crowd.client.approve_assignment(AssignmentId=crowd.do(worker, reviewed))
    done = crowd.do(worker, submitted)
    desk.calls.clear()

    work = review.find_in_hits(LOCAL, crowd.client, [fresh, held, reviewed, submitted])

    assert work == SubmittedWork([Submitted(done, Decimal("0.05"), Decimal("0.00"))], 0)
    assert desk.calls == ["ListHITs", "ListAssignmentsForHIT"]


def test_the_order_is_that_of_the_ids(desk: Desk) -> None:
    """HITs come in the order of the ids, a HIT's assignments in the order of submission."""
    crowd = desk.crowd()
    first, two = crowd.make_hit(MaxAssignments=2), crowd.make_hit()
    done = []
    for name, hit in (("Ada", two), ("Ada", first), ("Bob", first)):
        desk.clock.advance(1)
        done.append(crowd.do(crowd.make_worker(name), hit))

    work = review.find_in_hits(LOCAL, crowd.client, [first, two])

    assert [assignment.assignment_id for assignment in work.submitted] == [
        done[1],
        done[2],
        done[0],
    ]


def test_a_hit_deleted_during_the_run_is_reported_and_counted(desk: Desk) -> None:
    """Between the survey and the listing."""
    crowd = desk.crowd()
    hit = crowd.make_hit()
    done = crowd.do(crowd.make_worker(), hit)

    def delete() -> None:
        crowd.client.approve_assignment(AssignmentId=done)
        crowd.client.update_expiration_for_hit(HITId=hit, ExpireAt=0)
        crowd.client.delete_hit(HITId=hit)

    desk.before["ListAssignmentsForHIT"] = delete

    messages: list[str] = []
    assert review.find_in_hits(LOCAL, crowd.client, [hit], say=messages.append) == SubmittedWork(
        [], 1
    )
    assert messages[0].startswith(f"{hit}: Hit {hit} does not exist.")


def test_assignments_can_be_selected_by_id(desk: Desk) -> None:
    """Submitted assignments are returned, reviewed ones reported, unknown ones counted."""
    crowd = desk.crowd()
    worker = crowd.make_worker()
    done = [crowd.do(worker, crowd.make_hit()) for _ in range(3)]
    crowd.client.approve_assignment(AssignmentId=done[0])

    messages: list[str] = []
    work = review.find_assignments(LOCAL, crowd.client, [*done, "3UNKNOWN"], messages.append)

    assert [assignment.assignment_id for assignment in work.submitted] == done[1:]
    assert work.refused == 1
    assert messages[0] == f"{done[0]}: is Approved already, skipped"
    assert messages[1].startswith("3UNKNOWN: Assignment 3UNKNOWN does not exist.")


def test_the_question_counts_amazons_fees(desk: Desk) -> None:
    """Each assignment at the rates of its own HIT: 20 %, 40 % from 10 assignments on, and 5 %
    more for Masters. A crowd of one's own takes none, and rejecting costs nothing.
    """
    crowd = desk.crowd()
    masters = {"QualificationTypeId": MASTERS["sandbox"], "Comparator": "Exists"}
    hits = [
        crowd.make_hit(Reward="1.00"),
        crowd.make_hit(Reward="0.01", MaxAssignments=10),
        crowd.make_hit(Reward="2.00", QualificationRequirements=[masters]),
    ]
    worker = crowd.make_worker()
    with crowd.site.writing() as call:
        grants.set_master(call, worker, master=True)
    done = [crowd.do(worker, hit) for hit in hits]

    work = review.find_in_hits(AMAZON, crowd.client, hits)
    named = review.find_assignments(AMAZON, crowd.client, done)

    assert work == named
    assert [str(assignment.fee) for assignment in work.submitted] == ["0.20", "0.01", "0.50"]
    assert review.ask_to_approve(AMAZON, work.submitted) == (
        "Approve 3 assignments for $3.72 ($3.01 in rewards, $0.71 in fees) on the LIVE SITE of "
        "Mechanical Turk?"
    )
    question = review.ask_to_reject(AMAZON, work.submitted, "Thanks")
    assert question.endswith("The workers are not paid the $3.01.")


def test_reject_requires_feedback(desk: Desk) -> None:
    """The library refuses it too, because workers read the reason."""
    client = desk.crowd().client
    with pytest.raises(Error, match="must not be empty: workers read it"):
        review.ask_to_reject(LOCAL, [], " ")
    with pytest.raises(Error, match="must not be empty: workers read it"):
        review.reject(LOCAL, client, [], " ")
