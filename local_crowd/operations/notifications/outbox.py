"""Notifications on their way: written with what they tell, kept until they are delivered.

A message is taken by one sender for LEASE seconds. A sender that dies meanwhile leaves it to the
next, so a message arrives at least once, and may arrive twice.
"""

import random
from collections.abc import Mapping
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Row, delete, func, insert, or_, select, update

from local_crowd.operations.call import Call
from local_crowd.store.tables import outbox, requesters

FIRST_DELAY = 15  # seconds, doubled with every attempt
LONGEST_DELAY = 7200  # seconds
GIVE_UP = 24 * 3600  # seconds
LEASE = 300  # seconds; far more than sending takes


class Message(NamedTuple):
    """A message to send."""

    event_id: str
    requester_id: str
    transport: str
    destination: str
    body: str

    @property
    def lane(self) -> "Lane":
        """Whose message it is and where it goes."""
        return Lane(self.requester_id, self.destination)


class Lane(NamedTuple):
    """Messages of one requester to one destination: they wait for each other, and for nobody else."""

    requester_id: str
    destination: str


def put(call: Call, message: Message) -> None:
    """Leave a message to be sent, if the transaction is committed."""
    call.db.execute(
        insert(outbox).values(
            **message._asdict(),
            created_time=call.now,
            due_time=call.now,
            give_up_time=call.now + GIVE_UP,
        )
    )


def has_due(call: Call) -> bool:
    """Whether anything is due: one look at an index."""
    due = select(outbox.c.number).where(_is_due(call)).limit(1)
    return call.db.execute(due).first() is not None


def count_due(call: Call) -> dict[Lane, int]:
    """Return how many messages of each lane are due, the lane that waits longest first."""
    query = (
        select(outbox.c.requester_id, outbox.c.destination, func.count())
        .where(_is_due(call))
        .group_by(outbox.c.requester_id, outbox.c.destination)
        .order_by(func.min(outbox.c.due_time), func.min(outbox.c.number))
    )
    return {Lane(requester_id, to): count for requester_id, to, count in call.db.execute(query)}


def take(call: Call, counts: Mapping[Lane, int]) -> list[Message]:
    """Lease so many messages of each lane for LEASE seconds, those that wait longest."""
    messages = [
        message for lane, count in counts.items() for message in _query_due(call, lane, count)
    ]
    call.db.execute(
        update(outbox)
        .where(outbox.c.event_id.in_([message.event_id for message in messages]))
        .values(attempts=outbox.c.attempts + 1, due_time=call.now + LEASE)
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
    # What is due later than anything is put off was written before the clock was set back.
    latest = call.now + LONGEST_DELAY
    return or_(outbox.c.due_time <= call.now, outbox.c.due_time > latest)


def mark_delivered(call: Call, event_id: str) -> None:
    """Forget a message that arrived."""
    call.db.execute(delete(outbox).where(outbox.c.event_id == event_id))


def mark_failed(call: Call, event_id: str, error: str) -> None:
    """Try a message again later, or give it up for dead when a day has passed."""
    row = call.db.execute(select(outbox).where(outbox.c.event_id == event_id)).one_or_none()
    if row is None:  # another sender has delivered it
        return
    again = call.now + _choose_delay(row.attempts)
    call.db.execute(
        update(outbox)
        .where(outbox.c.event_id == event_id)
        .values(due_time=again if again <= row.give_up_time else None, error=error)
    )


def _choose_delay(attempts: int) -> int:
    """Seconds until the next attempt: so chosen that many messages do not come back at once."""
    longest = min(LONGEST_DELAY, FIRST_DELAY * 2 ** min(attempts - 1, 20))
    return random.randint((longest + 1) // 2, longest)


def list_dead_letters(call: Call) -> list[Row[Any]]:
    """What was given up, oldest first: the columns of the table, and `requester`, a name."""
    query = (
        select(outbox, requesters.c.name.label("requester"))
        .join(requesters, requesters.c.requester_id == outbox.c.requester_id)
        .where(outbox.c.due_time.is_(None))
        .order_by(outbox.c.number)
    )
    return list(call.db.execute(query).all())


def retry(call: Call, event_id: str | None = None) -> int:
    """Send dead letters once more, for another day: one, or all. How many there were."""
    dead: ColumnElement[bool] = outbox.c.due_time.is_(None)
    if event_id is not None:
        dead &= outbox.c.event_id == event_id
    values = {"attempts": 0, "due_time": call.now, "give_up_time": call.now + GIVE_UP}
    return call.db.execute(update(outbox).where(dead).values(values)).rowcount
