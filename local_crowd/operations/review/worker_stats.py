"""Statistics of the workers who have worked for a requester."""

import statistics
from collections.abc import Iterable
from typing import Any, NamedTuple

from sqlalchemy import Select, exists, func, or_, select

from local_crowd.operations.call import Call
from local_crowd.operations.review.assignments import VISIBLE
from local_crowd.store.tables import (
    assignments,
    qualification_requests,
    qualification_types,
    qualifications,
    worker_blocks,
)


class WorkerStats(NamedTuple):
    """A worker's submitted assignments for a requester."""

    worker_id: str
    submitted: int  # in all, reviewed or not
    approved: int
    rejected: int
    last_submit_time: int  # epoch seconds
    blocked: bool


class BlockedWorker(NamedTuple):
    """A worker whom the requester has blocked, and why."""

    worker_id: str
    reason: str


def list_workers(call: Call, offset: int, limit: int) -> list[WorkerStats]:
    """List the workers who submitted work to the requester, those with the most work first."""
    query = _query_counts(call).order_by(func.count().desc(), assignments.c.worker_id)
    return [WorkerStats(*row) for row in call.db.execute(query.offset(offset).limit(limit))]


def count_workers(call: Call) -> int:
    """Count the workers who submitted work to the requester."""
    query = select(func.count(assignments.c.worker_id.distinct())).where(*_is_submitted(call))
    return call.db.scalar(query) or 0


def find_worker(call: Call, worker_id: str) -> WorkerStats | None:
    """Return the statistics of one worker, or None if they submitted nothing to the requester."""
    query = _query_counts(call).where(assignments.c.worker_id == worker_id)
    row = call.db.execute(query).one_or_none()
    return None if row is None else WorkerStats(*row)


def is_known(call: Call, worker_id: str) -> bool:
    """Return whether work, a block or a qualification relates the worker to the requester."""
    own_types = select(qualification_types.c.qualification_type_id).where(
        qualification_types.c.requester_id == call.requester_id
    )
    relations = [
        exists().where(*_is_submitted(call), assignments.c.worker_id == worker_id),
        exists().where(
            worker_blocks.c.requester_id == call.requester_id,
            worker_blocks.c.worker_id == worker_id,
        ),
        *(
            exists().where(
                table.c.worker_id == worker_id, table.c.qualification_type_id.in_(own_types)
            )
            for table in (qualifications, qualification_requests)
        ),
    ]
    return bool(call.db.scalar(select(or_(*relations))))


def find_block_reason(call: Call, worker_id: str) -> str | None:
    """Return the reason why the requester has blocked the worker, or None if they have not."""
    return call.db.scalar(
        select(worker_blocks.c.reason).where(
            worker_blocks.c.requester_id == call.requester_id,
            worker_blocks.c.worker_id == worker_id,
        )
    )


def list_blocked_without_work(call: Call, limit: int) -> list[BlockedWorker]:
    """List the blocked workers who never submitted work to the requester, oldest block first."""
    has_worked = exists().where(
        *_is_submitted(call), assignments.c.worker_id == worker_blocks.c.worker_id
    )
    query = (
        select(worker_blocks.c.worker_id, worker_blocks.c.reason)
        .where(worker_blocks.c.requester_id == call.requester_id, ~has_worked)
        .order_by(worker_blocks.c.created_time)
        .limit(limit)
    )
    return [BlockedWorker(*row) for row in call.db.execute(query)]


def compute_medians(call: Call, worker_ids: Iterable[str]) -> dict[str, int]:
    """Return each worker's median time from accepting to submitting, in seconds."""
    seconds = assignments.c.submit_time - assignments.c.accept_time
    query = select(assignments.c.worker_id, seconds).where(
        *_is_submitted(call), assignments.c.worker_id.in_(list(worker_ids))
    )
    durations: dict[str, list[int]] = {}
    for worker_id, duration in call.db.execute(query):
        durations.setdefault(worker_id, []).append(duration)
    return {worker_id: int(statistics.median(values)) for worker_id, values in durations.items()}


def _is_submitted(call: Call) -> tuple[Any, Any]:
    return (assignments.c.requester_id == call.requester_id, assignments.c.status.in_(VISIBLE))


def _query_counts(call: Call) -> Select[Any]:
    status = assignments.c.status
    is_blocked = exists().where(
        worker_blocks.c.requester_id == call.requester_id,
        worker_blocks.c.worker_id == assignments.c.worker_id,
    )
    return (
        select(
            assignments.c.worker_id,
            func.count(),
            func.count().filter(status == "Approved"),
            func.count().filter(status == "Rejected"),
            func.max(assignments.c.submit_time),
            is_blocked,
        )
        .where(*_is_submitted(call))
        .group_by(assignments.c.worker_id)
    )
