"""Workers ask for qualifications; tests and requesters answer."""

from typing import Any

import pytest
from defusedxml.ElementTree import fromstring

from local_crowd.operations.qualifications import for_workers
from tests.support.crowds import MINUTE, NEW_YEAR, CrowdUnderTest, business, refusal, why
from tests.support.qualification_samples import (
    FORM,
    SKILL,
    TESTED,
    ask,
    give,
    make_type,
    question_form,
    score,
    take,
)

ANSWERS = (
    "{http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas/2005-10-01/"
    "QuestionFormAnswers.xsd}"
)


def waiting(crowd: CrowdUnderTest, **request: Any) -> list[Any]:
    """Return the pending requests of all pages."""
    pages = crowd.client.get_paginator("list_qualification_requests").paginate(
        **request, PaginationConfig={"PageSize": 1}
    )
    return [request for page in pages for request in page["QualificationRequests"]]


def asked_for(crowd: CrowdUnderTest, worker_id: str) -> list[tuple[str, str | None]]:
    """What became of the worker's requests, the newest first, and why."""
    with crowd.site.reading() as call:
        rows = for_workers.list_requests(call, worker_id, 10)
    return [(row.status, row.reason) for row in rows]


def open_test(crowd: CrowdUnderTest, worker_id: str, request_id: str) -> Any:
    with crowd.site.reading() as call:
        return for_workers.find_test(call, worker_id, request_id)


def value(crowd: CrowdUnderTest, type_id: str, worker_id: str) -> int:
    return score(crowd, type_id, worker_id)["IntegerValue"]


def test_a_request_waits_for_the_requester(crowd: CrowdUnderTest) -> None:
    """Without test and auto-grant it is listed, with no Test and no Answer, until it is decided."""
    type_id, worker = make_type(crowd), crowd.make_worker()
    asked = ask(crowd, worker, type_id)
    assert asked.status == "Submitted"

    (request,) = waiting(crowd)
    assert request["SubmitTime"].timestamp() == NEW_YEAR
    assert request == {
        "QualificationRequestId": asked.request_id,
        "QualificationTypeId": type_id,
        "WorkerId": worker,
        "SubmitTime": request["SubmitTime"],
    }
    assert refusal(
        crowd.client.get_qualification_score, QualificationTypeId=type_id, WorkerId=worker
    ) == business("You requested a Qualification that does not exist.", "QualificationDoesNotExist")


def test_accept(crowd: CrowdUnderTest) -> None:
    """The worker gets the given value, by default 1, at that moment."""
    type_id, worker, other = make_type(crowd), crowd.make_worker(), crowd.make_worker("Ben")
    first, second = ask(crowd, worker, type_id), ask(crowd, other, type_id)
    crowd.clock.advance(60)
    accept = crowd.client.accept_qualification_request
    accept(QualificationRequestId=first.request_id, IntegerValue=95)
    accept(QualificationRequestId=second.request_id)

    assert score(crowd, type_id, worker)["GrantTime"].timestamp() == NEW_YEAR + 60
    assert (value(crowd, type_id, worker), value(crowd, type_id, other)) == (95, 1)
    assert waiting(crowd) == []
    assert asked_for(crowd, worker) == [("Granted", None)]


def test_reject(crowd: CrowdUnderTest) -> None:
    """The worker can read why, and keeps what they had."""
    type_id, worker = make_type(crowd), crowd.make_worker()
    asked = ask(crowd, worker, type_id)
    give(crowd, type_id, worker, 3)
    assert len(waiting(crowd)) == 1  # what is given does not settle what is asked

    crowd.client.reject_qualification_request(
        QualificationRequestId=asked.request_id, Reason="Not yet."
    )
    assert asked_for(crowd, worker) == [("Rejected", "Not yet.")]
    assert value(crowd, type_id, worker) == 3
    assert waiting(crowd) == []


@pytest.mark.parametrize(
    "decision", ["accept_qualification_request", "reject_qualification_request"]
)
def test_what_was_decided_stays(crowd: CrowdUnderTest, decision: str) -> None:
    """A request is decided once; requests of others do not exist for a requester."""
    asked = ask(crowd, crowd.make_worker(), make_type(crowd))
    crowd.client.reject_qualification_request(QualificationRequestId=asked.request_id)

    call = getattr(crowd.client, decision)
    assert refusal(call, QualificationRequestId=asked.request_id) == business(
        "This QualificationRequest is currently in the state 'Rejected'.  This operation can be "
        "called with a status of: Submitted",
        "InvalidQualificationRequestState",
    )
    for unknown in ("3NONE", of_a_stranger(crowd)):
        assert refusal(call, QualificationRequestId=unknown) == business(
            f"QualificationRequest {unknown} does not exist.", "QualificationRequestDoesNotExist"
        )


def of_a_stranger(crowd: CrowdUnderTest) -> str:
    """The id of a request for another requester's qualification."""
    qualification_type = crowd.site.perform(
        crowd.make_requester(), "CreateQualificationType", SKILL
    )
    type_id = qualification_type["QualificationType"]["QualificationTypeId"]
    return ask(crowd, crowd.make_worker("Zoe"), type_id).request_id


def test_requests_are_listed_by_type_and_owner(crowd: CrowdUnderTest) -> None:
    """Oldest first; of one type or of all of one's own, never of another requester's."""
    workers = [crowd.make_worker(name) for name in ("Ada", "Ben")]
    types = [make_type(crowd, Name=name) for name in ("one", "two")]
    of_a_stranger(crowd)
    for worker in workers:
        for type_id in types:
            ask(crowd, worker, type_id)
            crowd.clock.advance(1)

    assert [(r["WorkerId"], r["QualificationTypeId"]) for r in waiting(crowd)] == [
        (worker, type_id) for worker in workers for type_id in types
    ]
    assert [r["WorkerId"] for r in waiting(crowd, QualificationTypeId=types[1])] == workers


def test_auto_granted(crowd: CrowdUnderTest) -> None:
    """The worker has it at once, with the type's value, and no request is pending."""
    type_id = make_type(crowd, AutoGranted=True, AutoGrantedValue=42)
    worker = crowd.make_worker()

    assert ask(crowd, worker, type_id).status == "Granted"
    assert value(crowd, type_id, worker) == 42
    assert waiting(crowd) == []


def test_a_test_with_a_key_is_marked_at_once(crowd: CrowdUnderTest) -> None:
    """Amazon's example: one of two right is 33 or 67, both 100; a better score replaces a worse."""
    type_id, worker = make_type(crowd, **TESTED, RetryDelayInSeconds=0), crowd.make_worker()
    for move, fruit, expected in (("D", "pears", 33), ("A", "apples", 67), ("D", "apples", 100)):
        asked = ask(crowd, worker, type_id)
        assert (asked.status, asked.deadline) == ("Started", crowd.clock.now + 600)
        done = take(crowd, worker, asked.request_id, nextmove=move, favoritefruit=fruit)
        assert done.status == "Granted"
        assert value(crowd, type_id, worker) == expected
        crowd.clock.advance(1)
    assert waiting(crowd) == []


def test_what_was_not_answered_scores_nothing(crowd: CrowdUnderTest) -> None:
    """A test without answers can be submitted; answers to unknown questions do not count."""
    type_id, worker = make_type(crowd, **TESTED, RetryDelayInSeconds=0), crowd.make_worker()
    for answers in ({}, {"nextmove": ["D", "A"], "other": "D"}, {"nextmove": "apples"}):
        take(crowd, worker, ask(crowd, worker, type_id).request_id, **answers)
        assert value(crowd, type_id, worker) == 0


def test_a_test_without_a_key_is_for_the_requester(crowd: CrowdUnderTest) -> None:
    """The request has Test and Answer; the requester decides the value."""
    form = question_form({"nextmove": ("A", "D"), "why": ()})
    type_id = make_type(crowd, Test=form, TestDurationInSeconds=60)
    worker = crowd.make_worker()
    asked = ask(crowd, worker, type_id)
    assert waiting(crowd) == []  # it is not submitted yet

    crowd.clock.advance(30)
    assert take(crowd, worker, asked.request_id, nextmove="D", why="Ça <va>").status == "Submitted"

    (request,) = waiting(crowd)
    assert request["Test"] == form
    assert request["SubmitTime"].timestamp() == NEW_YEAR + 30
    answers = fromstring(request["Answer"])
    assert [
        (answer[0].text, answer[1].tag.removeprefix(ANSWERS), answer[1].text) for answer in answers
    ] == [("nextmove", "SelectionIdentifier", "D"), ("why", "FreeText", "Ça <va>")]
    crowd.client.accept_qualification_request(
        QualificationRequestId=asked.request_id, IntegerValue=8
    )
    assert value(crowd, type_id, worker) == 8


def test_a_request_keeps_the_test_it_was_started_with(crowd: CrowdUnderTest) -> None:
    """A change of the test does not affect the questions, time or key of workers who already started."""
    type_id, worker = make_type(crowd, **TESTED), crowd.make_worker()
    asked = ask(crowd, worker, type_id)
    crowd.client.update_qualification_type(
        QualificationTypeId=type_id, Test=question_form({"new": ("x",)}), TestDurationInSeconds=1
    )
    crowd.clock.advance(500)

    assert open_test(crowd, worker, asked.request_id).test == FORM
    take(crowd, worker, asked.request_id, nextmove="D", favoritefruit="apples")
    assert value(crowd, type_id, worker) == 100


def test_a_test_ends_with_its_time(crowd: CrowdUnderTest) -> None:
    """It can be submitted until its last second; asking while it runs gives the same test."""
    type_id, worker = make_type(crowd, **TESTED, RetryDelayInSeconds=0), crowd.make_worker()
    asked = ask(crowd, worker, type_id)
    crowd.clock.advance(599)
    assert ask(crowd, worker, type_id) == asked
    assert open_test(crowd, worker, asked.request_id).deadline == NEW_YEAR + 600

    crowd.clock.advance(1)
    for act in (
        lambda: open_test(crowd, worker, asked.request_id),
        lambda: take(crowd, worker, asked.request_id, nextmove="D"),
    ):
        assert why(act) == "late"

    again = ask(crowd, worker, type_id)
    assert again.request_id != asked.request_id
    assert asked_for(crowd, worker) == [("Started", None), ("Abandoned", None)]
    assert why(lambda: take(crowd, worker, asked.request_id)) == "late"


def test_a_test_is_submitted_once_and_only_by_its_worker(crowd: CrowdUnderTest) -> None:
    """A second answer, another worker's and an unknown test's change nothing."""
    type_id, worker = make_type(crowd, **TESTED), crowd.make_worker()
    asked = ask(crowd, worker, type_id)
    stranger = crowd.make_worker("Ben")
    assert why(lambda: take(crowd, stranger, asked.request_id, nextmove="D")) == "unknown"
    assert why(lambda: take(crowd, worker, "3NONE")) == "unknown"

    take(crowd, worker, asked.request_id, nextmove="D")
    assert why(lambda: take(crowd, worker, asked.request_id, favoritefruit="apples")) == "done"
    assert value(crowd, type_id, worker) == 33


def test_a_second_request_while_one_is_pending_changes_nothing(crowd: CrowdUnderTest) -> None:
    """A second click creates no second request."""
    type_id, worker = make_type(crowd, RetryDelayInSeconds=0), crowd.make_worker()
    first = ask(crowd, worker, type_id)

    assert ask(crowd, worker, type_id) == first
    assert len(waiting(crowd)) == 1


def test_without_a_retry_delay_a_worker_requests_once(crowd: CrowdUnderTest) -> None:
    """There is no second attempt after a rejection, a grant or a timeout."""
    type_id, tested = make_type(crowd), make_type(crowd, **TESTED | {"Name": "tested"})
    worker, late = crowd.make_worker(), crowd.make_worker("late")
    asked = ask(crowd, worker, type_id)
    crowd.client.reject_qualification_request(QualificationRequestId=asked.request_id)
    take(crowd, worker, ask(crowd, worker, tested).request_id)
    ask(crowd, late, tested)
    crowd.clock.advance(600)

    assert why(lambda: ask(crowd, worker, type_id)) == "asked"
    assert why(lambda: ask(crowd, worker, tested)) == "asked"
    assert why(lambda: ask(crowd, late, tested)) == "asked"


def test_the_retry_delay(crowd: CrowdUnderTest) -> None:
    """It counts from the last request; the requester may shorten it later, or allow retries at all."""
    type_id, worker = make_type(crowd), crowd.make_worker()
    asked = ask(crowd, worker, type_id)
    crowd.clock.advance(MINUTE)
    crowd.client.reject_qualification_request(QualificationRequestId=asked.request_id)
    assert why(lambda: ask(crowd, worker, type_id)) == "asked"

    crowd.client.update_qualification_type(
        QualificationTypeId=type_id, RetryDelayInSeconds=10 * MINUTE
    )
    with pytest.raises(for_workers.NotPossible, match=r"again in 9 minutes\.$") as caught:
        ask(crowd, worker, type_id)
    assert caught.value.reason == "wait"
    crowd.clock.advance(9 * MINUTE - 1)
    with pytest.raises(for_workers.NotPossible, match=r"again in 1 minute\.$"):
        ask(crowd, worker, type_id)
    crowd.clock.advance(1)
    assert ask(crowd, worker, type_id).status == "Submitted"


def test_a_worker_who_was_granted_it_may_request_it_once(crowd: CrowdUnderTest) -> None:
    """A granted qualification is not a request: the test may still be taken for a better score."""
    type_id, worker = make_type(crowd, **TESTED), crowd.make_worker()
    give(crowd, type_id, worker, 10)
    take(crowd, worker, ask(crowd, worker, type_id).request_id, nextmove="D")

    assert value(crowd, type_id, worker) == 33


def test_what_cannot_be_requested(crowd: CrowdUnderTest) -> None:
    """Not an inactive type, one deleted or unknown, the system's, nor a requester's who has blocked one."""
    inactive = make_type(crowd, QualificationTypeStatus="Inactive")
    deleted, blocked = make_type(crowd, Name="deleted"), make_type(crowd, Name="blocked")
    crowd.client.delete_qualification_type(QualificationTypeId=deleted)
    worker, unwelcome = crowd.make_worker(), crowd.make_worker("Ben")
    crowd.client.create_worker_block(WorkerId=unwelcome, Reason="no")

    assert why(lambda: ask(crowd, worker, inactive)) == "inactive"
    for unknown in (deleted, "3NONE", "00000000000000000071"):
        assert why(lambda unknown=unknown: ask(crowd, worker, unknown)) == "gone"
    assert why(lambda: ask(crowd, unwelcome, blocked)) == "blocked"
    assert waiting(crowd) == []
    assert ask(crowd, worker, blocked).status == "Submitted"


def test_what_can_be_requested(crowd: CrowdUnderTest) -> None:
    """Active types of requesters who have not blocked the worker, by name, with the worker's value."""
    make_type(crowd, Name="b", AutoGranted=True)
    tested = make_type(crowd, **TESTED | {"Name": "a"})
    make_type(crowd, Name="c", QualificationTypeStatus="Inactive")
    make_type(crowd, Name="b2")
    worker, unwelcome = crowd.make_worker(), crowd.make_worker("Ben")
    give(crowd, tested, worker, 7)
    crowd.client.create_worker_block(WorkerId=unwelcome, Reason="no")

    with crowd.site.reading() as call:
        rows = for_workers.list_requestable(call, worker, 2)
        assert [(row.name, row.value, row.duration) for row in rows] == [
            ("a", 7, 600),
            ("b", None, None),
        ]
        assert len(for_workers.list_requestable(call, worker, 9)) == 3
        assert for_workers.list_requestable(call, unwelcome, 9) == []


def test_a_deleted_type_ends_its_tests(crowd: CrowdUnderTest) -> None:
    """Workers who are taking the test see that it is over, and why."""
    type_id, worker = make_type(crowd, **TESTED), crowd.make_worker()
    asked = ask(crowd, worker, type_id)
    crowd.client.delete_qualification_type(QualificationTypeId=type_id)

    assert why(lambda: take(crowd, worker, asked.request_id, nextmove="D")) == "done"
    assert asked_for(crowd, worker) == [
        ("Rejected", "The requester has deleted this qualification.")
    ]
