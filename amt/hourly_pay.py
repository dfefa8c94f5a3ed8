"""Bonuses that lift the pay for answers to an hourly pay, by the time that the work took.

Everything is computed in fractions, and each bonus is rounded once, up to whole cents: no answer is
paid less than the hourly pay by a part of a cent.
"""

import csv
import math
import re
import statistics
from collections.abc import Iterable, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any, NamedTuple

from amt import calls, fees, files, survey
from amt.bonuses import FIELDS
from amt.costs import HOUR_SECONDS
from amt.crowd import Crowd
from amt.errors import Error
from amt.messages import Say, say_nothing
from amt.survey import HitCounters

if TYPE_CHECKING:
    from mypy_boto3_mturk import MTurkClient

MOST_MEDIANS = 3  # own times count up to so many times the median
REASON = "Raises the pay for this work to ${hourly} an hour"
OWN_REASON = re.compile(r"Raises the pay for this work to \$[0-9.]+ an hour")
PAY = re.compile(r"[0-9]{1,5}(\.[0-9]{1,2})?")


class Work(NamedTuple):
    """An answer that was not rejected. `lifted`: US dollars of earlier bonuses of this kind."""

    assignment_id: str
    worker_id: str
    is_approved: bool
    seconds: int
    reward: Decimal
    lifted: Decimal


class Lift(NamedTuple):
    """A bonus for an answer, in US dollars."""

    assignment_id: str
    worker_id: str
    amount: Decimal


def parse_pay(text: str) -> Decimal:
    """Return an hourly pay in US dollars. Raises Error for what is not one."""
    if not PAY.fullmatch(text) or not Decimal(text):
        raise Error(f"--to_hourly: {text!r} is not an amount such as 12.00")
    return Decimal(text)


def fetch_work(
    crowd: Crowd, client: "MTurkClient", counters: Sequence[HitCounters], say: Say = say_nothing
) -> tuple[list[Work], int]:
    """Return the answers of these HITs without the rejected ones, and how many HITs were refused.

    Raises Error for a crowd that does not say which bonuses were paid.
    """
    crowd.require(
        "list_bonus_payments",
        "without it, what was paid before cannot be subtracted; write the --bonuses_file yourself",
    )

    def fetch_hit(hit: HitCounters) -> list[Work]:
        listed = [
            assignment
            for assignment in survey.list_assignments(client, hit)
            if assignment["AssignmentStatus"] != "Rejected"
        ]
        payments: Iterable[Any] = (
            calls.list_pages(client.list_bonus_payments, "BonusPayments", HITId=hit.hit_id)
            if listed
            else ()
        )
        lifted: dict[str, Decimal] = {}
        for payment in payments:
            if OWN_REASON.fullmatch(payment["Reason"]):
                before = lifted.get(payment["AssignmentId"], Decimal(0))
                lifted[payment["AssignmentId"]] = before + Decimal(payment["BonusAmount"])
        return [_to_work(assignment, hit, lifted) for assignment in listed]

    work: list[Work] = []
    refused = 0
    with_work = [hit for hit in counters if hit.completed or hit.unaccounted]
    outcomes = calls.gather(crowd, fetch_hit, with_work, doing="looking", total=len(with_work))
    for outcome in calls.name_refusals(outcomes, say, survey.hit_id_of):
        if outcome.refusal is None:
            work += outcome.value
        else:
            refused += 1
    return work, refused


def _to_work(assignment: Any, hit: HitCounters, lifted: dict[str, Decimal]) -> Work:
    worked = assignment["SubmitTime"] - assignment["AcceptTime"]
    return Work(
        assignment["AssignmentId"],
        assignment["WorkerId"],
        assignment["AssignmentStatus"] == "Approved",
        max(1, int(worked.total_seconds())),
        hit.reward,
        lifted.get(assignment["AssignmentId"], Decimal(0)),
    )


def find_median(work: Sequence[Work]) -> Fraction:
    """Return the median working time of the answers, in seconds."""
    return statistics.median(Fraction(answer.seconds) for answer in work)


def compute_lifts(
    work: Sequence[Work], hourly: Decimal, *, own_time: bool = False
) -> tuple[list[Lift], Decimal]:
    """Return the bonus of each approved answer that is paid less than `hourly`, and their sum.

    An answer's time is the median of all answers; with `own_time` its own one, up to MOST_MEDIANS
    times the median. Amounts are in US dollars.
    """
    median = find_median(work)
    lifts = []
    for answer in work:
        seconds = min(Fraction(answer.seconds), MOST_MEDIANS * median) if own_time else median
        wanted = Fraction(hourly) * seconds / HOUR_SECONDS
        lacking = wanted - Fraction(answer.reward) - Fraction(answer.lifted)
        if answer.is_approved and lacking > 0:
            amount = Decimal(math.ceil(lacking * 100)).scaleb(-2)
            lifts.append(Lift(answer.assignment_id, answer.worker_id, amount))
    return lifts, sum((lift.amount for lift in lifts), Decimal("0.00"))


def compute_median_pay(work: Sequence[Work]) -> Decimal:
    """Return what the answers are paid an hour at the median working time, in US dollars.

    It is the median of the rewards, with earlier bonuses of this kind.
    """
    pay = statistics.median(Fraction(answer.reward) + Fraction(answer.lifted) for answer in work)
    hourly = pay * HOUR_SECONDS / find_median(work)
    return fees.cents(Decimal(hourly.numerator) / hourly.denominator)


def write(path: str, lifts: Iterable[Lift], hourly: Decimal) -> None:
    """Write the bonuses as a file for pay_bonuses.py."""
    reason = REASON.format(hourly=f"{hourly:.2f}")
    with files.replace(path) as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(FIELDS)
        for lift in lifts:
            writer.writerow((lift.assignment_id, lift.worker_id, f"{lift.amount:.2f}", reason))
