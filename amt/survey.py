"""How HITs stand, with as few calls as the API allows."""

import argparse
from collections.abc import Callable, Sequence, Sized
from datetime import UTC, datetime
from decimal import Decimal
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

import simpleamt
from amt import calls, fees, wrong_ids
from amt.messages import Faults, count_of
from amt.parallel import Outcome

if TYPE_CHECKING:
    from mypy_boto3_mturk import MTurkClient

PAGE = 100


class Standing(NamedTuple):
    """A HIT's counters. Work submitted and not yet reviewed is in none of Amazon's three."""

    hit_id: str
    status: str
    max_assignments: int
    available: int
    pending: int
    completed: int  # approved or rejected
    expired: bool
    reward: Decimal  # US dollars
    masters: bool  # for Masters only, which costs more
    expiration: datetime

    @property
    def unaccounted(self) -> int:
        """Submitted and unreviewed; of an expired HIT also the slots that were never taken."""
        return self.max_assignments - self.available - self.pending - self.completed


def standing(hit: Any) -> Standing:
    """From a HIT as Amazon gives it."""
    return Standing(
        hit["HITId"],
        hit["HITStatus"],
        hit["MaxAssignments"],
        hit["NumberOfAssignmentsAvailable"],
        hit["NumberOfAssignmentsPending"],
        hit["NumberOfAssignmentsCompleted"],
        # What can still be taken has not expired, whatever the clock of this machine says.
        not hit["NumberOfAssignmentsAvailable"] and hit["Expiration"] <= datetime.now(UTC),
        Decimal(hit["Reward"]),
        fees.for_masters(hit.get("QualificationRequirements", [])),
        hit["Expiration"],
    )


def standings(
    args: argparse.Namespace,
    client: "MTurkClient",
    ids: Sequence[str] | None,
    shown: Callable[[Standing], None] = lambda _: None,
    *,
    hint: str | None = None,
) -> tuple[list[Standing], list[str]]:
    """How each HIT stands, in the order of `ids`, and the ids that the crowd does not know (each
    is named on stderr). `ids` None: every HIT of the account.

    `shown` is told of each of `ids` as soon as the listing shows it. `hint` is said when the crowd
    does not know an id.
    """
    found, refused = find(args, client, ids, shown)
    with Faults(simpleamt.say) as faults:
        for outcome in refused:
            faults.add(f"{outcome.item}: {outcome.refusal}")
    if refused:
        for words in (hint, wrong_ids.describe_no_hit(client, refused[0].item)):
            if words:
                simpleamt.say(words)
    return found, [outcome.item for outcome in refused]


def find(
    args: argparse.Namespace,
    client: "MTurkClient",
    ids: Sequence[str] | None,
    shown: Callable[[Standing], None] = lambda _: None,
) -> tuple[list[Standing], list[Outcome]]:
    """Return how each HIT stands, as `standings` does, and the crowd's refusal of every other id.

    ListHITs shows 100 at a call, but all of the account's, one page after the other: it goes on
    while that is quicker than asking GetHIT for what is still missing, --concurrency at a time.
    """
    if ids is None:
        return [standing(hit) for hit in calls.pages(client.list_hits, "HITs")], []
    missing = dict.fromkeys(ids)
    found: dict[str, Standing] = {}
    listed = calls.pages(client.list_hits, "HITs") if missing else ()
    for seen, hit in enumerate(listed, 1):
        if hit["HITId"] in missing:
            del missing[hit["HITId"]]
            found[hit["HITId"]] = standing(hit)
            shown(found[hit["HITId"]])
        if not missing or (seen % PAGE == 0 and _slower(args, seen // PAGE, found, missing)):
            break
    refused = []
    asked = simpleamt.gather(
        args, lambda hit_id: standing(client.get_hit(HITId=hit_id)["HIT"]), missing
    )
    for outcome in asked:
        if outcome.refusal is None:
            found[outcome.item] = outcome.value
        else:
            refused.append(outcome)
    return [found[hit_id] for hit_id in ids if hit_id in found], refused


def explain_no_results(standings: Sequence[Standing], *, rejected_too: bool) -> str:
    """Say why these HITs have no results: "0 results: 4 HITs, 12 assignments available, ..."."""
    in_progress = sum(hit.pending for hit in standings)
    reviewed = sum(hit.completed for hit in standings)
    parts = [
        count_of(len(standings), "HIT"),
        f"{count_of(sum(hit.available for hit in standings), 'assignment')} available",
        *([f"{in_progress} in progress"] if in_progress else []),
        "0 submitted",
        # Approved work would be among the results.
        *([f"{reviewed} rejected (--rejected adds them)"] if reviewed and not rejected_too else []),
    ]
    return f"0 results: {', '.join(parts)}"


def _slower(args: argparse.Namespace, pages: int, found: Sized, missing: Sized) -> bool:
    """Whether listing has wasted more time than asking for all the rest would take.

    In calls one after the other: a page is one, and so are --concurrency calls of GetHIT.
    """
    wasted = pages - len(found) / args.concurrency
    return bool(wasted > len(missing) / args.concurrency + 1)


def assignments(client: "MTurkClient", hit: Standing, *statuses: str) -> list[Any]:
    """The assignments of a HIT, of these statuses (none named: all), in order of submission.

    Amazon ends a list with an empty page; the counters tell how many there are, and save that call.
    """
    chosen: dict[str, Any] = {"AssignmentStatuses": list(statuses)} if statuses else {}
    listed = calls.pages(client.list_assignments_for_hit, "Assignments", HITId=hit.hit_id, **chosen)
    there = hit.unaccounted + (0 if statuses == ("Submitted",) else hit.completed)
    return list(islice(listed, there))
