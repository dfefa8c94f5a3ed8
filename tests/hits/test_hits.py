"""HITs: created, returned, listed."""

from datetime import UTC, datetime

import pytest

from tests.support.crowds import (
    DAY,
    HIT,
    HIT_TYPE,
    NEW_YEAR,
    QUESTION,
    CrowdUnderTest,
    business,
    invalid,
    refusal,
)

MEMBERS = {
    "HITId",
    "HITTypeId",
    "HITGroupId",
    "CreationTime",
    "Title",
    "Description",
    "Question",
    "Keywords",
    "HITStatus",
    "MaxAssignments",
    "Reward",
    "AutoApprovalDelayInSeconds",
    "Expiration",
    "AssignmentDurationInSeconds",
    "QualificationRequirements",
    "HITReviewStatus",
    "NumberOfAssignmentsPending",
    "NumberOfAssignmentsAvailable",
    "NumberOfAssignmentsCompleted",
}


def moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def test_create_hit_returns_the_whole_hit(crowd: CrowdUnderTest) -> None:
    """The response of CreateHIT has the members of Amazon's recorded response, and no others."""
    hit = crowd.client.create_hit(**HIT, MaxAssignments=3)["HIT"]

    assert set(hit) == MEMBERS
    assert {name: hit[name] for name in HIT_TYPE} == HIT_TYPE
    assert hit["Question"] == QUESTION
    assert hit["CreationTime"] == moment(NEW_YEAR)
    assert hit["Expiration"] == moment(NEW_YEAR + 7 * DAY)
    assert hit["HITStatus"] == "Assignable"
    assert hit["HITReviewStatus"] == "NotReviewed"
    assert hit["MaxAssignments"] == 3
    assert hit["NumberOfAssignmentsAvailable"] == 3
    assert hit["NumberOfAssignmentsPending"] == 0
    assert hit["NumberOfAssignmentsCompleted"] == 0
    assert hit["QualificationRequirements"] == []
    assert crowd.hit(hit["HITId"]) == hit


def test_ids_are_formed_as_amazons(crowd: CrowdUnderTest) -> None:
    """Ids have 30 characters of [A-Z0-9] and begin with 3; the group's id is not the type's."""
    hit = crowd.client.create_hit(**HIT)["HIT"]
    ids = [hit["HITId"], hit["HITTypeId"], hit["HITGroupId"]]

    assert len(set(ids)) == 3
    for hit_id in ids:
        assert len(hit_id) == 30
        assert hit_id.startswith("3")
        assert hit_id.isascii()
        assert hit_id == hit_id.upper()
        assert hit_id.isalnum()


def test_defaults(crowd: CrowdUnderTest) -> None:
    """By default: one assignment, 30 days to auto-approval, no keywords, no annotation."""
    hit = crowd.client.create_hit(
        Title="t",
        Description="d",
        Reward="0",
        AssignmentDurationInSeconds=30,
        LifetimeInSeconds=30,
        Question=QUESTION,
    )["HIT"]

    assert set(hit) == MEMBERS - {"Keywords"}
    assert hit["MaxAssignments"] == 1
    assert hit["AutoApprovalDelayInSeconds"] == 30 * DAY
    assert hit["Reward"] == "0.00"


@pytest.mark.parametrize(
    ("reward", "shown"),
    [("0.05", "0.05"), ("5", "5.00"), ("5.", "5.00"), ("0.5", "0.50"), ("007.10", "7.10")],
)
def test_rewards_come_back_with_two_decimals(
    crowd: CrowdUnderTest, reward: str, shown: str
) -> None:
    """A reward is returned with two decimals, however the request wrote it."""
    assert crowd.client.create_hit(**HIT | {"Reward": reward})["HIT"]["Reward"] == shown


def test_the_annotation_is_given_back(crowd: CrowdUnderTest) -> None:
    """RequesterAnnotation is given back; 255 characters fit, 256 do not."""
    hit = crowd.client.create_hit(**HIT, RequesterAnnotation="é" * 255)["HIT"]

    assert hit["RequesterAnnotation"] == "é" * 255
    assert refusal(crowd.client.create_hit, **HIT, RequesterAnnotation="x" * 256) == invalid(
        "The value for RequesterAnnotation is 256 characters long. At most 255 are allowed."
    )


@pytest.mark.parametrize(
    ("name", "low", "high"),
    [
        ("LifetimeInSeconds", 30, 31_536_000),
        ("AssignmentDurationInSeconds", 30, 31_536_000),
        ("AutoApprovalDelayInSeconds", 0, 2_592_000),
        ("MaxAssignments", 1, 1_000_000_000),
    ],
)
def test_numbers_have_limits(crowd: CrowdUnderTest, name: str, low: int, high: int) -> None:
    """Both limits are allowed; one less and one more are refused in Amazon's words."""
    for value in (low, high):
        assert crowd.make_hit(**{name: value})
    for value in (low - 1, high + 1, -1, 10**25):
        assert refusal(crowd.client.create_hit, **HIT | {name: value}) == invalid(
            f"The value {value} is invalid for {name}. Valid values range from {low} to {high}."
        )
    assert len(crowd.client.list_hits()["HITs"]) == 2


@pytest.mark.parametrize(
    ("name", "limit"), [("Title", 128), ("Description", 2000), ("Keywords", 1000)]
)
def test_texts_have_limits(crowd: CrowdUnderTest, name: str, limit: int) -> None:
    """A text of the longest length is kept as it is; one character more is refused."""
    text = "ß" * limit
    assert crowd.hit(crowd.make_hit(**{name: text}))[name] == text
    assert refusal(crowd.client.create_hit, **HIT | {name: text + "x"}) == invalid(
        f"The value for {name} is {limit + 1} characters long. At most {limit} are allowed."
    )


@pytest.mark.parametrize("reward", ["1000000.01", "9" * 30, "9" * 5000])
def test_a_reward_without_bounds_is_refused(crowd: CrowdUnderTest, reward: str) -> None:
    """A reward beyond every account's balance is refused, however many digits it has."""
    assert refusal(crowd.client.create_hit, **HIT | {"Reward": reward}) == invalid(
        f"The value {reward} is invalid for Reward. Valid values range from 0.00 to 1000000.00."
    )


def test_a_hit_needs_a_question(crowd: CrowdUnderTest) -> None:
    """A HIT without a question is refused."""
    without = {name: value for name, value in HIT.items() if name != "Question"}

    assert refusal(crowd.client.create_hit, **without) == invalid(
        "A HIT needs either a Question or a HITLayoutId."
    )


def test_create_hit_with_hit_type(crowd: CrowdUnderTest) -> None:
    """CreateHITWithHITType returns a HIT with the properties of its type."""
    type_id = crowd.client.create_hit_type(**HIT_TYPE)["HITTypeId"]
    hit = crowd.client.create_hit_with_hit_type(
        HITTypeId=type_id, LifetimeInSeconds=60, Question=QUESTION, MaxAssignments=2
    )["HIT"]

    assert set(hit) == MEMBERS
    assert hit["HITTypeId"] == type_id
    assert {name: hit[name] for name in HIT_TYPE} == HIT_TYPE
    assert hit["Expiration"] == moment(NEW_YEAR + 60)
    assert hit["MaxAssignments"] == 2


def test_create_hit_with_an_unknown_hit_type(crowd: CrowdUnderTest) -> None:
    """The error contains the id of the unknown HIT type."""
    assert refusal(
        crowd.client.create_hit_with_hit_type,
        HITTypeId="3NONE",
        LifetimeInSeconds=60,
        Question=QUESTION,
    ) == business("HITType 3NONE does not exist.", "HITTypeDoesNotExist")


def test_get_hit_of_nobody(crowd: CrowdUnderTest) -> None:
    """The error has the text that clients match."""
    assert refusal(crowd.client.get_hit, HITId="3NONE") == business(
        "Hit 3NONE does not exist.", "HITDoesNotExist"
    )


def test_list_hits_is_newest_first(crowd: CrowdUnderTest) -> None:
    """ListHITs returns whole HITs, the newest first, even those of one second."""
    hit_ids = [crowd.make_hit() for _ in range(3)]
    listed = crowd.client.list_hits()

    assert listed["NumResults"] == 3
    assert [hit["HITId"] for hit in listed["HITs"]] == hit_ids[::-1]
    assert all(set(hit) == MEMBERS for hit in listed["HITs"])


def test_reviewable_hits_of_another_requester_are_not_listed(crowd: CrowdUnderTest) -> None:
    """For an unknown HIT type, or another requester's, the list is empty."""
    hit_id = crowd.make_hit(LifetimeInSeconds=30)
    crowd.clock.advance(30)
    asked = {"HITTypeId": crowd.hit(hit_id)["HITTypeId"]}
    stranger = crowd.make_requester()

    assert crowd.site.perform(crowd.requester_id, "ListReviewableHITs", asked)["NumResults"] == 1
    assert crowd.site.perform(stranger, "ListReviewableHITs", asked)["NumResults"] == 0
    assert crowd.client.list_reviewable_hits(HITTypeId="3NONE")["NumResults"] == 0


def test_list_reviewable_hits(crowd: CrowdUnderTest) -> None:
    """Reviewable HITs are listed by expiration, Reviewing ones on request; a type filters them."""
    late, early = crowd.make_hit(LifetimeInSeconds=200), crowd.make_hit(LifetimeInSeconds=100)
    other_type = crowd.make_hit(Title="Another", LifetimeInSeconds=150)
    crowd.make_hit()
    reviewing = crowd.make_hit(LifetimeInSeconds=50)
    crowd.clock.advance(200)
    crowd.client.update_hit_review_status(HITId=reviewing)

    def listed(**request: str) -> list[str]:
        return [hit["HITId"] for hit in crowd.client.list_reviewable_hits(**request)["HITs"]]

    assert listed() == [early, other_type, late]
    assert listed(Status="Reviewable") == [early, other_type, late]
    assert listed(Status="Reviewing") == [reviewing]
    type_id = crowd.hit(early)["HITTypeId"]
    assert listed(HITTypeId=type_id) == [early, late]
    assert listed(HITTypeId="3NONE") == []


def test_what_waits_for_a_worker_is_not_reviewable(crowd: CrowdUnderTest) -> None:
    """An expired HIT that a worker still holds is not listed; when it is submitted, it is."""
    hit_id = crowd.make_hit(LifetimeInSeconds=60)
    assignment_id = crowd.accept(crowd.make_worker(), hit_id)
    crowd.clock.advance(60)
    assert crowd.client.list_reviewable_hits()["HITs"] == []

    crowd.submit(assignment_id)

    (hit,) = crowd.client.list_reviewable_hits()["HITs"]
    assert hit["HITId"] == hit_id
    assert hit["HITStatus"] == "Reviewable"


def test_hits_of_others_are_invisible(crowd: CrowdUnderTest) -> None:
    """For another requester a HIT does not exist, whatever the operation."""
    hit_id = crowd.make_hit()
    assignment_id = crowd.do(crowd.make_worker(), hit_id)
    other = crowd.make_requester()

    def refused(operation: str, **request: object) -> str:
        with pytest.raises(Exception, match="does not exist") as caught:
            crowd.site.perform(other, operation, request)
        return str(caught.value)

    no_hit = f"Hit {hit_id} does not exist."
    no_assignment = f"Assignment {assignment_id} does not exist."
    assert refused("GetHIT", HITId=hit_id) == no_hit
    assert refused("DeleteHIT", HITId=hit_id) == no_hit
    assert refused("UpdateExpirationForHIT", HITId=hit_id, ExpireAt=0) == no_hit
    assert refused("UpdateHITReviewStatus", HITId=hit_id) == no_hit
    assert refused("ListAssignmentsForHIT", HITId=hit_id) == no_hit
    assert refused("ListBonusPayments", HITId=hit_id) == no_hit
    assert (
        refused("CreateAdditionalAssignmentsForHIT", HITId=hit_id, NumberOfAdditionalAssignments=1)
        == no_hit
    )
    assert refused("GetAssignment", AssignmentId=assignment_id) == no_assignment
    assert refused("ApproveAssignment", AssignmentId=assignment_id) == no_assignment
    assert (
        refused("RejectAssignment", AssignmentId=assignment_id, RequesterFeedback="no")
        == no_assignment
    )
    assert refused("ListBonusPayments", AssignmentId=assignment_id) == no_assignment
    type_id = crowd.hit(hit_id)["HITTypeId"]
    assert (
        refused("CreateHITWithHITType", HITTypeId=type_id, LifetimeInSeconds=60, Question=QUESTION)
        == f"HITType {type_id} does not exist."
    )
    for operation in ("ListHITs", "ListReviewableHITs"):
        assert crowd.site.perform(other, operation, {})["HITs"] == []
    assert crowd.stands(hit_id) == ("Reviewable", 0, 0, 0)
