"""Changes that time alone makes: abandon overdue work, approve unreviewed work, expire HITs."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, func, select, update

from local_crowd.operations.call import Call
from local_crowd.operations.hits.slots import move
from local_crowd.operations.notifications import events
from local_crowd.operations.review import policy_runs
from local_crowd.operations.review.assignments import decide
from local_crowd.operations.work import hit_lifecycle
from local_crowd.store.tables import assignments, hit_types, hits

BATCH = 500
SETTLING = 39018  # key of the advisory lock; unique among our advisory locks
# min(due_time) uses the index; EXISTS(... <= now) makes PostgreSQL scan the table.
FIRST_DUE = select(
    *(
        select(func.min(table.c.due_time)).where(table.c.due_time.is_not(None)).scalar_subquery()
        for table in (assignments, hits)
    )
)


def is_due(db: Connection, now: int) -> bool:
    """Return whether `settle` has anything to do; reads one entry of two indexes."""
    return any(first is not None and first <= now for first in db.execute(FIRST_DUE).one())


def settle(call: Call) -> None:
    """Process everything that is due, in order of due time, each change as of its own time.

    Call first in a transaction: it takes an advisory lock, and a caller that waits for it must hold
    no other lock.
    """
    if call.db.dialect.name == "postgresql":
        call.db.execute(select(func.pg_advisory_xact_lock(SETTLING)))
    hit_lifecycle.expire_unwatched(call)
    while True:
        # Process assignments due before the HIT's expiration first, those due with it afterwards.
        hit = hit_lifecycle.find_next_to_expire(call)
        until = call.now if hit is None else hit.due_time - 1
        while rows := _list_due(call, until):
            for row in rows:
                if row.status == "Accepted":
                    abandon(call, row, row.due_time)
                else:
                    decide(call, row, "Approved", row.due_time, None)
        if hit is None:
            return
        hit_lifecycle.expire(call, hit, hit.due_time)


def _list_due(call: Call, until: int) -> Sequence[Row[Any]]:
    query = (
        select(assignments, *events.WATCHED)
        .join(hits, hits.c.hit_id == assignments.c.hit_id)
        .join(hit_types, hit_types.c.hit_type_id == hits.c.hit_type_id)
        .where(assignments.c.due_time <= until)
        .order_by(assignments.c.due_time)
        .limit(BATCH)
        .with_for_update(skip_locked=True, of=assignments)
    )
    return call.db.execute(query).all()


def abandon(call: Call, row: Row[Any], at: int, status: str = "Abandoned") -> bool:
    """Take accepted work from its worker; the slot can be accepted again.

    `row`: the assignment, with `events.WATCHED`. False, and nothing done, when it was handed in or
    taken before.
    """
    policy_runs.lock_assignments(call, row)
    done = call.db.execute(
        update(assignments)
        .where(assignments.c.assignment_id == row.assignment_id, assignments.c.status == "Accepted")
        .values(status=status, due_time=None)
    )
    if not done.rowcount:
        return False
    move(call.db, row.hit_id, "pending", "available")
    events.notify(call, row, f"Assignment{status}", at, row.assignment_id)
    hit_lifecycle.on_assignment_released(call, row, at)
    return True
