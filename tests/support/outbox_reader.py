"""Notifications in tests: a receiver of one's own to name, and what waits in the outbox."""

import json
from typing import Any

from sqlalchemy import select

from local_crowd.store.tables import outbox
from tests.support.crowds import CrowdUnderTest

HOOK = "https://hooks.example.org/crowd"
EVENTS = [
    "AssignmentAccepted",
    "AssignmentAbandoned",
    "AssignmentReturned",
    "AssignmentSubmitted",
    "AssignmentRejected",
    "AssignmentApproved",
    "HITCreated",
    "HITExtended",
    "HITDisposed",
    "HITReviewable",
    "HITExpired",
]


def specification(destination: str = HOOK, **changes: Any) -> dict[str, Any]:
    """A NotificationSpecification of every event."""
    return {
        "Destination": destination,
        "Transport": "SNS",
        "Version": "2014-08-15",
        "EventTypes": EVENTS,
    } | changes


def waiting(crowd: CrowdUnderTest) -> list[Any]:
    """The outbox's rows, oldest first."""
    with crowd.site.reading() as call:
        return list(call.db.execute(select(outbox).order_by(outbox.c.number)).all())


def documents(crowd: CrowdUnderTest) -> list[dict[str, Any]]:
    """The bodies of the messages that wait to be sent."""
    return [json.loads(row.body) for row in waiting(crowd)]


def told(crowd: CrowdUnderTest) -> list[tuple[str, str]]:
    """What was told so far, oldest first: each event's type and its time of day."""
    return [
        (event["EventType"], event["EventTimestamp"][8:])
        for document in documents(crowd)
        for event in document["Events"]
    ]
