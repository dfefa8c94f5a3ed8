"""Events: what happens to HITs and to assignments, told to whoever has asked for it.

A message is written in the transaction that makes the event happen: there is none of what did not
happen, and one of all that did. Its form is Amazon's (API reference, "Notification Handling Using
Amazon SQS", message payload).
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Row

from local_crowd.operations.call import Call
from local_crowd.operations.notifications import outbox
from local_crowd.store.tables import hit_types, hits

# What `tell` and the review policies want to know of a HIT, beside its id and its requester.
WATCHED = (
    hits.c.hit_type_id,
    hits.c.assignment_review_policy,
    hits.c.hit_review_policy,
    hit_types.c.notification,
)


def notify(
    call: Call, hit: Row[Any], event_type: str, at: int, assignment_id: str | None = None
) -> None:
    """Write a message of what happened at `at`, if the HIT's type has notifications of it.

    `hit`: any row with `hit_id`, `requester_id`, `hit_type_id` and `notification`. Costs nothing
    when the HIT type has none.
    """
    if hit.notification is None:
        return
    specification = json.loads(hit.notification)
    if specification["Active"] and event_type in specification["EventTypes"]:
        event = {
            "EventType": event_type,
            "EventTimestamp": format_time(at),
            "HITTypeId": hit.hit_type_id,
            "HITId": hit.hit_id,
        }
        if assignment_id is not None:
            event["AssignmentId"] = assignment_id
        send(call, hit.requester_id, specification, event)


def send(
    call: Call, requester_id: str, specification: Mapping[str, Any], event: Mapping[str, str]
) -> None:
    """Write a message of one event to where the NotificationSpecification says."""
    event_id = call.new_id()
    document = {
        "EventDocVersion": specification["Version"],
        "EventDocId": event_id,
        "CustomerId": requester_id,
        "Events": [event],
    }
    outbox.put(
        call,
        outbox.Message(
            event_id,
            requester_id,
            specification["Transport"],
            specification["Destination"],
            json.dumps(document, separators=(",", ":")),
        ),
    )


def format_time(at: int) -> str:
    """Epoch seconds as messages have them: 2005-01-31T23:59:59Z."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
