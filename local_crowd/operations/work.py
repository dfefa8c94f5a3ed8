"""What a worker does to a HIT: accept, submit, return. The rules stand here once, for pages too."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, insert, select, update

from local_crowd.operations.answers import answer_xml
from local_crowd.operations.assignments import decide
from local_crowd.operations.call import Call
from local_crowd.operations.settle import abandon
from local_crowd.operations.slots import move
from local_crowd.store.tables import assignments, hit_types, hits, worker_blocks


class NotPossible(Exception):
    """A worker cannot do this now. The text is for the worker, `reason` is for programs."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Held:
    """An accepted assignment."""

    assignment_id: str
    hit_id: str
    worker_id: str
    deadline: int  # epoch seconds


def find_hit(call: Call, hit_id: str) -> Row[Any]:
    """A HIT beside its type, whoever owns it. NotPossible("gone") when there is none."""
    row = call.db.execute(
        select(hits, *[column for column in hit_types.c if column.name not in hits.c])
        .join(hit_types, hit_types.c.hit_type_id == hits.c.hit_type_id)
        .where(hits.c.hit_id == hit_id, ~hits.c.disposed)
    ).one_or_none()
    if row is None:
        raise NotPossible("gone", "This HIT does not exist, or its requester has deleted it.")
    return row


def held(call: Call, worker_id: str, hit_id: str) -> Row[Any] | None:
    """The worker's assignment of this HIT: in progress, or finished; None if there is none."""
    return call.db.execute(
        select(assignments).where(
            assignments.c.hit_id == hit_id,
            assignments.c.worker_id == worker_id,
            assignments.c.status.not_in(("Returned", "Abandoned")),
        )
    ).one_or_none()


def accept(call: Call, worker_id: str, hit_id: str) -> Held:
    """Take one slot of the HIT. Accepting what one already holds gives the same assignment.

    NotPossible: "gone", "done" (finished before), "blocked", "expired", "taken".
    """
    hit = find_hit(call, hit_id)
    mine = held(call, worker_id, hit_id)
    if mine is not None:
        if mine.status != "Accepted":
            raise NotPossible("done", "You have finished this HIT already.")
        return Held(mine.assignment_id, hit_id, worker_id, mine.deadline)
    check_welcome(call, worker_id, hit)
    if hit.expiration <= call.now:
        raise NotPossible("expired", "This HIT has expired.")
    if not move(call.db, hit_id, "available", "pending"):
        raise NotPossible("taken", "Other workers have taken all of this HIT.")
    new = Held(call.new_id(), hit_id, worker_id, call.now + hit.assignment_duration)
    call.db.execute(
        insert(assignments).values(
            assignment_id=new.assignment_id,
            hit_id=hit_id,
            worker_id=worker_id,
            requester_id=hit.requester_id,
            status="Accepted",
            accept_time=call.now,
            deadline=new.deadline,
            due_time=new.deadline,
        )
    )
    return new


def check_welcome(call: Call, worker_id: str, hit: Row[Any]) -> None:
    """NotPossible("blocked") when the HIT's requester has blocked the worker."""
    blocked = select(worker_blocks.c.worker_id).where(
        worker_blocks.c.requester_id == hit.requester_id, worker_blocks.c.worker_id == worker_id
    )
    if call.db.execute(blocked).first():
        raise NotPossible("blocked", "You cannot work for this requester.")


def submit(call: Call, assignment_id: str, fields: Iterable[tuple[str, str]]) -> str:
    """Hand in the answer of an accepted assignment; the HIT's id.

    The id alone admits: it is unguessable, and known to the worker's page only.
    NotPossible: "unknown", "done" (submitted before: nothing changes), "late", "returned".
    """
    row = find_assignment(call, assignment_id)
    if row.status in ("Submitted", "Approved", "Rejected"):
        raise NotPossible("done", "This work was handed in before. Nothing has changed.")
    if row.status == "Returned":
        raise NotPossible("returned", "You returned this HIT, so its answer cannot be handed in.")
    if row.status == "Abandoned" or row.deadline <= call.now:
        raise NotPossible("late", "The time allowed for this HIT was over, so it was not taken.")
    auto_approval_time = call.now + row.auto_approval_delay
    changed = call.db.execute(
        update(assignments)
        .where(assignments.c.assignment_id == assignment_id, assignments.c.status == "Accepted")
        .values(
            status="Submitted",
            submit_time=call.now,
            auto_approval_time=auto_approval_time,
            due_time=auto_approval_time,
            answer=answer_xml(fields),
        )
    )
    if not changed.rowcount:  # another request was faster
        raise NotPossible("done", "This work was handed in before. Nothing has changed.")
    move(call.db, row.hit_id, "pending", "submitted")
    if not row.auto_approval_delay:  # 0 means: approved at once
        decide(call, find_assignment(call, assignment_id), "Approved", call.now, None)
    return str(row.hit_id)


def find_assignment(call: Call, assignment_id: str) -> Row[Any]:
    """An assignment with its HIT type's `auto_approval_delay`. NotPossible("unknown")."""
    row = call.db.execute(
        select(assignments, hits.c.hit_type_id, hit_types.c.auto_approval_delay)
        .join(hits, hits.c.hit_id == assignments.c.hit_id)
        .join(hit_types, hit_types.c.hit_type_id == hits.c.hit_type_id)
        .where(assignments.c.assignment_id == assignment_id)
    ).one_or_none()
    if row is None:
        raise NotPossible("unknown", "This assignment does not exist. Accept the HIT first.")
    return row


def give_back(call: Call, worker_id: str, assignment_id: str) -> None:
    """Return an accepted assignment: someone else may do it. NotPossible("unknown", "done")."""
    row = find_assignment(call, assignment_id)
    if row.worker_id != worker_id:
        raise NotPossible("unknown", "This assignment does not exist.")
    if row.status != "Accepted":
        raise NotPossible("done", "This HIT is no longer in your hands.")
    abandon(call, assignment_id, row.hit_id, status="Returned")
