"""Who waits, and what they were paid, for the operator."""

from typing import NamedTuple

from sqlalchemy import select

from local_crowd.operations.call import Call
from local_crowd.operations.people import invitation_links
from local_crowd.operations.waiting import rules
from local_crowd.store.tables import panel_workers, requesters, waits, workers


class Waiter(NamedTuple):
    """A worker's waiting by one link."""

    link_id: str
    worker_id: str
    name: str | None  # of an account
    participant_id: str | None  # at the panel
    requester: str  # who pays; a name
    begin_time: int
    is_waiting: bool
    seconds: int
    earned: int  # cents, as is the following
    paid: int


def list_waiters(call: Call, link_id: str | None = None) -> list[Waiter]:
    """List everybody who waits or has waited, by one link or by all, in the order they began.

    Raises ParameterValidationError for an unknown link.
    """
    query = (
        select(waits, workers.c.nickname, panel_workers.c.participant_id, requesters.c.name)
        .join(workers, workers.c.worker_id == waits.c.worker_id)
        .join(requesters, requesters.c.requester_id == waits.c.requester_id)
        .outerjoin(panel_workers, panel_workers.c.worker_id == waits.c.worker_id)
        .where(waits.c.begin_time.is_not(None))
        .order_by(waits.c.begin_time, waits.c.link_id, waits.c.worker_id)
    )
    if link_id is not None:
        invitation_links.get(call, link_id)
        query = query.where(waits.c.link_id == link_id)
    since = call.now - rules.LONGEST_BEAT_SECONDS
    return [
        Waiter(
            link_id=row.link_id,
            worker_id=row.worker_id,
            name=row.nickname,
            participant_id=row.participant_id,
            requester=row.name,
            begin_time=row.begin_time,
            is_waiting=row.beat_time is not None and row.beat_time >= since,
            seconds=row.seconds,
            earned=row.earned,
            paid=row.paid,
        )
        for row in call.db.execute(query)
    ]
