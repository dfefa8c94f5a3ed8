"""Notifications: the secret that signs them, allowed destinations, delivery, dead letters."""

import json
from collections.abc import Iterator
from pathlib import Path

from local_crowd import settings
from local_crowd.delivery.courier import Courier
from local_crowd.manage.commands import NAME, Line, argument, command
from local_crowd.manage.common import format_time
from local_crowd.manage.sites import find_requester_ids, open_sites, writing
from local_crowd.operations.errors import ParameterValidationError
from local_crowd.operations.hits import notification_settings
from local_crowd.operations.notifications import allowed_destinations, destinations, outbox
from webhooks.urls import BadDestinationError

DESTINATION = argument(
    "destination",
    "ARN_OR_URL",
    "ARN of an SNS topic, URL of an SQS queue, or any URL; one that ends in / or : "
    "allows everything that begins with it",
)


@command(NAME)
def show_notification_secret(directory: Path, name: str) -> Iterator[Line]:
    """Yield, per site, the secret with which a requester verifies posted notifications."""
    with open_sites(directory) as sites, writing(sites) as calls:
        lines = [
            {"site": call.site, "secret": notification_settings.ensure_secret(call, requester_id)}
            for call, requester_id in find_requester_ids(calls, name)
        ]
    yield from lines


@command(DESTINATION)
def allow_destination(directory: Path, destination: str) -> Iterator[Line]:
    """Allow a destination, or all that begin with it; this takes effect in a running server at once.

    Raises ParameterValidationError for text that is not a destination.
    """
    try:
        destinations.validate_allowed_prefix(destination)
    except BadDestinationError as error:
        raise ParameterValidationError(f"{destination}: {error}") from error
    with open_sites(directory) as sites, writing(sites) as calls:
        for call in calls:
            allowed_destinations.add(call, destination)
    yield {"destination": destination, "allowed": True}


@command(DESTINATION)
def disallow_destination(directory: Path, destination: str) -> Iterator[Line]:
    """Undo allow_destination; notifications that wait to be sent there are not sent.

    Raises ParameterValidationError for a destination that is not allowed, or that crowd.json allows.
    """
    with open_sites(directory) as sites, writing(sites) as calls:
        removed = [allowed_destinations.remove(call, destination) for call in calls]
        in_file = destination in settings.read(directory)["notification_destinations"]
    if in_file:
        raise ParameterValidationError(
            f"{destination} is allowed in crowd.json; delete it there and restart the server."
        )
    if not any(removed):
        raise ParameterValidationError(
            f"{destination} is not allowed; list_destinations shows those that are."
        )
    yield {"destination": destination, "allowed": False}


@command()
def list_destinations(directory: Path) -> Iterator[Line]:
    """Yield what is allowed besides public https URLs, and where it was allowed."""
    with open_sites(directory) as sites:
        added: set[str] = set()
        for site in sites:
            with site.reading() as call:
                added.update(allowed_destinations.list_added(call))
    for destination in settings.read(directory)["notification_destinations"]:
        yield {"destination": destination, "by": settings.FILE}
    for destination in sorted(added):
        yield {"destination": destination, "by": "allow_destination"}


@command()
def deliver(directory: Path) -> Iterator[Line]:
    """Send the notifications that are due, once; a running server does this all the time."""
    with open_sites(directory) as sites:
        courier = Courier(sites, settings.read(directory))
        for site in sites:
            result = courier.deliver(site)
            yield {"site": site.name, "sent": result.sent, "failed": result.failed}


@command()
def list_dead_letters(directory: Path) -> Iterator[Line]:
    """Yield the notifications that could not be delivered within a day."""
    with open_sites(directory) as sites:
        for site in sites:
            with site.reading() as call:
                rows = outbox.list_dead_letters(call)
            for row in rows:
                yield {
                    "site": site.name,
                    "event_id": row.event_id,
                    "requester": row.requester,
                    "transport": row.transport,
                    "destination": row.destination,
                    "created": format_time(row.created_time),
                    "attempts": row.attempts,
                    "error": row.error,
                    "body": json.loads(row.body),
                }


@command(argument("--event_id", "ID", "only the one with this EventDocId"))
def retry_dead_letters(directory: Path, event_id: str | None) -> Iterator[Line]:
    """Retry all dead letters, or the one with this id, for another day."""
    with open_sites(directory) as sites, writing(sites) as calls:
        lines = [{"site": call.site, "retried": outbox.retry(call, event_id)} for call in calls]
    yield from lines
