"""Events of HITs and assignments, sent to the destination that the HIT type's settings name.

A message is inserted in the transaction of its event, so there is a message if and only if the
event happened. Its format is Amazon's (API reference, "Notification Handling Using Amazon SQS",
message payload).
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

from sqlalchemy import Row

from local_crowd.operations.call import Call
from local_crowd.operations.notifications import outbox
from local_crowd.store.tables import hit_types, hits

# The columns that `notify` and the review policies need, besides `hit_id` and `requester_id`.
WATCHED = (
    hits.c.hit_type_id,
    hits.c.assignment_review_policy,
    hits.c.hit_review_policy,
    hit_types.c.notification,
)


def notify(
    call: Call,
    hit: Row[Any] | SimpleNamespace,
    event_type: str,
    at: int,
    assignment_id: str | None = None,
) -> None:
    """Put a message about the event into the outbox if the HIT type has notifications of it.

    `hit` is any row with `hit_id`, `requester_id`, `hit_type_id` and `notification`; `at` is in
    epoch seconds. Makes no query for a HIT type without notifications.
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
    """Put a message with one event into the outbox, as the NotificationSpecification says."""
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
    """Format epoch seconds as messages contain them: 2005-01-31T23:59:59Z."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
