"""Paying for waiting: what is earned and not yet paid becomes a bonus.

It is earned and reserved in the transaction that counts it, so paying can happen at any time later,
also after a crash: the row says what is left to pay.
"""

from dataclasses import replace
from typing import Any

from sqlalchemy import Row, insert, select, update

from local_crowd.operations.call import Call
from local_crowd.operations.checks import format_dollars
from local_crowd.operations.people import workers
from local_crowd.operations.texts import describe_duration
from local_crowd.store.tables import bonuses, waits


def pay(call: Call, link_id: str, worker_id: str) -> None:
    """Pay what the worker has earned by waiting and was not paid. The row must be locked."""
    key = {"link_id": link_id, "worker_id": worker_id}
    _pay(call, call.db.execute(select(waits).filter_by(**key)).one(), call.now)


def pay_due(call: Call) -> None:
    """Pay everybody of whom nothing was heard for a while, except rows that others have locked."""
    query = (
        select(waits)
        .where(waits.c.due_time.is_not(None), waits.c.due_time <= call.now)
        .order_by(waits.c.due_time)
        .with_for_update(skip_locked=True)
    )
    for wait in call.db.execute(query).all():
        _pay(call, wait, wait.due_time)


def _pay(call: Call, wait: Row[Any], at: int) -> None:
    is_this = (waits.c.link_id == wait.link_id) & (waits.c.worker_id == wait.worker_id)
    amount = wait.earned - wait.paid
    if not amount:
        call.db.execute(update(waits).where(is_this).values(due_time=None, beat_time=None))
        return
    waited = wait.seconds - wait.paid_seconds
    reason = f"Waiting: {' '.join(map(str, describe_duration(waited)))}"
    call.db.execute(
        insert(bonuses).values(
            bonus_id=call.new_id(),
            requester_id=wait.requester_id,
            worker_id=wait.worker_id,
            amount=amount,
            reason=reason,
            grant_time=at,
            link_id=wait.link_id,
            waited_seconds=waited,
        )
    )
    paid = {"paid": wait.earned, "paid_seconds": wait.seconds}
    call.db.execute(update(waits).where(is_this).values(**paid, due_time=None, beat_time=None))
    payer = replace(call, requester_id=wait.requester_id)
    workers.send_message(payer, wait.worker_id, f"A bonus of ${format_dollars(amount)}", reason)
