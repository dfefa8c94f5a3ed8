"""What a worker does to a HIT: accept, submit, return."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, Select, bindparam, select, update

from local_crowd.operations.call import Call
from local_crowd.operations.errors import NotPossible
from local_crowd.operations.hits import consents, exclusions
from local_crowd.operations.hits.slots import move_slot
from local_crowd.operations.hits.stored_questions import STORED, read_question
from local_crowd.operations.notifications import events
from local_crowd.operations.qualifications import eligibility
from local_crowd.operations.questions.questions import build_answer
from local_crowd.operations.review import policy_runs
from local_crowd.operations.review.assignments import decide
from local_crowd.operations.texts import Text
from local_crowd.operations.work import hit_lifecycle, practice
from local_crowd.operations.work.deadlines import abandon
from local_crowd.operations.work.worker_lists import (
    OFFER,
    TAKEN,
    find_next_hit,
    lock_next_hit,
    note_accepted,
)
from local_crowd.store.inserts import insert_new
from local_crowd.store.statements import change, fetch_row, fetch_value
from local_crowd.store.tables import assignments, hit_types, hits, is_held, worker_blocks

UNKNOWN = Text("This assignment does not exist. Accept the HIT first.")
DONE = Text("You already submitted this work. Nothing has changed.")
FINISHED = ("Submitted", "Approved", "Rejected")

# Statements are constants: building one takes longer than the database needs to execute it.
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
ASSIGNMENT_WITH_QUESTION = ASSIGNMENT.add_columns(*STORED)
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
    """An accepted assignment, as the worker's page needs it."""

    assignment_id: str
    hit_id: str
    worker_id: str
    deadline: int  # epoch seconds


def find_hit(call: Call, hit_id: str) -> Row[Any]:
    """Return the columns of OFFER for any requester's HIT.

    Raises NotPossible("gone") when the HIT does not exist or was deleted.
    """
    row: Row[Any] | None = fetch_row(call.db, HIT, {"hit_id": hit_id})
    if row is None:
        raise NotPossible("gone", Text("This HIT does not exist, or its requester has deleted it."))
    return row


def find_question(
    call: Call, hit_id: str, assignment_id: str | None, worker_id: str | None = None
) -> str:
    """Return the question XML of a HIT for its assignment or, if that is None, for a preview.

    `worker_id` is the worker who previews, or None if nobody is signed in. Raises NotPossible:
    "gone"; for a preview "unqualified", "excluded", "consent"; for an assignment the reasons of `submit`.
    """
    if assignment_id is None:
        hit = find_hit(call, hit_id)
        if worker_id is not None:
            eligibility.check(call, worker_id, hit, "Preview")
            exclusions.require_admission(call, worker_id, hit_id)
            consents.require_agreement(call, worker_id, hit)
    else:
        row = _fetch_assignment(call, ASSIGNMENT_WITH_QUESTION, assignment_id)
        if row.hit_id != hit_id:
            raise NotPossible("unknown", UNKNOWN)
        require_in_progress(call, row)
        return read_question(row)
    question: Select[Any] = select(*STORED).where(hits.c.hit_id == hit_id)
    return read_question(call.db.execute(question).one())


def find_own_assignment(call: Call, worker_id: str, hit_id: str) -> Row[Any] | None:
    """Return the worker's assignment of this HIT, in progress or finished, or None."""
    row: Row[Any] | None = fetch_row(call.db, HELD, {"hit_id": hit_id, "worker_id": worker_id})
    return row


def is_finished(call: Call, worker_id: str, hit_id: str) -> bool:
    """Return whether the worker has submitted an answer to this HIT."""
    row = find_own_assignment(call, worker_id, hit_id)
    return row is not None and row.status != "Accepted"


def accept(call: Call, worker_id: str, hit_id: str) -> HeldAssignment:
    """Accept the HIT for the worker; idempotent while the worker's assignment is in progress.

    Raises NotPossible: "gone", "done" (submitted before), "blocked", "excluded", "unqualified",
    "expired", "consent", "practice" (other HITs come first), "practice_full", "taken". Locks the
    HIT's row until the transaction ends.
    """
    hit = find_hit(call, hit_id)
    row = find_own_assignment(call, worker_id, hit_id)
    if row is not None:
        if row.status != "Accepted":
            raise NotPossible("done", Text("You have finished this HIT already."))
        return HeldAssignment(row.assignment_id, hit_id, worker_id, row.deadline)
    require_no_block(call, worker_id, hit)
    exclusions.require_admission(call, worker_id, hit_id)
    eligibility.check(call, worker_id, hit, "Accept")
    if hit.practice_id is not None:
        due = practice.find_due(call, worker_id, hit.hit_type_id)
        if due is not None and due.hit_id != hit_id:
            raise NotPossible("practice", practice.FIRST)
        if due is not None:
            if find_next_hit(call, worker_id, hit.hit_type_id) is None:  # nothing to practise for
                raise NotPossible("taken", TAKEN)
            return _take_slot(call, worker_id, hit, is_practice=True)
    if hit.expiration <= call.now:
        raise NotPossible("expired", Text("This HIT has expired."))
    return _take_slot(call, worker_id, hit)


def accept_next(
    call: Call, worker_id: str, hit_type_id: str, after: str | None = None
) -> HeldAssignment | None:
    """Accept the HIT of the group that `lock_next_hit` chooses; return None if there is none.

    A practice HIT that is due comes first, if there is another HIT for the worker after it. Raises
    NotPossible as `accept` does.
    """
    # Before a HIT is locked: a practice HIT locks the requester's row, as extending a HIT does first.
    if practice.find_due(call, worker_id, hit_type_id) is not None:
        hit_id = find_next_hit(call, worker_id, hit_type_id)
        return None if hit_id is None else accept(call, worker_id, hit_id)
    hit = lock_next_hit(call, worker_id, hit_type_id, after)
    if hit is None:
        return None
    eligibility.check(call, worker_id, hit, "Accept")
    return _take_slot(call, worker_id, hit)


def _take_slot(
    call: Call, worker_id: str, hit: Row[Any], *, is_practice: bool = False
) -> HeldAssignment:
    consents.require_agreement(call, worker_id, hit)
    if is_practice:
        practice.open_slot(call, hit.hit_id)
    # Take the slot before inserting: the UPDATE serializes concurrent workers on the HIT's row.
    if not move_slot(call.db, hit.hit_id, "available", "pending"):
        raise NotPossible("taken", TAKEN)
    eligibility.check_number_of_hits(call, worker_id, hit)
    held = HeldAssignment(call.new_id(), hit.hit_id, worker_id, call.now + hit.assignment_duration)
    inserted = insert_new(
        call.db,
        assignments,
        assignment_id=held.assignment_id,
        hit_id=hit.hit_id,
        worker_id=worker_id,
        requester_id=hit.requester_id,
        status="Accepted",
        accept_time=call.now,
        deadline=held.deadline,
        due_time=held.deadline,
    )
    if not inserted:  # another request of the same worker was faster
        move_slot(call.db, hit.hit_id, "pending", "available")
        if is_practice:
            practice.close_slot(call, hit.hit_id)
        return accept(call, worker_id, hit.hit_id)
    events.notify(call, hit, "AssignmentAccepted", call.now, held.assignment_id)
    note_accepted(call, worker_id, hit)
    return held


def require_no_block(call: Call, worker_id: str, hit: Row[Any]) -> None:
    """Raise NotPossible("blocked") when the HIT's requester has blocked the worker."""
    key = {"requester_id": hit.requester_id, "worker_id": worker_id}
    if fetch_row(call.db, BLOCKED, key) is not None:
        raise NotPossible("blocked", Text("You cannot work for this requester."))


def submit(call: Call, assignment_id: str, fields: Iterable[tuple[str, str]]) -> str:
    """Submit the answer of an accepted assignment and return the HIT's id.

    The assignment id is the only credential: it is unguessable, and only the worker's page knows
    it. Submitting the same answer again is idempotent, for clients that lost the first response.
    Raises NotPossible: "unknown", "done" (a different answer was submitted before), "late",
    "returned". Locks the HIT's assignments.
    """
    row = _fetch_assignment(call, ASSIGNMENT_WITH_QUESTION, assignment_id)
    if row.status in FINISHED:
        stored = fetch_value(call.db, ANSWER, {"assignment_id": assignment_id})
        if stored == build_answer(read_question(row), fields):
            return str(row.hit_id)
    require_in_progress(call, row)
    policy_runs.lock_assignments(call, row)
    at = max(call.now, row.accept_time)  # the clock may have been set back since
    is_changed = change(
        call.db,
        SUBMIT,
        {
            "id": assignment_id,
            "at": at,
            "due": at + row.auto_approval_delay,
            "xml": build_answer(read_question(row), fields),
        },
    )
    if not is_changed:  # another request was faster: start again from what it changed
        return submit(call, assignment_id, fields)
    move_slot(call.db, row.hit_id, "pending", "submitted")
    events.notify(call, row, "AssignmentSubmitted", at, assignment_id)
    if row.assignment_review_policy is not None:
        policy_runs.review_assignment(call, assignment_id)
    if not row.auto_approval_delay:  # 0 means approve at once, unless a policy has decided
        submitted = find_assignment(call, assignment_id)
        if submitted.status == "Submitted":
            decide(call, submitted, "Approved", at, None)
    hit_lifecycle.on_assignment_released(call, row, call.now)
    return str(row.hit_id)


def require_in_progress(call: Call, row: Row[Any]) -> None:
    """Raise NotPossible ("done", "returned", "late") unless the assignment is in progress."""
    if row.status in FINISHED:
        raise NotPossible("done", DONE)
    if row.status == "Returned":
        raise NotPossible(
            "returned", Text("You returned this HIT, so your answer cannot be submitted.")
        )
    if row.status == "Abandoned" or row.deadline <= call.now:
        raise NotPossible(
            "late", Text("The time allowed for this HIT is over, so your answer was not accepted.")
        )


def find_assignment(call: Call, assignment_id: str) -> Row[Any]:
    """Return an assignment without its answer, with `events.WATCHED` and `auto_approval_delay`.

    Raises NotPossible("unknown") when it does not exist.
    """
    return _fetch_assignment(call, ASSIGNMENT, assignment_id)


def _fetch_assignment(call: Call, query: Select[Any], assignment_id: str) -> Row[Any]:
    row: Row[Any] | None = fetch_row(call.db, query, {"assignment_id": assignment_id})
    if row is None:
        raise NotPossible("unknown", UNKNOWN)
    return row


def return_assignment(call: Call, worker_id: str, assignment_id: str) -> str:
    """Give up an accepted assignment, so that its slot can be accepted again.

    Return the HIT type's id. Raises NotPossible: "unknown" (also for another worker's), "done".
    """
    row = find_assignment(call, assignment_id)
    if row.worker_id != worker_id:
        raise NotPossible("unknown", Text("This assignment does not exist."))
    if not abandon(call, row, call.now, "Returned"):
        raise NotPossible("done", Text("You no longer hold this assignment."))
    return str(row.hit_type_id)
