"""What time alone does to submitted work."""

from datetime import UTC, datetime

import pytest

from tests.support.crowd_fixtures import OpenCrowd
from tests.support.crowds import DAY, HOUR, NEW_YEAR, CrowdUnderTest, refusal


def moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def test_approved_at_exactly_the_auto_approval_time(crowd: CrowdUnderTest) -> None:
    """Work is Submitted until the last second before AutoApprovalTime, and Approved at it."""
    hit_id = crowd.make_hit()
    assignment_id = crowd.do(crowd.make_worker(), hit_id)
    crowd.clock.advance(3 * DAY - 1)
    assert crowd.assignment(assignment_id)["AssignmentStatus"] == "Submitted"
    assert crowd.stands(hit_id) == ("Reviewable", 0, 0, 0)

    crowd.clock.advance(1)

    shown = crowd.assignment(assignment_id)
    assert shown["AssignmentStatus"] == "Approved"
    assert shown["ApprovalTime"] == shown["AutoApprovalTime"] == moment(NEW_YEAR + 3 * DAY)
    assert "RequesterFeedback" not in shown
    assert crowd.stands(hit_id) == ("Reviewable", 0, 0, 1)


@pytest.mark.parametrize("look", ["get_assignment", "list", "get_hit", "reject", "write"])
def test_approved_at_its_time_however_late_one_looks(crowd: CrowdUnderTest, look: str) -> None:
    """The ApprovalTime is the AutoApprovalTime, whatever is called first and however much later."""
    hit_id = crowd.make_hit()
    assignment_id = crowd.do(crowd.make_worker(), hit_id)
    crowd.clock.advance(100 * DAY)
    client = crowd.client

    if look == "list":
        (shown,) = client.list_assignments_for_hit(HITId=hit_id, AssignmentStatuses=["Approved"])[
            "Assignments"
        ]
        assert shown["AssignmentId"] == assignment_id
    elif look == "get_hit":
        assert crowd.stands(hit_id) == ("Reviewable", 0, 0, 1)
    elif look == "reject":
        refused = refusal(
            client.reject_assignment, AssignmentId=assignment_id, RequesterFeedback="."
        )
        assert "currently in the state 'Approved'" in refused.message
    elif look == "write":
        crowd.make_hit()

    shown = crowd.assignment(assignment_id)
    assert shown["ApprovalTime"] == moment(NEW_YEAR + 3 * DAY)


def test_many_fall_due_at_once(crowd: CrowdUnderTest) -> None:
    """Any number that fell due while nobody looked is settled, each at its own time."""
    hit_id = crowd.make_hit(MaxAssignments=1100)
    with crowd.site.store.writing() as db:  # faster than 1,100 workers
        from sqlalchemy import insert, update

        from local_crowd.store import tables

        workers = [f"A{number}" for number in range(1100)]
        db.execute(
            insert(tables.workers),
            [
                {"worker_id": worker_id, "nickname": worker_id, "created_time": NEW_YEAR}
                for worker_id in workers
            ],
        )
        db.execute(
            insert(tables.assignments),
            [
                {
                    "assignment_id": f"3{worker_id}",
                    "hit_id": hit_id,
                    "worker_id": worker_id,
                    "requester_id": crowd.requester_id,
                    "status": "Submitted" if number % 2 else "Accepted",
                    "accept_time": NEW_YEAR,
                    "deadline": NEW_YEAR + HOUR + number,
                    "submit_time": NEW_YEAR if number % 2 else None,
                    "auto_approval_time": NEW_YEAR + DAY + number if number % 2 else None,
                    "due_time": NEW_YEAR + (DAY if number % 2 else HOUR) + number,
                }
                for number, worker_id in enumerate(workers)
            ],
        )
        db.execute(update(tables.hits).values(available=0, pending=550, submitted=550))
    assert crowd.stands(hit_id) == ("Unassignable", 0, 550, 0)

    crowd.clock.advance(2 * DAY)

    assert crowd.stands(hit_id) == ("Assignable", 550, 0, 550)
    pages = crowd.client.get_paginator("list_assignments_for_hit").paginate(HITId=hit_id)
    shown = [assignment for page in pages for assignment in page["Assignments"]]
    assert len(shown) == 550
    assert all(assignment["ApprovalTime"] == assignment["AutoApprovalTime"] for assignment in shown)


def test_a_delay_of_zero_approves_at_once(crowd: CrowdUnderTest) -> None:
    """With a delay of 0 work is Approved by its submission."""
    hit_id = crowd.make_hit(AutoApprovalDelayInSeconds=0)
    assignment_id = crowd.accept(crowd.make_worker(), hit_id)
    crowd.clock.advance(7)
    crowd.submit(assignment_id)

    shown = crowd.assignment(assignment_id)
    assert shown["AssignmentStatus"] == "Approved"
    assert (
        shown["SubmitTime"]
        == shown["AutoApprovalTime"]
        == shown["ApprovalTime"]
        == moment(NEW_YEAR + 7)
    )
    assert crowd.stands(hit_id) == ("Reviewable", 0, 0, 1)


def test_a_rejection_stays_rejected(crowd: CrowdUnderTest) -> None:
    """Time approves nothing that was decided."""
    assignment_id = crowd.do(crowd.make_worker(), crowd.make_hit())
    crowd.client.reject_assignment(AssignmentId=assignment_id, RequesterFeedback="no")
    crowd.clock.advance(10 * DAY)

    assert crowd.assignment(assignment_id)["AssignmentStatus"] == "Rejected"


def test_an_extension_does_not_postpone_it(crowd: CrowdUnderTest) -> None:
    """Extending the HIT leaves AutoApprovalTime as it was."""
    hit_id = crowd.make_hit()
    assignment_id = crowd.do(crowd.make_worker(), hit_id)
    crowd.client.update_expiration_for_hit(HITId=hit_id, ExpireAt=NEW_YEAR + 30 * DAY)
    crowd.client.create_additional_assignments_for_hit(
        HITId=hit_id, NumberOfAdditionalAssignments=1
    )
    crowd.clock.advance(3 * DAY)

    assert crowd.assignment(assignment_id)["ApprovalTime"] == moment(NEW_YEAR + 3 * DAY)
    assert crowd.stands(hit_id) == ("Assignable", 1, 0, 1)


def test_time_approves_what_no_budget_covers(open_crowd: OpenCrowd) -> None:
    """Auto-approval happens whatever the budget says: the worker was promised it."""
    crowd = open_crowd("live")
    assignment_id = crowd.do(crowd.make_worker(), crowd.make_hit())
    crowd.give_budget(1)
    crowd.clock.advance(3 * DAY)

    assert crowd.assignment(assignment_id)["AssignmentStatus"] == "Approved"
    assert crowd.client.get_account_balance()["AvailableBalance"] == "0.00"
