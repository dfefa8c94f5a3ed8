"""Carry out a decision file: approve, reject, undo rejections and pay bonuses, each once."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from amt import bonuses, calls, fees, review
from amt.bonuses import Bonus
from amt.crowd import Crowd
from amt.decision_files import Decision
from amt.decision_records import Applied
from amt.decision_states import State, States
from amt.errors import Error
from amt.fees import Cost
from amt.messages import FaultList, count_of
from amt.parallel import Outcome
from amt.records import TOKENS_LAST
from amt.results import OVERRIDABLE
from amt.review import Submitted

if TYPE_CHECKING:
    from mypy_boto3_mturk import MTurkClient

BONUS_REASON = "Thank you for your work"
EVER = datetime.fromtimestamp(0, UTC)


class Step(NamedTuple):
    """A change to make: `did` is approve, reject or override, `price` what approving costs."""

    decision: Decision
    did: str
    price: Submitted


class Plan(NamedTuple):
    """The difference between a decision file and the crowd.

    `impossible` are decisions that the crowd would refuse, each with the reason. `unpaid` are the
    lines with a bonus and without a decision.
    """

    steps: list[Step]
    bonuses: list[Bonus]
    unchanged: int
    impossible: list[tuple[Decision, str]]
    unpaid: list[int]

    def select(self, did: str) -> list[Submitted]:
        """Return the assignments with this step."""
        return [step.price for step in self.steps if step.did == did]


def refuse_outsiders(
    path: str,
    decisions: Sequence[Decision],
    hit_ids: Mapping[str, str],
    hit_ids_file: str,
    batch: Sequence[str],
) -> None:
    """Raise Error, naming every line, for decisions on assignments of HITs that are not of the batch.

    `hit_ids`: the HITs of the assignments; one that has none there is refused too.
    """
    of_batch = set(batch)
    faults = FaultList()
    for decision in decisions:
        if hit_ids.get(decision.assignment_id) not in of_batch:
            faults.append(
                f"{path}:{decision.line}: {decision.assignment_id} is not an assignment of the "
                f"HITs in {hit_ids_file}"
            )
    if faults:
        raise Error(faults.join())


def plan(
    crowd: Crowd,
    decisions: Sequence[Decision],
    states: States,
    record: Applied,
    *,
    undo: bool = False,
    bonus_reason: str = BONUS_REASON,
) -> Plan:
    """Return what is to be done. `undo`: approve what is rejected, and nothing else.

    What the crowd does not show is impossible, in its words.
    """
    steps: list[Step] = []
    impossible: list[tuple[Decision, str]] = []
    unchanged = 0
    blocked: set[str] = set()
    for decision in decisions:
        assignment_id = decision.assignment_id
        if not decision.decision:
            continue
        if record.is_done(assignment_id, "override" if undo else decision.decision):
            unchanged += 1
            continue
        state = states.known.get(assignment_id)
        if state is None:
            words = states.refusals.get(
                assignment_id, f"Assignment {assignment_id} does not exist."
            )
            impossible.append((decision, words))
            blocked.add(assignment_id)
            continue
        did = _choose_step(decision, state, undo=undo)
        if did in ("approve", "reject", "override"):
            price = review.price(crowd, assignment_id, state.hit)
            steps.append(Step(decision, did, price))
        elif did:
            impossible.append((decision, did))
            blocked.add(assignment_id)
        else:
            unchanged += 1
    wanted = [] if undo else [item for item in decisions if item.bonus is not None]
    changed = [(item, why) for item in wanted if (why := _describe_change(item, record))]
    impossible += changed
    blocked |= record.paid | {item.assignment_id for item, _ in changed}
    return Plan(
        steps,
        [
            _plan_bonus(number, item, record, bonus_reason)
            for number, item in enumerate(wanted)
            if item.decision and item.assignment_id not in blocked
        ],
        unchanged,
        impossible,
        [item.line for item in wanted if not item.decision],
    )


def _choose_step(decision: Decision, state: State, *, undo: bool) -> str | None:
    """Return the step that carries out a decision, the reason it cannot be, or None: nothing to do."""
    if undo:
        if state.status != "Rejected":
            return None
        if state.submit_time and datetime.now(UTC) - state.submit_time > OVERRIDABLE:
            return "was submitted more than 30 days ago, so its rejection is final"
        return "override"
    if state.status == "Submitted":
        return decision.decision
    if state.status == ("Approved" if decision.decision == "approve" else "Rejected"):
        return None
    if state.status == "Rejected":
        return "is Rejected already; --undo approves it"
    return f"is {state.status} already, which is final"


def _describe_change(decision: Decision, record: Applied) -> str | None:
    """Say that another bonus was begun for the assignment; None if none or this one was."""
    planned = record.planned.get(decision.assignment_id)
    if planned is None or planned.amount == decision.bonus:
        return None
    return (
        f"a bonus of ${planned.amount:,.2f} was begun before it was changed to "
        f"${decision.bonus:,.2f}; change it back, and pay the difference with pay_bonuses.py"
    )


def _plan_bonus(number: int, decision: Decision, record: Applied, bonus_reason: str) -> Bonus:
    assert decision.bonus is not None  # noqa: S101 - the caller has looked
    planned = record.planned.get(decision.assignment_id)
    is_praise = decision.decision == "approve" and decision.feedback
    reason = decision.feedback if is_praise else bonus_reason
    return Bonus(
        number,
        decision.line,
        decision.assignment_id,
        decision.worker_id,
        decision.bonus,
        planned.reason if planned else reason,
    )


def describe(found: Plan) -> str:
    """Return the difference to the crowd: 3 to approve, 1 to reject, 2 already done."""
    parts = {
        "to approve": len(found.select("approve")),
        "to reject": len(found.select("reject")),
        "rejected, to approve": len(found.select("override")),
        "already done": found.unchanged,
        "that cannot be carried out": len(found.impossible),
    }
    shown = [f"{count:,} {name}" for name, count in parts.items() if count]
    shown += [count_of(len(found.bonuses), "bonus to pay", "bonuses to pay")] * bool(found.bonuses)
    return f"{', '.join(shown) or 'no decisions'}"


def cost_of_bonuses(crowd: Crowd, planned: Sequence[Bonus]) -> Decimal:
    """Return what the bonuses cost with their fees, in US dollars."""
    rates = fees.Rates(charged=crowd.charges_fees)
    return sum((bonus.amount + rates.bonus_fee(bonus.amount) for bonus in planned), Decimal("0.00"))


def cost_of_approvals(found: Plan) -> Cost:
    """Return what the approvals cost, of submitted and of rejected work."""
    return review.cost_of([step.price for step in found.steps if step.did != "reject"])


def cost_from_balance(crowd: Crowd, found: Plan) -> Decimal:
    """Return what the balance must cover, in US dollars: submitted work is reserved already."""
    overridden = review.cost_of(found.select("override"))
    return overridden.total + cost_of_bonuses(crowd, found.bonuses)


def ask_to_apply(crowd: Crowd, found: Plan) -> str:
    """Return the question to ask before the plan is carried out, which names the cost."""
    parts = []
    approved = found.select("approve") + found.select("override")
    rejected = found.select("reject")
    if approved:
        parts.append(f"approve {_count(approved)} for {cost_of_approvals(found)}")
    if rejected:
        unpaid = review.cost_of(rejected).rewards
        parts.append(f"reject {_count(rejected)}, whose workers are not paid the ${unpaid:,}")
    if found.bonuses:
        number = count_of(len(found.bonuses), "bonus", "bonuses")
        parts.append(f"pay {number} for ${cost_of_bonuses(crowd, found.bonuses):,}")
    text = "; ".join(parts)
    return f"{text[:1].upper()}{text[1:]}, on {crowd}?"


def apply_steps(
    crowd: Crowd, client: "MTurkClient", record: Applied, steps: Sequence[Step]
) -> Iterator[Outcome]:
    """Carry out these steps, and record each. Yield an outcome each, in order."""

    def apply_one(step: Step) -> None:
        decision = step.decision
        if step.did == "reject":
            review.reject_one(client, decision.assignment_id, decision.feedback)
        else:
            override = step.did == "override"
            # Feedback that was written for a rejection does not fit an approval.
            feedback = decision.feedback if decision.decision == "approve" else None
            review.approve_one(client, decision.assignment_id, feedback, override=override)
        record.append({"assignment_id": decision.assignment_id, "did": step.did})

    return calls.gather(crowd, apply_one, steps, doing="reviewing", total=len(steps))


def pay_bonuses(
    crowd: Crowd, client: "MTurkClient", record: Applied, planned: Sequence[Bonus]
) -> Iterator[Outcome]:
    """Pay these bonuses, each once, and record each. Yield an outcome each, in order.

    A bonus for work that was reviewed before, perhaps from a copy of the file, is not paid if the
    crowd lists the same amount with the same reason. The value of an outcome is whether it was paid.
    """
    now = datetime.now(UTC)
    for bonus in planned:
        if bonus.assignment_id not in record.planned:
            record.append(
                {
                    "assignment_id": bonus.assignment_id,
                    "bonus": f"{bonus.amount:.2f}",
                    "reason": bonus.reason,
                    "time": now.isoformat(timespec="seconds"),
                }
            )

    def pay_one(bonus: Bonus) -> bool:
        begun = record.planned[bonus.assignment_id]
        since = begun.time if bonus.assignment_id in record.done else EVER
        is_asked = since == EVER or now - since > TOKENS_LAST
        is_paid = is_asked and bonuses.is_listed(client, bonus, since)
        if not is_paid:
            bonuses.send(client, _make_token(bonus), bonus)
        record.append({"assignment_id": bonus.assignment_id, "paid": f"{bonus.amount:.2f}"})
        return not is_paid

    return calls.gather(crowd, pay_one, planned, doing="paying", total=len(planned))


def _make_token(bonus: Bonus) -> str:
    """Return the same token for the same bonus, also when the record is lost."""
    text = f"decision {bonus.assignment_id} {bonus.amount:.2f} {bonus.reason}"
    return hashlib.sha256(text.encode()).hexdigest()[:60]


def _count(assignments: Sequence[Submitted]) -> str:
    return count_of(len(assignments), "assignment")
