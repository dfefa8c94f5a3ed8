"""Expire HITs and make them reviewable, each once and as of its own time.

A HIT without notifications and without a review policy needs no processing: its status follows
from its counters and the time (local_crowd.operations.hits.hit_status).
"""

from typing import Any

from sqlalchemy import Row, and_, select, update

from local_crowd.operations.call import Call
from local_crowd.operations.hits import extensions, hit_status
from local_crowd.operations.hits.hits import read_slots
from local_crowd.operations.notifications import events
from local_crowd.operations.review import policy_runs
from local_crowd.store.tables import hit_types, hits


def clear_unneeded_due_times(call: Call) -> None:
    """Clear due_time of expired HITs that have no notifications and no review policy."""
    with_notification = select(hit_types.c.hit_type_id).where(hit_types.c.notification.is_not(None))
    is_unneeded = and_(
        hits.c.hit_review_policy.is_(None), hits.c.hit_type_id.not_in(with_notification)
    )
    call.db.execute(
        update(hits).where(hits.c.due_time <= call.now, is_unneeded).values(due_time=None)
    )


def find_next_to_expire(call: Call) -> Row[Any] | None:
    """Return the due HIT that expires first, or None; its row includes its type's `notification`."""
    query = (
        select(hits, hit_types.c.notification)
        .join(hit_types, hit_types.c.hit_type_id == hits.c.hit_type_id)
        .where(hits.c.due_time <= call.now)
        .order_by(hits.c.due_time, hits.c.number)
        .limit(1)
    )
    return call.db.execute(query).one_or_none()


def expire(call: Call, hit: Row[Any], at: int) -> None:
    """Expire the HIT: notify, and run its review policy if this makes it reviewable.

    `hit` is a row of hits with the type's `notification`; `at` is the expiration, in epoch seconds.
    Locks the HIT's assignments.
    """
    policy_runs.lock_assignments(call, hit)
    extensions.set_columns(call, hit.hit_id, due_time=None)
    state = _fetch_state(call, hit.hit_id)
    if state.available or state.pending:
        events.notify(call, hit, "HITExpired", at)
    if state.available and not state.pending:
        _on_reviewable(call, hit, at)


def on_assignment_released(call: Call, hit: Row[Any], at: int) -> None:
    """Notify, and run the review policy, if this makes the HIT reviewable.

    Call after an assignment was submitted, returned or abandoned at `at` (epoch seconds). `hit` is
    any row with `hit_id`, `requester_id` and `events.WATCHED`.
    """
    if hit.notification is None and hit.hit_review_policy is None:
        return
    state = _fetch_state(call, hit.hit_id)
    # due_time is None once the expiration was processed.
    if not state.pending and (not state.available or state.due_time is None):
        _on_reviewable(call, hit, at)


def _on_reviewable(call: Call, hit: Row[Any], at: int) -> None:
    policy_runs.review_hit(call, hit, at)
    state = _fetch_state(call, hit.hit_id)  # the policy may have extended the HIT
    if not hit_status.compute_counters(read_slots(state), state.expiration, at).available:
        events.notify(call, hit, "HITReviewable", at)


def _fetch_state(call: Call, hit_id: str) -> Row[Any]:
    return call.db.execute(select(hits).where(hits.c.hit_id == hit_id)).one()
