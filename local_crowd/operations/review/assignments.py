"""List, approve and reject submitted assignments for their requester."""

from typing import Any

from sqlalchemy import Row, select, update

from local_crowd.operations.call import Call, Request, Response
from local_crowd.operations.checks import FEEDBACK_LIMIT, MONTH, require_text, validate_length
from local_crowd.operations.errors import RequestError, does_not_exist, wrong_state
from local_crowd.operations.hits import hit_types, hits
from local_crowd.operations.hits.slots import move_slot
from local_crowd.operations.money.balance import require_funds
from local_crowd.operations.notifications import events
from local_crowd.operations.paging import build_listing, fetch_page
from local_crowd.store import tables
from local_crowd.store.tables import assignments

VISIBLE = ("Submitted", "Approved", "Rejected")


def find(call: Call, assignment_id: str, *, visible: bool = True) -> Row[Any]:
    """Return the requester's assignment with `events.WATCHED`, `disposed` and `reward` (cents).

    Raises RequestError when it does not exist. With `visible`, accepted and returned assignments
    do not exist either.
    """
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
    """Perform ListAssignmentsForHIT, ordered by submission; statuses default to all of VISIBLE."""
    hit = hits.find(call, request["HITId"])
    statuses = request.get("AssignmentStatuses") or VISIBLE
    query = select(assignments).where(
        assignments.c.hit_id == hit.hit_id, assignments.c.status.in_(statuses)
    )
    order = (assignments.c.submit_time, assignments.c.assignment_id)
    rows, token = fetch_page(call, request, query, order)
    return build_listing("Assignments", rows, token, to_api)


def list_assignments_for_hit_type(call: Call, request: Request) -> Response:
    """List the submitted assignments of all HITs of a HIT type, ordered by submission.

    With `SubmittedSince` (epoch seconds), only those submitted then or later.
    """
    hit_type = hit_types.get(call, request["HITTypeId"])
    query = (
        select(assignments)
        .join(tables.hits, tables.hits.c.hit_id == assignments.c.hit_id)
        .where(
            # The first two are the index that finds the newest answers, whatever their HITs.
            assignments.c.requester_id == call.requester_id,
            assignments.c.submit_time >= request.get("SubmittedSince", 0),
            assignments.c.status.in_(VISIBLE),
            tables.hits.c.hit_type_id == hit_type.hit_type_id,
            ~tables.hits.c.disposed,
        )
    )
    order = (assignments.c.submit_time, assignments.c.assignment_id)
    rows, token = fetch_page(call, request, query, order)
    return build_listing("Assignments", rows, token, to_api)


def get_assignment(call: Call, request: Request) -> Response:
    """Perform GetAssignment: return the assignment and its HIT."""
    row = find(call, request["AssignmentId"])
    hit = hits.find(call, row.hit_id)
    return {"Assignment": to_api(row), "HIT": hits.to_api(hit, call.now)}


def approve_assignment(call: Call, request: Request) -> Response:
    """Perform ApproveAssignment for submitted work, or rejected work with OverrideRejection.

    Raises RequestError in any other status, when a rejected assignment was submitted over 30 days
    ago, and when funds are insufficient.
    """
    row = find(call, request["AssignmentId"], visible=False)
    feedback = validate_length(
        "RequesterFeedback", request.get("RequesterFeedback"), FEEDBACK_LIMIT
    )
    override = request.get("OverrideRejection", False)
    allowed = ("Submitted", "Rejected") if override else ("Submitted",)
    _require_status(row, *allowed)
    if row.status == "Rejected" and row.submit_time + MONTH < call.now:
        raise RequestError(
            "This Assignment was submitted more than 30 days ago, so its rejection is final.",
            "InvalidAssignmentState",
        )
    require_funds(call, row.reward, is_reserved=row.status == "Submitted")
    decide(call, row, "Approved", call.now, feedback)
    return {}


def reject_assignment(call: Call, request: Request) -> Response:
    """Perform RejectAssignment for submitted work; its slot cannot be accepted again."""
    row = find(call, request["AssignmentId"], visible=False)
    feedback = require_text("RequesterFeedback", request["RequesterFeedback"], FEEDBACK_LIMIT)
    _require_status(row, "Submitted")
    decide(call, row, "Rejected", call.now, feedback)
    return {}


def _require_status(row: Row[Any], *allowed: str) -> None:
    if row.status not in VISIBLE:
        # Amazon's error for work that is not submitted yet; clients match it to wait and retry.
        raise wrong_state("Assignment", None, "null")
    if row.status not in allowed:
        raise wrong_state("Assignment", row.status, *allowed)


def decide(call: Call, row: Row[Any], status: str, at: int, feedback: str | None) -> None:
    """Set an assignment to `status` (Approved or Rejected), update its HIT's counters, and notify.

    `row` is the assignment with `events.WATCHED`; `at` is in epoch seconds. Raises RequestError
    when the assignment's status has changed since it was read. Locks the HIT's row.
    """
    # The clock may have been set back: no decision precedes the submission or an earlier rejection.
    at = max(at, row.submit_time, row.rejection_time or 0)
    time_column = "approval_time" if status == "Approved" else "rejection_time"
    values: dict[str, Any] = {"status": status, "due_time": None, time_column: at}
    if feedback is not None:
        values["requester_feedback"] = feedback
    result = call.db.execute(
        update(assignments)
        .where(assignments.c.assignment_id == row.assignment_id, assignments.c.status == row.status)
        .values(**values)
    )
    if not result.rowcount:  # another call has decided since the row was read
        raise wrong_state("Assignment", None, "Submitted")
    move_slot(call.db, row.hit_id, row.status.lower(), status.lower())
    events.notify(call, row, f"Assignment{status}", at, row.assignment_id)


def to_api(row: Row[Any]) -> Response:
    """Convert an assignment's row to Amazon's Assignment structure, omitting absent values."""
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
