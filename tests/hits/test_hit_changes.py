"""The life of a HIT: accepted, returned, expired, extended, reviewed, deleted."""

from datetime import UTC, datetime

import pytest

from tests.support.crowds import (
    DAY,
    HOUR,
    MINUTE,
    NEW_YEAR,
    CrowdUnderTest,
    business,
    invalid,
    refusal,
    why,
)

STATES = "This operation can be called with a status of: "


def in_state(state: str, *allowed: str) -> object:
    return business(
        f"This HIT is currently in the state '{state}'.  {STATES}{', '.join(allowed)}",
        "InvalidHITState",
    )


def expiration(crowd: CrowdUnderTest, hit_id: str) -> float:
    return crowd.hit(hit_id)["Expiration"].timestamp() - NEW_YEAR


# Statuses and counters


def test_the_guides_example(crowd: CrowdUnderTest) -> None:
    """A HIT of five assignments goes through the states of the developer guide's example."""
    hit_id = crowd.make_hit(MaxAssignments=5)
    workers = [crowd.make_worker(f"worker {number}") for number in range(5)]
    assert crowd.stands(hit_id) == ("Assignable", 5, 0, 0)

    held = [crowd.accept(worker, hit_id) for worker in workers[:3]]
    assert crowd.stands(hit_id) == ("Assignable", 2, 3, 0)

    held += [crowd.accept(worker, hit_id) for worker in workers[3:]]
    assert crowd.stands(hit_id) == ("Unassignable", 0, 5, 0)

    crowd.submit(held[0])
    crowd.submit(held[1])
    assert crowd.stands(hit_id) == ("Unassignable", 0, 3, 0)

    crowd.give_back(workers[2], held[2])
    assert crowd.stands(hit_id) == ("Assignable", 1, 2, 0)

    for assignment_id in (crowd.accept(workers[2], hit_id), *held[3:]):
        crowd.submit(assignment_id)
    assert crowd.stands(hit_id) == ("Reviewable", 0, 0, 0)

    crowd.client.approve_assignment(AssignmentId=held[0])
    crowd.client.reject_assignment(AssignmentId=held[1], RequesterFeedback="no")
    assert crowd.stands(hit_id) == ("Reviewable", 0, 0, 2)


def test_submitted_work_is_in_no_counter(crowd: CrowdUnderTest) -> None:
    """Unreviewed work is neither available nor pending nor completed."""
    hit_id = crowd.make_hit(MaxAssignments=2)
    assignment_id = crowd.do(crowd.make_worker(), hit_id)
    assert crowd.stands(hit_id) == ("Assignable", 1, 0, 0)

    crowd.client.approve_assignment(AssignmentId=assignment_id)
    assert crowd.stands(hit_id) == ("Assignable", 1, 0, 1)


def test_a_worker_has_one_assignment_of_a_hit(crowd: CrowdUnderTest) -> None:
    """Accepting again returns the same assignment; after submitting it is refused."""
    hit_id, worker = crowd.make_hit(MaxAssignments=2), crowd.make_worker()
    assignment_id = crowd.accept(worker, hit_id)
    crowd.clock.advance(5)
    assert crowd.accept(worker, hit_id) == assignment_id
    assert crowd.stands(hit_id) == ("Assignable", 1, 1, 0)

    crowd.submit(assignment_id)
    assert why(lambda: crowd.accept(worker, hit_id)) == "done"
    assert crowd.stands(hit_id) == ("Assignable", 1, 0, 0)


def test_what_is_taken_is_taken(crowd: CrowdUnderTest) -> None:
    """Nobody accepts beyond MaxAssignments."""
    hit_id = crowd.make_hit()
    crowd.accept(crowd.make_worker("Ada"), hit_id)

    assert why(lambda: crowd.accept(crowd.make_worker("Ben"), hit_id)) == "taken"
    assert crowd.stands(hit_id) == ("Unassignable", 0, 1, 0)


def test_return_and_accept_again(crowd: CrowdUnderTest) -> None:
    """Returned work is open to all, the same worker too, as another assignment."""
    hit_id, worker = crowd.make_hit(), crowd.make_worker()
    first = crowd.accept(worker, hit_id)
    crowd.give_back(worker, first)
    assert crowd.stands(hit_id) == ("Assignable", 1, 0, 0)
    assert why(lambda: crowd.submit(first)) == "returned"
    assert why(lambda: crowd.give_back(worker, first)) == "done"

    second = crowd.accept(worker, hit_id)

    assert second != first
    crowd.submit(second)
    assert why(lambda: crowd.submit(first)) == "returned"
    assert crowd.stands(hit_id) == ("Reviewable", 0, 0, 0)


def test_only_the_holder_returns(crowd: CrowdUnderTest) -> None:
    """Another worker cannot return what they do not hold, nor can finished work be returned."""
    hit_id, worker = crowd.make_hit(), crowd.make_worker()
    assignment_id = crowd.accept(worker, hit_id)

    assert why(lambda: crowd.give_back(crowd.make_worker("Ben"), assignment_id)) == "unknown"
    assert why(lambda: crowd.give_back(worker, "3NONE")) == "unknown"
    crowd.submit(assignment_id)
    assert why(lambda: crowd.give_back(worker, assignment_id)) == "done"
    assert crowd.assignment(assignment_id)["AssignmentStatus"] == "Submitted"


def test_abandoned_at_the_deadline(crowd: CrowdUnderTest) -> None:
    """Work can be submitted until the last second; at the deadline the slot is free again."""
    hit_id = crowd.make_hit(AssignmentDurationInSeconds=10 * MINUTE, MaxAssignments=2)
    early, late = crowd.make_worker("early"), crowd.make_worker("late")
    in_time, too_late = crowd.accept(early, hit_id), crowd.accept(late, hit_id)

    crowd.clock.advance(10 * MINUTE - 1)
    crowd.submit(in_time)
    assert crowd.stands(hit_id) == ("Unassignable", 0, 1, 0)

    crowd.clock.advance(1)
    assert crowd.stands(hit_id) == ("Assignable", 1, 0, 0)
    assert why(lambda: crowd.submit(too_late)) == "late"
    assert why(lambda: crowd.give_back(late, too_late)) == "done"
    assert crowd.accept(late, hit_id) != too_late
    assert crowd.stands(hit_id) == ("Unassignable", 0, 1, 0)


# Expiration


def test_natural_expiration(crowd: CrowdUnderTest) -> None:
    """A HIT can be accepted until the last second of its lifetime, and is Reviewable after."""
    hit_id = crowd.make_hit(LifetimeInSeconds=HOUR, MaxAssignments=3)
    crowd.clock.advance(HOUR - 1)
    crowd.accept(crowd.make_worker("Ada"), hit_id)
    assert crowd.stands(hit_id) == ("Assignable", 2, 1, 0)

    crowd.clock.advance(1)

    assert crowd.stands(hit_id) == ("Unassignable", 0, 1, 0)
    assert why(lambda: crowd.accept(crowd.make_worker("Ben"), hit_id)) == "expired"


@pytest.mark.parametrize("ending", ["submit", "return", "abandon"])
def test_expiration_with_pending_work(crowd: CrowdUnderTest, ending: str) -> None:
    """Workers who hold an expired HIT may finish it; then it is Reviewable, and no slot is available."""
    hit_id, worker = crowd.make_hit(), crowd.make_worker()
    assignment_id = crowd.accept(worker, hit_id)
    crowd.clock.advance(1)
    crowd.client.update_expiration_for_hit(HITId=hit_id, ExpireAt=0)
    assert crowd.stands(hit_id) == ("Unassignable", 0, 1, 0)

    if ending == "submit":
        crowd.submit(assignment_id)
    elif ending == "return":
        crowd.give_back(worker, assignment_id)
    else:
        crowd.clock.advance(10 * MINUTE)

    assert crowd.stands(hit_id) == ("Reviewable", 0, 0, 0)


@pytest.mark.parametrize("at", [0, 1_420_070_400, NEW_YEAR + HOUR, datetime(2015, 1, 1)])  # noqa: DTZ001
def test_a_time_in_the_past_expires_now(crowd: CrowdUnderTest, at: int | datetime) -> None:
    """Any time that is not in the future expires the HIT at this second."""
    hit_id = crowd.make_hit()
    crowd.clock.advance(HOUR)

    response = crowd.client.update_expiration_for_hit(HITId=hit_id, ExpireAt=at)

    assert set(response) == {"ResponseMetadata"}
    assert expiration(crowd, hit_id) == HOUR
    assert crowd.stands(hit_id) == ("Reviewable", 0, 0, 0)


def test_expiring_an_expired_hit_changes_nothing(crowd: CrowdUnderTest) -> None:
    """The expiration stays the same; the call succeeds."""
    hit_id = crowd.make_hit(LifetimeInSeconds=HOUR)
    crowd.clock.advance(DAY)

    crowd.client.update_expiration_for_hit(HITId=hit_id, ExpireAt=0)

    assert expiration(crowd, hit_id) == HOUR


def test_a_future_time_moves_the_expiration(crowd: CrowdUnderTest) -> None:
    """A future time extends and shortens, repeatedly, with a fraction cut off."""
    hit_id = crowd.make_hit()
    for seconds in (8 * DAY, 8 * DAY, 2 * DAY, 31):
        crowd.client.update_expiration_for_hit(
            HITId=hit_id, ExpireAt=datetime.fromtimestamp(NEW_YEAR + seconds, UTC)
        )
        assert expiration(crowd, hit_id) == seconds
    crowd.client.update_expiration_for_hit(HITId=hit_id, ExpireAt=NEW_YEAR + 61.75)
    assert expiration(crowd, hit_id) == 61


def test_an_extension_is_a_year_at_most(crowd: CrowdUnderTest) -> None:
    """More than a year beyond the expiration is refused in Amazon's words; a year is not."""
    year = 31_536_000
    hit_id = crowd.make_hit(LifetimeInSeconds=HOUR)
    assert refusal(
        crowd.client.update_expiration_for_hit, HITId=hit_id, ExpireAt=NEW_YEAR + HOUR + year + 1
    ) == invalid(
        f"The value {year + 1} is invalid for ExpirationIncrementInSeconds. "
        f"Valid values range from 1 to {year}."
    )
    for times in (1, 2, 3):
        crowd.client.update_expiration_for_hit(
            HITId=hit_id, ExpireAt=NEW_YEAR + HOUR + times * year
        )
    assert expiration(crowd, hit_id) == HOUR + 3 * year

    crowd.client.update_expiration_for_hit(HITId=hit_id, ExpireAt=NEW_YEAR + MINUTE)
    assert expiration(crowd, hit_id) == MINUTE


def test_an_extension_reopens_a_reviewable_hit(crowd: CrowdUnderTest) -> None:
    """A future expiration brings back the slots nobody took, from Reviewing too."""
    hit_id = crowd.make_hit(LifetimeInSeconds=HOUR, MaxAssignments=3)
    crowd.do(crowd.make_worker(), hit_id)
    crowd.clock.advance(DAY)
    assert crowd.stands(hit_id) == ("Reviewable", 0, 0, 0)
    crowd.client.update_hit_review_status(HITId=hit_id)

    crowd.client.update_expiration_for_hit(HITId=hit_id, ExpireAt=NEW_YEAR + 2 * DAY)

    assert crowd.stands(hit_id) == ("Assignable", 2, 0, 0)
    crowd.clock.advance(DAY)
    assert crowd.stands(hit_id) == ("Reviewable", 0, 0, 0)


# More assignments


def test_more_assignments_reopen_a_reviewable_hit(crowd: CrowdUnderTest) -> None:
    """CreateAdditionalAssignmentsForHIT adds slots; a Reviewable or Reviewing HIT is open again."""
    hit_id = crowd.make_hit(MaxAssignments=1)
    crowd.do(crowd.make_worker(), hit_id)
    crowd.client.update_hit_review_status(HITId=hit_id)
    assert crowd.stands(hit_id) == ("Reviewing", 0, 0, 0)

    response = crowd.client.create_additional_assignments_for_hit(
        HITId=hit_id, NumberOfAdditionalAssignments=2
    )

    assert set(response) == {"ResponseMetadata"}
    assert crowd.stands(hit_id) == ("Assignable", 2, 0, 0)
    assert crowd.hit(hit_id)["MaxAssignments"] == 3


def test_more_assignments_leave_an_elapsed_expiration(crowd: CrowdUnderTest) -> None:
    """On an expired HIT more assignments cannot be accepted until its expiration is moved."""
    hit_id = crowd.make_hit(LifetimeInSeconds=HOUR)
    crowd.clock.advance(HOUR)
    crowd.client.create_additional_assignments_for_hit(
        HITId=hit_id, NumberOfAdditionalAssignments=2
    )
    assert crowd.stands(hit_id) == ("Reviewable", 0, 0, 0)

    crowd.client.update_expiration_for_hit(HITId=hit_id, ExpireAt=NEW_YEAR + DAY)
    assert crowd.stands(hit_id) == ("Assignable", 3, 0, 0)


def test_a_hit_made_small_stays_small(crowd: CrowdUnderTest) -> None:
    """A HIT made with fewer than ten assignments never has ten; one made with ten grows freely."""
    small, large = crowd.make_hit(MaxAssignments=9), crowd.make_hit(MaxAssignments=10)
    more = crowd.client.create_additional_assignments_for_hit
    refused = business(
        "This HIT was created with 9 assignments. A HIT created with fewer than 10 cannot be "
        "extended to 10 or more.",
        "InvalidMaximumAssignmentsIncrease",
    )
    assert refusal(more, HITId=small, NumberOfAdditionalAssignments=1) == refused
    assert crowd.hit(small)["MaxAssignments"] == 9
    more(HITId=large, NumberOfAdditionalAssignments=1)
    assert crowd.hit(large)["MaxAssignments"] == 11

    three = crowd.make_hit(MaxAssignments=3)
    more(HITId=three, NumberOfAdditionalAssignments=6)
    assert refusal(more, HITId=three, NumberOfAdditionalAssignments=1).turk_error_code == (
        "AWS.MechanicalTurk.InvalidMaximumAssignmentsIncrease"
    )
    assert crowd.stands(three) == ("Assignable", 9, 0, 0)


@pytest.mark.parametrize("number", [0, -1, 1_000_000_001])
def test_more_assignments_have_limits(crowd: CrowdUnderTest, number: int) -> None:
    """The number of additional assignments is 1 to 1,000,000,000."""
    hit_id = crowd.make_hit(MaxAssignments=10)

    assert refusal(
        crowd.client.create_additional_assignments_for_hit,
        HITId=hit_id,
        NumberOfAdditionalAssignments=number,
    ) == invalid(
        f"The value {number} is invalid for NumberOfAdditionalAssignments. "
        "Valid values range from 1 to 1000000000."
    )
    assert crowd.hit(hit_id)["MaxAssignments"] == 10


# Reviewing


def test_review_status_both_ways(crowd: CrowdUnderTest) -> None:
    """Reviewable becomes Reviewing, and with Revert Reviewable again; nothing else moves."""
    hit_id = crowd.make_hit()
    crowd.do(crowd.make_worker(), hit_id)
    change = crowd.client.update_hit_review_status
    assert refusal(change, HITId=hit_id, Revert=True) == in_state("Reviewable", "Reviewing")

    assert set(change(HITId=hit_id)) == {"ResponseMetadata"}
    assert crowd.stands(hit_id) == ("Reviewing", 0, 0, 0)
    assert refusal(change, HITId=hit_id, Revert=False) == in_state("Reviewing", "Reviewable")

    change(HITId=hit_id, Revert=True)
    assert crowd.stands(hit_id) == ("Reviewable", 0, 0, 0)


def test_an_open_hit_is_not_reviewed(crowd: CrowdUnderTest) -> None:
    """An Assignable or Unassignable HIT cannot be set to Reviewing."""
    hit_id = crowd.make_hit()
    change = crowd.client.update_hit_review_status
    assert refusal(change, HITId=hit_id) == in_state("Assignable", "Reviewable")
    assert refusal(change, HITId=hit_id, Revert=True) == in_state("Assignable", "Reviewing")
    crowd.accept(crowd.make_worker(), hit_id)
    assert refusal(change, HITId=hit_id) == in_state("Unassignable", "Reviewable")


# Deleting


def test_delete_refuses_what_is_open(crowd: CrowdUnderTest) -> None:
    """A HIT that can be accepted, is held, or has unreviewed work is not deleted."""
    hit_id = crowd.make_hit()
    delete = crowd.client.delete_hit
    both = ("Reviewing", "Reviewable")
    assert refusal(delete, HITId=hit_id) == in_state("Assignable", *both)

    assignment_id = crowd.accept(crowd.make_worker(), hit_id)
    assert refusal(delete, HITId=hit_id) == in_state("Unassignable", *both)

    crowd.submit(assignment_id)
    assert refusal(delete, HITId=hit_id) == in_state("Reviewable", *both)
    crowd.client.update_hit_review_status(HITId=hit_id)
    assert refusal(delete, HITId=hit_id) == in_state("Reviewing", *both)

    crowd.client.reject_assignment(AssignmentId=assignment_id, RequesterFeedback="no")
    assert set(delete(HITId=hit_id)) == {"ResponseMetadata"}


def test_a_deleted_hit_is_gone(crowd: CrowdUnderTest) -> None:
    """After DeleteHIT neither the HIT nor its work can be found, and it is Disposed to DeleteHIT."""
    hit_id, other = crowd.make_hit(), crowd.make_hit()
    assignment_id = crowd.do(crowd.make_worker(), hit_id)
    crowd.client.reject_assignment(AssignmentId=assignment_id, RequesterFeedback="no")
    crowd.client.delete_hit(HITId=hit_id)
    client = crowd.client
    gone = business(f"Hit {hit_id} does not exist.", "HITDoesNotExist")
    no_work = business(f"Assignment {assignment_id} does not exist.", "AssignmentDoesNotExist")

    assert refusal(client.delete_hit, HITId=hit_id) == in_state(
        "Disposed", "Reviewing", "Reviewable"
    )
    assert refusal(client.get_hit, HITId=hit_id) == gone
    assert refusal(client.list_assignments_for_hit, HITId=hit_id) == gone
    assert refusal(client.update_expiration_for_hit, HITId=hit_id, ExpireAt=0) == gone
    assert refusal(client.update_hit_review_status, HITId=hit_id) == gone
    assert refusal(client.get_assignment, AssignmentId=assignment_id) == no_work
    assert (
        refusal(client.approve_assignment, AssignmentId=assignment_id, OverrideRejection=True)
        == no_work
    )
    assert [hit["HITId"] for hit in client.list_hits()["HITs"]] == [other]
    assert client.list_reviewable_hits()["HITs"] == []
    assert why(lambda: crowd.accept(crowd.make_worker("Ben"), hit_id)) == "gone"


def test_delete_a_hit_of_nobody(crowd: CrowdUnderTest) -> None:
    """A HIT that never was is not Disposed: it does not exist."""
    assert refusal(crowd.client.delete_hit, HITId="3NONE") == business(
        "Hit 3NONE does not exist.", "HITDoesNotExist"
    )


def test_delete_after_auto_approval(crowd: CrowdUnderTest) -> None:
    """Work that was approved automatically does not prevent deletion."""
    hit_id = crowd.make_hit()
    crowd.do(crowd.make_worker(), hit_id)
    crowd.clock.advance(3 * DAY)

    crowd.client.delete_hit(HITId=hit_id)

    assert crowd.client.list_hits()["HITs"] == []
