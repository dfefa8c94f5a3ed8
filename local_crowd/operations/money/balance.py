"""The requester's account."""

from sqlalchemy import and_, case, func, select, update

from local_crowd.operations.call import Call, Request, Response
from local_crowd.operations.checks import format_dollars
from local_crowd.operations.errors import RequestError
from local_crowd.store.tables import bonuses, hit_types, hits, requesters

SANDBOX_BALANCE = 1_000_000  # cents: Amazon's sandbox has always said 10000.00
BOUNDLESS = 99_999_999_999  # cents: a live requester without a budget


def get_account_balance(call: Call, _request: Request) -> Response:
    """GetAccountBalance: the sandbox's constant, or what is left of the requester's budget."""
    return {"AvailableBalance": format_dollars(max(0, compute_balance(call)))}


def compute_balance(call: Call) -> int:
    """Cents the requester may still promise: the budget less what was paid and what open HITs may
    yet cost. As at Amazon's prepaid accounts, a HIT's rewards are put aside when it is made, and
    those nobody earned are free again when it expires.
    """
    if call.site == "sandbox":
        return SANDBOX_BALANCE
    mine = requesters.c.requester_id == call.requester_id
    budget: int | None = call.db.scalar(select(requesters.c.budget).where(mine))
    if budget is None:
        return BOUNDLESS
    paid, aside = _sum_used(call)
    return budget - paid - aside


def require_funds(call: Call, amount: int, *, put_aside: bool = False) -> None:
    """Raise RequestError, in the words clients look for, when `amount` (cents) is not left.

    `put_aside`: it was promised before, as the reward of submitted work is. The sandbox costs
    nothing.
    """
    if call.site == "sandbox" or not amount:
        return
    mine = requesters.c.requester_id == call.requester_id
    bound = select(requesters.c.budget, requesters.c.surely_left).where(
        mine, requesters.c.budget.is_not(None)
    )
    # FOR UPDATE serializes spending until this transaction ends.
    row = call.db.execute(bound.with_for_update()).one_or_none()
    if row is None:
        return
    budget, surely_left = row
    # Summing every HIT is O(n). Spending only happens here and everything else frees money, so
    # `surely_left` is a lower bound; recount only when it does not cover `amount`.
    new = 0 if put_aside else amount
    if surely_left is None or surely_left < new:
        paid, aside = _sum_used(call)
        surely_left = budget - paid - aside
        left = surely_left + (aside if put_aside else 0)
        if amount > left:
            raise RequestError(
                "This Requester has insufficient funds in their account to complete this "
                f"transaction. It needs {format_dollars(amount)}, and {format_dollars(max(0, left))} is left of "
                "the budget.",
                "InsufficientFunds",
            )
    call.db.execute(update(requesters).where(mine).values(surely_left=surely_left - new))


def set_budget(call: Call, requester_id: str | None, amount: int | None) -> None:
    """Set the most that a requester may spend in all, in cents; None removes the limit."""
    mine = requesters.c.requester_id == requester_id
    call.db.execute(update(requesters).where(mine).values(budget=amount, surely_left=None))


def _sum_used(call: Call) -> tuple[int, int]:
    """Return the cents paid in rewards and bonuses, and the cents that HITs may still cost."""
    open_slots = case(
        (and_(hits.c.expiration > call.now, ~hits.c.disposed), hits.c.available), else_=0
    )
    reward = hit_types.c.reward
    paid, aside = call.db.execute(
        select(
            func.coalesce(func.sum(reward * hits.c.approved), 0),
            func.coalesce(func.sum(reward * (hits.c.pending + hits.c.submitted + open_slots)), 0),
        )
        .select_from(hits.join(hit_types, hit_types.c.hit_type_id == hits.c.hit_type_id))
        .where(hits.c.requester_id == call.requester_id)
    ).one()
    bonus_total = call.db.scalar(
        select(func.coalesce(func.sum(bonuses.c.amount), 0)).where(
            bonuses.c.requester_id == call.requester_id
        )
    )
    return int(paid) + int(bonus_total or 0), int(aside)
