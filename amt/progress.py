"""How many assignments of HITs are available, submitted, approved, ..., with few calls.

Amazon's three counters leave two things open: whether reviewed work was approved or rejected, and
whether the rest of an expired HIT was submitted or never taken. Listing the HIT's assignments tells.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from amt import calls, survey
from amt.crowd import Crowd
from amt.messages import Say, say_nothing
from amt.survey import HitCounters

if TYPE_CHECKING:
    from mypy_boto3_mturk import MTurkClient

SMALL = 100  # HITs: up to here a call for each is a matter of a second
FEW = 4  # calls


@dataclass(frozen=True)
class Progress:
    """Where a HIT's assignments stand. `approved` and `rejected` are None when only their sum,
    `reviewed`, is known.
    """

    total: int
    available: int
    pending: int
    submitted: int
    reviewed: int
    approved: int | None = None
    rejected: int | None = None

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

    `exact`: tell approved from rejected, however many calls that takes.
    """
    reviewed = [hit for hit in counters if hit.completed]
    split = exact or len(counters) <= SMALL or len(reviewed) <= FEW

    def look(hit: HitCounters) -> Progress:
        if not (hit.expired and hit.unaccounted) and not (hit.completed and split):
            nobody = None if hit.completed else 0
            return Progress(
                hit.max_assignments,
                hit.available,
                hit.pending,
                hit.unaccounted,
                hit.completed,
                nobody,
                nobody,
            )
        statuses = Counter(
            assignment["AssignmentStatus"] for assignment in survey.list_assignments(client, hit)
        )
        return Progress(
            hit.max_assignments,
            hit.available,
            hit.pending,
            statuses["Submitted"],
            statuses["Approved"] + statuses["Rejected"],
            statuses["Approved"],
            statuses["Rejected"],
        )

    outcomes = calls.gather(crowd, look, counters)
    named = calls.name_refusals(outcomes, say, survey.hit_id_of)
    return [outcome.value for outcome in named if outcome.refusal is None]


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
