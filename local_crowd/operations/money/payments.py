"""What workers are owed, and what was paid. An approved assignment and a bonus are paid once each.

Paying itself happens elsewhere: a bank, a panel. Here it is noted, all of a payment in one
transaction and under an id; what was noted can be listed again by that id.
"""

from typing import Any, NamedTuple

from sqlalchemy import Row, Select, Subquery, case, exists, false, func, insert, select, true
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
    workers,
)

ITEM = ("item_id", "worker_id", "is_bonus", "amount")


class Choice(NamedTuple):
    """Which part of what is owed: approved or given since a time (epoch seconds), by a requester."""

    since: int | None = None
    requester_id: str | None = None


EVERYTHING = Choice()


def list_owed(call: Call, choice: Choice = EVERYTHING) -> list[Row[Any]]:
    """What is owed, a row a worker, by worker id: `worker_id`, `name`, `email`, `panel`,
    `participant_id`, `approved` (how many), `rewards`, `bonuses`, `total` (cents).
    """
    return list(call.db.execute(_group_by_worker(_query_unpaid(choice).subquery())).all())


def pay(call: Call, choice: Choice = EVERYTHING) -> str | None:
    """Note as paid all that is owed now: the payment's id, or none when nothing is owed.

    Two at once share what is owed between them: nothing is in both.
    """
    payment_id = call.new_id("P", 14)
    call.db.execute(insert(payments).values(payment_id=payment_id, created_time=call.now))
    items = _query_unpaid(choice).subquery()
    chosen = select(value(payment_id), *[items.c[name] for name in ITEM])
    rows = chosen.order_by(items.c.item_id)  # so that two payments cannot deadlock
    insert_new_rows(call.db, payment_items, ["payment_id", *ITEM], rows)
    if not list_paid(call, payment_id):
        call.db.execute(payments.delete().where(payments.c.payment_id == payment_id))
        return None
    return payment_id


def list_paid(call: Call, payment_id: str) -> list[Row[Any]]:
    """What was noted under this id: rows as of `list_owed`."""
    query = select(*[payment_items.c[name] for name in ITEM])
    mine = query.where(payment_items.c.payment_id == payment_id).subquery()
    return list(call.db.execute(_group_by_worker(mine)).all())


def check(call: Call, payment_id: str) -> None:
    """Raise ParameterValidationError when there is no such payment."""
    known = select(payments.c.payment_id).where(payments.c.payment_id == payment_id)
    if call.db.execute(known).first() is None:
        raise ParameterValidationError(
            f"There is no payment {payment_id}: list_payments names those there are."
        )


def list_payments(call: Call, worker_id: str | None = None) -> list[Row[Any]]:
    """All payments, or the worker's, the newest first: `payment_id`, `created_time`, `workers` (how
    many), `total` (cents).
    """
    item = payment_items.c
    query = (
        select(
            payments,
            func.count(item.worker_id.distinct()).label("workers"),
            func.sum(item.amount).label("total"),
        )
        .join(payment_items, item.payment_id == payments.c.payment_id)
        .where(item.worker_id == worker_id if worker_id else true())
        .group_by(payments.c.payment_id, payments.c.created_time)
        .order_by(payments.c.created_time.desc(), payments.c.payment_id)
    )
    return list(call.db.execute(query).all())


def sum_paid(call: Call, worker_id: str) -> int:
    """Cents that the worker was paid."""
    query = select(func.coalesce(func.sum(payment_items.c.amount), 0))
    return int(call.db.scalar(query.where(payment_items.c.worker_id == worker_id)) or 0)


def sum_owed(call: Call, worker_id: str) -> int:
    """Cents that the worker is owed."""
    items = _query_unpaid(EVERYTHING).subquery()
    query = select(func.coalesce(func.sum(items.c.amount), 0))
    return int(call.db.scalar(query.where(items.c.worker_id == worker_id)) or 0)


def _query_unpaid(choice: Choice) -> Any:
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
    given: Select[Any] = select(
        bonuses.c.bonus_id, bonuses.c.worker_id, true(), bonuses.c.amount
    ).where(_is_unpaid(bonuses.c.bonus_id))
    if choice.since is not None:
        rewards = rewards.where(assignments.c.approval_time >= choice.since)
        given = given.where(bonuses.c.grant_time >= choice.since)
    if choice.requester_id is not None:
        rewards = rewards.where(assignments.c.requester_id == choice.requester_id)
        given = given.where(bonuses.c.requester_id == choice.requester_id)
    return union_all(rewards, given)


def _is_unpaid(item_id: Any) -> Any:
    return ~exists().where(payment_items.c.item_id == item_id)


def _group_by_worker(items: Subquery) -> Select[Any]:
    def summed(is_bonus: bool) -> Any:
        amount = case((items.c.is_bonus == is_bonus, items.c.amount), else_=0)
        return func.sum(amount)

    per_worker = (
        select(
            items.c.worker_id,
            func.sum(case((items.c.is_bonus, 0), else_=1)).label("approved"),
            summed(is_bonus=False).label("rewards"),
            summed(is_bonus=True).label("bonuses"),
            func.sum(items.c.amount).label("total"),
        )
        .group_by(items.c.worker_id)
        .subquery()
    )
    return (
        select(
            per_worker.c.worker_id,
            workers.c.nickname.label("name"),
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
