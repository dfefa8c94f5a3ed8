"""What a launch can cost, said before anything is spent."""

import argparse
from decimal import Decimal
from typing import TYPE_CHECKING

import simpleamt
from amt import fees
from amt.crowd import Crowd
from amt.errors import Error
from amt.messages import count_of
from amt.plans import Plan

if TYPE_CHECKING:
    from mypy_boto3_mturk import MTurkClient


def announce(crowd: Crowd, plan: Plan, hits: int, max_cost: Decimal | None) -> fees.Cost:
    """Say what `hits` HITs of the plan can cost at most, and how it could be less.

    Raises Error when that is more than `max_cost` US dollars.
    """
    rates, properties = rates_of(crowd, plan), plan.properties
    cost = fees.cost(rates, properties.reward, properties.max_assignments, hits)
    simpleamt.say(
        f"{count_of(hits, 'HIT')}, {count_of(cost.assignments, 'assignment')}: "
        f"at most {cost}, on {crowd} ({crowd.source})."
    )
    if rates.charged and properties.max_assignments == fees.MANY_FROM and hits:
        less = fees.cost(rates, properties.reward, fees.MANY_FROM - 1, hits)
        each = cost.total / cost.assignments - less.total / less.assignments
        simpleamt.say(
            f"With MaxAssignments {fees.MANY_FROM - 1} it would be ${less.total:,}: the fee is "
            f"higher from {fees.MANY_FROM} on, ${each:.2f} for each assignment."
        )
    if max_cost is not None and cost.total > max_cost:
        raise Error(f"this can cost ${cost.total:,}, more than --max_cost ${max_cost:,}")
    return cost


def rates_of(crowd: Crowd, plan: Plan) -> fees.Rates:
    """What this crowd charges for these HITs beside the reward."""
    wanted = plan.properties.hit_type.get("QualificationRequirements", [])
    return fees.Rates(charged=crowd.name == "mturk", masters=fees.for_masters(wanted))


def afford(
    args: argparse.Namespace, crowd: Crowd, client: "MTurkClient", total: Decimal, doing: str
) -> None:
    """Ask whether to do it for `total` US dollars, showing the balance of a live site.

    Raises Error when the balance does not suffice, or the answer is no.
    """
    shown = ""
    if crowd.live:
        balance = Decimal(client.get_account_balance()["AvailableBalance"])
        shown = f" The balance is ${balance:,}."
        if balance < total:
            raise Error(
                f"this can cost ${total:,}, but the balance on {crowd} is ${balance:,}; "
                "nothing was done"
            )
    simpleamt.confirm(args, f"{doing} for at most ${total:,} on {crowd}?{shown}")
