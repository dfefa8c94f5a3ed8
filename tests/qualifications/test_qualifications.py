"""Qualifications that requesters give to workers and take back."""

from datetime import UTC, datetime
from typing import Any

from local_crowd.operations.qualifications import for_workers, grants
from local_crowd.operations.work import messages as letters
from tests.support.crowds import NEW_YEAR, CrowdUnderTest, business, invalid, refusal
from tests.support.qualification_samples import (
    HITS_APPROVED,
    LOCALE,
    SANDBOX_MASTERS,
    give,
    make_type,
    score,
)

NONE = business("You requested a Qualification that does not exist.", "QualificationDoesNotExist")
REVOKED = business(
    "This operation can be called with a status of: Granted", "InvalidQualificationState"
)


def moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def had(crowd: CrowdUnderTest, type_id: str, **request: Any) -> list[tuple[str, int]]:
    """Return the workers who have it and their values, from all pages."""
    pages = crowd.client.get_paginator("list_workers_with_qualification_type").paginate(
        QualificationTypeId=type_id, **request, PaginationConfig={"PageSize": 2}
    )
    holders = [holder for page in pages for holder in page["Qualifications"]]
    return [(holder["WorkerId"], holder["IntegerValue"]) for holder in holders]


def revoke(crowd: CrowdUnderTest, type_id: str, worker_id: str, **more: Any) -> None:
    crowd.client.disassociate_qualification_from_worker(
        QualificationTypeId=type_id, WorkerId=worker_id, **more
    )


def messages(crowd: CrowdUnderTest, worker_id: str) -> list[tuple[str, str]]:
    with crowd.site.reading() as call:
        return [
            (message.subject, message.message_text)
            for message in letters.list_of_worker(call, worker_id)
        ]


def test_associate(crowd: CrowdUnderTest) -> None:
    """The worker has it at once, with the value 1 by default."""
    type_id, worker = make_type(crowd), crowd.make_worker()
    response = crowd.client.associate_qualification_with_worker(
        QualificationTypeId=type_id, WorkerId=worker
    )

    assert set(response) == {"ResponseMetadata"}
    assert score(crowd, type_id, worker) == {
        "QualificationTypeId": type_id,
        "WorkerId": worker,
        "GrantTime": moment(NEW_YEAR),
        "IntegerValue": 1,
        "Status": "Granted",
    }


def test_associate_again(crowd: CrowdUnderTest) -> None:
    """Granting it again changes the value and the time."""
    type_id, worker = make_type(crowd), crowd.make_worker()
    give(crowd, type_id, worker, 5)
    crowd.clock.advance(60)
    give(crowd, type_id, worker, -2)

    qualification = score(crowd, type_id, worker)
    assert (qualification["IntegerValue"], qualification["GrantTime"]) == (
        -2,
        moment(NEW_YEAR + 60),
    )
    assert had(crowd, type_id) == [(worker, -2)]


def test_the_worker_is_told(crowd: CrowdUnderTest) -> None:
    """The worker gets a message, unless SendNotification is false."""
    type_id, worker = make_type(crowd), crowd.make_worker()
    give(crowd, type_id, worker)
    assert messages(crowd, worker) == []

    crowd.client.associate_qualification_with_worker(
        QualificationTypeId=type_id, WorkerId=worker, IntegerValue=7
    )
    assert messages(crowd, worker) == [
        (
            "You have the qualification English",
            (
                "A requester has given you the qualification English, with the value 7. "
                "Can write and edit English"
            ),
        )
    ]


def test_an_unknown_worker(crowd: CrowdUnderTest) -> None:
    """An unknown worker gets nothing; the error is Amazon's for a wrong worker id."""
    assert refusal(
        crowd.client.associate_qualification_with_worker,
        QualificationTypeId=make_type(crowd),
        WorkerId="ANOBODY",
    ) == invalid('The value "ANOBODY" is not valid for the parameter WorkerId.')


def test_a_value_of_more_than_32_bits(crowd: CrowdUnderTest) -> None:
    """Amazon's integers end at 2,147,483,647."""
    type_id, worker = make_type(crowd), crowd.make_worker()

    assert refusal(give, crowd=crowd, type_id=type_id, worker_id=worker, value=2**31) == invalid(
        "The value 2147483648 is invalid for IntegerValue. Valid values range from -2147483648 to "
        "2147483647."
    )
    give(crowd, type_id, worker, 2**31 - 1)
    assert score(crowd, type_id, worker)["IntegerValue"] == 2**31 - 1


def test_scores_that_are_not_there(crowd: CrowdUnderTest) -> None:
    """Whatever the reason that no score exists, the error message is the same."""
    type_id, worker = make_type(crowd), crowd.make_worker()
    give(crowd, type_id, worker)
    ask = crowd.client.get_qualification_score

    for asked, of in (
        (type_id, crowd.make_worker("Ben")),
        ("3NONE", worker),
        (type_id, "ANOBODY"),
        (HITS_APPROVED, worker),
        (LOCALE, worker),
    ):
        assert refusal(ask, QualificationTypeId=asked, WorkerId=of) == NONE
    stranger = crowd.make_requester()
    other_type_id = crowd.site.perform(
        stranger,
        "CreateQualificationType",
        {"Name": "theirs", "Description": "theirs", "QualificationTypeStatus": "Active"},
    )["QualificationType"]["QualificationTypeId"]
    crowd.site.perform(
        stranger,
        "AssociateQualificationWithWorker",
        {"QualificationTypeId": other_type_id, "WorkerId": worker},
    )
    assert refusal(ask, QualificationTypeId=other_type_id, WorkerId=worker) == NONE


def test_disassociate(crowd: CrowdUnderTest) -> None:
    """What was revoked has no score, is listed as revoked, and the worker can read why."""
    type_id, worker = make_type(crowd), crowd.make_worker()
    give(crowd, type_id, worker, 3)
    revoke(crowd, type_id, worker, Reason="It was too long ago.")

    ask = crowd.client.get_qualification_score
    assert refusal(ask, QualificationTypeId=type_id, WorkerId=worker) == REVOKED
    assert had(crowd, type_id) == []
    assert had(crowd, type_id, Status="Revoked") == [(worker, 3)]
    with crowd.site.reading() as call:
        (row,) = for_workers.list_held(call, worker)
    assert (row.name, row.status, row.reason) == ("English", "Revoked", "It was too long ago.")


def test_disassociate_what_is_not_there(crowd: CrowdUnderTest) -> None:
    """It cannot be revoked twice, or from a worker who never had it."""
    type_id, worker = make_type(crowd), crowd.make_worker()
    call = crowd.client.disassociate_qualification_from_worker

    assert refusal(call, QualificationTypeId=type_id, WorkerId=worker) == NONE
    give(crowd, type_id, worker)
    revoke(crowd, type_id, worker)
    assert refusal(call, QualificationTypeId=type_id, WorkerId=worker) == REVOKED


def test_granting_after_a_revocation(crowd: CrowdUnderTest) -> None:
    """It has a new grant time, and no reason."""
    type_id, worker = make_type(crowd), crowd.make_worker()
    give(crowd, type_id, worker, 3)
    revoke(crowd, type_id, worker, Reason="no")
    crowd.clock.advance(60)
    give(crowd, type_id, worker, 4)

    qualification = score(crowd, type_id, worker)
    assert (qualification["IntegerValue"], qualification["GrantTime"]) == (4, moment(NEW_YEAR + 60))
    with crowd.site.reading() as call:
        assert [row.reason for row in for_workers.list_held(call, worker)] == [None]


def test_list_workers(crowd: CrowdUnderTest) -> None:
    """Those who have it, in the order they got it, and those of this type only."""
    type_id, other = make_type(crowd), make_type(crowd, Name="other")
    workers = [crowd.make_worker(name) for name in ("Ada", "Ben", "Cleo")]
    for number, worker in enumerate(reversed(workers)):
        give(crowd, type_id, worker, number)
        crowd.clock.advance(1)
    give(crowd, other, workers[0])

    assert had(crowd, type_id) == [(workers[2], 0), (workers[1], 1), (workers[0], 2)]
    assert had(crowd, type_id, Status="Granted") == had(crowd, type_id)


def test_only_the_operator_grants_masters(crowd: CrowdUnderTest) -> None:
    """Requesters cannot grant it, and the operator can revoke it."""
    worker = crowd.make_worker()
    associate = crowd.client.associate_qualification_with_worker
    refused = refusal(associate, QualificationTypeId=SANDBOX_MASTERS, WorkerId=worker)
    assert refused.turk_error_code == "AWS.MechanicalTurk.PermissionDeniedException"

    for master in (True, False):
        with crowd.site.writing() as call:
            grants.set_master(call, worker, master=master)
        with crowd.site.reading() as call:
            (row,) = for_workers.list_held(call, worker)
        assert (row.name, row.status) == ("Masters", "Granted" if master else "Revoked")
