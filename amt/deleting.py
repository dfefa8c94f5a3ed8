"""Delete HITs, expiring them first, but none with unreviewed work."""

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from amt import calls, extending, survey
from amt.crowd import Crowd
from amt.messages import Faults, Say, count_of, say_nothing
from amt.survey import HitCounters

DISPOSED = "in the state 'Disposed'"  # in DeleteHIT's error for a deleted HIT

if TYPE_CHECKING:
    from mypy_boto3_mturk import MTurkClient


class Deletable(NamedTuple):
    """HITs to delete. `free` have no unreviewed work. `unknown` are ids that GetHIT does not know;
    DeleteHIT tells whether they were deleted. `unreviewed` is the number of HITs that must stay.
    """

    free: dict[str, HitCounters]
    unknown: list[str]
    unreviewed: int


def find_deletable(
    crowd: Crowd, client: "MTurkClient", ids: Sequence[str] | None, say: Say = say_nothing
) -> Deletable:
    """Return which of these HITs can be deleted; `ids` None: of all HITs of the account.

    HITs with unreviewed work are reported; they must not even be expired.
    """
    counters, unknown, _ = survey.find(crowd, client, ids)
    unreviewed = [hit for hit in counters if hit.unaccounted and not hit.expired]
    with Faults(say) as faults:
        for hit in unreviewed:
            faults.add(
                f"{hit.hit_id}: has {count_of(hit.unaccounted, 'submitted assignment')} to approve "
                "or reject first"
            )
    free = {hit.hit_id: hit for hit in counters if not hit.unaccounted or hit.expired}
    return Deletable(free, [outcome.item for outcome in unknown], len(unreviewed))


def ask_to_delete(crowd: Crowd, deletable: Deletable) -> str:
    """Return the question to ask before deleting."""
    return f"Delete {count_of(len(deletable.free), 'HIT')} and all their answers on {crowd}?"


def delete(
    crowd: Crowd,
    client: "MTurkClient",
    deletable: Deletable,
    *,
    say: Say = say_nothing,
    hint: str | None = None,
) -> int:
    """Delete these HITs; return how many of them and of the unreviewed ones remain.

    A HIT that a worker has accepted is expired, so that nobody else accepts it, and reported. A HIT
    that was deleted before counts as done. `hint` is said when the crowd does not know a HIT.
    """
    # DeleteHIT, unlike GetHIT, distinguishes a deleted HIT from one that never existed.
    hit_ids = [*deletable.free, *deletable.unknown]
    refused, was_deleted = [], Counter[bool]()
    outcomes = calls.gather(
        crowd,
        lambda hit_id: _delete(client, hit_id, deletable.free.get(hit_id)),
        hit_ids,
        doing="deleting",
    )
    for outcome in calls.name_refusals(outcomes, say):
        if outcome.refusal is None:
            was_deleted[outcome.value] += 1
        else:
            refused.append(outcome.item)
    unknown = [hit_id for hit_id in refused if hit_id not in deletable.free]
    if unknown:
        survey.say_why_unknown(client, unknown[0], say, hint)
    deleted_before = was_deleted[False]
    addition = (
        f" {deleted_before} {'was' if deleted_before == 1 else 'were'} deleted before."
        if deleted_before
        else ""
    )
    say(f"Deleted {count_of(was_deleted[True], 'HIT')}.{addition}")
    return len(refused) + deletable.unreviewed


def _delete(client: "MTurkClient", hit_id: str, hit: HitCounters | None) -> bool:
    """Delete a HIT, which `hit` describes if GetHIT shows it; return whether this run deleted it.

    When a response was lost, boto3 repeats the call, and the crowd says that the HIT is disposed.
    """
    try:
        if hit is not None and not hit.expired:
            extending.set_expiration(client, hit_id, extending.LONG_AGO)
        client.delete_hit(HITId=hit_id)
    except client.exceptions.RequestError as error:
        if DISPOSED not in str(error) and (hit is None or not _is_disposed(client, hit_id)):
            raise
        return hit is not None
    return True


def _is_disposed(client: "MTurkClient", hit_id: str) -> bool:
    """Return whether the HIT is deleted by now, perhaps by another run."""
    try:
        client.delete_hit(HITId=hit_id)
    except client.exceptions.RequestError as error:
        return DISPOSED in str(error)
    return True
