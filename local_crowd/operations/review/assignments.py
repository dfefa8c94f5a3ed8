"""Assignments as the requester sees them: submitted work, approved, rejected."""

from typing import Any

from sqlalchemy import Row, select, update

from local_crowd.operations.call import Call, Request, Response
from local_crowd.operations.checks import FEEDBACK_LIMIT, MONTH, require_text, validate_length
from local_crowd.operations.errors import RequestError, does_not_exist, wrong_state
from local_crowd.operations.hits import hits
from local_crowd.operations.hits.slots import move_slot
from local_crowd.operations.money.balance import require_funds
from local_crowd.operations.notifications import events
from local_crowd.operations.paging import build_listing, fetch_page
from local_crowd.store import tables
from local_crowd.store.tables import assignments

VISIBLE = ("Submitted", "Approved", "Rejected")


def find(call: Call, assignment_id: str, *, visible: bool = True) -> Row[Any]:
    """The requester's assignment, or RequestError. Work in progress is not visible."""
    row = call.db.execute(
        select(assignments, *events.WATCHED, tables.hits.c.disposed, tables.hit_types.c.reward)
        .join(tables.hits, tables.hits.c.hit_id == assignments.c.hit_id)
        .join(tables.hit_types, tables.hit_types.c.hit_type_id == tables.hits.c.hit_type_id)
        .where(
            assignments.c.assignment_id == assignment_id,
            assignments.c.requester_id == call.requester_id,
        )
    ).one_or_none()
    if row is None or row.disposed or (visible and row.status not in VISIBLE):
        raise does_not_exist("Assignment", assignment_id)
    return row


def list_assignments_for_hit(call: Call, request: Request) -> Response:
    """ListAssignmentsForHIT: by time of submission; all three statuses unless some are named."""
    hit = hits.find(call, request["HITId"])
    statuses = request.get("AssignmentStatuses") or VISIBLE
    query = select(assignments).where(
        assignments.c.hit_id == hit.hit_id, assignments.c.status.in_(statuses)
    )
    order = (assignments.c.submit_time, assignments.c.assignment_id)
    rows, token = fetch_page(call, request, query, order)
    return build_listing("Assignments", rows, token, to_api)


def get_assignment(call: Call, request: Request) -> Response:
    """GetAssignment: the assignment and its HIT."""
    row = find(call, request["AssignmentId"])
    hit = hits.find(call, row.hit_id)
    return {"Assignment": to_api(row), "HIT": hits.to_api(hit, call.now)}


def approve_assignment(call: Call, request: Request) -> Response:
    """ApproveAssignment: of Submitted work; of Rejected work only with OverrideRejection, and
    within 30 days of its submission.
    """
    row = find(call, request["AssignmentId"], visible=False)
    feedback = validate_length(
        "RequesterFeedback", request.get("RequesterFeedback"), FEEDBACK_LIMIT
    )
    override = request.get("OverrideRejection", False)
    allowed = ("Submitted", "Rejected") if override else ("Submitted",)
    _require(row, *allowed)
    if row.status == "Rejected" and row.submit_time + MONTH < call.now:
        raise RequestError(
            "This Assignment was submitted more than 30 days ago: its rejection stands.",
            "InvalidAssignmentState",
        )
    require_funds(call, row.reward, put_aside=row.status == "Submitted")
    decide(call, row, "Approved", call.now, feedback)
    return {}


def reject_assignment(call: Call, request: Request) -> Response:
    """RejectAssignment: of Submitted work only. The slot is not offered again."""
    row = find(call, request["AssignmentId"], visible=False)
    feedback = require_text("RequesterFeedback", request["RequesterFeedback"], FEEDBACK_LIMIT)
    _require(row, "Submitted")
    decide(call, row, "Rejected", call.now, feedback)
    return {}


def _require(row: Row[Any], *allowed: str) -> None:
    if row.status not in VISIBLE:
        # What Amazon says of work it cannot show yet; clients wait and try again on it.
        raise wrong_state("Assignment", None, "null")
    if row.status not in allowed:
        raise wrong_state("Assignment", row.status, *allowed)


def decide(call: Call, row: Row[Any], status: str, at: int, feedback: str | None) -> None:
    """Make an assignment Approved or Rejected at `at`, and its HIT's counters with it.

    `row`: the assignment, with `events.WATCHED`. A time before the submission, or before the
    rejection that is overridden, comes of a clock that was set back: it becomes theirs.
    """
    at = max(at, row.submit_time, row.rejection_time or 0)
    decided_time = "approval_time" if status == "Approved" else "rejection_time"
    values: dict[str, Any] = {"status": status, "due_time": None, decided_time: at}
    if feedback is not None:
        values["requester_feedback"] = feedback
    done = call.db.execute(
        update(assignments)
        .where(assignments.c.assignment_id == row.assignment_id, assignments.c.status == row.status)
        .values(**values)
    )
    if not done.rowcount:  # decided by another call since it was read
        raise wrong_state("Assignment", None, "Submitted")
    move_slot(call.db, row.hit_id, row.status.lower(), status.lower())
    events.notify(call, row, f"Assignment{status}", at, row.assignment_id)


def to_api(row: Row[Any]) -> Response:
    """An assignment as Amazon gives it, absent values left out."""
    assignment = {
        "AssignmentId": row.assignment_id,
        "WorkerId": row.worker_id,
        "HITId": row.hit_id,
        "AssignmentStatus": row.status,
        "AutoApprovalTime": row.auto_approval_time,
        "AcceptTime": row.accept_time,
        "SubmitTime": row.submit_time,
        "ApprovalTime": row.approval_time,
        "RejectionTime": row.rejection_time,
        "Answer": row.answer,
        "RequesterFeedback": row.requester_feedback,
    }
    return {name: value for name, value in assignment.items() if value is not None}
