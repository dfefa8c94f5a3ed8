"""UniqueRequestToken: a repeated call costs nothing twice."""

import re
from typing import Any

import pytest

from tests.support.crowds import DAY, HIT, HIT_TYPE, QUESTION, CrowdUnderTest, business, refusal

TOKEN = {"UniqueRequestToken": "row 17 of batch 4"}


def processed(result: str, turk_error_code: str) -> object:
    return business(
        f'The idempotency token "{TOKEN["UniqueRequestToken"]}" has already been processed. '
        f"It created {result}.",
        turk_error_code,
    )


def test_a_hit_is_created_once(crowd: CrowdUnderTest) -> None:
    """A second CreateHIT with the same token, even with other parameters, returns the first HIT's id."""
    hit_id = crowd.make_hit(**TOKEN)
    error = processed(hit_id, "HitAlreadyExists")

    assert refusal(crowd.client.create_hit, **HIT | TOKEN) == error
    assert refusal(crowd.client.create_hit, **HIT | TOKEN | {"Title": "Another"}) == error
    type_id = crowd.client.create_hit_type(**HIT_TYPE)["HITTypeId"]
    by_type: dict[str, Any] = {
        "HITTypeId": type_id,
        "LifetimeInSeconds": 60,
        "Question": QUESTION,
    }
    assert refusal(crowd.client.create_hit_with_hit_type, **by_type | TOKEN) == error
    assert crowd.client.list_hits()["NumResults"] == 1
    crowd.client.create_hit_with_hit_type(**by_type, UniqueRequestToken="another")
    assert crowd.client.list_hits()["NumResults"] == 2


def test_a_token_is_remembered_for_24_hours(crowd: CrowdUnderTest) -> None:
    """After exactly 24 hours a token can be used again, for another 24 hours."""
    first = crowd.make_hit(**TOKEN)
    crowd.clock.advance(DAY - 1)
    assert refusal(crowd.client.create_hit, **HIT | TOKEN) == processed(first, "HitAlreadyExists")
    crowd.clock.advance(1)

    second = crowd.make_hit(**TOKEN)

    assert second != first
    assert refusal(crowd.client.create_hit, **HIT | TOKEN) == processed(second, "HitAlreadyExists")


def test_a_refused_call_does_not_use_its_token(crowd: CrowdUnderTest) -> None:
    """A call that created nothing can be repeated with its token."""
    for wrong in ({"LifetimeInSeconds": 1}, {"Question": "<no"}, {"MaxAssignments": 0}):
        assert refusal(crowd.client.create_hit, **HIT | TOKEN | wrong)

    assert crowd.make_hit(**TOKEN)


def test_a_call_refused_after_24_hours_leaves_the_token(crowd: CrowdUnderTest) -> None:
    """A refusal rolls back: the old token is neither deleted nor renewed."""
    crowd.make_hit(**TOKEN)
    crowd.clock.advance(DAY)
    refusal(crowd.client.create_hit, **HIT | TOKEN | {"Question": "<no"})

    assert crowd.make_hit(**TOKEN)


def test_more_assignments_are_created_once(crowd: CrowdUnderTest) -> None:
    """A repeated CreateAdditionalAssignmentsForHIT is refused and adds nothing."""
    hit_id = crowd.make_hit(MaxAssignments=2)
    request = {"HITId": hit_id, "NumberOfAdditionalAssignments": 3} | TOKEN
    crowd.client.create_additional_assignments_for_hit(**request)

    assert refusal(crowd.client.create_additional_assignments_for_hit, **request) == processed(
        hit_id, "RequestAlreadyProcessed"
    )
    assert crowd.stands(hit_id) == ("Assignable", 5, 0, 0)
    crowd.clock.advance(DAY)
    crowd.client.create_additional_assignments_for_hit(**request)
    assert crowd.hit(hit_id)["MaxAssignments"] == 8


def test_a_bonus_is_paid_once(crowd: CrowdUnderTest) -> None:
    """A repeated SendBonus is refused and pays nothing."""
    worker = crowd.make_worker()
    bonus = {
        "WorkerId": worker,
        "AssignmentId": crowd.do(worker, crowd.make_hit()),
        "BonusAmount": "0.10",
        "Reason": "well done",
    }
    crowd.client.send_bonus(**bonus | TOKEN)
    again = refusal(crowd.client.send_bonus, **bonus | TOKEN)

    assert again.turk_error_code == "AWS.MechanicalTurk.RequestAlreadyProcessed"
    assert re.fullmatch(
        'The idempotency token "row 17 of batch 4" has already been processed. It created 3\\w{29}.',
        again.message,
    )
    payments = crowd.client.list_bonus_payments(AssignmentId=bonus["AssignmentId"])
    assert payments["NumResults"] == 1
    crowd.client.send_bonus(**bonus | {"UniqueRequestToken": "another"})


def test_a_token_belongs_to_one_operation_and_requester(crowd: CrowdUnderTest) -> None:
    """Two operations, and two requesters, can use the same token."""
    hit_id = crowd.make_hit(**TOKEN)
    crowd.client.create_additional_assignments_for_hit(
        HITId=hit_id, NumberOfAdditionalAssignments=1, **TOKEN
    )

    assert crowd.site.perform(crowd.make_requester(), "CreateHIT", HIT | TOKEN)["HIT"]


@pytest.mark.parametrize("token", ["x" * 64, "ü 漢", "0"])
def test_any_short_text_is_a_token(crowd: CrowdUnderTest, token: str) -> None:
    """A token is any text of 1 to 64 characters."""
    crowd.make_hit(UniqueRequestToken=token)

    assert refusal(crowd.client.create_hit, **HIT, UniqueRequestToken=token).turk_error_code == (
        "AWS.MechanicalTurk.HitAlreadyExists"
    )
