"""What a worker does to a HIT: accept, submit, return. The rules stand here once, for pages too."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, Select, bindparam, select, update

from local_crowd.operations.call import Call
from local_crowd.operations.errors import NotPossible
from local_crowd.operations.hits.slots import move
from local_crowd.operations.notifications import events
from local_crowd.operations.qualifications import eligibility
from local_crowd.operations.questions.questions import build_answer
from local_crowd.operations.review import policy_runs
from local_crowd.operations.review.assignments import decide
from local_crowd.operations.work import hit_lifecycle
from local_crowd.operations.work.deadlines import abandon
from local_crowd.operations.work.worker_lists import OFFER, lock_next_hit
from local_crowd.store.engine import insert_new
from local_crowd.store.tables import assignments, hit_types, hits, is_held, worker_blocks

UNKNOWN = "This assignment does not exist. Accept the HIT first."
DONE = "You already submitted this work. Nothing has changed."
FINISHED = ("Submitted", "Approved", "Rejected")

# Statements are made once: making them takes longer than the database does.
HIT = OFFER.where(hits.c.hit_id == bindparam("hit_id"), ~hits.c.disposed)
HELD = select(assignments).where(
    assignments.c.hit_id == bindparam("hit_id"),
    assignments.c.worker_id == bindparam("worker_id"),
    is_held,
)
BLOCKED = select(worker_blocks.c.worker_id).where(
    worker_blocks.c.requester_id == bindparam("requester_id"),
    worker_blocks.c.worker_id == bindparam("worker_id"),
)
ASSIGNMENT: Select[Any] = (
    select(
        *[column for column in assignments.c if column.name != "answer"],
        *events.WATCHED,
        hit_types.c.auto_approval_delay,
    )
    .join(hits, hits.c.hit_id == assignments.c.hit_id)
    .join(hit_types, hit_types.c.hit_type_id == hits.c.hit_type_id)
    .where(assignments.c.assignment_id == bindparam("assignment_id"))
)
ASKED = ASSIGNMENT.add_columns(hits.c.question)
ANSWER = select(assignments.c.answer).where(
    assignments.c.assignment_id == bindparam("assignment_id")
)
SUBMIT = (
    update(assignments)
    .where(assignments.c.assignment_id == bindparam("id"), assignments.c.status == "Accepted")
    .values(
        status="Submitted",
        submit_time=bindparam("at"),
        auto_approval_time=bindparam("due"),
        due_time=bindparam("due"),
        answer=bindparam("xml"),
    )
)


@dataclass(frozen=True, slots=True)
class HeldAssignment:
    """An accepted assignment."""

    assignment_id: str
    hit_id: str
    worker_id: str
    deadline: int  # epoch seconds


def find_hit(call: Call, hit_id: str) -> Row[Any]:
    """What matters of a HIT to a worker (OFFER), whoever owns it. NotPossible("gone") when there
    is none.
    """
    row = call.db.execute(HIT, {"hit_id": hit_id}).one_or_none()
    if row is None:
        raise NotPossible("gone", "This HIT does not exist, or its requester has deleted it.")
    return row


def find_question(
    call: Call, hit_id: str, assignment_id: str | None, worker_id: str | None = None
) -> str:
    """The question XML of a HIT, for the worker of an assignment or (None) for a preview.

    `worker_id`: who previews. NotPossible: "gone"; of a preview "unqualified"; of an assignment
    those of `submit`.
    """
    if assignment_id is None:
        hit = find_hit(call, hit_id)
        if worker_id is not None:
            eligibility.check(call, worker_id, hit.qualification_requirements, "Preview")
    else:
        row = find_assignment(call, assignment_id)
        if row.hit_id != hit_id:
            raise NotPossible("unknown", UNKNOWN)
        check_in_hand(call, row)
    return str(call.db.scalar(select(hits.c.question).where(hits.c.hit_id == hit_id)))


def find_held(call: Call, worker_id: str, hit_id: str) -> Row[Any] | None:
    """The worker's assignment of this HIT: in progress, or finished; None if there is none."""
    return call.db.execute(HELD, {"hit_id": hit_id, "worker_id": worker_id}).one_or_none()


def is_finished(call: Call, worker_id: str, hit_id: str) -> bool:
    """Return whether the worker has handed in an answer to this HIT."""
    mine = find_held(call, worker_id, hit_id)
    return mine is not None and mine.status != "Accepted"


def accept(call: Call, worker_id: str, hit_id: str) -> HeldAssignment:
    """Take one slot of the HIT. Accepting what one already holds gives the same assignment.

    NotPossible: "gone", "done" (finished before), "blocked", "unqualified", "expired", "taken".
    """
    hit = find_hit(call, hit_id)
    mine = find_held(call, worker_id, hit_id)
    if mine is not None:
        if mine.status != "Accepted":
            raise NotPossible("done", "You have finished this HIT already.")
        return HeldAssignment(mine.assignment_id, hit_id, worker_id, mine.deadline)
    check_not_blocked(call, worker_id, hit)
    eligibility.check(call, worker_id, hit.qualification_requirements, "Accept")
    if hit.expiration <= call.now:
        raise NotPossible("expired", "This HIT has expired.")
    return _take(call, worker_id, hit)


def accept_next(
    call: Call, worker_id: str, hit_type_id: str, after: str | None = None
) -> HeldAssignment | None:
    """Accept a HIT of the group, as `next_hit` chooses; None when nothing is left for the worker.

    NotPossible as `accept`.
    """
    hit = lock_next_hit(call, worker_id, hit_type_id, after)
    if hit is None:
        return None
    eligibility.check(call, worker_id, hit.qualification_requirements, "Accept")
    return _take(call, worker_id, hit)


def _take(call: Call, worker_id: str, hit: Row[Any]) -> HeldAssignment:
    """Take one slot of a HIT (its OFFER) that the worker may accept.

    Take the slot before inserting: the UPDATE serializes concurrent workers on the HIT's row.
    """
    if not move(call.db, hit.hit_id, "available", "pending"):
        raise NotPossible("taken", "Other workers have taken all of this HIT.")
    new = HeldAssignment(call.new_id(), hit.hit_id, worker_id, call.now + hit.assignment_duration)
    inserted = insert_new(
        call.db,
        assignments,
        assignment_id=new.assignment_id,
        hit_id=hit.hit_id,
        worker_id=worker_id,
        requester_id=hit.requester_id,
        status="Accepted",
        accept_time=call.now,
        deadline=new.deadline,
        due_time=new.deadline,
    )
    if not inserted:  # the worker's other click was faster
        move(call.db, hit.hit_id, "pending", "available")
        return accept(call, worker_id, hit.hit_id)
    events.notify(call, hit, "AssignmentAccepted", call.now, new.assignment_id)
    return new


def check_not_blocked(call: Call, worker_id: str, hit: Row[Any]) -> None:
    """NotPossible("blocked") when the HIT's requester has blocked the worker."""
    if call.db.execute(BLOCKED, {"requester_id": hit.requester_id, "worker_id": worker_id}).first():
        raise NotPossible("blocked", "You cannot work for this requester.")


def submit(call: Call, assignment_id: str, fields: Iterable[tuple[str, str]]) -> str:
    """Hand in the answer of an accepted assignment; the HIT's id.

    The id alone admits: it is unguessable, and known to the worker's page only. Sending the same
    answer again is idempotent: whoever never got the first response sends it again.
    NotPossible: "unknown", "done" (another answer was submitted before: nothing changes), "late",
    "returned".
    """
    row = _fetch_assignment(call, ASKED, assignment_id)
    if row.status in FINISHED:
        stored = call.db.scalar(ANSWER, {"assignment_id": assignment_id})
        if stored == build_answer(row.question, fields):
            return str(row.hit_id)
    check_in_hand(call, row)
    policy_runs.lock_assignments(call, row)
    at = max(call.now, row.accept_time)  # the clock may have been set back meanwhile
    changed = call.db.execute(
        SUBMIT,
        {
            "id": assignment_id,
            "at": at,
            "due": at + row.auto_approval_delay,
            "xml": build_answer(row.question, fields),
        },
    )
    if not changed.rowcount:  # another request was faster: say what it made of it
        return submit(call, assignment_id, fields)
    move(call.db, row.hit_id, "pending", "submitted")
    events.notify(call, row, "AssignmentSubmitted", at, assignment_id)
    if row.assignment_review_policy is not None:
        policy_runs.review_assignment(call, assignment_id)
    if not row.auto_approval_delay:  # 0 means: approved at once, unless a policy was faster
        submitted = find_assignment(call, assignment_id)
        if submitted.status == "Submitted":
            decide(call, submitted, "Approved", at, None)
    hit_lifecycle.on_assignment_released(call, row, call.now)
    return str(row.hit_id)


def check_in_hand(call: Call, row: Row[Any]) -> None:
    """NotPossible ("done", "returned", "late") unless the assignment can be worked on now."""
    if row.status in FINISHED:
        raise NotPossible("done", DONE)
    if row.status == "Returned":
        raise NotPossible("returned", "You returned this HIT, so its answer cannot be handed in.")
    if row.status == "Abandoned" or row.deadline <= call.now:
        raise NotPossible("late", "The time allowed for this HIT is over, so it was not taken.")


def find_assignment(call: Call, assignment_id: str) -> Row[Any]:
    """An assignment (all but its answer) with `events.WATCHED` and the `auto_approval_delay`.

    NotPossible("unknown") when there is none.
    """
    return _fetch_assignment(call, ASSIGNMENT, assignment_id)


def _fetch_assignment(call: Call, query: Select[Any], assignment_id: str) -> Row[Any]:
    row = call.db.execute(query, {"assignment_id": assignment_id}).one_or_none()
    if row is None:
        raise NotPossible("unknown", UNKNOWN)
    return row


def return_assignment(call: Call, worker_id: str, assignment_id: str) -> str:
    """Return an accepted assignment: someone else may do it. Gives the HIT type's id.

    NotPossible: "unknown" (also another worker's), "done".
    """
    row = find_assignment(call, assignment_id)
    if row.worker_id != worker_id:
        raise NotPossible("unknown", "This assignment does not exist.")
    if not abandon(call, row, call.now, "Returned"):
        raise NotPossible("done", "You no longer hold this assignment.")
    return str(row.hit_type_id)
