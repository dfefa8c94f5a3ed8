"""What a panel still has to approve and to pay for the participants of a link.

A panel pays the reward of a study by approving a participant's one submission, and bonuses by their
amounts. What is recorded is a payment of operations/money/payments.py, so that nothing is paid
by export_payments as well.
"""

from typing import Any

from sqlalchemy import and_, exists, or_, select

from local_crowd.operations.call import Call
from local_crowd.operations.money import payments
from local_crowd.operations.panels import bulk_forms, participants
from local_crowd.store.tables import (
    assignments,
    bonuses,
    panel_workers,
    payment_items,
    visit_assignments,
    visits,
)

UNREVIEWED = ("Accepted", "Submitted")


def query_unpaid(link_id: str, limit: int, only: str) -> Any:
    """Return a query of the link's items that no payment contains, as payments.query_unpaid does.

    Rewards are those of participants who finished, whose work is reviewed, and of whom no reward of
    the link is paid: a panel approves a participant's submission once. Bonuses are all. Participants
    whose id is forgotten have none, because no panel could be told whom to pay.
    `limit` is the link's number of HITs per person; `only` is one of bulk_forms.PARTS.
    """
    items = payments.query_unpaid(payments.Choice(link_id=link_id)).subquery()
    parts = []
    if only != bulk_forms.BONUSES:
        parts.append(
            and_(~items.c.is_bonus, items.c.worker_id.in_(_query_approvable(link_id, limit)))
        )
    if only != bulk_forms.APPROVALS:
        parts.append(items.c.is_bonus)
    is_known = items.c.worker_id.in_(select(panel_workers.c.worker_id))
    return select(items).where(is_known, or_(*parts))


def list_unpaid(call: Call, link_id: str, unpaid_items: Any) -> list[bulk_forms.Row]:
    """List what these of query_unpaid's items are for each participant, ordered by worker id."""
    return _list_rows(call, link_id, payments.sum_by_worker(call, unpaid_items))


def list_paid(call: Call, link_id: str, payment_id: str) -> list[bulk_forms.Row]:
    """List the link's participants in a payment, as list_unpaid listed them before it.

    Raises ParameterValidationError when the payment does not exist.
    """
    payments.require_payment(call, payment_id)
    of_link = select(visit_assignments.c.assignment_id).filter_by(link_id=link_id)
    bonuses_of_link = select(bonuses.c.bonus_id).where(
        or_(bonuses.c.assignment_id.in_(of_link), bonuses.c.link_id == link_id)
    )
    items = select(*[payment_items.c[name] for name in payments.ITEM_COLUMNS]).where(
        payment_items.c.payment_id == payment_id,
        or_(payment_items.c.item_id.in_(of_link), payment_items.c.item_id.in_(bonuses_of_link)),
    )
    return _list_rows(call, link_id, payments.sum_by_worker(call, items))


def _list_rows(
    call: Call, link_id: str, totals: list[payments.WorkerTotal]
) -> list[bulk_forms.Row]:
    visitors = {visitor.worker_id: visitor for visitor in participants.list_visitors(call, link_id)}
    return [
        bulk_forms.Row(
            visitor.participant_id,
            visitor.session_id,
            total.worker_id,
            total.approved > 0,
            total.rewards,
            total.bonuses,
        )
        for total in totals
        if (visitor := visitors.get(total.worker_id))
    ]


def _query_approvable(link_id: str, limit: int) -> Any:
    """Return a query of the workers who finished, and of whose work nothing is unreviewed or paid."""
    is_unreviewed = exists().where(
        visit_assignments.c.link_id == visits.c.link_id,
        visit_assignments.c.worker_id == visits.c.worker_id,
        assignments.c.assignment_id == visit_assignments.c.assignment_id,
        assignments.c.status.in_(UNREVIEWED),
    )
    is_paid = exists().where(
        visit_assignments.c.link_id == visits.c.link_id,
        visit_assignments.c.worker_id == visits.c.worker_id,
        payment_items.c.item_id == visit_assignments.c.assignment_id,
    )
    return select(visits.c.worker_id).where(
        visits.c.link_id == link_id,
        or_(
            visits.c.outcome == participants.DONE,
            participants.count_hits(*participants.FINISHED) >= limit,
        ),
        ~is_unreviewed,
        ~is_paid,
    )
