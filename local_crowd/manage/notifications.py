"""Notifications: the secret that signs them, those that could not be delivered, and delivery."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from local_crowd import settings
from local_crowd.delivery.courier import Courier
from local_crowd.manage.sites import both_sites, requester_ids, writing
from local_crowd.operations import notifications, outbox

Line = dict[str, Any]


def show_notification_secret(directory: Path, name: str) -> Iterator[Line]:
    """The secret by which a requester's receiver verifies what is posted to it: one a site."""
    with both_sites(directory) as sites, writing(sites) as calls:
        lines = [
            {"site": call.site, "secret": notifications.secret(call, requester_id)}
            for call, requester_id in requester_ids(calls, name)
        ]
    yield from lines


def deliver(directory: Path) -> Iterator[Line]:
    """Send what is due once, as a running server does all the time."""
    with both_sites(directory) as sites:
        courier = Courier(sites, settings.read(directory))
        for site in sites:
            done = courier.deliver(site)
            yield {"site": site.name, "sent": done.sent, "failed": done.failed}


def list_dead_letters(directory: Path) -> Iterator[Line]:
    """The notifications that could not be delivered within a day."""
    with both_sites(directory) as sites:
        for site in sites:
            with site.reading() as call:
                rows = outbox.dead_letters(call)
            for row in rows:
                yield {
                    "site": site.name,
                    "event_id": row.event_id,
                    "requester": row.requester,
                    "transport": row.transport,
                    "destination": row.destination,
                    "created": datetime.fromtimestamp(row.created_time, UTC).isoformat(),
                    "attempts": row.attempts,
                    "error": row.error,
                    "body": json.loads(row.body),
                }


def retry_dead_letters(directory: Path, event_id: str | None) -> Iterator[Line]:
    """Send them again, for another day: all, or the one of this id."""
    with both_sites(directory) as sites, writing(sites) as calls:
        lines = [{"site": call.site, "retried": outbox.retry(call, event_id)} for call in calls]
    yield from lines
