"""Batches: the HITs that one run of launch_hits.py made; of others, those of one HIT type."""

import re
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, case, func, select

from local_crowd.operations.call import Call
from local_crowd.store.tables import assignments, hit_types, hits

# What launch_hits.py notes on a HIT: its batch, and the row of the input that it was made of.
ANNOTATION = re.compile(r"batch=([A-Za-z0-9._-]{1,64}) row=([0-9]{1,18})")
MINUTE_SECONDS = 60


def derive_batch(annotation: str | None, hit_type_id: str) -> str:
    """The batch of a HIT with this RequesterAnnotation and HIT type."""
    noted = ANNOTATION.fullmatch(annotation or "")
    return noted[1] if noted else hit_type_id


def parse_input_row(annotation: str | None) -> int | None:
    """The row of the input that a HIT was made of, if it says so."""
    noted = ANNOTATION.fullmatch(annotation or "")
    return int(noted[2]) if noted else None


def list_newest(call: Call, offset: int, limit: int) -> list[Row[Any]]:
    """The requester's batches, the one with the newest HIT first; without HITs that are deleted.

    Each row: `batch`, `title` and `reward` (cents) of its newest HIT's type, `hits`,
    `assignments` (how many in all), of these `approved`, `rejected`, `submitted`, `pending` and
    `available` (the others expired), `launched` and `expiration` (the first HIT's, the last's).
    """
    query = (
        select(hits.c.batch)
        .where(_is_own(call))
        .group_by(hits.c.batch)
        .order_by(func.max(hits.c.number).desc())
        .offset(offset)
        .limit(limit)
    )
    return _describe(call, call.db.scalars(query).all())


def find(call: Call, batch: str) -> Row[Any] | None:
    """One of the requester's batches, as `list_newest` gives them."""
    return next(iter(_describe(call, [batch])), None)


def _describe(call: Call, names: Sequence[str | None]) -> list[Row[Any]]:
    def total(column: ColumnElement[int]) -> ColumnElement[int]:
        return func.coalesce(func.sum(column), 0)

    available = case((hits.c.expiration > call.now, hits.c.available), else_=0)
    summed = (
        select(
            hits.c.batch,
            func.max(hits.c.number).label("newest"),
            func.count().label("hits"),
            total(hits.c.max_assignments).label("assignments"),
            *(total(hits.c[n]).label(n) for n in ("approved", "rejected", "submitted", "pending")),
            total(available).label("available"),
            func.min(hits.c.creation_time).label("launched"),
            func.max(hits.c.expiration).label("expiration"),
        )
        .where(_is_own(call), hits.c.batch.in_(names))
        .group_by(hits.c.batch)
        .subquery()
    )
    query = (
        select(summed, hit_types.c.title, hit_types.c.reward, hit_types.c.hit_type_id)
        .join(hits, hits.c.number == summed.c.newest)
        .join(hit_types, hit_types.c.hit_type_id == hits.c.hit_type_id)
        .order_by(summed.c.newest.desc())
    )
    return list(call.db.execute(query))


def list_hits(call: Call, batch: str, offset: int, limit: int) -> list[Row[Any]]:
    """The HITs of a batch in the order of the input: their columns without the question."""
    columns = [column for column in hits.c if column.name != "question"]
    query = select(*columns).where(_is_own(call), hits.c.batch == batch)
    query = query.order_by(hits.c.input_row, hits.c.number)
    return list(call.db.execute(query.offset(offset).limit(limit)))


def count_submissions_by_minute(call: Call, batch: str) -> dict[int, int]:
    """How many assignments of the batch were handed in, by the minute's first epoch second."""
    minute = assignments.c.submit_time // MINUTE_SECONDS
    return {int(at) * MINUTE_SECONDS: count for at, count in _count_by(call, batch, minute)}


def count_by_work_seconds(call: Call, batch: str) -> dict[int, int]:
    """How many assignments of the batch were worked on for so many seconds."""
    return dict(_count_by(call, batch, assignments.c.submit_time - assignments.c.accept_time))


def _count_by(call: Call, batch: str, what: ColumnElement[int]) -> Iterable[tuple[int, int]]:
    query = (
        select(what, func.count())
        .select_from(hits.join(assignments, assignments.c.hit_id == hits.c.hit_id))
        .where(_is_own(call), hits.c.batch == batch, assignments.c.submit_time.is_not(None))
        .group_by(what)
        .order_by(what)
    )
    return [(value, count) for value, count in call.db.execute(query)]


def _is_own(call: Call) -> ColumnElement[bool]:
    return and_(hits.c.requester_id == call.requester_id, ~hits.c.disposed)
