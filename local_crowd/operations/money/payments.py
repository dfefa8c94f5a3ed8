"""What workers are owed, and which payments were recorded.

The money itself moves elsewhere: by a bank, a panel. A payment records every item that it covers
in one transaction, under an id by which it can be listed again. An approved assignment or a bonus
is in one payment at most.
"""

from typing import Any, NamedTuple

from sqlalchemy import Select, case, exists, false, func, insert, or_, select, true
from sqlalchemy import literal as value
from sqlalchemy.sql import union_all

from local_crowd.operations.call import Call
from local_crowd.operations.errors import ParameterValidationError
from local_crowd.store.inserts import insert_new_rows
from local_crowd.store.tables import (
    accounts,
    assignments,
    bonuses,
    hit_types,
    hits,
    panel_workers,
    payment_items,
    payments,
    visit_assignments,
    workers,
)

ITEM_COLUMNS = ("item_id", "worker_id", "is_bonus", "amount")


class Choice(NamedTuple):
    """A filter of unpaid items: approved or sent since a time, by a requester, for a panel's link."""

    since: int | None = None  # epoch seconds
    requester_id: str | None = None
    link_id: str | None = None


class WorkerTotal(NamedTuple):
    """What one worker is owed, or was paid in one payment."""

    worker_id: str
    name: str
    email: str | None
    panel: str | None
    participant_id: str | None
    approved: int  # number of assignments
    rewards: int  # cents, as are the following
    bonuses: int
    total: int


class Payment(NamedTuple):
    """A recorded payment."""

    payment_id: str
    created_time: int  # epoch seconds
    workers: int  # number of workers in it
    total: int  # cents


EVERYTHING = Choice()


def list_unpaid(call: Call, choice: Choice = EVERYTHING) -> list[WorkerTotal]:
    """List what each worker is owed, ordered by worker id."""
    return sum_by_worker(call, query_unpaid(choice))


def pay(call: Call, choice: Choice = EVERYTHING) -> str | None:
    """Record everything that is owed now as paid, as `record` does."""
    return record(call, query_unpaid(choice))


def record(call: Call, unpaid_items: Any) -> str | None:
    """Record these of query_unpaid's items as paid; return the payment's id, or None without items.

    Concurrent payments share the items: no item is in two of them.
    """
    payment_id = call.new_id("P", 14)
    call.db.execute(insert(payments).values(payment_id=payment_id, created_time=call.now))
    items = unpaid_items.subquery()
    unpaid = select(value(payment_id), *[items.c[name] for name in ITEM_COLUMNS])
    rows = unpaid.order_by(items.c.item_id)  # one lock order, so that two payments cannot deadlock
    insert_new_rows(call.db, payment_items, ["payment_id", *ITEM_COLUMNS], rows)
    if not list_paid(call, payment_id):
        call.db.execute(payments.delete().where(payments.c.payment_id == payment_id))
        return None
    return payment_id


def list_paid(call: Call, payment_id: str) -> list[WorkerTotal]:
    """List what each worker was paid in one payment, ordered by worker id."""
    query = select(*[payment_items.c[name] for name in ITEM_COLUMNS])
    return sum_by_worker(call, query.where(payment_items.c.payment_id == payment_id))


def require_payment(call: Call, payment_id: str) -> None:
    """Raise ParameterValidationError when the payment does not exist."""
    query = select(payments.c.payment_id).where(payments.c.payment_id == payment_id)
    if call.db.execute(query).first() is None:
        raise ParameterValidationError(
            f"There is no payment {payment_id}. list_payments lists all payments."
        )


def list_payments(call: Call, worker_id: str | None = None) -> list[Payment]:
    """List all payments, newest first; with `worker_id`, those to the worker and their part."""
    item = payment_items.c
    query = (
        select(
            payments.c.payment_id,
            payments.c.created_time,
            func.count(item.worker_id.distinct()),
            func.sum(item.amount),
        )
        .join(payment_items, item.payment_id == payments.c.payment_id)
        .where(item.worker_id == worker_id if worker_id else true())
        .group_by(payments.c.payment_id, payments.c.created_time)
        .order_by(payments.c.created_time.desc(), payments.c.payment_id)
    )
    return [
        Payment(payment_id, created_time, workers, int(total))
        for payment_id, created_time, workers, total in call.db.execute(query)
    ]


def sum_paid(call: Call, worker_id: str) -> int:
    """Return the sum of the payments to the worker in cents."""
    query = select(func.coalesce(func.sum(payment_items.c.amount), 0))
    return int(call.db.scalar(query.where(payment_items.c.worker_id == worker_id)) or 0)


def sum_unpaid(call: Call, worker_id: str) -> int:
    """Return what the worker is owed in cents."""
    items = query_unpaid(EVERYTHING).subquery()
    query = select(func.coalesce(func.sum(items.c.amount), 0))
    return int(call.db.scalar(query.where(items.c.worker_id == worker_id)) or 0)


def query_unpaid(choice: Choice) -> Any:
    """Return a query of the items that no payment contains, with the columns ITEM_COLUMNS."""
    rewards = (
        select(
            assignments.c.assignment_id.label("item_id"),
            assignments.c.worker_id,
            false().label("is_bonus"),
            hit_types.c.reward.label("amount"),
        )
        .join(hits, hits.c.hit_id == assignments.c.hit_id)
        .join(hit_types, hit_types.c.hit_type_id == hits.c.hit_type_id)
        .where(assignments.c.status == "Approved", _is_unpaid(assignments.c.assignment_id))
    )
    extras: Select[Any] = select(
        bonuses.c.bonus_id, bonuses.c.worker_id, true(), bonuses.c.amount
    ).where(_is_unpaid(bonuses.c.bonus_id))
    if choice.since is not None:
        rewards = rewards.where(assignments.c.approval_time >= choice.since)
        extras = extras.where(bonuses.c.grant_time >= choice.since)
    if choice.requester_id is not None:
        rewards = rewards.where(assignments.c.requester_id == choice.requester_id)
        extras = extras.where(bonuses.c.requester_id == choice.requester_id)
    if choice.link_id is not None:
        of_link = select(visit_assignments.c.assignment_id).filter_by(link_id=choice.link_id)
        rewards = rewards.where(assignments.c.assignment_id.in_(of_link))
        extras = extras.where(
            or_(bonuses.c.assignment_id.in_(of_link), bonuses.c.link_id == choice.link_id)
        )
    return union_all(rewards, extras)


def _is_unpaid(item_id: Any) -> Any:
    return ~exists().where(payment_items.c.item_id == item_id)


def sum_by_worker(call: Call, query: Any) -> list[WorkerTotal]:
    """Return the sums of each worker's items, ordered by worker id; `query` has ITEM_COLUMNS."""
    items = query.subquery()

    def sum_amounts(is_bonus: bool) -> Any:
        amount = case((items.c.is_bonus == is_bonus, items.c.amount), else_=0)
        return func.sum(amount)

    per_worker = (
        select(
            items.c.worker_id,
            func.sum(case((items.c.is_bonus, 0), else_=1)).label("approved"),
            sum_amounts(is_bonus=False).label("rewards"),
            sum_amounts(is_bonus=True).label("bonuses"),
            func.sum(items.c.amount).label("total"),
        )
        .group_by(items.c.worker_id)
        .subquery()
    )
    query = (
        select(
            per_worker.c.worker_id,
            workers.c.nickname,
            accounts.c.email,
            panel_workers.c.panel,
            panel_workers.c.participant_id,
            *[per_worker.c[name] for name in ("approved", "rewards", "bonuses", "total")],
        )
        .join(workers, workers.c.worker_id == per_worker.c.worker_id)
        .outerjoin(accounts, accounts.c.worker_id == per_worker.c.worker_id)
        .outerjoin(panel_workers, panel_workers.c.worker_id == per_worker.c.worker_id)
        .order_by(per_worker.c.worker_id)
    )
    return [
        WorkerTotal(*row[:5], *(int(number) for number in row[5:]))
        for row in call.db.execute(query)
    ]
