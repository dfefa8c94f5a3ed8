"""Requirements of HITs: which are valid, and which workers meet them."""

from typing import Any

import pytest

from local_crowd.operations.errors import NotPossible
from local_crowd.operations.qualifications import eligibility
from local_crowd.operations.work import worker_actions, worker_lists
from tests.support.crowds import HIT, HIT_TYPE, CrowdUnderTest, business, invalid, refusal
from tests.support.qualification_samples import (
    HITS_APPROVED,
    LOCALE,
    PERCENT_APPROVED,
    SANDBOX_MASTERS,
    give,
    lets_in,
    make_type,
    reason,
    require,
)

GUARDS = ("Accept", "PreviewAndAccept", "DiscoverPreviewAndAccept")


@pytest.mark.parametrize(
    ("requirement", "fault"),
    [
        (
            require(HITS_APPROVED, "Exists", 1),
            "Exists takes neither IntegerValues nor LocaleValues",
        ),
        (
            require(LOCALE, "DoesNotExist", "US"),
            "DoesNotExist takes neither IntegerValues nor LocaleValues",
        ),
        (require(HITS_APPROVED, "LessThan"), "LessThan takes one of IntegerValues, not 0"),
        (require(HITS_APPROVED, "EqualTo", 1, 2), "EqualTo takes one of IntegerValues, not 2"),
        (require(HITS_APPROVED, "In"), "In takes 1 to 15 IntegerValues, not 0"),
        (require(HITS_APPROVED, "NotIn", *range(16)), "NotIn takes 1 to 15 IntegerValues, not 16"),
        (
            require(HITS_APPROVED, "EqualTo", "US"),
            "EqualTo takes LocaleValues for Worker_Locale only",
        ),
        (
            require(LOCALE, "GreaterThan", "US"),
            "GreaterThan does not compare places: use EqualTo, NotEqualTo, In or NotIn",
        ),
        (require(LOCALE, "EqualTo", 1), "EqualTo takes LocaleValues here, not IntegerValues"),
        (require(LOCALE, "NotEqualTo", "US", "CA"), "NotEqualTo takes one of LocaleValues, not 2"),
        (require(LOCALE, "In"), "In takes 1 to 30 LocaleValues, not 0"),
        (require(LOCALE, "NotIn", *["US"] * 31), "NotIn takes 1 to 30 LocaleValues, not 31"),
    ],
)
def test_values_that_do_not_fit(crowd: CrowdUnderTest, requirement: Any, fault: str) -> None:
    """Each comparator takes its own kind and number of values."""
    expected = invalid(
        f"The QualificationRequirement of {requirement['QualificationTypeId']} is not valid: {fault}."
    )
    for operation, base in (
        (crowd.client.create_hit, HIT),
        (crowd.client.create_hit_type, HIT_TYPE),
    ):
        assert refusal(operation, **base, QualificationRequirements=[requirement]) == expected


@pytest.mark.parametrize(
    ("requirement", "message"),
    [
        *(
            (
                require(LOCALE, "EqualTo", code),
                (
                    f'The value "{value}" is not valid for the parameter {name}: '
                    f"did you mean {nearest}?"
                ),
            )
            for code, name, value, nearest in (
                ("us", "Country", "us", "US"),
                ("UK", "Country", "UK", "GB"),
                ("EU", "Country", "EU", "a list of its countries, such as DE and FR"),
                ("ZZ", "Country", "ZZ", "ZW"),
                ("US-p.", "Subdivision", "p.", "US-PA"),
                ("US-XX", "Subdivision", "XX", "US-TX"),
                ("US-PR", "Subdivision", "PR", "PR"),
                ("CA-ON", "Subdivision", "ON", "CA"),
            )
        ),
        (
            require(HITS_APPROVED, "EqualTo", 2**31),
            (
                "The value 2147483648 is invalid for IntegerValues. Valid values range from "
                "-2147483648 to 2147483647."
            ),
        ),
    ],
)
def test_values_that_no_worker_can_have(
    crowd: CrowdUnderTest, requirement: Any, message: str
) -> None:
    """Places are ISO codes of a country or a US state, integers have 32 bits."""
    for operation, base in (
        (crowd.client.create_hit, HIT),
        (crowd.client.create_hit_type, HIT_TYPE),
    ):
        assert refusal(operation, **base, QualificationRequirements=[requirement]) == invalid(
            message
        )


def test_as_many_values_as_are_allowed(crowd: CrowdUnderTest) -> None:
    """15 integers and 30 places can be compared with at once."""
    assert crowd.make_hit(
        QualificationRequirements=[
            require(HITS_APPROVED, "In", *range(15)),
            require(LOCALE, "NotIn", *["US-PA", "CA"] * 15),
        ]
    )


def test_types_that_cannot_be_required(crowd: CrowdUnderTest) -> None:
    """One that is not there, and one that is inactive."""
    inactive = make_type(crowd, QualificationTypeStatus="Inactive")
    create = crowd.client.create_hit

    assert refusal(create, **HIT, QualificationRequirements=[require("3NONE")]) == business(
        "QualificationType [3NONE] does not exist.", "QualificationTypeDoesNotExist"
    )
    assert refusal(create, **HIT, QualificationRequirements=[require(inactive)]) == business(
        "This QualificationType is currently in the state 'Inactive'.  This operation can be "
        "called with a status of: Active",
        "InvalidQualificationTypeState",
    )


def test_a_qualification_lets_in(crowd: CrowdUnderTest) -> None:
    """Workers with a matching value can accept, until it is revoked."""
    type_id, worker = make_type(crowd), crowd.make_worker()
    at_least = require(type_id, "GreaterThanOrEqualTo", 80)
    assert not lets_in(crowd, worker, at_least)
    assert lets_in(crowd, worker, require(type_id, "DoesNotExist"))
    assert not lets_in(crowd, worker, require(type_id, "NotEqualTo", 80))

    give(crowd, type_id, worker, 79)
    assert not lets_in(crowd, worker, at_least)
    give(crowd, type_id, worker, 80)
    assert lets_in(crowd, worker, at_least)
    assert lets_in(crowd, worker, require(type_id))
    crowd.client.disassociate_qualification_from_worker(
        QualificationTypeId=type_id, WorkerId=worker
    )
    assert not lets_in(crowd, worker, at_least)
    assert lets_in(crowd, worker, require(type_id, "DoesNotExist"))


def test_all_requirements_hold(crowd: CrowdUnderTest) -> None:
    """A worker has to meet every requirement."""
    type_id, worker = make_type(crowd), crowd.make_worker()
    give(crowd, type_id, worker)

    assert not lets_in(crowd, worker, require(type_id), require(HITS_APPROVED, "GreaterThan", 0))
    assert lets_in(crowd, worker, require(type_id), require(HITS_APPROVED, "LessThan", 1))


def test_the_refusal_names_what_is_missing(crowd: CrowdUnderTest) -> None:
    """The worker reads which requirements they do not meet, and what they have; the others are not named."""
    type_id, worker = make_type(crowd), crowd.make_worker()
    give(crowd, type_id, worker, 3)
    hit_id = crowd.make_hit(
        QualificationRequirements=[
            require(type_id, "GreaterThan", 5),
            require(PERCENT_APPROVED, "GreaterThanOrEqualTo", 95),
            require(LOCALE, "In", "US-PA", "CA"),
            require(SANDBOX_MASTERS),
        ]
    )

    with pytest.raises(NotPossible) as caught:
        crowd.accept(worker, hit_id)
    assert str(caught.value) == (
        "You do not qualify to accept this HIT. It asks for English: more than 5 (you have 3); "
        "Worker_Locale: one of US-PA, CA (your profile has no country); "
        "Masters (you do not have it)."
    )
    with crowd.site.reading() as call:
        group = worker_lists.find_group(call, crowd.hit(hit_id)["HITTypeId"])
        standings = eligibility.list_statuses(call, worker, [group])[group.hit_type_id]
    assert [(status.name, status.value, status.met) for status in standings] == [
        ("English", 3, False),
        ("Worker_PercentAssignmentsApproved", 100, True),
        ("Worker_Locale", None, False),
        ("Masters", None, False),
    ]


def test_work_in_progress_is_not_taken_away(crowd: CrowdUnderTest) -> None:
    """A worker who accepted while qualified can continue and submit after losing it."""
    type_id, worker = make_type(crowd), crowd.make_worker()
    give(crowd, type_id, worker)
    hit_id = crowd.make_hit(QualificationRequirements=[require(type_id)])
    assignment_id = crowd.accept(worker, hit_id)
    crowd.client.disassociate_qualification_from_worker(
        QualificationTypeId=type_id, WorkerId=worker
    )

    assert crowd.accept(worker, hit_id) == assignment_id
    crowd.submit(assignment_id)


@pytest.mark.parametrize("guarded", GUARDS)
def test_actions_guarded(crowd: CrowdUnderTest, guarded: str) -> None:
    """Accept guards accepting; PreviewAndAccept previews too; Discover… hides the group as well."""
    type_id, worker, good = make_type(crowd), crowd.make_worker(), crowd.make_worker("good")
    give(crowd, type_id, good)
    hit_id = crowd.make_hit(
        QualificationRequirements=[require(type_id, ActionsGuarded=guarded)], Title="guarded"
    )
    crowd.make_hit(Title="open")
    group_id = crowd.hit(hit_id)["HITTypeId"]

    def may(worker_id: str) -> tuple[bool, bool, bool]:
        with crowd.site.reading() as call:
            titles = [row.title for row in worker_lists.list_groups(call, worker_id, 10)]
            assert "open" in titles
            previews = {
                reason(lambda: worker_lists.find_next_hit(call, worker_id, group_id)),
                reason(lambda: worker_actions.find_question(call, hit_id, None, worker_id)),
            }
        assert previews in ({None}, {"unqualified"})
        with crowd.site.writing() as call:
            accepted = reason(lambda: worker_actions.accept_next(call, worker_id, group_id))
        assert accepted in (None, "unqualified")
        return "guarded" in titles, previews == {None}, accepted is None

    seen = GUARDS.index(guarded)
    assert may(worker) == (seen < 2, seen < 1, False)
    assert may(good) == (True, True, True)


def test_each_requirement_guards_its_own(crowd: CrowdUnderTest) -> None:
    """Amazon's example: who meets what guards discovery, and not what guards previews, sees the group."""
    seen, shown, worker = make_type(crowd), make_type(crowd, Name="other"), crowd.make_worker()
    give(crowd, seen, worker)
    crowd.make_hit(
        QualificationRequirements=[
            require(seen, ActionsGuarded=GUARDS[2]),
            require(shown, ActionsGuarded=GUARDS[1]),
        ]
    )

    with crowd.site.reading() as call:
        (group,) = worker_lists.list_groups(call, worker, 10)
        preview = "You do not qualify to preview this HIT. It asks for other "
        with pytest.raises(NotPossible, match=preview):
            worker_lists.find_next_hit(call, worker, group.hit_type_id)


def test_a_group_is_hidden_for_each_worker_alone(crowd: CrowdUnderTest) -> None:
    """A hidden group reappears once the qualification is there, and open ones are never hidden."""
    type_id, worker = make_type(crowd), crowd.make_worker()
    for number in range(3):
        crowd.make_hit(
            Title=f"hidden {number}",
            QualificationRequirements=[
                require(type_id, "GreaterThan", number, ActionsGuarded=GUARDS[2])
            ],
        )

    def titles() -> list[str]:
        with crowd.site.reading() as call:
            return sorted(row.title for row in worker_lists.list_groups(call, worker, 10))

    assert titles() == []
    give(crowd, type_id, worker, 2)
    assert titles() == ["hidden 0", "hidden 1"]


def test_hits_for_a_qualification_type(crowd: CrowdUnderTest) -> None:
    """The requester's HITs that require it, newest first, of any status but deleted."""
    type_id, other = make_type(crowd), make_type(crowd, Name="other")
    hit_ids = [
        crowd.make_hit(QualificationRequirements=[require(type_id), require(LOCALE)], Title=title)
        for title in ("a", "b", "c")
    ]
    crowd.make_hit(QualificationRequirements=[require(other)])
    crowd.client.update_expiration_for_hit(HITId=hit_ids[0], ExpireAt=0)
    crowd.client.update_expiration_for_hit(HITId=hit_ids[1], ExpireAt=0)
    crowd.client.delete_hit(HITId=hit_ids[1])

    def listed(of: str) -> list[str]:
        pages = crowd.client.get_paginator("list_hits_for_qualification_type").paginate(
            QualificationTypeId=of, PaginationConfig={"PageSize": 1}
        )
        return [hit["HITId"] for page in pages for hit in page["HITs"]]

    assert listed(type_id) == [hit_ids[2], hit_ids[0]]
    assert listed(LOCALE) == [hit_ids[2], hit_ids[0]]
    assert listed(HITS_APPROVED) == []
