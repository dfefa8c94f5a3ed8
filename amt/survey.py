"""The counters of HITs, with as few calls as the API allows."""

from collections.abc import Callable, Sequence, Sized
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

from amt import calls, fees, wrong_ids
from amt.crowd import Crowd
from amt.messages import Say, count_of, say_nothing
from amt.parallel import Outcome

if TYPE_CHECKING:
    from mypy_boto3_mturk import MTurkClient

PAGE = 100
# How many GetHITs may replace a page to save time. Crowds throttle calls; and with over 100 calls at
# a time, even a page of 100 wanted HITs would seem slower than asking for each.
GETS_PER_PAGE = 16


class HitCounters(NamedTuple):
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
    # Before this, no answer is approved automatically; None: the crowd did not say.
    approves_from: datetime | None = None
    hit_type_id: str = ""

    @property
    def unaccounted(self) -> int:
        """Submitted and unreviewed; of an expired HIT also the slots that were never taken."""
        return self.max_assignments - self.available - self.pending - self.completed


def parse_counters(hit: Any) -> HitCounters:
    """Return the counters of a HIT, given the HIT of a response."""
    return HitCounters(
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
        _find_first_approval(hit),
        hit.get("HITTypeId", ""),
    )


def _find_first_approval(hit: Any) -> datetime | None:
    if "CreationTime" not in hit or "AutoApprovalDelayInSeconds" not in hit:
        return None
    created: datetime = hit["CreationTime"]
    return created + timedelta(seconds=hit["AutoApprovalDelayInSeconds"])


class Found(NamedTuple):
    """The counters of HITs, the refusal of every other id, and how many calls that took."""

    hits: list[HitCounters]
    refused: list[Outcome]
    calls: int


def hit_id_of(hit: HitCounters) -> str:
    """Return the HIT's id: what a HIT is called in a message."""
    return hit.hit_id


def fetch_counters(
    crowd: Crowd,
    client: "MTurkClient",
    ids: Sequence[str] | None,
    show: Callable[[HitCounters], None] = lambda _: None,
    *,
    say: Say = say_nothing,
    hint: str | None = None,
) -> tuple[list[HitCounters], list[str]]:
    """Return the counters of each HIT, in the order of `ids`, and the ids that the crowd does not
    know, each of which is said. `ids` None: every HIT of the account.

    `show` is called with each of `ids` as soon as the listing has it. `hint` is said when the
    crowd does not know an id.
    """
    found, refused, _ = find(crowd, client, ids, show)
    unknown = [outcome.item for outcome in calls.name_refusals(refused, say)]
    if unknown:
        say_why_unknown(client, unknown[0], say, hint)
    return found, unknown


def say_why_unknown(client: "MTurkClient", item: str, say: Say, hint: str | None) -> None:
    """Say `hint`, if any, and what kind of id it is that the crowd does not know as a HIT's."""
    for words in (hint, wrong_ids.describe_no_hit(client, item)):
        if words:
            say(words)


def find(
    crowd: Crowd,
    client: "MTurkClient",
    ids: Sequence[str] | None,
    show: Callable[[HitCounters], None] = lambda _: None,
    *,
    few_calls: bool = False,
) -> Found:
    """Return the counters of each HIT, as `fetch_counters` does, and the refusal of every other id.

    ListHITs returns 100 at a call, but those of the whole account, page after page. It goes on
    while that is quicker than asking GetHIT for each that is missing, many at a time; with `few_calls`,
    while that takes fewer calls.
    """
    if ids is None:
        hits = [parse_counters(hit) for hit in calls.list_pages(client.list_hits, "HITs")]
        return Found(hits, [], len(hits) // PAGE + 1)
    at_a_time = 1 if few_calls else min(crowd.calls_at_a_time, GETS_PER_PAGE)
    seen = 0
    missing = dict.fromkeys(ids)
    found: dict[str, HitCounters] = {}
    listed = calls.list_pages(client.list_hits, "HITs") if missing else ()
    for seen, hit in enumerate(listed, 1):
        if hit["HITId"] in missing:
            del missing[hit["HITId"]]
            found[hit["HITId"]] = parse_counters(hit)
            show(found[hit["HITId"]])
        if not missing or (
            seen % PAGE == 0 and _is_slower(at_a_time, seen // PAGE, found, missing)
        ):
            break
    refused = []
    asked = calls.gather(
        crowd, lambda hit_id: parse_counters(client.get_hit(HITId=hit_id)["HIT"]), missing
    )
    for outcome in asked:
        if outcome.refusal is None:
            found[outcome.item] = outcome.value
        else:
            refused.append(outcome)
    made = -(-seen // PAGE) + len(missing)
    return Found([found[hit_id] for hit_id in ids if hit_id in found], refused, made)


def explain_no_results(counters: Sequence[HitCounters], *, rejected_too: bool) -> str:
    """Say why these HITs have no results: "0 results: 4 HITs, 12 assignments available, ..."."""
    in_progress = sum(hit.pending for hit in counters)
    reviewed = sum(hit.completed for hit in counters)
    parts = [
        count_of(len(counters), "HIT"),
        f"{count_of(sum(hit.available for hit in counters), 'assignment')} available",
        *([f"{in_progress} in progress"] if in_progress else []),
        "0 submitted",
        # Approved work would be among the results.
        *([f"{reviewed} rejected (--rejected adds them)"] if reviewed and not rejected_too else []),
    ]
    return f"0 results: {', '.join(parts)}"


def _is_slower(at_a_time: int, pages: int, found: Sized, missing: Sized) -> bool:
    """Return whether listing has wasted more time than asking for all the rest would take.

    Time is counted in calls one after the other: a page is one, `at_a_time` GetHITs are one.
    """
    wasted = pages - len(found) / at_a_time
    return bool(wasted > len(missing) / at_a_time + 1)


def list_assignments(client: "MTurkClient", hit: HitCounters, *statuses: str) -> list[Any]:
    """Return the assignments of a HIT with these statuses (none: all), in order of submission.

    Amazon ends a list with an empty page; the counters save the call for it.
    """
    chosen: dict[str, Any] = {"AssignmentStatuses": list(statuses)} if statuses else {}
    listed = calls.list_pages(
        client.list_assignments_for_hit, "Assignments", HITId=hit.hit_id, **chosen
    )
    there = hit.unaccounted + (0 if statuses == ("Submitted",) else hit.completed)
    return list(islice(listed, there))
