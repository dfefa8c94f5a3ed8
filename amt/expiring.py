"""Expire HITs: nobody can accept them any more; who holds one may still submit it."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from amt import calls, extending, survey
from amt.crowd import Crowd
from amt.messages import Say, count_of, say_nothing
from amt.survey import HitCounters

if TYPE_CHECKING:
    from mypy_boto3_mturk import MTurkClient


class Expirable(NamedTuple):
    """HITs to expire, and the numbers of those that were expired before, that have no slot left
    (with `unfinished`), and that the crowd does not know.
    """

    open: list[HitCounters]
    expired: int
    full: int
    unknown: int

    @property
    def at_work(self) -> int:
        """Return how many assignments of the HITs workers hold now."""
        return sum(hit.pending for hit in self.open)


def find_expirable(
    crowd: Crowd,
    client: "MTurkClient",
    ids: Sequence[str] | None,
    *,
    unfinished: bool = False,
    say: Say = say_nothing,
    hint: str | None = None,
) -> Expirable:
    """Return which of these HITs can be expired; `ids` None: of all HITs of the account.

    `unfinished`: only HITs with an assignment that somebody could accept now. `hint` is said when
    the crowd does not know a HIT.
    """
    counters, unknown = survey.fetch_counters(crowd, client, ids, say=say, hint=hint)
    current = [hit for hit in counters if not hit.expired]
    chosen = [hit for hit in current if hit.available or not unfinished]
    return Expirable(chosen, len(counters) - len(current), len(current) - len(chosen), len(unknown))


def ask_to_expire(crowd: Crowd, found: Expirable) -> str:
    """Return the question to ask before expiring, which says who is at work."""
    unassigned = sum(hit.available for hit in found.open)
    return (
        f"Expire {count_of(len(found.open), 'HIT')} with "
        f"{count_of(unassigned, 'assignment')} that nobody has taken, on {crowd}? "
        f"{describe_people_at_work(found.at_work)}"
    )


def describe_people_at_work(number: int) -> str:
    """Say how many assignments workers hold, and that these can still be submitted."""
    if not number:
        return "Nobody is at work on them."
    verb = "is" if number == 1 else "are"
    return f"{count_of(number, 'assignment')} {verb} being worked on, and can still be submitted."


def expire(
    crowd: Crowd, client: "MTurkClient", hits: Sequence[HitCounters], say: Say = say_nothing
) -> int:
    """Expire these HITs, and return how many the crowd refused to expire."""
    outcomes = calls.gather(
        crowd,
        lambda hit: extending.set_expiration(client, hit.hit_id, extending.LONG_AGO),
        hits,
        doing="expiring",
        total=len(hits),
    )
    refused = calls.count_refusals(outcomes, say, survey.hit_id_of)
    say(f"Expired {count_of(len(hits) - refused, 'HIT')}.")
    return refused
