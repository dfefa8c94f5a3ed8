"""Open a declared batch: everything checked, its cost said, its directory there, its record claimed."""

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from amt import launching, plans, spending
from amt.batches import Batch
from amt.crowd import Crowd
from amt.declared import directories, outages, planning
from amt.declared.directories import Directory
from amt.declared.reading import Declared
from amt.declared.rounds import Loop
from amt.declared.work import Work
from amt.errors import Error
from amt.messages import Say, join_faults
from amt.plans import Plan
from amt.properties import Properties

if TYPE_CHECKING:
    from mypy_boto3_mturk import MTurkClient


class Prepared(NamedTuple):
    """A batch that may be launched. `plan` and `cost` (US dollars) are None if all its HITs are."""

    declared: Declared
    directory: Directory
    crowd: Crowd
    properties: Properties
    plan: Plan | None
    cost: Decimal | None


def prepare(
    declared: Declared,
    directory: Directory,
    crowd: Crowd,
    max_cost: Decimal | None,
    say: Say,
) -> Prepared:
    """Render the HITs that are not launched yet, and say what they can cost.

    Raises Error with every fault; when the cost is more than `max_cost` US dollars; when no answer
    could be submitted; and when the batch was begun with another template.
    """
    batch = Batch(directory.record)
    if batch.is_complete:
        properties = planning.create_properties(declared)
        return Prepared(declared, directory, crowd, properties, None, None)
    if declared.file.most is not None:
        crowd.require("create_additional_assignments_for_hit", "leave out confidence and most")
    plan = planning.make_plan(declared, crowd)
    if batch.header:
        plans.check_unchanged(batch, plan)
    if plan.warnings:
        say(join_faults(plan.warnings))
    if plan.obstacles:
        raise Error(join_faults(plan.obstacles))
    missing = plan.rows - len(batch.ids)
    sizes = [declared.file.highest_assignments]
    spending.announce_parts(crowd, plan, sizes, [missing], max_cost, say)
    cost = spending.compute_cost(crowd, plan, sizes, [missing]).total
    return Prepared(declared, directory, crowd, plan.properties, plan, cost)


def require_funds(prepared: Prepared, client: "MTurkClient") -> str | None:
    """Return the question to ask before a launch on a live site, or None if there is none to ask.

    Raises Error when the balance does not cover the cost.
    """
    if prepared.cost is None or not prepared.crowd.live:
        return None
    return spending.require_funds(prepared.crowd, client, prepared.cost, "Launch")


@contextmanager
def open_loop(
    prepared: Prepared, client: "MTurkClient", say: Say, *, waits: bool = False
) -> Iterator[Loop]:
    """Make the directory unless it is there, begin the batch unless it is begun; yield its loop.

    Until the block ends, no other run can open it. Raises Error when another one has it. `waits`:
    an outage of the crowd is waited for.
    """
    declared, directory, crowd, properties, plan, _ = prepared
    directories.create(directory, declared)
    batch = Batch(directory.record)
    with batch.claim():
        if not batch.header and plan is not None:
            # Repeated, it gets the same HIT type, and the record is written once it has it.
            begin = partial(launching.begin, crowd, client, plan, batch)
            if waits:
                outages.wait_out(begin, say)
            else:
                begin()
        with Work(declared, directory, batch.header["batch"]) as work:
            yield Loop(declared, directory, crowd, client, properties, plan, batch, work, say)
