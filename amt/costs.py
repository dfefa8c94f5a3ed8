"""The costs of HITs: what they have cost, can still cost, and pay per hour of work."""

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

HOUR_SECONDS = 3600
NOTHING = Decimal("0.00")


@dataclass
class Part:
    """A number of assignments or bonuses, what they are paid, and the crowd's fees, in US dollars."""

    count: int = 0
    paid: Decimal = NOTHING
    fees: Decimal = NOTHING

    @property
    def total(self) -> Decimal:
        """Return the payments and the fees together, in US dollars."""
        return self.paid + self.fees

    def add(self, count: int, paid: Decimal, fee: Decimal) -> None:
        """Add `count` assignments or bonuses, each paid `paid` US dollars and charged `fee`."""
        self.count += count
        self.paid += count * paid
        self.fees += count * fee


@dataclass
class Costs:
    """The costs of a batch: for approved work, bonuses, waiting, submitted work, and work still possible."""

    approved: Part = field(default_factory=Part)
    bonuses: Part = field(default_factory=Part)
    waiting: Part = field(default_factory=Part)  # bonuses of people who waited for HITs
    submitted: Part = field(default_factory=Part)
    open: Part = field(default_factory=Part)  # available to workers, or being worked on
    hourly: list[Decimal] = field(default_factory=list)  # US dollars an hour, per assignment

    @property
    def has_cost(self) -> Decimal:
        """Return what the batch has cost, with fees, bonuses and waiting, in US dollars."""
        return self.approved.total + self.bonuses.total + self.waiting.total

    @property
    def still_owes(self) -> Decimal:
        """Return what it costs to approve all submitted and all possible work, in US dollars."""
        return self.submitted.total + self.open.total

    @property
    def can_cost(self) -> Decimal:
        """Return the most that the batch can cost in the end, without future bonuses, in US dollars."""
        return self.has_cost + self.still_owes

    @property
    def per_assignment(self) -> Decimal | None:
        """Return the average cost of an approved assignment, with fees and bonuses, in US dollars."""
        return fees.cents(self.has_cost / self.approved.count) if self.approved.count else None

    def compute_hourly_pay(self) -> tuple[Decimal, Decimal] | None:
        """Return the median and the 10th percentile of reward per hour, in US dollars.

        Nine of ten assignments pay more per hour than the 10th percentile.
        """
        if not self.hourly:
            return None
        lowest = sorted(self.hourly)[(len(self.hourly) - 1) // 10]
        return fees.cents(statistics.median(self.hourly)), fees.cents(lowest)

    def to_dict(self) -> dict[str, Any]:
        """Return all costs for JSON, in which amounts are strings, as in Amazon's API."""
        names = ("approved", "bonuses", "waiting", "submitted", "open")
        parts = {name: getattr(self, name) for name in names}
        hourly = self.compute_hourly_pay()
        return {
            name: {"count": p.count, "paid": str(p.paid), "fees": str(p.fees)}
            for name, p in parts.items()
        } | {
            "has_cost": str(self.has_cost),
            "still_owes": str(self.still_owes),
            "can_cost": str(self.can_cost),
            "per_assignment": None if self.per_assignment is None else str(self.per_assignment),
            "per_hour": hourly and {"median": str(hourly[0]), "tenth_percentile": str(hourly[1])},
        }

    def format_table(self) -> str:
        """Return all costs as a table for a person."""
        lines = [f"{'':12}{'count':>8}{'paid':>14}{'fees':>12}{'total':>14}"]

        def add_line(name: str, part: Part) -> None:
            lines.append(
                f"{name:12}{part.count:>8,}{_format_dollars(part.paid):>14}{_format_dollars(part.fees):>12}"
                f"{_format_dollars(part.total):>14}"
            )

        def add_total(name: str, amount: Decimal) -> None:
            lines.append(f"{name:12}{_format_dollars(amount):>48}")

        add_line("approved", self.approved)
        add_line("bonuses", self.bonuses)
        if self.waiting.count:
            add_line("waiting", self.waiting)
        add_total("has cost", self.has_cost)
        add_line("submitted", self.submitted)
        add_line("open", self.open)
        add_total("still owes", self.still_owes)
        add_total("can cost", self.can_cost)
        if self.per_assignment is not None:
            lines.append(
                f"an approved assignment: {_format_dollars(self.per_assignment)} on average"
            )
        if hourly := self.compute_hourly_pay():
            lines.append(
                f"an hour's work: {_format_dollars(hourly[0])} in the median, "
                f"{_format_dollars(hourly[1])} at the 10th percentile"
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
    has_bonuses = crowd.has("list_bonus_payments")
    if not has_bonuses:
        say(f"The crowd {crowd.name} has no list_bonus_payments; bonuses are not counted.")

    def fetch_payments(hit: HitCounters) -> tuple[list[Any], list[Any]]:
        work = survey.list_assignments(client, hit)
        if not work or not has_bonuses:
            return work, []
        bonuses = calls.list_pages(client.list_bonus_payments, "BonusPayments", HITId=hit.hit_id)
        return work, list(bonuses)

    outcomes = calls.gather(crowd, fetch_payments, counters, doing="looking", total=len(counters))
    for outcome in calls.name_refusals(outcomes, say, survey.hit_id_of):
        if outcome.refusal is None:
            _add_hit(sums, outcome.item, *outcome.value, charged=crowd.charges_fees)
        else:
            refused += 1
    _add_waiting(sums, crowd, client, {hit.hit_type_id for hit in counters} - {""})
    return sums, refused


def _add_waiting(sums: Costs, crowd: Crowd, client: "MTurkClient", hit_types: set[str]) -> None:
    """Add what people were paid for waiting for HITs of these types, on a crowd that pays for it."""
    from botocore.exceptions import ClientError  # boto3 takes 0.1 s, which --help must not wait for

    if crowd.name == "mturk" or crowd.plug_in is not None:
        return
    own: Any = client
    for hit_type_id in sorted(hit_types):
        listed = calls.list_pages(
            own.list_waiting_payments, "WaitingPayments", HITTypeId=hit_type_id
        )
        try:
            for payment in listed:
                sums.waiting.add(1, Decimal(payment["BonusAmount"]), NOTHING)
        except ClientError as error:
            if "UnknownOperation" not in error.response["Error"]["Code"]:
                raise
            return  # a server older than these scripts


def _add_hit(
    sums: Costs, hit: HitCounters, work: Iterable[Any], bonuses: Iterable[Any], *, charged: bool
) -> None:
    """Add the costs of a HIT, of its assignments (`work`) and of its bonuses to `sums`."""
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
        sums.hourly.append(hit.reward * HOUR_SECONDS / seconds)
    for bonus in bonuses:
        amount = Decimal(bonus["BonusAmount"])
        sums.bonuses.add(1, amount, rates.bonus_fee(amount))
