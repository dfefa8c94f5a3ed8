"""Launch a declared batch: what it costs, and its HITs, as many at a time as may be open."""

from decimal import Decimal
from typing import TYPE_CHECKING

from amt import launching, plans, spending
from amt.batches import Batch
from amt.crowd import Crowd
from amt.declared.reading import Declared
from amt.errors import Error
from amt.messages import Say, join_faults
from amt.plans import Plan

if TYPE_CHECKING:
    from mypy_boto3_mturk import MTurkClient


def announce(
    crowd: Crowd,
    plan: Plan,
    declared: Declared,
    batch: Batch,
    max_cost: Decimal | None,
    say: Say,
) -> Decimal | None:
    """Say what the HITs that are not launched yet can cost; return it, or None if all are launched.

    Raises Error when that is more than `max_cost` US dollars, when no answer could be submitted, and
    when the batch was begun with another template.
    """
    missing = plan.rows - len(batch.ids)
    if not missing:
        return None
    if batch.header:
        plans.check_unchanged(batch, plan)
    if plan.warnings:
        say(join_faults(plan.warnings))
    if plan.obstacles:
        raise Error(join_faults(plan.obstacles))
    sizes = [declared.file.highest_assignments]
    spending.announce_parts(crowd, plan, sizes, [missing], max_cost, say)
    return spending.compute_cost(crowd, plan, sizes, [missing]).total


def require_funds(crowd: Crowd, client: "MTurkClient", total: Decimal) -> str:
    """Return the question whether to launch for so many US dollars.

    Raises Error when the balance does not cover it.
    """
    return spending.require_funds(crowd, client, total, "Launch")


def begin(crowd: Crowd, client: "MTurkClient", plan: Plan, batch: Batch) -> None:
    """Create the HIT type and begin the record, unless that was done before."""
    if not batch.header:
        launching.begin(crowd, client, plan, batch)
