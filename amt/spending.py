"""Announce what a launch can cost, before anything is spent."""

from decimal import Decimal
from typing import TYPE_CHECKING

from amt import fees
from amt.crowd import Crowd
from amt.errors import Error
from amt.messages import Say, count_of, say_nothing
from amt.plans import Plan

if TYPE_CHECKING:
    from mypy_boto3_mturk import MTurkClient


def announce(
    crowd: Crowd, plan: Plan, hits: int, max_cost: Decimal | None, say: Say = say_nothing
) -> fees.Cost:
    """Return what `hits` HITs of the plan can cost at most; say so, and how it could be less.

    Raises Error when that is more than `max_cost` US dollars.
    """
    rates, properties = find_rates(crowd, plan), plan.properties
    cost = fees.cost(rates, properties.reward, properties.max_assignments, hits)
    say(
        f"{count_of(hits, 'HIT')}, {count_of(cost.assignments, 'assignment')}: "
        f"at most {cost}, on {crowd} ({crowd.source})."
    )
    if rates.charged and properties.max_assignments == fees.MANY_FROM and hits:
        less = fees.cost(rates, properties.reward, fees.MANY_FROM - 1, hits)
        each = cost.total / cost.assignments - less.total / less.assignments
        say(
            f"With MaxAssignments {fees.MANY_FROM - 1} it would be ${less.total:,}: the fee is "
            f"higher from {fees.MANY_FROM} assignments on, ${each:.2f} more for each."
        )
    if max_cost is not None and cost.total > max_cost:
        raise Error(f"this can cost ${cost.total:,}, more than --max_cost ${max_cost:,}")
    return cost


def find_rates(crowd: Crowd, plan: Plan) -> fees.Rates:
    """Return the fees that this crowd charges for the plan's HITs."""
    requirements = plan.properties.hit_type.get("QualificationRequirements", [])
    return fees.Rates(charged=crowd.charges_fees, masters=fees.for_masters(requirements))


def require_funds(crowd: Crowd, client: "MTurkClient", total: Decimal, doing: str) -> str:
    """Return the question whether to do this for `total` US dollars, with a live site's balance.

    Raises Error when the balance does not cover it.
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
    return f"{doing} for at most ${total:,} on {crowd}?{shown}"
