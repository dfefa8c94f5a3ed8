"""The outbox: messages that are inserted with their event and stay until they are delivered.

A sender leases a message for LEASE_SECONDS. If the sender dies, another one sends the message after
that, so a message arrives at least once and may arrive twice.
"""

import random
from collections.abc import Mapping
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Row, delete, func, insert, or_, select, update

from local_crowd.operations.call import Call
from local_crowd.store.tables import outbox, requesters

FIRST_DELAY_SECONDS = 15  # doubles with every attempt
MAX_DELAY_SECONDS = 7200
GIVE_UP_SECONDS = 24 * 3600
LEASE_SECONDS = 300  # far longer than sending takes


class Message(NamedTuple):
    """A message to send."""

    event_id: str
    requester_id: str
    transport: str
    destination: str
    body: str

    @property
    def lane(self) -> "Lane":
        """The lane that the message waits in."""
        return Lane(self.requester_id, self.destination)


class Lane(NamedTuple):
    """One requester's messages to one destination, which delay only each other."""

    requester_id: str
    destination: str


def put(call: Call, message: Message) -> None:
    """Insert a message, which is sent once the transaction is committed."""
    call.db.execute(
        insert(outbox).values(
            **message._asdict(),
            created_time=call.now,
            due_time=call.now,
            give_up_time=call.now + GIVE_UP_SECONDS,
        )
    )


def has_due(call: Call) -> bool:
    """Return whether a message is due; reads one entry of an index."""
    query = select(outbox.c.number).where(_is_due(call)).limit(1)
    return call.db.execute(query).first() is not None


def count_due(call: Call) -> dict[Lane, int]:
    """Count the due messages of each lane, the lane that has waited longest first."""
    query = (
        select(outbox.c.requester_id, outbox.c.destination, func.count())
        .where(_is_due(call))
        .group_by(outbox.c.requester_id, outbox.c.destination)
        .order_by(func.min(outbox.c.due_time), func.min(outbox.c.number))
    )
    return {
        Lane(requester_id, destination): count
        for requester_id, destination, count in call.db.execute(query)
    }


def take(call: Call, counts: Mapping[Lane, int]) -> list[Message]:
    """Lease the given number of messages of each lane, those that have waited longest.

    Locks them until the transaction ends, skipping messages that other senders have locked.
    """
    messages = [
        message for lane, count in counts.items() for message in _query_due(call, lane, count)
    ]
    call.db.execute(
        update(outbox)
        .where(outbox.c.event_id.in_([message.event_id for message in messages]))
        .values(attempts=outbox.c.attempts + 1, due_time=call.now + LEASE_SECONDS)
    )
    return messages


def _query_due(call: Call, lane: Lane, count: int) -> list[Message]:
    query = (
        select(*(outbox.c[name] for name in Message._fields))
        .where(
            _is_due(call),
            outbox.c.requester_id == lane.requester_id,
            outbox.c.destination == lane.destination,
        )
        .order_by(outbox.c.due_time, outbox.c.number)
        .limit(count)
        .with_for_update(skip_locked=True)
    )
    return [Message(*row) for row in call.db.execute(query)]


def _is_due(call: Call) -> ColumnElement[bool]:
    # No message is put off longer than MAX_DELAY_SECONDS: one due later was inserted before the
    # clock was set back.
    latest = call.now + MAX_DELAY_SECONDS
    return or_(outbox.c.due_time <= call.now, outbox.c.due_time > latest)


def mark_delivered(call: Call, event_id: str) -> None:
    """Delete a message that was delivered."""
    call.db.execute(delete(outbox).where(outbox.c.event_id == event_id))


def mark_failed(call: Call, event_id: str, error: str) -> None:
    """Schedule another attempt, or make the message a dead letter after GIVE_UP_SECONDS."""
    row = call.db.execute(select(outbox).where(outbox.c.event_id == event_id)).one_or_none()
    if row is None:  # another sender has delivered it
        return
    retry_time = call.now + _choose_delay(row.attempts)
    call.db.execute(
        update(outbox)
        .where(outbox.c.event_id == event_id)
        .values(due_time=retry_time if retry_time <= row.give_up_time else None, error=error)
    )


def _choose_delay(attempts: int) -> int:
    """Choose the seconds until the next attempt, at random so that retries do not coincide."""
    longest = min(MAX_DELAY_SECONDS, FIRST_DELAY_SECONDS * 2 ** min(attempts - 1, 20))
    return random.randint((longest + 1) // 2, longest)


def list_dead_letters(call: Call) -> list[Row[Any]]:
    """List the dead letters, oldest first.

    Each row has the columns of `outbox`, and the requester's name as `requester`.
    """
    query = (
        select(outbox, requesters.c.name.label("requester"))
        .join(requesters, requesters.c.requester_id == outbox.c.requester_id)
        .where(outbox.c.due_time.is_(None))
        .order_by(outbox.c.number)
    )
    return list(call.db.execute(query).all())


def retry(call: Call, event_id: str | None = None) -> int:
    """Send one dead letter, or all, again for another GIVE_UP_SECONDS; return their number."""
    is_dead: ColumnElement[bool] = outbox.c.due_time.is_(None)
    if event_id is not None:
        is_dead &= outbox.c.event_id == event_id
    values = {"attempts": 0, "due_time": call.now, "give_up_time": call.now + GIVE_UP_SECONDS}
    return call.db.execute(update(outbox).where(is_dead).values(values)).rowcount
