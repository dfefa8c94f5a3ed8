"""The requester's account."""

from sqlalchemy import func, select

from local_crowd.operations.call import Call, Request, Response
from local_crowd.operations.checks import dollars
from local_crowd.operations.errors import RequestError
from local_crowd.store.tables import assignments, bonuses, hit_types, hits, requesters

SANDBOX_BALANCE = 1_000_000  # cents: Amazon's sandbox has always said 10000.00
BOUNDLESS = 99_999_999_999  # cents: a live requester without a budget


def get_account_balance(call: Call, _request: Request) -> Response:
    """GetAccountBalance: the sandbox's constant, or what is left of the requester's budget."""
    return {"AvailableBalance": dollars(max(0, balance(call)))}


def balance(call: Call) -> int:
    """Cents the requester may still spend: the budget less approved rewards and bonuses."""
    if call.site == "sandbox":
        return SANDBOX_BALANCE
    budget = call.db.scalar(
        select(requesters.c.budget).where(requesters.c.requester_id == call.requester_id)
    )
    return BOUNDLESS if budget is None else budget - spent(call)


def must_afford(call: Call, amount: int) -> None:
    """Raise RequestError, in the words clients look for, when `amount` (cents) is not left.

    The sandbox costs nothing. Amounts that were promised by HITs are not put aside.
    """
    if call.site == "sandbox" or not amount:
        return
    left = balance(call)
    if amount > left:
        raise RequestError(
            "This Requester has insufficient funds in their account to complete this transaction. "
            f"It needs {dollars(amount)}, and {dollars(max(0, left))} is left of the budget.",
            "InsufficientFunds",
        )


def spent(call: Call) -> int:
    """Cents paid so far: the rewards of approved work, and bonuses."""
    rewards = call.db.scalar(
        select(func.coalesce(func.sum(hit_types.c.reward), 0))
        .select_from(assignments.join(hits, hits.c.hit_id == assignments.c.hit_id))
        .join(hit_types, hit_types.c.hit_type_id == hits.c.hit_type_id)
        .where(assignments.c.requester_id == call.requester_id, assignments.c.status == "Approved")
    )
    paid = call.db.scalar(
        select(func.coalesce(func.sum(bonuses.c.amount), 0)).where(
            bonuses.c.requester_id == call.requester_id
        )
    )
    return int(rewards or 0) + int(paid or 0)
