"""Announce what a launch can cost, before anything is spent."""

from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from amt import fees
from amt.crowd import Crowd
from amt.errors import Error
from amt.messages import Say, count_of, say_nothing
from amt.plans import Plan
from amt.properties import Properties

if TYPE_CHECKING:
    from mypy_boto3_mturk import MTurkClient


def announce(
    crowd: Crowd, plan: Plan, hits: int, max_cost: Decimal | None, say: Say = say_nothing
) -> fees.Cost:
    """Return what `hits` HITs of the plan can cost at most; say so, and how it could be less.

    Raises Error when that is more than `max_cost` US dollars.
    """
    rates, properties = find_rates(crowd, plan.properties), plan.properties
    cost = compute_cost(crowd, plan, [properties.max_assignments], [hits])
    _say_cost(crowd, cost, hits, say)
    if rates.charged and properties.max_assignments == fees.MANY_FROM and hits:
        less = fees.cost(rates, properties.reward, fees.MANY_FROM - 1, hits)
        each = cost.total / cost.assignments - less.total / less.assignments
        say(
            f"With MaxAssignments {fees.MANY_FROM - 1} it would be ${less.total:,}: the fee is "
            f"higher from {fees.MANY_FROM} assignments on, ${each:.2f} more for each."
        )
    less_in_all = cost.rewards + cost.assignments * rates.fee(properties.reward, fees.MANY_FROM - 1)
    if properties.max_assignments > fees.MANY_FROM and less_in_all < cost.total:
        say(
            f"With --split it would be ${less_in_all:,} in all: the fee is higher from "
            f"{fees.MANY_FROM} assignments on."
        )
    _check_cost(cost, max_cost)
    return cost


def announce_parts(
    crowd: Crowd,
    plan: Plan,
    sizes: Sequence[int],
    missing: Sequence[int],
    max_cost: Decimal | None,
    say: Say = say_nothing,
) -> None:
    """Say what the missing HITs of a split batch can cost at most.

    `missing` is how many HITs there are to launch with each of these numbers of assignments. Raises
    Error when that is more than `max_cost` US dollars.
    """
    cost = compute_cost(crowd, plan, sizes, missing)
    _say_cost(crowd, cost, sum(missing), say)
    _check_cost(cost, max_cost)


def compute_cost(crowd: Crowd, plan: Plan, sizes: Sequence[int], hits: Sequence[int]) -> fees.Cost:
    """Return what HITs of the plan can cost: `hits` of each number of assignments in `sizes`.

    Practice HITs, which are of the first of `hits`, have an assignment for each worker who can
    practise.
    """
    rates, reward = find_rates(crowd, plan.properties), plan.properties.reward
    costs = []
    counts = list(hits)
    if plan.practice is not None and any(hits):
        costs.append(plan.practice.cost(reward))
        counts[0] = max(0, counts[0] - len(plan.practice.numbers))
    costs += [fees.cost(rates, reward, *each) for each in zip(sizes, counts, strict=True)]
    return fees.Cost(
        sum(cost.assignments for cost in costs),
        sum((cost.rewards for cost in costs), Decimal(0)),
        sum((cost.fees for cost in costs), Decimal(0)),
    )


def _say_cost(crowd: Crowd, cost: fees.Cost, hits: int, say: Say) -> None:
    say(
        f"{count_of(hits, 'HIT')}, {count_of(cost.assignments, 'assignment')}: "
        f"at most {cost}, on {crowd} ({crowd.source})."
    )


def _check_cost(cost: fees.Cost, max_cost: Decimal | None) -> None:
    if max_cost is not None and cost.total > max_cost:
        raise Error(f"this can cost ${cost.total:,}, more than --max_cost ${max_cost:,}")


def find_rates(crowd: Crowd, properties: Properties) -> fees.Rates:
    """Return the fees that this crowd charges for HITs with these properties."""
    requirements = properties.hit_type.get("QualificationRequirements", [])
    return fees.Rates(charged=crowd.charges_fees, masters=fees.for_masters(requirements))


def require_funds(crowd: Crowd, client: "MTurkClient", total: Decimal, doing: str) -> str:
    """Return the question whether to do this for `total` US dollars, with a live site's balance.

    Raises Error when the balance does not cover it.
    """
    shown = ""
    if crowd.live and crowd.has("get_account_balance"):
        balance = Decimal(client.get_account_balance()["AvailableBalance"])
        shown = f" The balance is ${balance:,}."
        if balance < total:
            raise Error(
                f"this can cost ${total:,}, but the balance on {crowd} is ${balance:,}; "
                "nothing was done"
            )
    return f"{doing} for at most ${total:,} on {crowd}?{shown}"
