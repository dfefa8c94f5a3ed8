"""Deleting HITs: expired first, and never with unreviewed work in them."""

import argparse
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import simpleamt
from amt import survey
from amt.survey import Standing
from simpleamt import Crowd

PAST = datetime.fromtimestamp(0, UTC)  # "now", in Amazon's idiom

if TYPE_CHECKING:
    from mypy_boto3_mturk import MTurkClient


def delete(
    args: argparse.Namespace, crowd: Crowd, client: "MTurkClient", ids: Sequence[str] | None
) -> int:
    """Ask, then delete these HITs (None: all of the account). The exit code.

    A HIT with unreviewed work is named and left alone, not even expired. One that a worker holds
    is expired, so that nobody else takes it, and named.
    """
    standings, unknown = survey.standings(args, client, ids)
    unreviewed = [hit for hit in standings if hit.unaccounted and not hit.expired]
    for hit in unreviewed:
        simpleamt.say(
            f"{hit.hit_id}: has {hit.unaccounted} submitted assignments to approve or reject first"
        )
    free = [hit for hit in standings if not hit.unaccounted or hit.expired]
    refused = len(unknown) + len(unreviewed)
    if free:
        simpleamt.confirm(args, f"Delete {len(free)} HITs and all their answers on {crowd}?")
    deleted = 0
    outcomes = simpleamt.gather(
        args, lambda hit: _delete(client, hit), free, doing="deleting", total=len(free)
    )
    for outcome in outcomes:
        if outcome.refusal is None:
            deleted += 1
        else:
            refused += 1
            simpleamt.say(f"{outcome.item.hit_id}: {outcome.refusal}")
    simpleamt.say(f"Deleted {deleted} HITs.")
    return 1 if refused else 0


def _delete(client: "MTurkClient", hit: Standing) -> None:
    if not hit.expired:
        client.update_expiration_for_hit(HITId=hit.hit_id, ExpireAt=PAST)
    client.delete_hit(HITId=hit.hit_id)
