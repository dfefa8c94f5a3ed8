"""When a HIT expires and when it becomes reviewable, each once and at its own time.

Of a HIT that nobody watches (its type has no notifications, and it has no policy of its own)
nothing follows: its status comes from its counters and the time (local_crowd.operations.hits.hit_status).
"""

from typing import Any

from sqlalchemy import Row, and_, select, update

from local_crowd.operations.call import Call
from local_crowd.operations.hits import extensions, hit_status
from local_crowd.operations.hits.hits import read_slots
from local_crowd.operations.notifications import events
from local_crowd.operations.review import policy_runs
from local_crowd.store.tables import hit_types, hits


def expire_unwatched(call: Call) -> None:
    """Note of all due HITs of which nothing follows that they have expired."""
    told = select(hit_types.c.hit_type_id).where(hit_types.c.notification.is_not(None))
    unwatched = and_(hits.c.hit_review_policy.is_(None), hits.c.hit_type_id.not_in(told))
    call.db.execute(
        update(hits).where(hits.c.due_time <= call.now, unwatched).values(due_time=None)
    )


def find_next_to_expire(call: Call) -> Row[Any] | None:
    """The HIT that is due first, with its type's `notification`; None when none is."""
    query = (
        select(hits, hit_types.c.notification)
        .join(hit_types, hit_types.c.hit_type_id == hits.c.hit_type_id)
        .where(hits.c.due_time <= call.now)
        .order_by(hits.c.due_time, hits.c.number)
        .limit(1)
    )
    return call.db.execute(query).one_or_none()


def expire(call: Call, hit: Row[Any], at: int) -> None:
    """Do what follows from a HIT's expiration at `at`, which is its `expiration` by now.

    `hit`: its columns and `notification`.
    """
    policy_runs.lock_assignments(call, hit)
    extensions.change(call, hit.hit_id, due_time=None)
    now = _fetch_state(call, hit.hit_id)
    if now.available or now.pending:
        events.notify(call, hit, "HITExpired", at)
    if now.available and not now.pending:
        _on_reviewable(call, hit, at)


def on_assignment_released(call: Call, hit: Row[Any], at: int) -> None:
    """Do what follows when, at `at`, work on a HIT left its worker's hands.

    `hit`: any row with `hit_id`, `requester_id` and `events.WATCHED`.
    """
    if hit.notification is None and hit.hit_review_policy is None:
        return
    now = _fetch_state(call, hit.hit_id)
    # No due time: its expiration has been, and has been dealt with.
    if not now.pending and (not now.available or now.due_time is None):
        _on_reviewable(call, hit, at)


def _on_reviewable(call: Call, hit: Row[Any], at: int) -> None:
    policy_runs.review_hit(call, hit, at)
    now = _fetch_state(call, hit.hit_id)  # its policy may have extended it
    if not hit_status.compute_counters(read_slots(now), now.expiration, at).available:
        events.notify(call, hit, "HITReviewable", at)


def _fetch_state(call: Call, hit_id: str) -> Row[Any]:
    return call.db.execute(select(hits).where(hits.c.hit_id == hit_id)).one()
