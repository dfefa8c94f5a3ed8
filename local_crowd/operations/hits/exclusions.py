"""Workers whom a requester excludes from a single HIT, such as one that shows their own answers."""

from typing import Any

from sqlalchemy import ColumnElement, bindparam, func, insert, literal, select

from local_crowd.operations.call import Call, Request
from local_crowd.operations.errors import NotPossible, ParameterValidationError
from local_crowd.operations.texts import Text
from local_crowd.store.statements import fetch_row
from local_crowd.store.tables import hit_exclusions, hits, is_open, workers

MOST_WORKERS = 1000  # of a HIT
EXCLUDED = select(hit_exclusions.c.worker_id).where(
    hit_exclusions.c.worker_id == bindparam("worker_id"),
    hit_exclusions.c.hit_id == bindparam("hit_id"),
)


def validate_excluded(request: Request) -> list[str]:
    """Return the ExcludedWorkerIds of a request, each once. Raises ParameterValidationError."""
    worker_ids = list(dict.fromkeys(request.get("ExcludedWorkerIds", ())))
    if len(worker_ids) > MOST_WORKERS:
        raise ParameterValidationError(
            f"ExcludedWorkerIds has {len(worker_ids)} workers. At most {MOST_WORKERS} are allowed."
        )
    return worker_ids


def exclude(call: Call, hit_id: str, worker_ids: list[str]) -> None:
    """Exclude workers from a HIT; ids that no worker has are ignored."""
    if worker_ids:
        known = select(workers.c.worker_id, literal(hit_id)).where(
            workers.c.worker_id.in_(worker_ids)
        )
        call.db.execute(insert(hit_exclusions).from_select(["worker_id", "hit_id"], known))


def require_admission(call: Call, worker_id: str, hit_id: str) -> None:
    """Raise NotPossible("excluded") for a worker who is excluded from the HIT."""
    key = {"worker_id": worker_id, "hit_id": hit_id}
    if fetch_row(call.db, EXCLUDED, key) is not None:
        raise NotPossible(
            "excluded",
            Text("This HIT is about work that you did, so only others can do it."),
        )


def count_open(worker_id: Any, hit_type_id: Any) -> ColumnElement[int]:
    """Return the number of open HITs of a HIT type from which a worker is excluded, as a subquery."""
    # A scalar subquery, not a join: SQLite would read every open HIT of the type.
    type_if_open = (
        select(hits.c.hit_type_id)
        .where(hits.c.hit_id == hit_exclusions.c.hit_id, is_open)
        .scalar_subquery()
    )
    query = select(func.count()).where(
        hit_exclusions.c.worker_id == worker_id, type_if_open == hit_type_id
    )
    return query.scalar_subquery()
