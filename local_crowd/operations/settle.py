"""What time alone does: overdue work is abandoned, unreviewed work is approved."""

from dataclasses import replace

from sqlalchemy import Connection, func, select, update

from local_crowd.operations.assignments import decide
from local_crowd.operations.call import Call
from local_crowd.operations.slots import move
from local_crowd.store.tables import assignments

BATCH = 500
SETTLING = 39018  # any number that nothing else of ours locks


def is_due(db: Connection, now: int) -> bool:
    """Whether anything waits for `settle`: one look at an index."""
    due = select(assignments.c.assignment_id).where(assignments.c.due_time <= now).limit(1)
    return db.execute(due).first() is not None


def settle(call: Call) -> None:
    """Do what has fallen due, in the order it fell due, each at its own time.

    Before anything else in its transaction: whoever comes second waits until it is all done, and
    holds nothing that somebody else could wait for.
    """
    if call.db.dialect.name == "postgresql":
        call.db.execute(select(func.pg_advisory_xact_lock(SETTLING)))
    due = (
        select(assignments)
        .where(assignments.c.due_time <= call.now)
        .order_by(assignments.c.due_time)
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    )
    while rows := call.db.execute(due).all():
        for row in rows:
            if row.status == "Accepted":
                abandon(call, row.assignment_id, row.hit_id)
            else:
                decide(replace(call, now=row.due_time), row, "Approved", row.due_time, None)


def abandon(call: Call, assignment_id: str, hit_id: str, status: str = "Abandoned") -> bool:
    """Take accepted work from its worker; the slot can be accepted again.

    False, and nothing done, when it was handed in or taken before.
    """
    done = call.db.execute(
        update(assignments)
        .where(assignments.c.assignment_id == assignment_id, assignments.c.status == "Accepted")
        .values(status=status, due_time=None)
    )
    return bool(done.rowcount) and move(call.db, hit_id, "pending", "available")
