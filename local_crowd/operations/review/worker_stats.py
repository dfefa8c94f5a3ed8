"""Who works for a requester, and how it went."""

import statistics
from collections.abc import Iterable
from typing import Any

from sqlalchemy import Row, Select, exists, func, or_, select

from local_crowd.operations.call import Call
from local_crowd.operations.review.assignments import VISIBLE
from local_crowd.store.tables import (
    assignments,
    qualification_requests,
    qualification_types,
    qualifications,
    worker_blocks,
)


def list_workers(call: Call, offset: int, limit: int) -> list[Row[Any]]:
    """Workers who handed in work to the requester, those with the most first.

    Each row: `worker_id`, `handed_in`, of these `approved` and `rejected`, `last` (the time of the
    newest) and `blocked` (whether they are).
    """
    query = _query_counts(call).order_by(func.count().desc(), assignments.c.worker_id)
    return list(call.db.execute(query.offset(offset).limit(limit)))


def count_workers(call: Call) -> int:
    """How many workers handed in work to the requester."""
    query = select(func.count(assignments.c.worker_id.distinct())).where(*_is_submitted(call))
    return call.db.scalar(query) or 0


def find_worker(call: Call, worker_id: str) -> Row[Any] | None:
    """One of them, as `workers` gives them; none for who has handed in nothing."""
    query = _query_counts(call).where(assignments.c.worker_id == worker_id)
    return call.db.execute(query).one_or_none()


def is_known(call: Call, worker_id: str) -> bool:
    """Whether the requester knows of the worker: by their work, a block or a qualification."""
    mine = select(qualification_types.c.qualification_type_id).where(
        qualification_types.c.requester_id == call.requester_id
    )
    known = [
        exists().where(*_is_submitted(call), assignments.c.worker_id == worker_id),
        exists().where(
            worker_blocks.c.requester_id == call.requester_id,
            worker_blocks.c.worker_id == worker_id,
        ),
        *(
            exists().where(table.c.worker_id == worker_id, table.c.qualification_type_id.in_(mine))
            for table in (qualifications, qualification_requests)
        ),
    ]
    return bool(call.db.scalar(select(or_(*known))))


def find_block_reason(call: Call, worker_id: str) -> str | None:
    """Why the requester has blocked the worker; none when they have not."""
    return call.db.scalar(
        select(worker_blocks.c.reason).where(
            worker_blocks.c.requester_id == call.requester_id,
            worker_blocks.c.worker_id == worker_id,
        )
    )


def list_blocked_without_work(call: Call, limit: int) -> list[Row[Any]]:
    """Blocks of workers who never handed anything in: `worker_id`, `reason`."""
    worked = exists().where(
        *_is_submitted(call), assignments.c.worker_id == worker_blocks.c.worker_id
    )
    query = select(worker_blocks).where(worker_blocks.c.requester_id == call.requester_id, ~worked)
    return list(call.db.execute(query.order_by(worker_blocks.c.created_time).limit(limit)))


def compute_medians(call: Call, worker_ids: Iterable[str]) -> dict[str, int]:
    """Seconds from accepting to handing in, in the middle of each worker's."""
    seconds = assignments.c.submit_time - assignments.c.accept_time
    query = select(assignments.c.worker_id, seconds).where(
        *_is_submitted(call), assignments.c.worker_id.in_(list(worker_ids))
    )
    found: dict[str, list[int]] = {}
    for worker_id, taken in call.db.execute(query):
        found.setdefault(worker_id, []).append(taken)
    return {worker_id: int(statistics.median(taken)) for worker_id, taken in found.items()}


def _is_submitted(call: Call) -> tuple[Any, Any]:
    return (assignments.c.requester_id == call.requester_id, assignments.c.status.in_(VISIBLE))


def _query_counts(call: Call) -> Select[Any]:
    status = assignments.c.status
    blocked = exists().where(
        worker_blocks.c.requester_id == call.requester_id,
        worker_blocks.c.worker_id == assignments.c.worker_id,
    )
    return (
        select(
            assignments.c.worker_id,
            func.count().label("handed_in"),
            func.count().filter(status == "Approved").label("approved"),
            func.count().filter(status == "Rejected").label("rejected"),
            func.max(assignments.c.submit_time).label("last"),
            blocked.label("blocked"),
        )
        .where(*_is_submitted(call))
        .group_by(assignments.c.worker_id)
    )
