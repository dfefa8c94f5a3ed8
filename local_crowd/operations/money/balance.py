"""A requester's budget, and what is left of it."""

from typing import NamedTuple

from sqlalchemy import and_, case, func, select, update

from local_crowd.operations.call import Call, Request, Response
from local_crowd.operations.checks import format_dollars
from local_crowd.operations.errors import RequestError
from local_crowd.store.tables import bonuses, hit_types, hits, requesters, waits

SANDBOX_BALANCE = 1_000_000  # cents; Amazon's sandbox always reports 10000.00
UNLIMITED_BALANCE = 99_999_999_999  # cents; reported for a live requester without a budget


def get_account_balance(call: Call, _request: Request) -> Response:
    """Perform GetAccountBalance: return what is left of the budget, or the sandbox's constant."""
    return {"AvailableBalance": format_dollars(max(0, compute_balance(call)))}


def compute_balance(call: Call) -> int:
    """Return the cents that the requester may still spend.

    That is the budget less what was paid and what HITs may still cost. As with Amazon's prepaid
    accounts, creating a HIT reserves its rewards, and its expiration frees those of free slots.
    """
    if call.site == "sandbox":
        return SANDBOX_BALANCE
    is_own = requesters.c.requester_id == call.requester_id
    budget: int | None = call.db.scalar(select(requesters.c.budget).where(is_own))
    if budget is None:
        return UNLIMITED_BALANCE
    paid, reserved = _sum_liabilities(call)
    return budget - paid - reserved


def require_funds(call: Call, amount: int, *, is_reserved: bool = False) -> None:
    """Raise RequestError, in the words that clients match, when `amount` (cents) is not covered.

    `is_reserved` says that creating the HIT has reserved the amount, as with the reward of
    submitted work. The sandbox costs nothing. Locks the requester's row.
    """
    if call.site == "sandbox" or not amount:
        return
    is_own = requesters.c.requester_id == call.requester_id
    query = select(requesters.c.budget, requesters.c.surely_left).where(
        is_own, requesters.c.budget.is_not(None)
    )
    # FOR UPDATE serializes spending until this transaction ends.
    row = call.db.execute(query.with_for_update()).one_or_none()
    if row is None:
        return
    budget, surely_left = row
    # Summing every HIT is O(n). Spending only happens here and everything else frees money, so
    # `surely_left` is a lower bound; recount only when it does not cover `amount`.
    unreserved = 0 if is_reserved else amount
    if surely_left is None or surely_left < unreserved:
        paid, reserved = _sum_liabilities(call)
        surely_left = budget - paid - reserved
        left = surely_left + (reserved if is_reserved else 0)
        if amount > left:
            raise RequestError(
                "This Requester has insufficient funds in their account to complete this "
                f"transaction. It needs {format_dollars(amount)}, and {format_dollars(max(0, left))} is left of "
                "the budget.",
                "InsufficientFunds",
            )
    call.db.execute(update(requesters).where(is_own).values(surely_left=surely_left - unreserved))


def set_budget(call: Call, requester_id: str | None, amount: int | None) -> None:
    """Set the total that a requester may spend, in cents; None removes the limit."""
    is_requester = requesters.c.requester_id == requester_id
    call.db.execute(update(requesters).where(is_requester).values(budget=amount, surely_left=None))


class Liabilities(NamedTuple):
    """A requester's costs in cents: paid in rewards and bonuses, and reserved for HITs and waiting."""

    paid: int
    reserved: int


def _sum_liabilities(call: Call) -> Liabilities:
    open_slots = case(
        (and_(hits.c.expiration > call.now, ~hits.c.disposed), hits.c.available), else_=0
    )
    reward = hit_types.c.reward
    paid, reserved = call.db.execute(
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
    # What people have earned by waiting is reserved until it is paid as a bonus.
    waiting = call.db.scalar(
        select(func.coalesce(func.sum(waits.c.earned - waits.c.paid), 0)).where(
            waits.c.requester_id == call.requester_id, waits.c.due_time.is_not(None)
        )
    )
    return Liabilities(int(paid) + int(bonus_total or 0), int(reserved) + int(waiting or 0))
