"""What HITs have cost, may still cost, and pay for an hour's work."""

import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from amt import calls, fees, survey
from amt.crowd import Crowd
from amt.messages import Say, say_nothing
from amt.survey import HitCounters

if TYPE_CHECKING:
    from mypy_boto3_mturk import MTurkClient

HOUR = 3600
NOTHING = Decimal("0.00")


@dataclass
class Part:
    """So many assignments or bonuses, what they are paid, and what the crowd takes for it."""

    count: int = 0
    paid: Decimal = NOTHING
    fees: Decimal = NOTHING

    @property
    def total(self) -> Decimal:
        """US dollars."""
        return self.paid + self.fees

    def add(self, count: int, paid: Decimal, fee: Decimal) -> None:
        """Add so many, each at `paid` and `fee`."""
        self.count += count
        self.paid += count * paid
        self.fees += count * fee


@dataclass
class Costs:
    """The costs of a batch: what is paid, what waits for review, what can still be submitted."""

    approved: Part = field(default_factory=Part)
    bonuses: Part = field(default_factory=Part)
    submitted: Part = field(default_factory=Part)
    open: Part = field(default_factory=Part)  # available to workers, or being worked on
    hourly: list[Decimal] = field(default_factory=list)  # US dollars an hour, per assignment

    @property
    def has_cost(self) -> Decimal:
        """US dollars, with fees and bonuses."""
        return self.approved.total + self.bonuses.total

    @property
    def still_owes(self) -> Decimal:
        """US dollars, if all work that was or can be submitted is approved."""
        return self.submitted.total + self.open.total

    @property
    def can_cost(self) -> Decimal:
        """US dollars, in the end, at most; without bonuses yet to come."""
        return self.has_cost + self.still_owes

    @property
    def per_assignment(self) -> Decimal | None:
        """What an approved assignment has cost on average, with fees and bonuses."""
        return fees.cents(self.has_cost / self.approved.count) if self.approved.count else None

    def per_hour(self) -> tuple[Decimal, Decimal] | None:
        """The median of reward / working time, and its 10th percentile: 9 of 10 earn more."""
        if not self.hourly:
            return None
        lowest = sorted(self.hourly)[(len(self.hourly) - 1) // 10]
        return fees.cents(statistics.median(self.hourly)), fees.cents(lowest)

    def data(self) -> dict[str, Any]:
        """All of it, for --json; amounts are strings, as in Amazon's API."""
        parts = {name: getattr(self, name) for name in ("approved", "bonuses", "submitted", "open")}
        hour = self.per_hour()
        return {
            name: {"count": p.count, "paid": str(p.paid), "fees": str(p.fees)}
            for name, p in parts.items()
        } | {
            "has_cost": str(self.has_cost),
            "still_owes": str(self.still_owes),
            "can_cost": str(self.can_cost),
            "per_assignment": None if self.per_assignment is None else str(self.per_assignment),
            "per_hour": hour and {"median": str(hour[0]), "tenth_percentile": str(hour[1])},
        }

    def table(self) -> str:
        """All of it, for a person."""
        lines = [f"{'':12}{'count':>8}{'paid':>14}{'fees':>12}{'total':>14}"]

        def line(name: str, part: Part) -> None:
            lines.append(
                f"{name:12}{part.count:>8,}{_format_dollars(part.paid):>14}{_format_dollars(part.fees):>12}"
                f"{_format_dollars(part.total):>14}"
            )

        def total(name: str, amount: Decimal) -> None:
            lines.append(f"{name:12}{_format_dollars(amount):>48}")

        line("approved", self.approved)
        line("bonuses", self.bonuses)
        total("has cost", self.has_cost)
        line("submitted", self.submitted)
        line("open", self.open)
        total("still owes", self.still_owes)
        total("can cost", self.can_cost)
        if self.per_assignment is not None:
            lines.append(
                f"an approved assignment: {_format_dollars(self.per_assignment)} on average"
            )
        if hour := self.per_hour():
            lines.append(
                f"an hour's work: {_format_dollars(hour[0])} in the median, "
                f"{_format_dollars(hour[1])} at the 10th percentile"
            )
        return "\n".join(lines)


def _format_dollars(amount: Decimal) -> str:
    return f"${amount:,.2f}"


def add_up(
    crowd: Crowd,
    client: "MTurkClient",
    counters: Sequence[HitCounters],
    say: Say = say_nothing,
) -> tuple[Costs, int]:
    """Return the costs of HITs, and the number of HITs that the crowd refused to show."""
    sums, refused = Costs(), 0

    def look(hit: HitCounters) -> tuple[list[Any], list[Any]]:
        work = survey.list_assignments(client, hit)
        if not work:
            return [], []
        bonuses = calls.list_pages(client.list_bonus_payments, "BonusPayments", HITId=hit.hit_id)
        return work, list(bonuses)

    looked = calls.gather(crowd, look, counters, doing="looking", total=len(counters))
    for outcome in calls.name_refusals(looked, say, survey.hit_id_of):
        if outcome.refusal is None:
            _count(sums, outcome.item, *outcome.value, charged=crowd.charges_fees)
        else:
            refused += 1
    return sums, refused


def _count(
    sums: Costs, hit: HitCounters, work: Iterable[Any], bonuses: Iterable[Any], *, charged: bool
) -> None:
    rates = fees.Rates(charged=charged, masters=hit.masters)
    each = hit.reward, rates.fee(hit.reward, hit.max_assignments)
    sums.open.add(hit.available + hit.pending, *each)
    for assignment in work:
        status = assignment["AssignmentStatus"]
        if status == "Rejected":
            continue
        (sums.approved if status == "Approved" else sums.submitted).add(1, *each)
        worked = assignment["SubmitTime"] - assignment["AcceptTime"]
        seconds = max(1, int(worked.total_seconds()))
        sums.hourly.append(hit.reward * HOUR / seconds)
    for bonus in bonuses:
        amount = Decimal(bonus["BonusAmount"])
        sums.bonuses.add(1, amount, rates.bonus_fee(amount))
