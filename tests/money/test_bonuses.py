"""Bonuses: paid once, listed."""

from datetime import UTC, datetime

import pytest

from tests.support.crowds import HOUR, NEW_YEAR, CrowdUnderTest, business, invalid, refusal

REASON = {"Reason": "well done", "BonusAmount": "0.50"}


@pytest.fixture
def done(crowd: CrowdUnderTest) -> dict[str, str]:
    """One submitted assignment: its worker and its id."""
    worker = crowd.make_worker()
    return {"WorkerId": worker, "AssignmentId": crowd.do(worker, crowd.make_hit())}


def test_a_bonus_is_listed(crowd: CrowdUnderTest, done: dict[str, str]) -> None:
    """A bonus is listed by its HIT and by its assignment, with five members."""
    crowd.clock.advance(HOUR)
    assert set(crowd.client.send_bonus(**done, BonusAmount="1.5", Reason="gut — ü")) == {
        "ResponseMetadata"
    }
    hit_id = crowd.assignment(done["AssignmentId"])["HITId"]
    by_hit = crowd.client.list_bonus_payments(HITId=hit_id)

    assert by_hit["NumResults"] == 1
    assert by_hit["BonusPayments"] == [
        done
        | {
            "BonusAmount": "1.50",
            "Reason": "gut — ü",
            "GrantTime": datetime.fromtimestamp(NEW_YEAR + HOUR, UTC),
        }
    ]
    by_assignment = crowd.client.list_bonus_payments(AssignmentId=done["AssignmentId"])
    assert by_assignment["BonusPayments"] == by_hit["BonusPayments"]


def test_several_bonuses_of_one_assignment(crowd: CrowdUnderTest, done: dict[str, str]) -> None:
    """Without a token the same bonus can be paid again; bonuses are listed oldest first."""
    for amount in ("0.03", "0.01", "0.01"):
        crowd.client.send_bonus(**done | REASON | {"BonusAmount": amount})
        crowd.clock.advance(1)

    payments = crowd.client.list_bonus_payments(AssignmentId=done["AssignmentId"])["BonusPayments"]
    assert [payment["BonusAmount"] for payment in payments] == ["0.03", "0.01", "0.01"]


def test_bonuses_at_every_status_of_the_work(crowd: CrowdUnderTest, done: dict[str, str]) -> None:
    """Submitted, rejected and approved work can have a bonus."""
    assignment_id = done["AssignmentId"]
    crowd.client.send_bonus(**done | REASON)
    crowd.client.reject_assignment(AssignmentId=assignment_id, RequesterFeedback="no")
    crowd.client.send_bonus(**done | REASON)
    crowd.client.approve_assignment(AssignmentId=assignment_id, OverrideRejection=True)
    crowd.client.send_bonus(**done | REASON)

    assert crowd.client.list_bonus_payments(AssignmentId=assignment_id)["NumResults"] == 3


def test_the_listing_keeps_hits_and_assignments_apart(
    crowd: CrowdUnderTest, done: dict[str, str]
) -> None:
    """Another assignment of the HIT, another HIT: only what was asked for is listed."""
    hit_id = crowd.make_hit(MaxAssignments=2)
    ada, ben = crowd.make_worker("Ada"), crowd.make_worker("Ben")
    first, two = crowd.do(ada, hit_id), crowd.do(ben, hit_id)
    crowd.client.send_bonus(**done | REASON)
    crowd.client.send_bonus(WorkerId=ada, AssignmentId=first, **REASON)
    crowd.clock.advance(1)
    crowd.client.send_bonus(WorkerId=ben, AssignmentId=two, **REASON)

    def listed(**request: str) -> list[str]:
        payments = crowd.client.list_bonus_payments(**request)["BonusPayments"]
        return [payment["AssignmentId"] for payment in payments]

    assert listed(HITId=hit_id) == [first, two]
    assert listed(AssignmentId=two) == [two]


def test_a_bonus_goes_to_the_works_own_worker(crowd: CrowdUnderTest, done: dict[str, str]) -> None:
    """Another worker, known or not, is refused, and nothing is paid."""
    for worker in (crowd.make_worker("Ben"), "ANOBODY"):
        assert refusal(crowd.client.send_bonus, **done | REASON | {"WorkerId": worker}) == invalid(
            f'The value "{worker}" is not valid for the parameter WorkerId.'
        )
    assert (
        crowd.client.list_bonus_payments(AssignmentId=done["AssignmentId"])["BonusPayments"] == []
    )


def test_work_in_progress_has_no_bonus(crowd: CrowdUnderTest) -> None:
    """For a bonus, an assignment that is not submitted does not exist."""
    worker = crowd.make_worker()
    held = crowd.accept(worker, crowd.make_hit())
    for assignment_id in (held, "3NONE"):
        gone = business(f"Assignment {assignment_id} does not exist.", "AssignmentDoesNotExist")
        assert (
            refusal(crowd.client.send_bonus, WorkerId=worker, AssignmentId=assignment_id, **REASON)
            == gone
        )
        assert refusal(crowd.client.list_bonus_payments, AssignmentId=assignment_id) == gone


@pytest.mark.parametrize("amount", ["0", "0.00", "10000.01", "9" * 400])
def test_amounts_have_limits(crowd: CrowdUnderTest, done: dict[str, str], amount: str) -> None:
    """A bonus is one cent to 10,000 dollars; the refusal says so in dollars."""
    assert refusal(crowd.client.send_bonus, **done | REASON | {"BonusAmount": amount}) == invalid(
        f"The value {amount} is invalid for BonusAmount. Valid values range from 0.01 to 10000.00."
    )
    for allowed in ("0.01", "10000"):
        crowd.client.send_bonus(**done | REASON | {"BonusAmount": allowed})


def test_list_bonuses_of_one_thing(crowd: CrowdUnderTest) -> None:
    """Either HITId or AssignmentId is needed, not both; the HIT has to be there."""
    hit_id = crowd.make_hit()
    either = invalid("Give either HITId or AssignmentId.")
    assert refusal(crowd.client.list_bonus_payments) == either
    assert refusal(crowd.client.list_bonus_payments, HITId=hit_id, AssignmentId="3A") == either
    assert refusal(crowd.client.list_bonus_payments, HITId="3NONE") == business(
        "Hit 3NONE does not exist.", "HITDoesNotExist"
    )
