"""Extend a HIT: more assignments, or more time."""

from typing import Any

from sqlalchemy import Row, update

from local_crowd.operations.call import Call
from local_crowd.operations.errors import RequestError
from local_crowd.operations.money.balance import require_funds
from local_crowd.store.tables import hits

# A HIT created with fewer assignments cannot reach this number: Amazon's fee doubles from it.
SMALL_HIT_LIMIT = 10


def set_columns(call: Call, hit_id: str, **values: Any) -> None:
    """Update the HIT's row with `values`, a value or SQL expression for each column."""
    call.db.execute(update(hits).where(hits.c.hit_id == hit_id).values(**values))


def add_assignments(call: Call, hit: Row[Any], more: int) -> None:
    """Add slots to a HIT and end its state Reviewing.

    `call` must be its requester's. Raises RequestError when a HIT created with fewer than
    SMALL_HIT_LIMIT assignments would reach that number, or when funds are insufficient.
    """
    if hit.created_with < SMALL_HIT_LIMIT <= hit.max_assignments + more:
        raise RequestError(
            f"This HIT was created with {hit.created_with} assignments. A HIT created with fewer "
            f"than {SMALL_HIT_LIMIT} cannot be extended to {SMALL_HIT_LIMIT} or more.",
            "InvalidMaximumAssignmentsIncrease",
        )
    require_funds(call, hit.reward * more)
    set_columns(
        call,
        hit.hit_id,
        max_assignments=hits.c.max_assignments + more,
        available=hits.c.available + more,
        reviewing=False,
    )


def expire_at(call: Call, hit: Row[Any], at: int) -> None:
    """Let a HIT expire at a future time; this reopens the free slots of an expired HIT.

    `call` must be the requester's, `at` is in epoch seconds. Raises RequestError when the funds do
    not cover the reopened slots.
    """
    if hit.expiration <= call.now:
        require_funds(call, hit.reward * hit.available)
    set_columns(call, hit.hit_id, expiration=at, due_time=at, reviewing=False)
