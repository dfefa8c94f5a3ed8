"""How waiting is counted and what it earns, by numbers alone."""

import pytest

from local_crowd.operations.waiting import rules
from local_crowd.operations.waiting.rules import Count, Terms, count

TERMS = Terms(wait_seconds=900, wait_reward=10)


@pytest.mark.parametrize(
    ("seconds", "earned"), [(0, 0), (1, 1), (6, 1), (7, 2), (240, 40), (899, 150), (900, 150)]
)
def test_a_begun_cent_is_paid_in_full_and_never_more_than_the_bound(
    seconds: int, earned: int
) -> None:
    assert TERMS.compute_earned(seconds) == earned
    assert TERMS.compute_earned(10_000) == TERMS.most == 150


def test_whatever_is_counted_is_paid_to_the_cent_and_within_the_bound() -> None:
    """For every rate up to a dollar a minute, and every second of two minutes."""
    for reward in range(1, 101):
        terms = Terms(120, reward)
        for seconds in range(121):
            earned = terms.compute_earned(seconds)
            assert seconds * reward <= 60 * earned < seconds * reward + 60
            assert earned <= terms.most


@pytest.mark.parametrize(
    ("wait", "until", "seconds"),
    [
        (Count(10, 1000, 1000), 1005, 15),
        (Count(10, 1000, 1000), 1000, 10),  # a beat that is sent again
        (Count(10, 1000, 1000), 999, 10),  # the clock was set back
        (Count(10, 1000, 1000), 4600, 25),  # the page was away for an hour
        (Count(10, None, 1000), 1005, 10),  # not in front
        (Count(10, 1000, None), 1005, 10),  # not started
        (Count(10, 1175, 1000), 1185, 15),  # the question came after 5 seconds of these
        (Count(10, 1180, 1000), 1185, 10),  # and has no answer
        (Count(895, 1000, 1000), 1010, 900),  # the bound
        (Count(900, 1000, 1000), 1010, 900),
        (Count(950, 1000, 1000), 1010, 950),  # counted before the bound was set lower
        (Count(10, 1007, 1000), 1010, 13),  # 7 of 10 seconds are counted by another link
        (Count(10, 1015, 1000), 1010, 10),
    ],
)
def test_only_the_time_since_the_last_beat_is_counted(
    wait: Count, until: int, seconds: int
) -> None:
    assert count(wait, TERMS, until) == seconds


def test_a_worker_is_asked_after_three_minutes() -> None:
    assert not Count(0, 1000, 1000).is_asked(1179)
    assert Count(0, 1000, 1000).is_asked(1180)
    assert not Count(0, None, None).is_asked(9999)


def test_many_who_wait_ask_less_often() -> None:
    """All of them together ask at most a hundred times a second."""
    assert rules.compute_poll_ms(20) == rules.compute_poll_ms(100) == 1000
    assert rules.compute_poll_ms(300) == 3000
