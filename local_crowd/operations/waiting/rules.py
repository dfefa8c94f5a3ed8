"""How waiting is counted and what it earns, without a database. Times are epoch seconds."""

from typing import NamedTuple

# The page sends a beat every 5 seconds, and the server's clock counts. So two lost beats cost nothing,
# and a page that is gone earns 15 seconds at most.
LONGEST_BEAT_SECONDS = 15
ASK_SECONDS = 180  # between two questions whether the worker is still there
FASTEST_POLL_MS = 1000
POLLS_PER_SECOND = 100  # of everybody who waits; each takes the server about a millisecond


class Terms(NamedTuple):
    """What a link pays for waiting."""

    wait_seconds: int  # the most that is paid to a worker, over all visits
    wait_reward: int  # cents a minute

    @property
    def most(self) -> int:
        """The most that a worker earns, in cents."""
        return self.wait_seconds * self.wait_reward // 60

    def compute_earned(self, seconds: int) -> int:
        """Return the cents that so many seconds earn, with a begun cent in full, up to the bound."""
        return min(-(-seconds * self.wait_reward // 60), self.most)


class Count(NamedTuple):
    """How far the waiting of a worker is counted, by one link."""

    seconds: int
    beat_time: int | None  # up to when it is counted; None: it is not being counted
    confirmed_time: int | None  # when the worker last said that they are there; None: not waiting

    def is_asked(self, now: int) -> bool:
        """Return whether the worker has to say that they are still there."""
        return self.confirmed_time is not None and now >= self.confirmed_time + ASK_SECONDS


def count(wait: Count, terms: Terms, until: int) -> int:
    """Return the seconds that are counted at `until`, with those before.

    Nothing is counted after the question whether the worker is there, nor over the bound.
    """
    if wait.beat_time is None or wait.confirmed_time is None:
        return wait.seconds
    end = min(until, wait.confirmed_time + ASK_SECONDS)
    passed = max(0, min(end - wait.beat_time, LONGEST_BEAT_SECONDS))
    return max(wait.seconds, min(wait.seconds + passed, terms.wait_seconds))


def compute_poll_ms(waiting: int) -> int:
    """Return how long a page waits before it asks for a HIT again, when so many people wait."""
    return max(FASTEST_POLL_MS, 1000 * waiting // POLLS_PER_SECOND)
