"""What has become of the assignments of HITs, as exactly as is worth its calls.

Amazon's three counters leave two things open: work that was reviewed may be approved or rejected,
and of an expired HIT the rest may be submitted or never taken. Only listing the assignments of
that one HIT tells.
"""

import argparse
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import simpleamt
from amt import survey
from amt.messages import Faults
from amt.survey import Standing

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
        """Handed in by workers, reviewed or not."""
        return self.submitted + self.reviewed


def progress(
    args: argparse.Namespace,
    client: "MTurkClient",
    standings: Sequence[Standing],
    *,
    exact: bool = False,
) -> list[Progress]:
    """The progress of each HIT, in order, less those that are named as the crowd does not show
    them any more. `exact`: tell approved from rejected at any price.
    """
    reviewed = [hit for hit in standings if hit.completed]
    split = exact or len(standings) <= SMALL or len(reviewed) <= FEW

    def look(hit: Standing) -> Progress:
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
        statuses = Counter(one["AssignmentStatus"] for one in survey.assignments(client, hit))
        return Progress(
            hit.max_assignments,
            hit.available,
            hit.pending,
            statuses["Submitted"],
            statuses["Approved"] + statuses["Rejected"],
            statuses["Approved"],
            statuses["Rejected"],
        )

    counted = []
    with Faults(simpleamt.say) as faults:
        for outcome in simpleamt.gather(args, look, standings):
            if outcome.refusal is None:
                counted.append(outcome.value)
            else:
                faults.add(f"{outcome.item.hit_id}: {outcome.refusal}")
    return counted


def totals(counted: Sequence[Progress]) -> str:
    """One line: how many assignments stand where."""

    def total(name: str) -> int | None:
        values = [getattr(one, name) for one in counted]
        return None if None in values else sum(values)

    parts = {name: total(name) for name in ("available", "pending", "submitted")}
    if total("approved") is None:
        parts["approved or rejected"] = total("reviewed")
    else:
        parts |= {"approved": total("approved"), "rejected": total("rejected")}
    return ", ".join(f"{name} {count}" for name, count in parts.items())
