"""Assignments: listed, shown, approved, rejected."""

from datetime import UTC, datetime

import pytest

from tests.support.crowd_fixtures import OpenCrowd
from tests.support.crowds import DAY, HOUR, NEW_YEAR, CrowdUnderTest, business, invalid, refusal

MEMBERS = {
    "AssignmentId",
    "WorkerId",
    "HITId",
    "AssignmentStatus",
    "AutoApprovalTime",
    "AcceptTime",
    "SubmitTime",
    "Answer",
}
APPROVED_NOW = "This Assignment is currently in the state 'Approved'.  "
REJECTED_NOW = "This Assignment is currently in the state 'Rejected'.  "


def in_state(state: str, allowed: str) -> object:
    return business(
        f"{state}This operation can be called with a status of: {allowed}",
        "InvalidAssignmentState",
    )


def moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def listed(crowd: CrowdUnderTest, hit_id: str, *statuses: str) -> list[str]:
    request = {"AssignmentStatuses": list(statuses)} if statuses else {}
    response = crowd.client.list_assignments_for_hit(HITId=hit_id, **request)
    assert response["NumResults"] == len(response["Assignments"])
    return [assignment["AssignmentId"] for assignment in response["Assignments"]]


def test_submitted_work_has_the_recorded_members(crowd: CrowdUnderTest) -> None:
    """Submitted work is shown with the members that Amazon's recorded response has, no other."""
    hit_id, worker = crowd.make_hit(), crowd.make_worker()
    assignment_id = crowd.accept(worker, hit_id)
    crowd.clock.advance(90)
    crowd.submit(assignment_id, [("word", "cat")])

    (shown,) = crowd.client.list_assignments_for_hit(HITId=hit_id)["Assignments"]

    assert set(shown) == MEMBERS
    assert shown["AssignmentId"] == assignment_id
    assert shown["WorkerId"] == worker
    assert shown["HITId"] == hit_id
    assert shown["AssignmentStatus"] == "Submitted"
    assert shown["AcceptTime"] == moment(NEW_YEAR)
    assert shown["SubmitTime"] == moment(NEW_YEAR + 90)
    assert shown["AutoApprovalTime"] == moment(NEW_YEAR + 90 + 3 * DAY)
    assert "<FreeText>cat</FreeText>" in shown["Answer"]


def test_get_assignment_answers_the_hit_too(crowd: CrowdUnderTest) -> None:
    """GetAssignment answers the assignment as listed, and the HIT as GetHIT does."""
    hit_id = crowd.make_hit()
    assignment_id = crowd.do(crowd.make_worker(), hit_id)

    response = crowd.client.get_assignment(AssignmentId=assignment_id)

    assert set(response) == {"Assignment", "HIT", "ResponseMetadata"}
    (shown,) = crowd.client.list_assignments_for_hit(HITId=hit_id)["Assignments"]
    assert response["Assignment"] == shown
    assert response["HIT"] == crowd.hit(hit_id)


def test_work_in_progress_is_invisible(crowd: CrowdUnderTest) -> None:
    """What is accepted, returned or abandoned is neither listed nor shown."""
    hit_id = crowd.make_hit(MaxAssignments=3)
    ada, ben = crowd.make_worker("Ada"), crowd.make_worker("Ben")
    accepted, returned = crowd.accept(ada, hit_id), crowd.accept(ben, hit_id)
    crowd.give_back(ben, returned)

    assert listed(crowd, hit_id) == []
    for assignment_id in (accepted, returned, "3NONE"):
        assert refusal(crowd.client.get_assignment, AssignmentId=assignment_id) == business(
            f"Assignment {assignment_id} does not exist.", "AssignmentDoesNotExist"
        )
    crowd.clock.advance(HOUR)
    assert listed(crowd, hit_id) == []
    assert refusal(crowd.client.get_assignment, AssignmentId=accepted).turk_error_code == (
        "AWS.MechanicalTurk.AssignmentDoesNotExist"
    )


@pytest.mark.parametrize("returned", [False, True])
def test_work_in_progress_is_not_reviewed(crowd: CrowdUnderTest, returned: bool) -> None:
    """Approving and rejecting what is not submitted says "a status of: null", as Amazon does."""
    hit_id, worker = crowd.make_hit(), crowd.make_worker()
    assignment_id = crowd.accept(worker, hit_id)
    if returned:
        crowd.give_back(worker, assignment_id)
    refused = in_state("", "null")

    assert refusal(crowd.client.approve_assignment, AssignmentId=assignment_id) == refused
    assert (
        refusal(crowd.client.reject_assignment, AssignmentId=assignment_id, RequesterFeedback="n")
        == refused
    )
    for method in ("approve_assignment", "reject_assignment"):
        assert refusal(
            getattr(crowd.client, method),
            AssignmentId="3NONE",
            **{"RequesterFeedback": "no"} if method == "reject_assignment" else {},
        ) == business("Assignment 3NONE does not exist.", "AssignmentDoesNotExist")


def test_the_list_is_by_time_of_submission(crowd: CrowdUnderTest) -> None:
    """Assignments are listed in the order they were submitted, not accepted."""
    hit_id = crowd.make_hit(MaxAssignments=3)
    held = [crowd.accept(crowd.make_worker(name), hit_id) for name in "abc"]
    for assignment_id in (held[2], held[0], held[1]):
        crowd.clock.advance(1)
        crowd.submit(assignment_id)

    assert listed(crowd, hit_id) == [held[2], held[0], held[1]]


def test_the_list_by_status(crowd: CrowdUnderTest) -> None:
    """Statuses filter, singly and together; none means all three."""
    hit_id = crowd.make_hit(MaxAssignments=3)
    done = []
    for name in "abc":
        done.append(crowd.do(crowd.make_worker(name), hit_id))
        crowd.clock.advance(1)
    crowd.client.approve_assignment(AssignmentId=done[1])
    crowd.client.reject_assignment(AssignmentId=done[2], RequesterFeedback="no")

    assert listed(crowd, hit_id) == done
    assert listed(crowd, hit_id, "Submitted") == [done[0]]
    assert listed(crowd, hit_id, "Approved") == [done[1]]
    assert listed(crowd, hit_id, "Rejected") == [done[2]]
    assert listed(crowd, hit_id, "Rejected", "Submitted") == [done[0], done[2]]
    assert (
        crowd.client.list_assignments_for_hit(HITId=hit_id, AssignmentStatuses=[])["NumResults"]
        == 3
    )


def test_approve(crowd: CrowdUnderTest) -> None:
    """Approved work shows when, with the feedback; the HIT counts it as completed."""
    hit_id = crowd.make_hit()
    assignment_id = crowd.do(crowd.make_worker(), hit_id)
    crowd.clock.advance(HOUR)

    response = crowd.client.approve_assignment(
        AssignmentId=assignment_id, RequesterFeedback="Thanks — ü"
    )

    assert set(response) == {"ResponseMetadata"}
    shown = crowd.assignment(assignment_id)
    assert set(shown) == MEMBERS | {"ApprovalTime", "RequesterFeedback"}
    assert shown["AssignmentStatus"] == "Approved"
    assert shown["ApprovalTime"] == moment(NEW_YEAR + HOUR)
    assert shown["RequesterFeedback"] == "Thanks — ü"
    assert crowd.stands(hit_id) == ("Reviewable", 0, 0, 1)


def test_approval_without_feedback_shows_none(crowd: CrowdUnderTest) -> None:
    """Without feedback there is no such member."""
    assignment_id = crowd.do(crowd.make_worker(), crowd.make_hit())
    crowd.client.approve_assignment(AssignmentId=assignment_id)

    assert set(crowd.assignment(assignment_id)) == MEMBERS | {"ApprovalTime"}


def test_reject(crowd: CrowdUnderTest) -> None:
    """Rejected work shows when and why, is completed, and its slot is not offered again."""
    hit_id = crowd.make_hit(MaxAssignments=2)
    assignment_id = crowd.do(crowd.make_worker(), hit_id)
    crowd.clock.advance(HOUR)

    response = crowd.client.reject_assignment(
        AssignmentId=assignment_id, RequesterFeedback="not a cat"
    )

    assert set(response) == {"ResponseMetadata"}
    shown = crowd.assignment(assignment_id)
    assert set(shown) == MEMBERS | {"RejectionTime", "RequesterFeedback"}
    assert shown["AssignmentStatus"] == "Rejected"
    assert shown["RejectionTime"] == moment(NEW_YEAR + HOUR)
    assert shown["RequesterFeedback"] == "not a cat"
    assert crowd.stands(hit_id) == ("Assignable", 1, 0, 1)


def test_a_decision_is_made_once(crowd: CrowdUnderTest) -> None:
    """Approved work is neither approved nor rejected again; rejected work is not rejected again."""
    hit_id = crowd.make_hit(MaxAssignments=2)
    good, bad = (crowd.do(crowd.make_worker(name), hit_id) for name in "ab")
    approve, reject = crowd.client.approve_assignment, crowd.client.reject_assignment
    approve(AssignmentId=good)
    reject(AssignmentId=bad, RequesterFeedback="no")

    assert refusal(approve, AssignmentId=good) == in_state(APPROVED_NOW, "Submitted")
    assert refusal(approve, AssignmentId=good, OverrideRejection=True) == in_state(
        APPROVED_NOW, "Submitted, Rejected"
    )
    assert refusal(reject, AssignmentId=good, RequesterFeedback="no") == in_state(
        APPROVED_NOW, "Submitted"
    )
    assert refusal(reject, AssignmentId=bad, RequesterFeedback="no") == in_state(
        REJECTED_NOW, "Submitted"
    )
    assert refusal(approve, AssignmentId=bad) == in_state(REJECTED_NOW, "Submitted")
    assert refusal(approve, AssignmentId=bad, OverrideRejection=False) == in_state(
        REJECTED_NOW, "Submitted"
    )
    assert crowd.stands(hit_id) == ("Reviewable", 0, 0, 2)


def test_a_rejection_is_overridden_within_30_days(crowd: CrowdUnderTest) -> None:
    """OverrideRejection approves rejected work until 30 days after its submission, not later."""
    hit_id = crowd.make_hit(MaxAssignments=2)
    first, second = (crowd.do(crowd.make_worker(name), hit_id) for name in "ab")
    for assignment_id in (first, second):
        crowd.client.reject_assignment(AssignmentId=assignment_id, RequesterFeedback="no")
    approve = crowd.client.approve_assignment

    crowd.clock.advance(30 * DAY)
    approve(AssignmentId=first, OverrideRejection=True, RequesterFeedback="sorry")
    shown = crowd.assignment(first)
    assert shown["AssignmentStatus"] == "Approved"
    assert shown["ApprovalTime"] == moment(NEW_YEAR + 30 * DAY)
    assert shown["RequesterFeedback"] == "sorry"
    assert crowd.stands(hit_id)[3] == 2

    crowd.clock.advance(1)
    assert refusal(approve, AssignmentId=second, OverrideRejection=True) == business(
        "This Assignment was submitted more than 30 days ago, so its rejection is final.",
        "InvalidAssignmentState",
    )
    assert crowd.assignment(second)["AssignmentStatus"] == "Rejected"
    assert crowd.stands(hit_id)[3] == 2


def test_override_approves_submitted_work_too(crowd: CrowdUnderTest) -> None:
    """OverrideRejection does no harm where there is no rejection, however old the work."""
    hit_id = crowd.make_hit()
    assignment_id = crowd.do(crowd.make_worker(), hit_id)

    crowd.client.approve_assignment(AssignmentId=assignment_id, OverrideRejection=True)

    assert crowd.stands(hit_id) == ("Reviewable", 0, 0, 1)


def test_an_overridden_rejection_is_paid_once(open_crowd: OpenCrowd) -> None:
    """Rejection costs nothing; overriding it costs the reward, once."""
    crowd = open_crowd("live")
    crowd.give_budget(100)
    assignment_id = crowd.do(crowd.make_worker(), crowd.make_hit())
    crowd.client.reject_assignment(AssignmentId=assignment_id, RequesterFeedback="no")
    assert crowd.client.get_account_balance()["AvailableBalance"] == "1.00"

    crowd.client.approve_assignment(AssignmentId=assignment_id, OverrideRejection=True)

    assert crowd.client.get_account_balance()["AvailableBalance"] == "0.95"


def test_feedback_has_a_limit(crowd: CrowdUnderTest) -> None:
    """Feedback has at most 1,024 characters."""
    hit_id = crowd.make_hit(MaxAssignments=2)
    first, second = (crowd.do(crowd.make_worker(name), hit_id) for name in "ab")
    refused = invalid(
        "The value for RequesterFeedback is 1025 characters long. At most 1024 are allowed."
    )
    for method in (crowd.client.approve_assignment, crowd.client.reject_assignment):
        assert refusal(method, AssignmentId=first, RequesterFeedback="x" * 1025) == refused
    assert crowd.assignment(first)["AssignmentStatus"] == "Submitted"
    crowd.client.approve_assignment(AssignmentId=first, RequesterFeedback="é" * 1024)
    crowd.client.reject_assignment(AssignmentId=second, RequesterFeedback="é" * 1024)
    assert crowd.assignment(second)["RequesterFeedback"] == "é" * 1024


def test_assignments_of_an_unknown_hit(crowd: CrowdUnderTest) -> None:
    """Listing the assignments of a HIT that is not there names it."""
    assert refusal(crowd.client.list_assignments_for_hit, HITId="3NONE") == business(
        "Hit 3NONE does not exist.", "HITDoesNotExist"
    )
