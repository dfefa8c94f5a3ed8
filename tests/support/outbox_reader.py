"""Notifications that wait in the outbox, and a specification that subscribes to every event."""

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
    """Return a NotificationSpecification of every event."""
    return {
        "Destination": destination,
        "Transport": "SNS",
        "Version": "2014-08-15",
        "EventTypes": EVENTS,
    } | changes


def waiting(crowd: CrowdUnderTest) -> list[Any]:
    """Return the outbox's rows, oldest first."""
    with crowd.site.reading() as call:
        return list(call.db.execute(select(outbox).order_by(outbox.c.number)).all())


def documents(crowd: CrowdUnderTest) -> list[dict[str, Any]]:
    """Return the bodies of the messages that wait to be sent."""
    return [json.loads(row.body) for row in waiting(crowd)]


def told(crowd: CrowdUnderTest) -> list[tuple[str, str]]:
    """Return each event's type and time of day, oldest first."""
    return [
        (event["EventType"], event["EventTimestamp"][8:])
        for document in documents(crowd)
        for event in document["Events"]
    ]
