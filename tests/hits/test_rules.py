"""rules: known answers, and what holds for any facts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local_crowd.operations.hits.hit_status import Counters, Slots, compute_counters, compute_status

SOON = 1000  # an expiration


@pytest.mark.parametrize(
    ("slots", "now", "reviewing", "disposed", "status", "shown"),
    [
        # The developer guide's example of five assignments
        (Slots(5, 0, 0, 0, 0), 0, False, False, "Assignable", (5, 0, 0)),
        (Slots(2, 3, 0, 0, 0), 0, False, False, "Assignable", (2, 3, 0)),
        (Slots(0, 3, 2, 0, 0), 0, False, False, "Unassignable", (0, 3, 0)),
        (Slots(1, 2, 2, 0, 0), 0, False, False, "Assignable", (1, 2, 0)),
        (Slots(0, 0, 5, 0, 0), 0, False, False, "Reviewable", (0, 0, 0)),
        (Slots(0, 0, 0, 3, 2), 0, False, False, "Reviewable", (0, 0, 5)),
        # Expiration, to the second
        (Slots(5, 0, 0, 0, 0), 999, False, False, "Assignable", (5, 0, 0)),
        (Slots(5, 0, 0, 0, 0), 1000, False, False, "Reviewable", (0, 0, 0)),
        (Slots(4, 1, 0, 0, 0), 999, False, False, "Assignable", (4, 1, 0)),
        (Slots(4, 1, 0, 0, 0), 1000, False, False, "Unassignable", (0, 1, 0)),
        # Reviewing shows only when nothing is open
        (Slots(0, 0, 1, 0, 0), 0, True, False, "Reviewing", (0, 0, 0)),
        (Slots(3, 0, 0, 0, 0), 1000, True, False, "Reviewing", (0, 0, 0)),
        (Slots(3, 0, 0, 0, 0), 0, True, False, "Assignable", (3, 0, 0)),
        (Slots(0, 1, 0, 0, 0), 0, True, False, "Unassignable", (0, 1, 0)),
        # Disposed is for ever
        (Slots(3, 1, 0, 0, 0), 0, True, True, "Disposed", (3, 1, 0)),
        (Slots(0, 0, 0, 1, 0), 1000, False, True, "Disposed", (0, 0, 1)),
    ],
)
def test_known_answers(
    slots: Slots,
    now: int,
    reviewing: bool,
    disposed: bool,
    status: str,
    shown: tuple[int, int, int],
) -> None:
    """Statuses and counters of facts whose answer Amazon's guide gives."""
    assert compute_status(slots, SOON, now, reviewing=reviewing, disposed=disposed) == status
    assert compute_counters(slots, SOON, now) == Counters(*shown)


few = st.integers(0, 3)


@given(st.builds(Slots, few, few, few, few, few), st.integers(900, 1100), st.booleans())
def test_status_follows_from_the_counters(slots: Slots, now: int, reviewing: bool) -> None:
    """What clients compute from the counters is what the status says; submitted is the rest."""
    shown = compute_counters(slots, SOON, now)
    status = compute_status(slots, SOON, now, reviewing=reviewing, disposed=False)

    assert (status == "Assignable") == (shown.available > 0)
    assert (status == "Unassignable") == (shown.available == 0 < shown.pending)
    assert (status in ("Reviewable", "Reviewing")) == (shown.available == shown.pending == 0)
    assert shown.available in (0, slots.available)
    if now < SOON:
        assert sum(slots) - sum(shown) == slots.submitted
