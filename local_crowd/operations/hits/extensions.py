"""More of a HIT: more assignments, or more time."""

from typing import Any

from sqlalchemy import Row, update

from local_crowd.operations.call import Call
from local_crowd.operations.errors import RequestError
from local_crowd.operations.money.balance import require_funds
from local_crowd.store.tables import hits

SMALL_HIT_LIMIT = 10  # a HIT made with fewer assignments can never have this many (the fee doubles)


def set_columns(call: Call, hit_id: str, **values: Any) -> None:
    """Set columns of a HIT."""
    call.db.execute(update(hits).where(hits.c.hit_id == hit_id).values(**values))


def add_assignments(call: Call, hit: Row[Any], more: int) -> None:
    """Add slots to a HIT, which is then no longer being reviewed.

    `call` must be its requester's. RequestError when it would grow out of the small ones, or cost
    more than is left.
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
    """Let a HIT expire at a time to come. What nobody took of an expired one can be earned again.

    `call` as for add_assignments. RequestError when that would cost more than is left.
    """
    if hit.expiration <= call.now:
        require_funds(call, hit.reward * hit.available)
    set_columns(call, hit.hit_id, expiration=at, due_time=at, reviewing=False)
