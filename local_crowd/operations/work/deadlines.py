"""Changes that time alone makes: abandon overdue work, approve unreviewed work, expire HITs, pay
people who have left a waiting room.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, func, select, update

from local_crowd.operations.call import Call
from local_crowd.operations.hits.slots import move_slot
from local_crowd.operations.notifications import events
from local_crowd.operations.review import policy_runs, waiting_pay
from local_crowd.operations.review.assignments import decide
from local_crowd.operations.work import hit_lifecycle, practice
from local_crowd.store.locks import has_single_writer, take_advisory_lock
from local_crowd.store.statements import fetch_row
from local_crowd.store.tables import assignments, hit_types, hits, waits

BATCH_SIZE = 500  # assignments that one query locks
SETTLE_LOCK_KEY = 39018  # unique among our advisory locks
# min(due_time) uses the index; EXISTS(... <= now) makes PostgreSQL scan the table.
FIRST_DUE = select(
    *(
        select(func.min(table.c.due_time)).where(table.c.due_time.is_not(None)).scalar_subquery()
        for table in (assignments, hits, waits)
    )
)


def is_due(db: Connection, now: int) -> bool:
    """Return whether `settle` has anything to do at `now` (epoch seconds).

    Cheap enough for every request: it reads the first entry of three indexes.
    """
    due_times = fetch_row(db, FIRST_DUE, {})
    return any(due_time is not None and due_time <= now for due_time in due_times)


def settle(call: Call) -> None:
    """Process everything that is due, in order of due time, each change as of its own time.

    Call first in a transaction: it takes an advisory lock, and a caller that waits for it must hold
    no other lock.
    """
    take_advisory_lock(call.db, SETTLE_LOCK_KEY)
    waiting_pay.pay_due(call)
    hit_lifecycle.clear_unneeded_due_times(call)
    while True:
        # An assignment that is due before the HIT expires can change how it expires, so process it
        # first. One that is due in the same second comes after the expiration.
        hit = hit_lifecycle.find_next_to_expire(call)
        until = call.now if hit is None else hit.due_time - 1
        while rows := _lock_due_assignments(call, until):
            for row in rows:
                if row.status == "Accepted":
                    abandon(call, row, row.due_time)
                else:
                    decide(call, row, "Approved", row.due_time, None)
        if hit is None:
            return
        hit_lifecycle.expire(call, hit, hit.due_time)


def _lock_due_assignments(call: Call, until: int) -> Sequence[Row[Any]]:
    """Lock and return assignments that are due, except those that others have locked."""
    query = (
        select(assignments, *events.WATCHED)
        .join(hits, hits.c.hit_id == assignments.c.hit_id)
        .join(hit_types, hit_types.c.hit_type_id == hits.c.hit_type_id)
        .where(assignments.c.due_time <= until)
        .order_by(assignments.c.due_time)
        .limit(BATCH_SIZE)
    )
    rows = call.db.execute(query).all()
    if not rows or has_single_writer(call.db):
        return rows
    # Where a policy needs all of a HIT's, they are locked before one of them is, as when work is
    # submitted. Otherwise this could hold one that a submission waits for, and wait for another.
    for hit in {row.hit_id: row for row in rows if row.hit_review_policy is not None}.values():
        policy_runs.lock_assignments(call, hit)
    is_read = assignments.c.assignment_id.in_([row.assignment_id for row in rows])
    locked = query.where(is_read).with_for_update(skip_locked=True, of=assignments)
    return call.db.execute(locked).all()


def abandon(call: Call, row: Row[Any], at: int, status: str = "Abandoned") -> bool:
    """Take an accepted assignment from its worker, so that its slot can be accepted again.

    `row` is the assignment with the columns `events.WATCHED`; `at` is in epoch seconds. Return
    False, and change nothing, when the assignment is no longer accepted. Locks the HIT's
    assignments.
    """
    policy_runs.lock_assignments(call, row)
    result = call.db.execute(
        update(assignments)
        .where(assignments.c.assignment_id == row.assignment_id, assignments.c.status == "Accepted")
        .values(status=status, due_time=None)
    )
    if not result.rowcount:
        return False
    move_slot(call.db, row.hit_id, "pending", "available")
    practice.close_slot(call, row.hit_id)
    events.notify(call, row, f"Assignment{status}", at, row.assignment_id)
    hit_lifecycle.on_assignment_released(call, row, at)
    return True
