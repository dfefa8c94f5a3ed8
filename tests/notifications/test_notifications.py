"""Notifications: what is told of HITs and assignments, to whom, and with which times."""

from typing import Any

import pytest

from local_crowd.operations.work import worker_actions
from tests.support.crowds import (
    DAY,
    HIT,
    HIT_TYPE,
    HOUR,
    MINUTE,
    QUESTION,
    CrowdUnderTest,
    business,
    invalid,
    refusal,
)
from tests.support.outbox_reader import EVENTS, HOOK, documents, specification, told, waiting

MIDNIGHT = "01T00:00:00Z"


def watched_type(crowd: CrowdUnderTest, **changes: Any) -> str:
    """A HIT type of which every event is told."""
    type_id = crowd.client.create_hit_type(**HIT_TYPE)["HITTypeId"]
    crowd.client.update_notification_settings(
        HITTypeId=type_id, Notification=specification(**changes)
    )
    return type_id


def watched_hit(crowd: CrowdUnderTest, **changes: Any) -> str:
    """A HIT of which every event is told, from its creation on."""
    watched_type(crowd)
    return crowd.make_hit(**changes)


def test_the_message_is_amazons(crowd: CrowdUnderTest) -> None:
    """A message has the members of Amazon's documentation, and no other."""
    type_id = watched_type(crowd)
    hit_id = crowd.make_hit()
    (created,) = documents(crowd)
    assignment_id = crowd.accept(crowd.make_worker(), hit_id)
    _, accepted = documents(crowd)

    assert created == {
        "EventDocVersion": "2014-08-15",
        "EventDocId": created["EventDocId"],
        "CustomerId": crowd.requester_id,
        "Events": [
            {
                "EventType": "HITCreated",
                "EventTimestamp": "2026-01-01T00:00:00Z",
                "HITTypeId": type_id,
                "HITId": hit_id,
            }
        ],
    }
    assert accepted["Events"] == [
        {
            "EventType": "AssignmentAccepted",
            "EventTimestamp": "2026-01-01T00:00:00Z",
            "HITTypeId": type_id,
            "HITId": hit_id,
            "AssignmentId": assignment_id,
        }
    ]
    assert created["EventDocId"] != accepted["EventDocId"]


def test_the_life_of_a_hit_is_told(crowd: CrowdUnderTest) -> None:
    """Each event of a HIT that is done, extended, reviewed and deleted is told once, in order."""
    ada, bob = crowd.make_worker("Ada"), crowd.make_worker("Bob")
    hit_id = watched_hit(crowd, MaxAssignments=1)
    crowd.clock.advance(60)
    crowd.give_back(ada, crowd.accept(ada, hit_id))
    first = crowd.do(ada, hit_id)
    crowd.client.create_additional_assignments_for_hit(
        HITId=hit_id, NumberOfAdditionalAssignments=1
    )
    second = crowd.do(bob, hit_id)
    crowd.clock.advance(60)
    crowd.client.approve_assignment(AssignmentId=first)
    crowd.client.reject_assignment(AssignmentId=second, RequesterFeedback="No.")
    crowd.client.delete_hit(HITId=hit_id)

    assert told(crowd) == [
        ("HITCreated", MIDNIGHT),
        ("AssignmentAccepted", "01T00:01:00Z"),
        ("AssignmentReturned", "01T00:01:00Z"),
        ("AssignmentAccepted", "01T00:01:00Z"),
        ("AssignmentSubmitted", "01T00:01:00Z"),
        ("HITReviewable", "01T00:01:00Z"),
        ("HITExtended", "01T00:01:00Z"),
        ("AssignmentAccepted", "01T00:01:00Z"),
        ("AssignmentSubmitted", "01T00:01:00Z"),
        ("HITReviewable", "01T00:01:00Z"),
        ("AssignmentApproved", "01T00:02:00Z"),
        ("AssignmentRejected", "01T00:02:00Z"),
        ("HITDisposed", "01T00:02:00Z"),
    ]
    assert {event["HITId"] for d in documents(crowd) for event in d["Events"]} == {hit_id}


def test_times_are_exact_however_late_one_looks(crowd: CrowdUnderTest) -> None:
    """What time alone does is told with the time it did it, in the order of these times."""
    ada, bob = crowd.make_worker("Ada"), crowd.make_worker("Bob")
    hit_id = watched_hit(crowd, MaxAssignments=3, LifetimeInSeconds=HOUR)
    crowd.clock.advance(55 * MINUTE)
    crowd.do(ada, hit_id)
    crowd.accept(bob, hit_id)  # ten minutes: beyond the expiration
    crowd.clock.advance(30 * DAY)

    assert told(crowd)[4:] == [
        ("HITExpired", "01T01:00:00Z"),
        ("AssignmentAbandoned", "01T01:05:00Z"),
        ("HITReviewable", "01T01:05:00Z"),
        ("AssignmentApproved", "04T00:55:00Z"),
    ]
    assert crowd.hit(hit_id)["HITStatus"] == "Reviewable"


def test_an_untouched_hit_expires_and_is_reviewable(crowd: CrowdUnderTest) -> None:
    """A HIT that nobody took is told to expire and to be reviewable, once, at its expiration."""
    watched_hit(crowd, LifetimeInSeconds=HOUR)
    crowd.clock.advance(HOUR - 1)
    assert told(crowd) == [("HITCreated", MIDNIGHT)]
    crowd.clock.advance(1)

    for _ in range(2):
        assert told(crowd)[1:] == [
            ("HITExpired", "01T01:00:00Z"),
            ("HITReviewable", "01T01:00:00Z"),
        ]
        crowd.clock.advance(DAY)


def test_a_finished_hit_does_not_expire(crowd: CrowdUnderTest) -> None:
    """HITExpired is of HITs whose lifetime ended before all work was submitted."""
    hit_id = watched_hit(crowd, LifetimeInSeconds=HOUR)
    crowd.do(crowd.make_worker(), hit_id)
    crowd.clock.advance(2 * HOUR)

    assert [event for event, _ in told(crowd)][-1] == "HITReviewable"
    assert "HITExpired" not in dict(told(crowd))


def test_a_return_after_the_expiration_makes_it_reviewable(crowd: CrowdUnderTest) -> None:
    """Work returned when the HIT has expired is open to nobody: the HIT is reviewable."""
    ada = crowd.make_worker("Ada")
    hit_id = watched_hit(crowd, LifetimeInSeconds=HOUR)
    crowd.clock.advance(HOUR - MINUTE)
    assignment_id = crowd.accept(ada, hit_id)
    crowd.clock.advance(2 * MINUTE)
    crowd.give_back(ada, assignment_id)

    assert told(crowd)[2:] == [
        ("HITExpired", "01T01:00:00Z"),
        ("AssignmentReturned", "01T01:01:00Z"),
        ("HITReviewable", "01T01:01:00Z"),
    ]


def test_an_abandonment_at_the_expiration(crowd: CrowdUnderTest) -> None:
    """When work is abandoned at the second of the expiration, each is told once."""
    hit_id = watched_hit(crowd, LifetimeInSeconds=10 * MINUTE)
    crowd.accept(crowd.make_worker(), hit_id)
    crowd.clock.advance(DAY)

    assert told(crowd)[2:] == [
        ("HITExpired", "01T00:10:00Z"),
        ("AssignmentAbandoned", "01T00:10:00Z"),
        ("HITReviewable", "01T00:10:00Z"),
    ]


def test_an_abandonment_before_the_expiration(crowd: CrowdUnderTest) -> None:
    """An abandoned slot is open again, so the HIT is not reviewable before it expires."""
    hit_id = watched_hit(crowd, LifetimeInSeconds=HOUR)
    crowd.accept(crowd.make_worker(), hit_id)
    crowd.clock.advance(DAY)

    assert told(crowd)[2:] == [
        ("AssignmentAbandoned", "01T00:10:00Z"),
        ("HITExpired", "01T01:00:00Z"),
        ("HITReviewable", "01T01:00:00Z"),
    ]


def test_forced_expiration_and_extension_in_time(crowd: CrowdUnderTest) -> None:
    """UpdateExpirationForHIT tells: the past expires at once and once, more time extends."""
    hit_id = watched_hit(crowd, LifetimeInSeconds=HOUR)
    update = crowd.client.update_expiration_for_hit
    now = int(crowd.clock.now)
    update(HITId=hit_id, ExpireAt=now + 2 * HOUR)
    update(HITId=hit_id, ExpireAt=now + HOUR)  # less time: nothing to tell
    crowd.clock.advance(MINUTE)
    update(HITId=hit_id, ExpireAt=0)
    update(HITId=hit_id, ExpireAt=0)
    crowd.clock.advance(MINUTE)
    update(HITId=hit_id, ExpireAt=now + 3 * HOUR)
    crowd.clock.advance(DAY)

    assert told(crowd)[1:] == [
        ("HITExtended", MIDNIGHT),
        ("HITExpired", "01T00:01:00Z"),
        ("HITReviewable", "01T00:01:00Z"),
        ("HITExtended", "01T00:02:00Z"),
        ("HITExpired", "01T03:00:00Z"),
        ("HITReviewable", "01T03:00:00Z"),
    ]


def test_hits_from_before_are_told_of_too(crowd: CrowdUnderTest) -> None:
    """Settings made after a HIT hold for what happens to it from then on."""
    before, over = crowd.make_hit(), crowd.make_hit(LifetimeInSeconds=30)
    crowd.clock.advance(HOUR)
    assert crowd.hit(over)["HITStatus"] == "Reviewable"
    watched_type(crowd)
    crowd.clock.advance(8 * DAY)

    assert told(crowd) == [("HITExpired", "08T00:00:00Z"), ("HITReviewable", "08T00:00:00Z")]
    assert {d["Events"][0]["HITId"] for d in documents(crowd)} == {before}


def test_a_hit_moves_to_a_type_that_tells(crowd: CrowdUnderTest) -> None:
    """UpdateHITTypeOfHIT brings the new type's notifications."""
    hit_id = crowd.make_hit(LifetimeInSeconds=HOUR, Title="Another")
    crowd.client.update_hit_type_of_hit(HITId=hit_id, HITTypeId=watched_type(crowd))
    crowd.clock.advance(HOUR)

    assert [event for event, _ in told(crowd)] == ["HITExpired", "HITReviewable"]


def test_only_what_was_asked_for_is_told(crowd: CrowdUnderTest) -> None:
    """Events that the specification does not name are not told."""
    watched_type(crowd, EventTypes=["AssignmentSubmitted", "HITReviewable"])
    crowd.do(crowd.make_worker(), crowd.make_hit())

    assert [event for event, _ in told(crowd)] == ["AssignmentSubmitted", "HITReviewable"]


def test_types_without_settings_tell_nothing(crowd: CrowdUnderTest) -> None:
    """Without settings nothing is written."""
    crowd.do(crowd.make_worker(), crowd.make_hit())
    crowd.clock.advance(DAY * 40)

    assert told(crowd) == []


def test_settings_go_off_and_on(crowd: CrowdUnderTest) -> None:
    """Active alone turns notifications off and on; a new specification leaves that as it is."""
    type_id = watched_type(crowd)
    update = crowd.client.update_notification_settings
    update(HITTypeId=type_id, Active=False)
    crowd.make_hit()
    update(HITTypeId=type_id, Notification=specification(HOOK + "2"))
    crowd.make_hit()
    assert waiting(crowd) == []
    update(HITTypeId=type_id, Active=True)
    crowd.make_hit()
    update(HITTypeId=type_id, Notification=specification(HOOK + "3"), Active=True)
    crowd.make_hit()

    assert [row.destination for row in waiting(crowd)] == [HOOK + "2", HOOK + "3"]


def test_auto_approval_on_submission_is_told(crowd: CrowdUnderTest) -> None:
    """Work that is approved as it is submitted tells both."""
    type_id = crowd.client.create_hit_type(**HIT_TYPE | {"AutoApprovalDelayInSeconds": 0})
    crowd.client.update_notification_settings(
        HITTypeId=type_id["HITTypeId"], Notification=specification()
    )
    crowd.do(crowd.make_worker(), crowd.make_hit(AutoApprovalDelayInSeconds=0))

    assert [event for event, _ in told(crowd)][2:] == [
        "AssignmentSubmitted",
        "AssignmentApproved",
        "HITReviewable",
    ]


def test_what_is_undone_is_not_told(crowd: CrowdUnderTest) -> None:
    """A message is written with what it tells: a transaction that fails leaves none."""
    hit_id, worker_id = watched_hit(crowd), crowd.make_worker()
    with pytest.raises(ZeroDivisionError), crowd.site.writing() as call:
        _ = worker_actions.accept(call, worker_id, hit_id).deadline / 0

    assert [event for event, _ in told(crowd)] == ["HITCreated"]


@pytest.mark.parametrize("event", [*EVENTS, "Ping"])
def test_a_test_event_is_sent_whatever_is_filtered(crowd: CrowdUnderTest, event: str) -> None:
    """SendTestEventNotification sends the event though the specification does not name it."""
    crowd.client.send_test_event_notification(
        Notification=specification(EventTypes=["HITCreated"]), TestEventType=event
    )
    ((document),) = documents(crowd)
    ((sent),) = document["Events"]

    assert document["CustomerId"] == crowd.requester_id
    assert sent["EventType"] == event
    assert ("AssignmentId" in sent) == event.startswith("Assignment")
    assert waiting(crowd)[0].destination == HOOK


def test_the_version_is_echoed(crowd: CrowdUnderTest) -> None:
    """Both of Amazon's versions are taken, and messages say which; another is refused."""
    test = crowd.client.send_test_event_notification
    for version in ("2014-08-15", "2006-05-05"):
        test(Notification=specification(Version=version), TestEventType="Ping")

    assert [d["EventDocVersion"] for d in documents(crowd)] == ["2014-08-15", "2006-05-05"]
    assert refusal(
        test, Notification=specification(Version="2012-03-25"), TestEventType="Ping"
    ) == invalid(
        'The value "2012-03-25" is not valid for the parameter Version. '
        "Valid values are 2014-08-15 and 2006-05-05."
    )


def test_settings_that_are_none(crowd: CrowdUnderTest) -> None:
    """Settings without content, without a specification to turn on, or of no event are refused."""
    type_id = crowd.client.create_hit_type(**HIT_TYPE)["HITTypeId"]
    update = crowd.client.update_notification_settings

    assert refusal(update, HITTypeId=type_id) == invalid(
        "Give either Notification or Active, or both."
    )
    assert refusal(update, HITTypeId=type_id, Active=True) == invalid(
        f"HITType {type_id} has no notification specification yet: pass one as Notification."
    )
    assert refusal(
        update, HITTypeId=type_id, Notification=specification(EventTypes=["Ping"])
    ) == invalid("The event Ping is for SendTestEventNotification only.")
    assert refusal(update, HITTypeId=type_id, Notification=specification(EventTypes=[])) == invalid(
        "EventTypes must name at least one event."
    )
    assert refusal(
        update, HITTypeId=type_id, Notification=specification(EventTypes=["HITSold"])
    ).code == ("ValidationException")


def test_whose_hit_type_it_is(crowd: CrowdUnderTest) -> None:
    """The settings of an unknown HIT type are refused."""
    assert refusal(
        crowd.client.update_notification_settings, HITTypeId="3NONE", Active=False
    ) == business("HITType 3NONE does not exist.", "HITTypeDoesNotExist")


ALLOW_URLS = (
    "Only https URLs at public addresses are allowed without the operator. The crowd's operator can "
    "allow others: manage_crowd.py allow_destination."
)
ALLOW_QUEUES = (
    "The crowd sends to queues and topics with its operator's keys, so the operator has to allow "
    "each of them: manage_crowd.py allow_destination."
)
NOWHERE = "It is neither an http or https URL nor the ARN of a topic."


@pytest.mark.parametrize(
    ("transport", "destination", "why"),
    [
        ("Email", "ada@example.org", "This crowd sends no e-mail: use SQS, SNS or an https URL."),
        ("SQS", "https://sqs.us-east-1.amazonaws.com/123456789012/queue", ALLOW_QUEUES),
        ("SNS", "arn:aws:sns:us-east-1:123456789012:topic", ALLOW_QUEUES),
        ("SQS", "arn:aws:sns:us-east-1:123456789012:topic", NOWHERE),
        ("SNS", "arn:aws:sqs:us-east-1:123456789012:queue", NOWHERE),
        ("SNS", "http://example.org/", ALLOW_URLS),
        ("SNS", "https://127.0.0.1/", ALLOW_URLS),
        ("SNS", "https://[::1]/", ALLOW_URLS),
        ("SNS", "https://[::ffff:10.0.0.1]/", ALLOW_URLS),
        ("SNS", "https://169.254.169.254/latest/meta-data/", ALLOW_URLS),
        ("SNS", "https://10.1.2.3/", ALLOW_URLS),
        ("SNS", "https://localhost/", ALLOW_URLS),
        ("SNS", "https://database/", ALLOW_URLS),
        ("SNS", "https://printer.local/", ALLOW_URLS),
        ("SNS", "https://ada:secret@example.org/", NOWHERE),
        ("SNS", "https://example.org/a b", NOWHERE),
        ("SNS", "https://example.org/\r\nX: y", NOWHERE),
        ("SNS", "https://example.org:99999/", NOWHERE),
        ("SNS", "ftp://example.org/", NOWHERE),
        ("SNS", "", NOWHERE),
        ("SNS", "https://example.org/" + "x" * 2000, "It is longer than 2000 characters."),
    ],
)
def test_where_nothing_is_sent(
    crowd: CrowdUnderTest, transport: str, destination: str, why: str
) -> None:
    """A destination that is invalid, or that only the operator may allow, is refused at once."""
    expected = business(
        f"Notifications cannot be sent by {transport} to {destination[:200]}. {why}",
        "InvalidTransportEndpoint",
    )
    spec = specification(destination, Transport=transport)
    type_id = crowd.client.create_hit_type(**HIT_TYPE)["HITTypeId"]

    assert (
        refusal(crowd.client.update_notification_settings, HITTypeId=type_id, Notification=spec)
        == expected
    )
    assert (
        refusal(crowd.client.send_test_event_notification, Notification=spec, TestEventType="Ping")
        == expected
    )
    assert waiting(crowd) == []


@pytest.mark.parametrize(
    ("allowed", "destination"),
    [
        ("http://127.0.0.1:9000/", "http://127.0.0.1:9000/hook"),
        ("arn:aws:sns:us-east-1:123456789012:", "arn:aws:sns:us-east-1:123456789012:topic"),
        ("https://sqs.eu-west-1.amazonaws.com/1/", "https://sqs.eu-west-1.amazonaws.com/1/queue"),
        ("https://intranet/hook", "https://intranet/hook"),
    ],
)
def test_what_the_operator_allows(crowd: CrowdUnderTest, allowed: str, destination: str) -> None:
    """What begins as the operator has allowed may be named; a longer name of a host may not."""
    crowd.site.destinations = [allowed]
    test = crowd.client.send_test_event_notification
    test(Notification=specification(destination), TestEventType="Ping")

    assert [row.destination for row in waiting(crowd)] == [destination]
    crowd.site.destinations = [allowed.rstrip("/:")]
    if destination != allowed:
        assert refusal(
            test, Notification=specification(destination), TestEventType="Ping"
        ).turk_error_code == ("AWS.MechanicalTurk.InvalidTransportEndpoint")


def test_many_expire_at_once(crowd: CrowdUnderTest) -> None:
    """Of HITs that expire together, only the one that is watched is told of."""
    watched = watched_hit(crowd, LifetimeInSeconds=HOUR)
    other = crowd.client.create_hit_type(**HIT_TYPE | {"Title": "Others"})["HITTypeId"]
    for _ in range(20):
        crowd.client.create_hit_with_hit_type(
            HITTypeId=other, LifetimeInSeconds=HOUR, Question=QUESTION
        )
    crowd.clock.advance(HOUR)

    assert [event for event, _ in told(crowd)] == ["HITCreated", "HITExpired", "HITReviewable"]
    assert {d["Events"][0]["HITId"] for d in documents(crowd)} == {watched}
    assert crowd.client.list_reviewable_hits(MaxResults=100)["NumResults"] == 21


def test_hit_is_made_of_the_same_type(crowd: CrowdUnderTest) -> None:
    """CreateHIT and CreateHITWithHITType both tell, for the type is the same."""
    type_id = watched_type(crowd)
    crowd.client.create_hit(**HIT)
    crowd.client.create_hit_with_hit_type(
        HITTypeId=type_id, LifetimeInSeconds=HOUR, Question=QUESTION
    )

    assert [event for event, _ in told(crowd)] == ["HITCreated", "HITCreated"]
