"""Waiting rooms: who waits, how long they have waited, what they were paid."""

from collections.abc import Iterator
from pathlib import Path

from local_crowd.manage.commands import FORMAT, SITE, Line, argument, command
from local_crowd.manage.common import format_time, open_named_site
from local_crowd.operations.checks import format_dollars
from local_crowd.operations.waiting import waiters


@command(
    argument("--link", "LINK_ID", "only those who wait by this link, as printed by list_links"),
    SITE,
    FORMAT,
)
def list_waiting(directory: Path, site: str, link: str | None) -> Iterator[Line]:
    """Yield everybody who waits or has waited, with what they earned and were paid.

    Raises ParameterValidationError for an unknown link.
    """
    with open_named_site(directory, site) as opened, opened.reading() as call:
        for waiter in waiters.list_waiters(call, link):
            yield {
                "link_id": waiter.link_id,
                "worker_id": waiter.worker_id,
                "name": waiter.name,
                "participant_id": waiter.participant_id,
                "requester": waiter.requester,
                "began": format_time(waiter.begin_time),
                "is_waiting": waiter.is_waiting,
                "seconds": waiter.seconds,
                "earned": format_dollars(waiter.earned),
                "paid": format_dollars(waiter.paid),
            }
