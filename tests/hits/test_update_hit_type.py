"""UpdateHITTypeOfHIT: a HIT gets another type's properties."""

from typing import Any

from tests.support.crowds import HIT_TYPE, CrowdUnderTest, business, refusal, why
from tests.support.qualification_samples import make_type, require


def test_another_hit_type_for_a_hit(crowd: CrowdUnderTest) -> None:
    """The HIT takes all properties of the new type, its group and requirements too."""
    type_id, worker = make_type(crowd), crowd.make_worker()
    hit_id = crowd.make_hit(QualificationRequirements=[require(type_id)])
    new = HIT_TYPE | {"Title": "Easier", "Reward": "0.50", "AssignmentDurationInSeconds": 60}
    hit_type_id = crowd.client.create_hit_type(**new)["HITTypeId"]
    assert why(lambda: crowd.accept(worker, hit_id)) == "unqualified"
    before = crowd.hit(hit_id)

    crowd.client.update_hit_type_of_hit(HITId=hit_id, HITTypeId=hit_type_id)

    hit = crowd.hit(hit_id)
    assert (hit["HITTypeId"], hit["Title"], hit["Reward"]) == (hit_type_id, "Easier", "0.50")
    assert hit["HITGroupId"] != before["HITGroupId"]
    assert hit["QualificationRequirements"] == []
    assert (hit["Expiration"], hit["Question"]) == (before["Expiration"], before["Question"])
    crowd.do(worker, hit_id)


def test_a_hit_with_accepted_work_keeps_its_type(crowd: CrowdUnderTest) -> None:
    """The type cannot change while an assignment is accepted or submitted, but can after a return."""
    hit_id, worker = crowd.make_hit(MaxAssignments=2), crowd.make_worker()
    request = {
        "HITId": hit_id,
        "HITTypeId": crowd.client.create_hit_type(**HIT_TYPE | {"Title": "new"})["HITTypeId"],
    }
    update = crowd.client.update_hit_type_of_hit
    begun = business(
        f"Hit {hit_id} has assignments that workers have accepted or submitted, so its HIT type "
        "cannot be changed.",
        "InvalidHITState",
    )

    assignment_id = crowd.accept(worker, hit_id)
    assert refusal(update, **request) == begun
    crowd.give_back(worker, assignment_id)
    update(**request)
    assert crowd.hit(hit_id)["Title"] == "new"
    crowd.do(worker, hit_id)
    assert refusal(update, **request) == begun


def test_hits_and_types_that_are_not_there(crowd: CrowdUnderTest) -> None:
    """An unknown HIT or type is refused, and the HIT stays as it was."""
    hit_id = crowd.make_hit()
    hit_type_id = crowd.hit(hit_id)["HITTypeId"]
    update = crowd.client.update_hit_type_of_hit

    assert refusal(update, HITId="3NONE", HITTypeId=hit_type_id) == business(
        "Hit 3NONE does not exist.", "HITDoesNotExist"
    )
    assert refusal(update, HITId=hit_id, HITTypeId="3NONE") == business(
        "HITType 3NONE does not exist.", "HITTypeDoesNotExist"
    )
    assert crowd.hit(hit_id)["HITTypeId"] == hit_type_id


def test_a_more_expensive_type_needs_funds(open_crowd: Any) -> None:
    """On the live site the rest of the budget must cover the difference."""
    crowd = open_crowd("live")
    crowd.give_budget(100)
    hit_id = crowd.make_hit(Reward="0.50")
    dear = crowd.client.create_hit_type(**HIT_TYPE | {"Reward": "2.00"})["HITTypeId"]
    cheap = crowd.client.create_hit_type(**HIT_TYPE | {"Reward": "0.75"})["HITTypeId"]
    update = crowd.client.update_hit_type_of_hit

    refused = refusal(update, HITId=hit_id, HITTypeId=dear)
    assert refused.turk_error_code == "AWS.MechanicalTurk.InsufficientFunds"
    update(HITId=hit_id, HITTypeId=cheap)
    assert crowd.hit(hit_id)["Reward"] == "0.75"
