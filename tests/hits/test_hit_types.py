"""HIT types: the seven properties, and that equal ones are one type."""

from typing import Any

import pytest

from tests.support.crowds import DAY, HIT, HIT_TYPE, CrowdUnderTest, invalid, refusal

APPROVED = {"QualificationTypeId": "000000000000000000L0", "Comparator": "GreaterThan"}


def test_create_hit_type_returns_only_its_id(crowd: CrowdUnderTest) -> None:
    """The response of CreateHITType has one member, HITTypeId."""
    response = crowd.client.create_hit_type(**HIT_TYPE)

    assert set(response) == {"HITTypeId", "ResponseMetadata"}
    assert len(response["HITTypeId"]) == 30


def test_equal_properties_are_one_type(crowd: CrowdUnderTest) -> None:
    """CreateHITType and CreateHIT of equal properties, however written, give one type and group."""
    first = crowd.client.create_hit_type(**HIT_TYPE)["HITTypeId"]
    crowd.clock.advance(DAY)
    hits = [crowd.client.create_hit(**HIT | {"Reward": r})["HIT"] for r in ("0.05", "00.05")]

    assert crowd.client.create_hit_type(**HIT_TYPE)["HITTypeId"] == first
    assert [hit["HITTypeId"] for hit in hits] == [first, first]
    assert hits[0]["HITGroupId"] == hits[1]["HITGroupId"]
    assert hits[0]["HITId"] != hits[1]["HITId"]


def test_the_default_delay_and_the_same_explicit_delay_are_one_type(crowd: CrowdUnderTest) -> None:
    """An explicit delay of 30 days gives the same type as the default."""
    without = {n: v for n, v in HIT_TYPE.items() if n != "AutoApprovalDelayInSeconds"}

    unsaid = crowd.client.create_hit_type(**without)
    explicit = crowd.client.create_hit_type(**without, AutoApprovalDelayInSeconds=30 * DAY)

    assert unsaid["HITTypeId"] == explicit["HITTypeId"]


@pytest.mark.parametrize(
    "change",
    [
        {"Title": "Name the plant"},
        {"Description": "One picture, two words"},
        {"Keywords": "picture"},
        {"Reward": "0.06"},
        {"AssignmentDurationInSeconds": 601},
        {"AutoApprovalDelayInSeconds": 3 * DAY + 1},
        {"QualificationRequirements": [APPROVED | {"IntegerValues": [95]}]},
    ],
    ids=lambda change: next(iter(change)),
)
def test_any_other_property_makes_another_type(
    crowd: CrowdUnderTest, change: dict[str, Any]
) -> None:
    """Each of the seven properties distinguishes types."""
    first = crowd.client.create_hit_type(**HIT_TYPE)["HITTypeId"]

    assert crowd.client.create_hit_type(**HIT_TYPE | change)["HITTypeId"] != first


def test_requesters_do_not_share_types(crowd: CrowdUnderTest) -> None:
    """Equal properties of another requester are another type, of another group."""
    mine = crowd.client.create_hit(**HIT)["HIT"]
    theirs = crowd.site.perform(crowd.make_requester(), "CreateHIT", HIT)["HIT"]

    assert theirs["HITTypeId"] != mine["HITTypeId"]
    assert theirs["HITGroupId"] != mine["HITGroupId"]


@pytest.mark.parametrize(
    ("changes", "guarded", "to_preview"),
    [
        ({}, "Accept", False),
        ({"RequiredToPreview": False}, "Accept", False),
        ({"RequiredToPreview": True}, "PreviewAndAccept", True),
        ({"ActionsGuarded": "Accept"}, "Accept", False),
        ({"ActionsGuarded": "PreviewAndAccept"}, "PreviewAndAccept", True),
        ({"ActionsGuarded": "DiscoverPreviewAndAccept"}, "DiscoverPreviewAndAccept", True),
    ],
)
def test_requirements_come_back_with_both_fields(
    crowd: CrowdUnderTest, changes: dict[str, Any], guarded: str, to_preview: bool
) -> None:
    """A requirement comes back with ActionsGuarded and the deprecated RequiredToPreview filled in."""
    requirement = APPROVED | {"IntegerValues": [95]}
    (shown,) = crowd.client.create_hit(**HIT, QualificationRequirements=[requirement | changes])[
        "HIT"
    ]["QualificationRequirements"]

    assert shown == requirement | {"ActionsGuarded": guarded, "RequiredToPreview": to_preview}


def test_a_requirement_says_what_it_guards_once(crowd: CrowdUnderTest) -> None:
    """RequiredToPreview and ActionsGuarded together are refused."""
    both = APPROVED | {"RequiredToPreview": True, "ActionsGuarded": "Accept"}

    assert refusal(
        crowd.client.create_hit_type, **HIT_TYPE, QualificationRequirements=[both]
    ) == invalid("RequiredToPreview and ActionsGuarded cannot be combined. Use ActionsGuarded.")


def test_locales_come_back(crowd: CrowdUnderTest) -> None:
    """LocaleValues come back as given."""
    locale = {
        "QualificationTypeId": "00000000000000000071",
        "Comparator": "In",
        "LocaleValues": [{"Country": "US", "Subdivision": "PA"}, {"Country": "CA"}],
    }
    (shown,) = crowd.client.create_hit(**HIT, QualificationRequirements=[locale])["HIT"][
        "QualificationRequirements"
    ]

    assert shown["LocaleValues"] == locale["LocaleValues"]


def test_eleven_requirements_are_too_many(crowd: CrowdUnderTest) -> None:
    """A HIT type has at most ten qualification requirements."""
    requirement = APPROVED | {"IntegerValues": [95]}
    assert crowd.make_hit(QualificationRequirements=[requirement] * 10)

    assert refusal(
        crowd.client.create_hit_type, **HIT_TYPE, QualificationRequirements=[requirement] * 11
    ) == invalid("There are 11 QualificationRequirements. At most 10 are allowed.")
