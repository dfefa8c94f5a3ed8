"""A requester's blocks of workers and messages to them."""

from typing import Any

from sqlalchemy import Row, delete, insert, select, update

from local_crowd.operations import tokens
from local_crowd.operations.call import Call, Request, Response
from local_crowd.operations.checks import require_text
from local_crowd.operations.errors import ParameterValidationError
from local_crowd.operations.paging import build_listing, fetch_page
from local_crowd.store.tables import assignments, messages, worker_blocks, workers


def exists(call: Call, worker_id: str) -> bool:
    """Return whether the site has a worker with this id."""
    query = select(workers.c.worker_id).where(workers.c.worker_id == worker_id)
    return call.db.execute(query).first() is not None


def create_worker_block(call: Call, request: Request) -> Response:
    """Perform CreateWorkerBlock: stop the worker from accepting the requester's HITs.

    For a blocked worker it replaces the reason.
    """
    worker_id, reason = request["WorkerId"], require_text("Reason", request["Reason"])
    if not exists(call, worker_id):
        raise ParameterValidationError(
            f'The value "{worker_id}" is not valid for the parameter WorkerId.'
        )
    result = call.db.execute(
        update(worker_blocks).where(_is_block(call, worker_id)).values(reason=reason)
    )
    if not result.rowcount:
        call.db.execute(
            insert(worker_blocks).values(
                requester_id=call.requester_id,
                worker_id=worker_id,
                reason=reason,
                created_time=call.now,
            )
        )
    return {}


def delete_worker_block(call: Call, request: Request) -> Response:
    """Perform DeleteWorkerBlock, which succeeds even if the worker is not blocked."""
    if not exists(call, request["WorkerId"]):
        raise ParameterValidationError("WorkerId is invalid.")
    call.db.execute(delete(worker_blocks).where(_is_block(call, request["WorkerId"])))
    return {}


def list_worker_blocks(call: Call, request: Request) -> Response:
    """Perform ListWorkerBlocks, oldest block first."""
    query = select(worker_blocks).where(worker_blocks.c.requester_id == call.requester_id)
    order = (worker_blocks.c.created_time, worker_blocks.c.worker_id)
    rows, token = fetch_page(call, request, query, order)
    return build_listing("WorkerBlocks", rows, token, _to_api)


def _to_api(row: Row[Any]) -> Response:
    return {"WorkerId": row.worker_id, "Reason": row.reason}


def _is_block(call: Call, worker_id: str) -> Any:
    return (worker_blocks.c.requester_id == call.requester_id) & (
        worker_blocks.c.worker_id == worker_id
    )


def notify_workers(call: Call, request: Request) -> Response:
    """Perform NotifyWorkers: send a message to each worker whose work the requester has reviewed.

    Workers who cannot be sent a message are listed in the response; they do not make the call fail.
    A call whose token was used already has the same response, and sends nothing again.
    """
    subject = require_text("Subject", request["Subject"], 200)
    message_text = require_text("MessageText", request["MessageText"], 4096)
    if len(request["WorkerIds"]) > 100:
        raise ParameterValidationError("At most 100 WorkerIds are allowed in one call.")
    is_new = tokens.claim_or_find(call, "NotifyWorkers", request, "messages")
    failures = []
    for worker_id in dict.fromkeys(request["WorkerIds"]):
        if not _has_reviewed(call, worker_id):
            failures.append(
                {
                    "NotifyWorkersFailureCode": "HardFailure",
                    "NotifyWorkersFailureMessage": (
                        f"You have reviewed no work of worker {worker_id}, "
                        "so no message can be sent."
                    ),
                    "WorkerId": worker_id,
                }
            )
            continue
        if is_new:
            send_message(call, worker_id, subject, message_text)
    return {"NotifyWorkersFailureStatuses": failures}


def send_message(
    call: Call, worker_id: str, subject: str, message_text: str, hit_id: str | None = None
) -> None:
    """Send the requester's message to the worker; `hit_id` is the HIT that it is about, if any."""
    call.db.execute(
        insert(messages).values(
            message_id=call.new_id(),
            requester_id=call.requester_id,
            worker_id=worker_id,
            subject=subject,
            message_text=message_text,
            sent_time=call.now,
            hit_id=hit_id,
        )
    )


def _has_reviewed(call: Call, worker_id: str) -> bool:
    query = select(assignments.c.assignment_id).where(
        assignments.c.worker_id == worker_id,
        assignments.c.requester_id == call.requester_id,
        assignments.c.status.in_(("Approved", "Rejected")),
    )
    return call.db.execute(query.limit(1)).first() is not None
