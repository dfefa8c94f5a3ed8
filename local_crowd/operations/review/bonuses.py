"""Bonuses: money paid in addition to the reward."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import Row, insert, select

from local_crowd.operations import tokens
from local_crowd.operations.call import Call, Request, Response
from local_crowd.operations.checks import format_dollars, parse_dollars, require_text
from local_crowd.operations.errors import ParameterValidationError
from local_crowd.operations.hits import hits
from local_crowd.operations.money.balance import require_funds
from local_crowd.operations.paging import build_listing, fetch_page
from local_crowd.operations.people import workers
from local_crowd.operations.review import assignments
from local_crowd.store.tables import bonuses, hit_types, requesters
from local_crowd.store.tables import hits as hits_table

ALREADY_PROCESSED = "RequestAlreadyProcessed"
MAX_BONUS = 1_000_000  # cents


def send_bonus(call: Call, request: Request) -> Response:
    """Perform SendBonus: pay the worker of a submitted assignment and send them the reason."""
    bonus_id = call.new_id()
    tokens.claim(call, "SendBonus", request, bonus_id, ALREADY_PROCESSED)
    row = assignments.find(call, request["AssignmentId"])
    if row.worker_id != request["WorkerId"]:
        raise ParameterValidationError(
            f'The value "{request["WorkerId"]}" is not valid for the parameter WorkerId.'
        )
    amount = parse_dollars("BonusAmount", request["BonusAmount"], 1, MAX_BONUS)
    reason = require_text("Reason", request["Reason"])
    require_funds(call, amount)
    call.db.execute(
        insert(bonuses).values(
            bonus_id=bonus_id,
            requester_id=call.requester_id,
            worker_id=row.worker_id,
            assignment_id=row.assignment_id,
            hit_id=row.hit_id,
            amount=amount,
            reason=reason,
            grant_time=call.now,
        )
    )
    workers.send_message(
        call, row.worker_id, f"A bonus of ${format_dollars(amount)}", reason, row.hit_id
    )
    return {}


def list_bonus_payments(call: Call, request: Request) -> Response:
    """Perform ListBonusPayments for one HIT or one assignment, oldest first."""
    hit_id, assignment_id = request.get("HITId"), request.get("AssignmentId")
    if (hit_id is None) == (assignment_id is None):
        raise ParameterValidationError("Give either HITId or AssignmentId.")
    query = select(bonuses).where(bonuses.c.requester_id == call.requester_id)
    if hit_id is not None:
        hits.find(call, hit_id)
        query = query.where(bonuses.c.hit_id == hit_id)
    else:
        row = assignments.find(call, str(assignment_id))
        query = query.where(bonuses.c.assignment_id == row.assignment_id)
    rows, token = fetch_page(call, request, query, (bonuses.c.grant_time, bonuses.c.bonus_id))
    return build_listing("BonusPayments", rows, token, _to_api)


def list_received(
    call: Call, worker_id: str, assignment_ids: Collection[str] | None = None, limit: int = 200
) -> list[Row[Any]]:
    """List the worker's newest bonuses, or all bonuses for `assignment_ids`, newest first.

    Each row has the columns of `bonuses`, the requester's name as `requester`, and the HIT's
    `title`, which is None for waiting.
    """
    query = (
        select(bonuses, requesters.c.name.label("requester"), hit_types.c.title)
        .join(requesters, requesters.c.requester_id == bonuses.c.requester_id)
        .outerjoin(hits_table, hits_table.c.hit_id == bonuses.c.hit_id)
        .outerjoin(hit_types, hit_types.c.hit_type_id == hits_table.c.hit_type_id)
        .where(bonuses.c.worker_id == worker_id)
        .order_by(bonuses.c.grant_time.desc(), bonuses.c.bonus_id)
    )
    if assignment_ids is None:
        query = query.limit(limit)
    else:
        query = query.where(bonuses.c.assignment_id.in_(assignment_ids))
    return list(call.db.execute(query).all())


def _to_api(row: Row[Any]) -> Response:
    return {
        "WorkerId": row.worker_id,
        "BonusAmount": format_dollars(row.amount),
        "AssignmentId": row.assignment_id,
        "Reason": row.reason,
        "GrantTime": row.grant_time,
    }
