"""Which HITs a poll asks for answers, on a crowd that lists those of one HIT at a call."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from amt.declared.polling import choose
from amt.survey import HitCounters


def make_hit(hit_id: str, available: int) -> HitCounters:
    """Return a HIT of two assignments, of which so many are available."""
    status = "Assignable" if available else "Reviewable"
    now = datetime.now(UTC)
    money = Decimal("0.05")
    return HitCounters(
        hit_id,
        status,
        2,
        available,
        0,
        0,
        expired=False,
        reward=money,
        masters=False,
        expiration=now,
    )


def choose_ids(
    hits: list[HitCounters], calls_made: int, planned: int, listed_at: dict[str, int] | None = None
) -> list[str]:
    return [hit.hit_id for hit in choose(hits, hits, calls_made, planned, listed_at or {})]


def test_complete_hits_come_first_then_those_asked_longest_ago() -> None:
    """Of HITs that are alike, the first of the batch."""
    hits = [make_hit("A", 1), make_hit("B", 0), make_hit("C", 1), make_hit("D", 1)]

    chosen = choose_ids(hits, 1, 40, {"A": 2, "C": 1})

    assert chosen == ["B", "D", "C", "A"]


@pytest.mark.parametrize(
    ("planned", "calls_made", "room"), [(40, 1, 14), (1000, 10, 5), (1001, 11, 19), (1000, 15, 1)]
)
def test_a_poll_makes_15_calls_for_each_1000_hits(planned: int, calls_made: int, room: int) -> None:
    """With those that counted the HITs; one HIT is asked for in any case."""
    hits = [make_hit(f"3{number}", 1) for number in range(100)]

    assert len(choose_ids(hits, calls_made, planned)) == room


def test_the_last_poll_asks_for_everything() -> None:
    """No HIT can get another answer, so there is nothing to wait for."""
    hits = [make_hit(f"3{number}", 0) for number in range(100)]

    assert len(choose_ids(hits, 1, 100)) == 100
