"""Answers with their HITs, listed for a requester page by page."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import Row, Select, func, select, tuple_

from local_crowd.operations.call import Call
from local_crowd.operations.hits.stored_questions import STORED, read_question
from local_crowd.operations.review.assignments import VISIBLE
from local_crowd.store.tables import assignments, bonuses, hit_types, hits


def list_of_batch(
    call: Call, batch: str, statuses: Sequence[str], offset: int, limit: int
) -> list[Row[Any]]:
    """List a batch's answers in these statuses, by HIT in the order of the input.

    Each row has the columns of `assignments`, `question`, `requester_annotation`, `batch`, `title`,
    `reward` (cents) and `bonus` (cents, the sum for the assignment).
    """
    query = _query_answers(call, statuses).where(hits.c.batch == batch)
    if tuple(statuses) == ("Submitted",):
        query = query.where(hits.c.submitted > 0)
    return _fetch_page(call, query, offset, limit)


def list_of_hit(call: Call, hit_id: str, offset: int, limit: int) -> list[Row[Any]]:
    """List a HIT's answers, oldest first; rows as in `list_of_batch`."""
    return _fetch_page(
        call, _query_answers(call, VISIBLE).where(hits.c.hit_id == hit_id), offset, limit
    )


def list_of_worker(call: Call, worker_id: str, offset: int, limit: int) -> list[Row[Any]]:
    """List a worker's answers to the requester's HITs, newest first; rows as in `list_of_batch`."""
    query = _query_answers(call, VISIBLE).where(assignments.c.worker_id == worker_id)
    newest = query.order_by(assignments.c.submit_time.desc(), assignments.c.assignment_id)
    return list(call.db.execute(newest.offset(offset).limit(limit)))


def list_chosen(call: Call, assignment_ids: Sequence[str]) -> list[Row[Any]]:
    """List those of the assignments that belong to the requester; rows as in `list_of_batch`."""
    query = _query_answers(call, VISIBLE).where(assignments.c.assignment_id.in_(assignment_ids))
    return _fetch_page(call, query, 0, len(assignment_ids))


class BonusItem(NamedTuple):
    """A bonus for an assignment."""

    amount: int  # cents
    reason: str
    grant_time: int  # epoch seconds


class BatchHit(NamedTuple):
    """A HIT of a batch with what it asks."""

    input_row: int
    number: int
    hit_id: str
    question: str
    requester_annotation: str | None


def list_bonuses(call: Call, assignment_id: str) -> list[BonusItem]:
    """List the bonuses for one of the requester's assignments, oldest first."""
    query = (
        select(bonuses.c.amount, bonuses.c.reason, bonuses.c.grant_time)
        .where(
            bonuses.c.requester_id == call.requester_id, bonuses.c.assignment_id == assignment_id
        )
        .order_by(bonuses.c.grant_time, bonuses.c.bonus_id)
    )
    return [BonusItem(*row) for row in call.db.execute(query)]


def list_hits_after(call: Call, batch: str, place: tuple[int, int], limit: int) -> list[BatchHit]:
    """List HITs of a batch that have answers, in the order of the input.

    `place` is the `input_row` and `number` of the last HIT of the previous page.
    """
    columns = ("input_row", "number", "hit_id", "requester_annotation")
    query: Select[Any] = select(*(hits.c[name] for name in columns), *STORED).where(
        hits.c.requester_id == call.requester_id,
        hits.c.batch == batch,
        ~hits.c.disposed,
        hits.c.submitted + hits.c.approved + hits.c.rejected > 0,
        tuple_(hits.c.input_row, hits.c.number) > place,
    )
    ordered = query.order_by(hits.c.input_row, hits.c.number)
    return [
        BatchHit(
            row.input_row, row.number, row.hit_id, read_question(row), row.requester_annotation
        )
        for row in call.db.execute(ordered.limit(limit))
    ]


def list_answers_after(
    call: Call, hit_id: str, statuses: Sequence[str], place: tuple[int, str], limit: int
) -> list[Row[Any]]:
    """List the assignments of one of the requester's HITs, in the order of their submission.

    `place` is the `submit_time` and `assignment_id` of the last assignment of the previous page.
    """
    query = select(assignments).where(
        assignments.c.requester_id == call.requester_id,
        assignments.c.hit_id == hit_id,
        assignments.c.status.in_(statuses),
        tuple_(assignments.c.submit_time, assignments.c.assignment_id) > place,
    )
    ordered = query.order_by(assignments.c.submit_time, assignments.c.assignment_id)
    return list(call.db.execute(ordered.limit(limit)))


def _query_answers(call: Call, statuses: Sequence[str]) -> Select[Any]:
    bonus = (
        select(func.coalesce(func.sum(bonuses.c.amount), 0))
        .where(bonuses.c.assignment_id == assignments.c.assignment_id)
        .scalar_subquery()
    )
    return (
        select(
            *assignments.c,
            *STORED,
            hits.c.requester_annotation,
            hits.c.batch,
            hit_types.c.title,
            hit_types.c.reward,
            bonus.label("bonus"),
        )
        .join(hits, hits.c.hit_id == assignments.c.hit_id)
        .join(hit_types, hit_types.c.hit_type_id == hits.c.hit_type_id)
        .where(
            hits.c.requester_id == call.requester_id,
            ~hits.c.disposed,
            assignments.c.status.in_(statuses),
        )
    )


def _fetch_page(call: Call, query: Select[Any], offset: int, limit: int) -> list[Row[Any]]:
    order = (
        hits.c.input_row,
        hits.c.number,
        assignments.c.submit_time,
        assignments.c.assignment_id,
    )
    return list(call.db.execute(query.order_by(*order).offset(offset).limit(limit)))
