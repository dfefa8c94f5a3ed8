"""Deleting HITs: expired first, and never with unreviewed work in them."""

import argparse
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import simpleamt
from amt import extending, survey, wrong_ids
from amt.crowd import Crowd
from amt.messages import Faults, count_of
from amt.survey import Standing

PAST = datetime.fromtimestamp(0, UTC)  # "now", in Amazon's idiom
DISPOSED = "in the state 'Disposed'"  # what DeleteHIT says of a HIT that was deleted before

if TYPE_CHECKING:
    from mypy_boto3_mturk import MTurkClient


def delete(
    args: argparse.Namespace,
    crowd: Crowd,
    client: "MTurkClient",
    ids: Sequence[str] | None,
    hint: str | None = None,
) -> int:
    """Ask, then delete these HITs (None: all of the account). The exit code.

    A HIT with unreviewed work is named and left alone, not even expired. One that a worker holds
    is expired, so that nobody else takes it, and named. A HIT that was deleted before is done.
    `hint` is said when the crowd does not know a HIT.
    """
    standings, unknown = survey.find(args, client, ids)
    unreviewed = [hit for hit in standings if hit.unaccounted and not hit.expired]
    with Faults(simpleamt.say) as faults:
        for hit in unreviewed:
            faults.add(
                f"{hit.hit_id}: has {hit.unaccounted} submitted assignments to approve or reject "
                "first"
            )
    free = {hit.hit_id: hit for hit in standings if not hit.unaccounted or hit.expired}
    if free:
        simpleamt.confirm(
            args, f"Delete {count_of(len(free), 'HIT')} and all their answers on {crowd}?"
        )
    # GetHIT does not tell a deleted HIT from one that never was; DeleteHIT does.
    wanted = [*free, *(outcome.item for outcome in unknown)]
    strangers: list[str] = []
    refused, deleted, gone = len(unreviewed), 0, 0
    outcomes = simpleamt.gather(
        args, lambda hit_id: _delete(client, hit_id, free.get(hit_id)), wanted, doing="deleting"
    )
    with Faults(simpleamt.say) as faults:
        for outcome in outcomes:
            if outcome.refusal is not None:
                refused += 1
                strangers += [outcome.item] if outcome.item not in free else []
                faults.add(f"{outcome.item}: {outcome.refusal}")
            elif outcome.value:
                deleted += 1
            else:
                gone += 1
    if strangers:
        for words in (hint, wrong_ids.describe_no_hit(client, strangers[0])):
            if words:
                simpleamt.say(words)
    before = f" {gone} {'was' if gone == 1 else 'were'} deleted before." if gone else ""
    simpleamt.say(f"Deleted {count_of(deleted, 'HIT')}.{before}")
    return 1 if refused else 0


def _delete(client: "MTurkClient", hit_id: str, hit: Standing | None) -> bool:
    """Delete a HIT, which `hit` describes if GetHIT shows it; return whether this run deleted it.

    boto3 repeats a call whose response was lost, and the crowd says that the HIT is disposed.
    """
    try:
        if hit is not None and not hit.expired:
            extending.set_expiration(client, hit_id, PAST)
        client.delete_hit(HITId=hit_id)
    except client.exceptions.RequestError as error:
        if DISPOSED not in str(error) and (hit is None or not _is_disposed(client, hit_id)):
            raise
        return hit is not None
    return True


def _is_disposed(client: "MTurkClient", hit_id: str) -> bool:
    """Return whether the HIT is deleted by now: another run may be at work on the same HITs."""
    try:
        client.delete_hit(HITId=hit_id)
    except client.exceptions.RequestError as error:
        return DISPOSED in str(error)
    return True
