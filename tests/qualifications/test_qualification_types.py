"""Qualification types: made, changed, found, deleted."""

from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local_crowd.site import Site
from tests.support.crowds import (
    DAY,
    HIT,
    HIT_TYPE,
    NEW_YEAR,
    CrowdUnderTest,
    business,
    invalid,
    refusal,
)
from tests.support.qualification_samples import (
    FORM,
    HITS_APPROVED,
    KEY,
    LIVE_MASTERS,
    LOCALE,
    SANDBOX_MASTERS,
    SKILL,
    TESTED,
    answer_key,
    ask,
    give,
    make_type,
    question_form,
    require,
    score,
)


def no_type(type_id: str) -> Any:
    return business(
        f"QualificationType [{type_id}] does not exist.", "QualificationTypeDoesNotExist"
    )


def names(crowd: CrowdUnderTest, **request: Any) -> list[str]:
    """Return the names of all types on all pages of a listing."""
    pages = crowd.client.get_paginator("list_qualification_types").paginate(
        **{"MustBeRequestable": True} | request, PaginationConfig={"PageSize": 2}
    )
    return [
        qualification_type["Name"]
        for page in pages
        for qualification_type in page["QualificationTypes"]
    ]


def others(crowd: CrowdUnderTest) -> Any:
    """Create a qualification type of another requester."""
    requester_id = crowd.make_requester()
    qualification_type = crowd.site.perform(requester_id, "CreateQualificationType", SKILL)
    return qualification_type["QualificationType"]["QualificationTypeId"]


def test_create_answers_the_whole_type(crowd: CrowdUnderTest) -> None:
    """The response has the type's id and its fields, but none that were not set."""
    qualification_type = crowd.client.create_qualification_type(**SKILL)["QualificationType"]

    assert qualification_type == SKILL | {
        "QualificationTypeId": qualification_type["QualificationTypeId"],
        "CreationTime": datetime.fromtimestamp(NEW_YEAR, UTC),
        "IsRequestable": True,
        "AutoGranted": False,
    }
    assert len(qualification_type["QualificationTypeId"]) == 30
    response = crowd.client.get_qualification_type(
        QualificationTypeId=qualification_type["QualificationTypeId"]
    )
    assert response["QualificationType"] == qualification_type


def test_every_field_comes_back(crowd: CrowdUnderTest) -> None:
    """Test, key, durations and keywords are kept as given; AutoGrantedValue is 1 unless given."""
    tested = TESTED | {"Keywords": "english, writing", "RetryDelayInSeconds": 0}
    qualification_type = crowd.client.create_qualification_type(**tested)["QualificationType"]
    granted = crowd.client.create_qualification_type(**SKILL | {"Name": "b", "AutoGranted": True})
    valued = crowd.client.create_qualification_type(
        **SKILL | {"Name": "c", "AutoGranted": True, "AutoGrantedValue": -7}
    )

    assert {name: qualification_type[name] for name in tested} == tested
    assert granted["QualificationType"]["AutoGrantedValue"] == 1
    assert valued["QualificationType"]["AutoGrantedValue"] == -7


def test_a_name_is_unique_per_requester(crowd: CrowdUnderTest) -> None:
    """The second type of a name is refused in Amazon's words; another requester may use it."""
    make_type(crowd)

    assert refusal(crowd.client.create_qualification_type, **SKILL) == business(
        "You have already created a QualificationType with this name. A QualificationType's name "
        "must be unique among all of the QualificationTypes created by the same user.",
        "QualificationTypeAlreadyExists",
    )
    assert others(crowd)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"Name": " "}, "Name is empty."),
        (
            {"Name": "n" * 201},
            "The value for Name is 201 characters long. At most 200 are allowed.",
        ),
        (
            {"Description": "d" * 2001},
            "The value for Description is 2001 characters long. At most 2000 are allowed.",
        ),
        (
            {"Keywords": "k" * 1001},
            "The value for Keywords is 1001 characters long. At most 1000 are allowed.",
        ),
        (
            {"RetryDelayInSeconds": -1},
            (
                "The value -1 is invalid for RetryDelayInSeconds. Valid values range from 0 to "
                "1000000000."
            ),
        ),
        ({"Test": FORM}, "A Test needs TestDurationInSeconds."),
        (
            {"Test": FORM, "TestDurationInSeconds": 0},
            (
                "The value 0 is invalid for TestDurationInSeconds. Valid values range from 1 to "
                "31536000."
            ),
        ),
        (
            {"Test": FORM, "TestDurationInSeconds": 60, "AutoGranted": True},
            "A QualificationType with a Test cannot be AutoGranted. Leave out Test or AutoGranted.",
        ),
        (
            {"AutoGranted": True, "AutoGrantedValue": 2**31},
            (
                "The value 2147483648 is invalid for AutoGrantedValue. Valid values range from "
                "-2147483648 to 2147483647."
            ),
        ),
        (
            TESTED | {"AnswerKey": answer_key({"colour": {("red",): 1}})},
            (
                "The AnswerKey scores colour, but the Test has no multiple-choice question with this "
                "identifier."
            ),
        ),
        (
            TESTED | {"AnswerKey": answer_key({"nextmove": {("Z", "A"): 1}})},
            "The AnswerKey scores Z, which is not a selection of nextmove.",
        ),
        (
            TESTED | {"Test": "x" * 65_536},
            "The Test is 65536 bytes long. At most 65535 bytes are allowed.",
        ),
    ],
)
def test_invalid_types_are_refused(
    crowd: CrowdUnderTest, changes: dict[str, Any], message: str
) -> None:
    """A field outside its limits, or beside one that excludes it, is refused; nothing is made."""
    assert refusal(crowd.client.create_qualification_type, **SKILL | changes) == invalid(message)
    assert names(crowd) == []


@pytest.mark.parametrize(
    ("test", "why"),
    [
        ("<QuestionForm>", "no element found"),
        ("<QuestionForm/>", "a Test is a QuestionForm, not QuestionForm"),
        (HIT["Question"], "a Test is a QuestionForm, not {"),
        (question_form({}), "Question is missing"),
        (question_form({"a": ()}).replace("FreeTextAnswer", "FileUploadAnswer"), "not supported"),
        (question_form({"a": (), "b": ()}).replace(">b<", ">a<"), '"a" was used before'),
        (question_form({"a": ("x", "x")}), '"x" was used before'),
    ],
)
def test_invalid_tests_are_refused(crowd: CrowdUnderTest, test: str, why: str) -> None:
    """A test is a QuestionForm that follows its schema, whose identifiers are unique."""
    refused = refusal(crowd.client.create_qualification_type, **TESTED | {"Test": test})

    assert (refused.code, refused.turk_error_code) == (
        "RequestError",
        "AWS.MechanicalTurk.XMLParseError",
    )
    assert why in refused.message


def test_the_older_schema_and_free_text_beside_a_key(crowd: CrowdUnderTest) -> None:
    """A QuestionForm of 2005 is valid; questions that the key does not score may be free text."""
    older = FORM.replace("2017-11-06", "2005-10-01")
    free = question_form({"nextmove": ("D",), "why": ()})
    key = answer_key({"nextmove": {("D",): 1}})

    assert make_type(crowd, **TESTED | {"Test": older})
    assert make_type(crowd, **TESTED | {"Name": "b", "Test": free, "AnswerKey": key})


def test_update(crowd: CrowdUnderTest) -> None:
    """Description, status, retry delay and auto-grant change; omitted fields stay."""
    type_id = make_type(crowd, Keywords="writing", RetryDelayInSeconds=60)
    changed = crowd.client.update_qualification_type(
        QualificationTypeId=type_id,
        Description="new",
        QualificationTypeStatus="Inactive",
        AutoGranted=True,
    )["QualificationType"]

    assert (changed["Name"], changed["Keywords"]) == ("English", "writing")
    assert (changed["Description"], changed["QualificationTypeStatus"]) == ("new", "Inactive")
    assert (changed["AutoGranted"], changed["AutoGrantedValue"]) == (True, 1)
    assert changed["RetryDelayInSeconds"] == 60
    update = crowd.client.update_qualification_type
    assert (
        update(QualificationTypeId=type_id, AutoGrantedValue=9)["QualificationType"][
            "AutoGrantedValue"
        ]
        == 9
    )
    off = update(QualificationTypeId=type_id, AutoGranted=False, RetryDelayInSeconds=5)
    assert "AutoGrantedValue" not in off["QualificationType"]
    assert off["QualificationType"]["RetryDelayInSeconds"] == 5


def test_update_of_a_test(crowd: CrowdUnderTest) -> None:
    """A new test replaces test, duration and key together; a key that is left out is gone."""
    type_id = make_type(crowd, **TESTED)
    update = crowd.client.update_qualification_type
    same = update(QualificationTypeId=type_id, Description="new")["QualificationType"]
    assert (same["Test"], same["AnswerKey"]) == (FORM, KEY)

    other = question_form({"a": ("b",)})
    new = update(QualificationTypeId=type_id, Test=other, TestDurationInSeconds=60)
    assert new["QualificationType"]["Test"] == other
    assert new["QualificationType"]["TestDurationInSeconds"] == 60
    assert "AnswerKey" not in new["QualificationType"]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"AutoGranted": True},
            "A QualificationType with a Test cannot be AutoGranted. Leave out Test or AutoGranted.",
        ),
        ({"Test": FORM}, "A Test needs TestDurationInSeconds."),
        (
            {"AnswerKey": KEY},
            (
                "An AnswerKey replaces the one of a Test only together with Test and "
                "TestDurationInSeconds."
            ),
        ),
    ],
)
def test_updates_that_are_refused(
    crowd: CrowdUnderTest, changes: dict[str, Any], message: str
) -> None:
    """An update can neither remove a test nor change a part of it."""
    type_id = make_type(crowd, **TESTED)

    assert refusal(
        crowd.client.update_qualification_type, QualificationTypeId=type_id, **changes
    ) == invalid(message)


@pytest.mark.parametrize("unused", [{"TestDurationInSeconds": 0}, {"AnswerKey": KEY}])
def test_a_duration_or_key_without_a_test_is_ignored(
    crowd: CrowdUnderTest, unused: dict[str, Any]
) -> None:
    """Clients that always send them make and update types without a test."""
    type_id = make_type(crowd, AutoGranted=True, **unused)
    qualification_type = crowd.client.get_qualification_type(QualificationTypeId=type_id)[
        "QualificationType"
    ]
    assert qualification_type.keys().isdisjoint({"Test", "TestDurationInSeconds", "AnswerKey"})

    updated = crowd.client.update_qualification_type(
        QualificationTypeId=type_id, Description="new", **unused
    )["QualificationType"]
    assert updated == qualification_type | {"Description": "new"}


def test_an_update_leaves_the_duration_of_a_test(crowd: CrowdUnderTest) -> None:
    """Without Test the test is unchanged, its duration too."""
    type_id = make_type(crowd, **TESTED)
    updated = crowd.client.update_qualification_type(
        QualificationTypeId=type_id, TestDurationInSeconds=TESTED["TestDurationInSeconds"] + 1
    )["QualificationType"]
    assert updated["TestDurationInSeconds"] == TESTED["TestDurationInSeconds"]
    assert updated["AnswerKey"] == KEY


def test_an_auto_granted_type_gets_a_test_only_instead(crowd: CrowdUnderTest) -> None:
    """Test and auto-grant exclude each other, whichever comes first."""
    type_id = make_type(crowd, AutoGranted=True)
    update = crowd.client.update_qualification_type
    test = {"QualificationTypeId": type_id, "Test": FORM, "TestDurationInSeconds": 60}

    assert refusal(update, **test) == invalid(
        "A QualificationType with a Test cannot be AutoGranted. Leave out Test or AutoGranted."
    )
    assert update(**test, AutoGranted=False)["QualificationType"]["Test"] == FORM


def test_found_by_words(crowd: CrowdUnderTest) -> None:
    """Every word of the query occurs in name, keywords or description, in any case; %, _ are letters."""
    make_type(crowd, Name="English", Description="writing", Keywords="language")
    make_type(crowd, Name="French 100%", Description="reading", Keywords="langue")
    crowd.clock.advance(1)
    make_type(crowd, Name="Third", Description="drawing")

    assert names(crowd, Query="LANG ing") in (
        ["English", "French 100%"],
        ["French 100%", "English"],
    )
    assert names(crowd, Query="english") == ["English"]
    assert names(crowd, Query="0%") == ["French 100%"]
    assert names(crowd, Query="_") == []
    assert names(crowd)[-1] == "Third"
    assert sorted(names(crowd, MustBeOwnedByCaller=True)) == ["English", "French 100%", "Third"]


def test_the_systems_own_types(crowd: CrowdUnderTest) -> None:
    """They are listed unless types must be requestable or own, and are found by Amazon's ids."""
    assert sorted(names(crowd, MustBeRequestable=False)) == [
        "Masters",
        "Worker_Adult",
        "Worker_Locale",
        "Worker_NumberHITsApproved",
        "Worker_NumberHITsOfHITType",
        "Worker_PercentAssignmentsApproved",
    ]
    assert names(crowd, MustBeRequestable=False, MustBeOwnedByCaller=True) == []
    qualification_type = crowd.client.get_qualification_type(QualificationTypeId=HITS_APPROVED)
    assert qualification_type["QualificationType"]["IsRequestable"] is False


def test_masters_has_an_id_a_site(crowd: CrowdUnderTest) -> None:
    """Only this site's type exists; the other site's does not, as on Amazon's sites."""
    get = crowd.client.get_qualification_type
    mine, other = SANDBOX_MASTERS, LIVE_MASTERS

    assert get(QualificationTypeId=mine)["QualificationType"]["Name"] == "Masters"
    assert refusal(get, QualificationTypeId=other) == no_type(other)
    assert refusal(
        crowd.client.create_hit, **HIT, QualificationRequirements=[require(other)]
    ) == no_type(other)


def test_the_live_sites_masters(open_crowd: Any) -> None:
    """The live site has its own Masters type, and not the sandbox's."""
    live = open_crowd("live")
    get = live.client.get_qualification_type

    assert get(QualificationTypeId=LIVE_MASTERS)["QualificationType"]["Name"] == "Masters"
    assert refusal(get, QualificationTypeId=SANDBOX_MASTERS) == no_type(SANDBOX_MASTERS)


@pytest.mark.parametrize(
    "operation",
    [
        "update_qualification_type",
        "delete_qualification_type",
        "list_workers_with_qualification_type",
        "associate_qualification_with_worker",
        "disassociate_qualification_from_worker",
        "list_qualification_requests",
    ],
)
def test_whose_a_type_is(crowd: CrowdUnderTest, operation: str) -> None:
    """Other requesters' types do not exist for a requester, and system types cannot be changed."""
    call, more = getattr(crowd.client, operation), {}
    if "associate" in operation:
        more = {"WorkerId": crowd.make_worker()}
    type_id = others(crowd)

    for unknown in (type_id, "3NONE"):
        assert refusal(call, QualificationTypeId=unknown, **more) == no_type(unknown)
    assert refusal(call, QualificationTypeId=LOCALE, **more) == business(
        f"QualificationType [{LOCALE}] belongs to the system. Only the system can grant it.",
        "PermissionDeniedException",
    )


def test_anothers_type_cannot_be_seen_or_required(crowd: CrowdUnderTest) -> None:
    """It cannot be found, listed or required, nor can its HITs be listed."""
    type_id = others(crowd)

    for call in (
        crowd.client.get_qualification_type,
        crowd.client.list_hits_for_qualification_type,
    ):
        assert refusal(call, QualificationTypeId=type_id) == no_type(type_id)
    assert "English" not in names(crowd, MustBeRequestable=False)
    assert refusal(
        crowd.client.create_hit_type, **HIT_TYPE, QualificationRequirements=[require(type_id)]
    ) == no_type(type_id)


def test_delete(crowd: CrowdUnderTest) -> None:
    """A deleted type is gone, and deleting it again changes nothing; its name can be used again."""
    type_id = make_type(crowd)
    for _ in range(2):
        crowd.client.delete_qualification_type(QualificationTypeId=type_id)

    get = crowd.client.get_qualification_type
    assert refusal(get, QualificationTypeId=type_id) == no_type(type_id)
    assert names(crowd) == []
    assert make_type(crowd) != type_id


def test_delete_rejects_what_waits(crowd: CrowdUnderTest) -> None:
    """Requests for a deleted type are rejected, and there is nothing left to accept."""
    type_id, worker = make_type(crowd), crowd.make_worker()
    asked = ask(crowd, worker, type_id)
    crowd.client.delete_qualification_type(QualificationTypeId=type_id)

    assert crowd.client.list_qualification_requests()["QualificationRequests"] == []
    assert refusal(
        crowd.client.accept_qualification_request, QualificationRequestId=asked.request_id
    ) == business(
        "This QualificationRequest is currently in the state 'Rejected'.  This operation can be "
        "called with a status of: Submitted",
        "InvalidQualificationRequestState",
    )


def test_delete_keeps_what_hits_need(crowd: CrowdUnderTest) -> None:
    """Existing HITs stay open to workers who have it; their HIT types can create no more."""
    type_id, worker = make_type(crowd), crowd.make_worker()
    give(crowd, type_id, worker)
    required = {"QualificationRequirements": [require(type_id)]}
    hit_id = crowd.make_hit(**required)
    hit_type_id = crowd.hit(hit_id)["HITTypeId"]
    crowd.client.delete_qualification_type(QualificationTypeId=type_id)

    assert crowd.do(worker, hit_id)
    gone = business(f"HITType {hit_type_id} does not exist.", "HITTypeDoesNotExist")
    assert (
        refusal(
            crowd.client.create_hit_with_hit_type,
            HITTypeId=hit_type_id,
            LifetimeInSeconds=DAY,
            Question=HIT["Question"],
        )
        == gone
    )
    bare = crowd.make_hit()
    assert refusal(crowd.client.update_hit_type_of_hit, HITId=bare, HITTypeId=hit_type_id) == gone
    assert refusal(crowd.client.create_hit, **HIT, **required) == no_type(type_id)


def test_a_deleted_type_is_there_until_its_last_hit_is_deleted(crowd: CrowdUnderTest) -> None:
    """Its owner can list its HITs and workers, and grant it; nobody can require it in new HITs."""
    type_id, worker, other = make_type(crowd), crowd.make_worker(), crowd.make_worker("Bob")
    give(crowd, type_id, worker)
    hit_ids = [crowd.make_hit(QualificationRequirements=[require(type_id)]) for _ in range(2)]
    this = {"QualificationTypeId": type_id}
    crowd.client.delete_qualification_type(**this)
    crowd.client.delete_hit(HITId=expired(crowd, hit_ids.pop()))

    listed = crowd.client.list_hits_for_qualification_type(**this)["HITs"]
    assert [hit["HITId"] for hit in listed] == hit_ids
    qualification_type = crowd.client.get_qualification_type(**this)["QualificationType"]
    assert (qualification_type["Name"], qualification_type["QualificationTypeStatus"]) == (
        "English",
        "Inactive",
    )
    assert names(crowd) == []
    crowd.client.associate_qualification_with_worker(**this, WorkerId=other, IntegerValue=7)
    assert score(crowd, type_id, other)["IntegerValue"] == 7
    crowd.client.disassociate_qualification_from_worker(**this, WorkerId=worker)
    having = crowd.client.list_workers_with_qualification_type(**this)["Qualifications"]
    assert [holder["WorkerId"] for holder in having] == [other]
    assert crowd.do(other, hit_ids[0])
    update = crowd.client.update_qualification_type
    assert refusal(update, **this, Description="x") == no_type(type_id)
    assert make_type(crowd) != type_id  # its name is free

    (assignment,) = crowd.client.list_assignments_for_hit(HITId=hit_ids[0])["Assignments"]
    crowd.client.approve_assignment(AssignmentId=assignment["AssignmentId"])
    crowd.client.delete_hit(HITId=expired(crowd, hit_ids[0]))
    for call in (
        crowd.client.get_qualification_type,
        crowd.client.list_hits_for_qualification_type,
        crowd.client.list_workers_with_qualification_type,
    ):
        assert refusal(call, **this) == no_type(type_id)
    assert refusal(score, crowd=crowd, type_id=type_id, worker_id=other) == business(
        "You requested a Qualification that does not exist.", "QualificationDoesNotExist"
    )


def expired(crowd: CrowdUnderTest, hit_id: str) -> str:
    crowd.client.update_expiration_for_hit(HITId=hit_id, ExpireAt=0)
    return hit_id


def test_types_survive_the_site(crowd: CrowdUnderTest) -> None:
    """A type is in the database, not in the process."""
    type_id = make_type(crowd, **TESTED)
    again = Site("sandbox", crowd.site.store.url, crowd.clock)
    response = again.perform(
        crowd.requester_id, "GetQualificationType", {"QualificationTypeId": type_id}
    )
    again.close()

    assert response["QualificationType"]["AnswerKey"] == KEY


def test_names_of_fields_that_must_be_there(crowd: CrowdUnderTest) -> None:
    """A value outside the enumeration is refused by the model."""
    with pytest.raises(ClientError) as caught:
        make_type(crowd, QualificationTypeStatus="Asleep")

    assert caught.value.response["Error"]["Code"] == "ValidationException"
    assert "[Active, Inactive]" in caught.value.response["Error"]["Message"]
