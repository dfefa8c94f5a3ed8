"""Carry out a file of decisions: approve, reject and pay bonuses, each once.

    python apply_decisions.py --decisions_file=decisions.csv --hit_ids_file=hit_ids.txt

The file is one of review_hits.py, or a results CSV of Mechanical Turk's web site with an X under
Approve or a reason under Reject. The script first shows how the decisions differ from what the crowd
has, and asks. A row without a decision does nothing. If it is interrupted, or you have decided on more
answers, run the same command again. With --undo, those answers in the file that are rejected are
approved instead, up to 30 days after they were submitted.
"""

import argparse
import sys
from typing import TYPE_CHECKING

import simpleamt
from amt import applying, batches, calls, decision_files, decision_states, records, spending
from amt.crowd import Crowd
from amt.decision_files import Decision
from amt.decision_records import ENDING, Applied
from amt.errors import Error
from amt.messages import Faults, count_of

if TYPE_CHECKING:
    from mypy_boto3_mturk import MTurkClient


def main(argv: list[str] | None = None) -> int:
    """Run the command line."""
    parser = simpleamt.parser(__doc__, "yes")
    parser.add_argument(
        "--decisions_file",
        required=True,
        metavar="FILE",
        help="decisions of review_hits.py, or a results CSV of Mechanical Turk's web site",
    )
    parser.add_argument(
        "--hit_ids_file",
        metavar="FILE",
        help="HIT ids, one per line; decisions on answers to other HITs are refused",
    )
    parser.add_argument(
        "--undo", action="store_true", help="approve what is rejected, and do nothing else"
    )
    parser.add_argument(
        "--bonus_reason",
        default=applying.BONUS_REASON,
        metavar="TEXT",
        help="reason of a bonus whose row has no feedback; workers read it; default: %(default)s",
    )
    return simpleamt.run(parser, apply_decisions, argv)


def apply_decisions(args: argparse.Namespace) -> int:
    """Read, compare with the crowd, ask, carry out."""
    if not args.bonus_reason.strip():
        raise Error("--bonus_reason must not be empty: workers read it")
    record = Applied(records.lasting_record_path(args.decisions_file, ENDING))
    decisions = decision_files.read(args.decisions_file)
    batch = batches.find(args.hit_ids_file) if args.hit_ids_file else None
    crowd = simpleamt.crowd(args, batch, record)
    records.refuse_other_place(record, crowd)
    ids = None
    if args.hit_ids_file:
        ids = batches.read_hit_ids(args.hit_ids_file, batch, simpleamt.say)
    with record.claim():
        client = crowd.connect()
        states = find_states(args, crowd, client, decisions, ids, record)
        plan = applying.plan(
            crowd, decisions, states, record, undo=args.undo, bonus_reason=args.bonus_reason
        )
        show(args.decisions_file, plan, decisions)
        if not plan.steps and not plan.bonuses:
            simpleamt.say("Nothing was done.")
            return 1 if plan.impossible else 0
        if crowd.live:
            cost = applying.cost_from_balance(crowd, plan)
            spending.require_funds(crowd, client, cost, "Pay them")
        simpleamt.confirm(args, applying.ask_to_apply(crowd, plan))
        record.start(crowd)
        refused = carry_out(args.decisions_file, crowd, client, record, plan)
    return 1 if refused or plan.impossible else 0


def find_states(
    args: argparse.Namespace,
    crowd: Crowd,
    client: "MTurkClient",
    decisions: list[Decision],
    ids: list[str] | None,
    record: Applied,
) -> decision_states.States:
    """Ask where the assignments stand; refuse those that are not of the batch."""
    path, hit_ids_file = args.decisions_file, args.hit_ids_file
    recorded = decision_files.read_hits(path)
    hit_ids = recorded | {item.assignment_id: item.hit_id for item in decisions if item.hit_id}
    decided = [item for item in decisions if item.decision]
    if ids is not None:
        placed = [item for item in decided if item.assignment_id in hit_ids]
        applying.refuse_outsiders(path, placed, hit_ids, hit_ids_file, ids)
    missing = [
        item
        for item in decided
        if not record.is_done(item.assignment_id, "override" if args.undo else item.decision)
    ]
    asked = [item.assignment_id for item in missing]
    # With a batch, the crowd says which HIT an answer is for: the file's HITId may be edited.
    known = hit_ids if ids is None else recorded
    states = decision_states.find_states(crowd, client, asked, known, ids)
    if ids is not None:
        hit_ids |= {item: state.hit.hit_id for item, state in states.known.items()}
        applying.refuse_outsiders(path, missing, hit_ids, hit_ids_file, ids)
    return states


def show(path: str, plan: applying.Plan, decisions: list[Decision]) -> None:
    """Say how the decisions differ from what the crowd has."""
    with Faults(simpleamt.say) as faults:
        for decision, why in plan.impossible:
            faults.add(f"{path}:{decision.line}: {decision.assignment_id}: {why}")
        for line in plan.unpaid:
            faults.add(f"{path}:{line}: a bonus without a decision is not paid; write approve")
    undecided = sum(not item.decision for item in decisions)
    simpleamt.say(f"{path}: {applying.describe(plan)}; {undecided:,} without a decision.")


def carry_out(
    path: str, crowd: Crowd, client: "MTurkClient", record: Applied, plan: applying.Plan
) -> int:
    """Review, then pay the bonuses of what was reviewed; return how many items were refused."""
    refused: set[str] = set()
    reviewed = paid = 0
    try:
        outcomes = applying.apply_steps(crowd, client, record, plan.steps)
        for outcome in calls.name_refusals(
            outcomes, simpleamt.say, lambda step: f"{path}:{step.decision.line}"
        ):
            if outcome.refusal is None:
                reviewed += 1
            else:
                refused.add(outcome.item.decision.assignment_id)
        payable = [bonus for bonus in plan.bonuses if bonus.assignment_id not in refused]
        outcomes = applying.pay_bonuses(crowd, client, record, payable)
        unpaid = 0
        for outcome in calls.name_refusals(
            outcomes, simpleamt.say, lambda bonus: f"{path}:{bonus.line}"
        ):
            paid += bool(outcome.value)
            unpaid += outcome.refusal is not None
            if outcome.value is False:
                simpleamt.say(
                    f"{path}:{outcome.item.line}: {outcome.item.assignment_id}: this bonus was paid "
                    "before, for the same reason, so it is not paid again"
                )
    finally:
        simpleamt.say(
            f"Carried out {count_of(reviewed, 'decision')}, and paid "
            f"{count_of(paid, 'bonus', 'bonuses')}."
        )
    return len(refused) + unpaid


if __name__ == "__main__":
    sys.exit(main())
