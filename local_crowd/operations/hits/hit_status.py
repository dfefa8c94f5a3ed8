"""Compute HIT statuses and counters without a database or a clock.

Source: Amazon's developer guide ("Retrieving HIT status", "HIT life cycle") and API reference
(HIT data structure), summarized in docs/compatibility.md.
"""

from typing import NamedTuple


class Slots(NamedTuple):
    """The numbers of a HIT's assignments by state; `available` ignores the expiration."""

    available: int
    pending: int
    submitted: int
    approved: int
    rejected: int


class Counters(NamedTuple):
    """The three counters that Amazon shows; submitted, unreviewed work is in none of them."""

    available: int
    pending: int
    completed: int


def compute_counters(slots: Slots, expiration: int, now: int) -> Counters:
    """Return Amazon's counters at `now` (epoch seconds); an expired HIT has none available."""
    available = slots.available if now < expiration else 0
    return Counters(available, slots.pending, slots.approved + slots.rejected)


def compute_status(
    slots: Slots, expiration: int, now: int, *, reviewing: bool, disposed: bool
) -> str:
    """Return the HITStatus at `now` (epoch seconds).

    It is Assignable while an assignment can be accepted, else Unassignable while a worker still
    has one in progress, else Reviewing if the requester has set that, else Reviewable.
    """
    if disposed:
        return "Disposed"
    counters = compute_counters(slots, expiration, now)
    if counters.available:
        return "Assignable"
    if counters.pending:
        return "Unassignable"
    return "Reviewing" if reviewing else "Reviewable"
