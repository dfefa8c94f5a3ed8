"""Notification settings: which events of a HIT type's HITs are sent, and to which destination."""

import base64
import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import update

from local_crowd.operations.call import Call, Request, Response
from local_crowd.operations.errors import ParameterValidationError, RequestError
from local_crowd.operations.hits import hit_types
from local_crowd.operations.notifications import allowed_destinations, destinations, events
from local_crowd.operations.people import identities
from local_crowd.store import tables
from webhooks.urls import BadDestinationError

Specification = Mapping[str, Any]  # Amazon's NotificationSpecification, stored with Active

VERSIONS = ("2014-08-15", "2006-05-05")  # the developer guide's version, the service model's
TEST_EVENT = "Ping"  # sent only by SendTestEventNotification


def update_notification_settings(call: Call, request: Request) -> Response:
    """Perform UpdateNotificationSettings: set the specification, or turn it on or off, or both.

    A replaced specification stays on or off as before unless `Active` is given.
    """
    hit_type = hit_types.get(call, request["HITTypeId"])
    previous: Specification | None = json.loads(hit_type.notification or "null")
    specification = request.get("Notification")
    active = request.get("Active")
    if specification is None and active is None:
        raise ParameterValidationError("Give either Notification or Active, or both.")
    if specification is None and previous is None:
        raise ParameterValidationError(
            f"HITType {hit_type.hit_type_id} has no notification specification yet: "
            "pass one as Notification."
        )
    if specification is not None:
        _validate(call, specification)
        if TEST_EVENT in specification["EventTypes"]:
            raise ParameterValidationError(
                f"The event {TEST_EVENT} is for SendTestEventNotification only."
            )
    if active is None:
        active = previous["Active"] if previous else True
    call.db.execute(
        update(tables.hit_types)
        .where(tables.hit_types.c.hit_type_id == hit_type.hit_type_id)
        .values(notification=json.dumps({**(specification or previous or {}), "Active": active}))
    )
    return {}


def send_test_event_notification(call: Call, request: Request) -> Response:
    """Perform SendTestEventNotification: send one message of the requested event type.

    The event need not be in the specification; the message contains random ids.
    """
    specification = request["Notification"]
    event_type = request["TestEventType"]
    _validate(call, specification)
    event = {
        "EventType": event_type,
        "EventTimestamp": events.format_time(call.now),
        "HITTypeId": call.new_id(),
        "HITId": call.new_id(),
    }
    if event_type.startswith("Assignment"):
        event["AssignmentId"] = call.new_id()
    events.send(call, call.requester_id, specification, event)
    return {}


def ensure_secret(call: Call, requester_id: str) -> str:
    """Return the secret that signs messages to a requester's URLs, creating it on first use.

    The format is that of Standard Webhooks: "whsec_" and the key in base64.
    """
    key = bytes.fromhex(identities.ensure_secret(call, f"notifications {requester_id}"))
    return f"whsec_{base64.b64encode(key).decode()}"


def _validate(call: Call, specification: Specification) -> None:
    version = specification["Version"]
    if version not in VERSIONS:
        raise ParameterValidationError(
            f'The value "{version}" is not valid for the parameter Version. '
            f"Valid values are {' and '.join(VERSIONS)}."
        )
    if not specification["EventTypes"]:
        raise ParameterValidationError("EventTypes must name at least one event.")
    transport, destination = specification["Transport"], specification["Destination"]
    try:
        destinations.validate(transport, destination, allowed_destinations.list_allowed(call))
    except BadDestinationError as error:
        raise RequestError(
            f"Notifications cannot be sent by {transport} to {destination[:200]}. {error}",
            "InvalidTransportEndpoint",
        ) from error
