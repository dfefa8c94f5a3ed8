"""What follows from the facts: HIT statuses and counters. Pure: no database, no clock.

Source: Amazon's developer guide ("Retrieving HIT status", "HIT life cycle") and API reference
(HIT data structure), as docs/compatibility.md retells them.
"""

from typing import NamedTuple


class Slots(NamedTuple):
    """How many of a HIT's assignments stand where. `available` as if the HIT never expired."""

    available: int
    pending: int
    submitted: int
    approved: int
    rejected: int


class Counters(NamedTuple):
    """The three counters Amazon shows. Submitted, unreviewed work is in none of them."""

    available: int
    pending: int
    completed: int


def compute_counters(slots: Slots, expiration: int, now: int) -> Counters:
    """Amazon's counters at `now` (epoch seconds): an expired HIT has nothing available."""
    available = slots.available if now < expiration else 0
    return Counters(available, slots.pending, slots.approved + slots.rejected)


def compute_status(
    slots: Slots, expiration: int, now: int, *, reviewing: bool, disposed: bool
) -> str:
    """The HITStatus at `now`.

    Assignable while something can be accepted; Unassignable while nothing can but a worker
    still holds some; then Reviewable, or Reviewing when the requester said so.
    """
    if disposed:
        return "Disposed"
    shown = compute_counters(slots, expiration, now)
    if shown.available:
        return "Assignable"
    if shown.pending:
        return "Unassignable"
    return "Reviewing" if reviewing else "Reviewable"
