"""How many assignments of HITs are available, submitted, approved, ..., with few calls.

Amazon's three counters leave two things open: whether reviewed work was approved or rejected, and
whether the rest of an expired HIT was submitted or never taken. Listing the HIT's assignments tells.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from amt import answers, calls, survey
from amt.crowd import Crowd
from amt.messages import Say, say_nothing
from amt.survey import HitCounters

if TYPE_CHECKING:
    from mypy_boto3_mturk import MTurkClient

SMALL = 100  # HITs: up to here a call for each is a matter of a second
FEW = 4  # calls
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Progress:
    """Where a HIT's assignments stand. `approved` and `rejected` are None when only their sum,
    `reviewed`, is known.

    `approval_times`: when the submitted ones are approved automatically; None when it is only
    known that this is not before `approves_from`.
    """

    total: int
    available: int
    pending: int
    submitted: int
    reviewed: int
    approved: int | None = None
    rejected: int | None = None
    approval_times: tuple[datetime, ...] | None = field(default=(), compare=False)
    approves_from: datetime | None = field(default=None, compare=False)

    @property
    def completed(self) -> int:
        """Submitted by workers, reviewed or not."""
        return self.submitted + self.reviewed


def measure_progress(
    crowd: Crowd,
    client: "MTurkClient",
    counters: Sequence[HitCounters],
    say: Say = say_nothing,
    *,
    exact: bool = False,
) -> list[Progress]:
    """Return the progress of each HIT, in order, without those that the crowd refuses to show.

    `exact`: tell approved from rejected, and when submitted work is approved automatically, however
    many calls that takes.
    """
    reviewed = [hit for hit in counters if hit.completed]
    split = exact or len(counters) <= SMALL or len(reviewed) <= FEW
    timed = _choose_timed(counters, exact=exact)

    def look(hit: HitCounters) -> Progress:
        is_listed = (hit.completed and split) or hit.hit_id in timed
        if not (hit.expired and hit.unaccounted) and not is_listed:
            nobody = None if hit.completed else 0
            return Progress(
                hit.max_assignments,
                hit.available,
                hit.pending,
                hit.unaccounted,
                hit.completed,
                nobody,
                nobody,
                None if hit.unaccounted else (),
                hit.approves_from,
            )
        assignments = survey.list_assignments(client, hit)
        statuses = Counter(assignment["AssignmentStatus"] for assignment in assignments)
        return Progress(
            hit.max_assignments,
            hit.available,
            hit.pending,
            statuses["Submitted"],
            statuses["Approved"] + statuses["Rejected"],
            statuses["Approved"],
            statuses["Rejected"],
            tuple(
                assignment["AutoApprovalTime"]
                for assignment in assignments
                if assignment["AssignmentStatus"] == "Submitted"
                and "AutoApprovalTime" in assignment  # plug-in crowds may have none
            ),
        )

    outcomes = calls.gather(crowd, look, counters)
    named = calls.name_refusals(outcomes, say, survey.hit_id_of)
    return [outcome.value for outcome in named if outcome.refusal is None]


def _choose_timed(counters: Sequence[HitCounters], *, exact: bool) -> set[str]:
    """Return the HITs to list for the times of their automatic approvals.

    Of many HITs these are the ones with work that may be approved within a day; none if these are
    many, too.
    """
    unreviewed = [hit for hit in counters if hit.unaccounted]
    if not exact and len(counters) > SMALL:
        soon = datetime.now(UTC) + DAY
        unreviewed = [
            hit for hit in unreviewed if not hit.approves_from or hit.approves_from < soon
        ]
        unreviewed = unreviewed if len(unreviewed) <= SMALL else []
    return {hit.hit_id for hit in unreviewed}


def describe_approvals(counted: Sequence[Progress], now: datetime) -> str | None:
    """Say when the next submitted assignment is approved automatically, and how many are within a day.

    None if nothing is submitted.
    """
    times = [time for hit in counted for time in hit.approval_times or ()]
    bounds = [hit.approves_from or now for hit in counted if hit.approval_times is None]
    if not times and not bounds:
        return None
    within = sum(time <= now + DAY for time in times)
    if bounds and min(bounds) <= now + DAY:
        earliest = answers.format_time(min(bounds + times))
        return f"next automatic approval not before {earliest}; --exact tells when"
    following = answers.format_time(min(times + bounds))
    words = "" if times and min(times) <= min(bounds, default=min(times)) else "not before "
    return f"next automatic approval {words}{following}, within a day {within}"


def format_totals(counted: Sequence[Progress]) -> str:
    """Return one line with the number of assignments in each state."""

    def total(name: str) -> int | None:
        values = [getattr(hit, name) for hit in counted]
        return None if None in values else sum(values)

    parts = {name: total(name) for name in ("available", "pending", "submitted")}
    if total("approved") is None:
        parts["approved or rejected"] = total("reviewed")
    else:
        parts |= {"approved": total("approved"), "rejected": total("rejected")}
    return ", ".join(f"{name} {count}" for name, count in parts.items())
