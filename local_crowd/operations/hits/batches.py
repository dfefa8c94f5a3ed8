"""Batches: the HITs of one run of launch_hits.py; for other HITs, those of one HIT type."""

import re
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Row, and_, case, func, select

from local_crowd.operations.call import Call
from local_crowd.store.tables import assignments, hit_types, hits

# The annotation that launch_hits.py gives each HIT: its batch, and its row of the input.
ANNOTATION = re.compile(r"batch=([A-Za-z0-9._-]{1,64}) row=([0-9]{1,18})")
MINUTE_SECONDS = 60
COUNTED = ("approved", "rejected", "submitted", "pending")  # columns of hits that Batch sums


class Batch(NamedTuple):
    """A batch and the sums over those of its HITs that are not deleted."""

    batch: str
    title: str  # of the newest HIT's type, as are `reward` and `hit_type_id`
    reward: int  # cents
    hit_type_id: str
    hits: int
    assignments: int  # in all; those in none of the following five have expired
    approved: int
    rejected: int
    submitted: int
    pending: int
    available: int
    launched: int  # epoch seconds of the first HIT's creation
    expiration: int  # epoch seconds of the last HIT's expiration


def derive_batch(annotation: str | None, hit_type_id: str) -> str:
    """Return the name of the batch of a HIT with this RequesterAnnotation and HIT type."""
    match = ANNOTATION.fullmatch(annotation or "")
    return match[1] if match else hit_type_id


def parse_input_row(annotation: str | None) -> int | None:
    """Return the row of the input for a HIT with this RequesterAnnotation, or None without one."""
    match = ANNOTATION.fullmatch(annotation or "")
    return int(match[2]) if match else None


def list_newest(call: Call, offset: int, limit: int) -> list[Batch]:
    """List the requester's batches, the one with the newest HIT first."""
    query = (
        select(hits.c.batch)
        .where(_is_own(call))
        .group_by(hits.c.batch)
        .order_by(func.max(hits.c.number).desc())
        .offset(offset)
        .limit(limit)
    )
    return _describe(call, call.db.scalars(query).all())


def find(call: Call, batch: str) -> Batch | None:
    """Return the requester's batch of this name, or None."""
    return next(iter(_describe(call, [batch])), None)


def _describe(call: Call, names: Sequence[str | None]) -> list[Batch]:
    def add_up(column: ColumnElement[int], label: str) -> ColumnElement[int]:
        return func.coalesce(func.sum(column), 0).label(label)

    available = case((hits.c.expiration > call.now, hits.c.available), else_=0)
    totals = (
        select(
            hits.c.batch,
            func.max(hits.c.number).label("newest"),
            func.count().label("hits"),
            add_up(hits.c.max_assignments, "assignments"),
            *(add_up(hits.c[name], name) for name in COUNTED),
            add_up(available, "available"),
            func.min(hits.c.creation_time).label("launched"),
            func.max(hits.c.expiration).label("expiration"),
        )
        .where(_is_own(call), hits.c.batch.in_(names))
        .group_by(hits.c.batch)
        .subquery()
    )
    query = (
        select(
            totals.c.batch,
            hit_types.c.title,
            hit_types.c.reward,
            hit_types.c.hit_type_id,
            *(totals.c[name] for name in Batch._fields[4:]),
        )
        .join(hits, hits.c.number == totals.c.newest)
        .join(hit_types, hit_types.c.hit_type_id == hits.c.hit_type_id)
        .order_by(totals.c.newest.desc())
    )
    return [Batch(*row) for row in call.db.execute(query)]


def list_hits(call: Call, batch: str, offset: int, limit: int) -> list[Row[Any]]:
    """List the HITs of a batch in the order of the input: all their columns but the question."""
    columns = [column for column in hits.c if column.name != "question"]
    query = select(*columns).where(_is_own(call), hits.c.batch == batch)
    query = query.order_by(hits.c.input_row, hits.c.number)
    return list(call.db.execute(query.offset(offset).limit(limit)))


def count_submissions_by_minute(call: Call, batch: str) -> dict[int, int]:
    """Count the batch's submitted assignments by minute; a key is its first epoch second."""
    minute = assignments.c.submit_time // MINUTE_SECONDS
    return {int(number) * MINUTE_SECONDS: count for number, count in _count_by(call, batch, minute)}


def count_by_work_seconds(call: Call, batch: str) -> dict[int, int]:
    """Count the batch's submitted assignments by the seconds from accepting to submitting."""
    return dict(_count_by(call, batch, assignments.c.submit_time - assignments.c.accept_time))


def _count_by(call: Call, batch: str, key: ColumnElement[int]) -> Iterable[tuple[int, int]]:
    query = (
        select(key, func.count())
        .select_from(hits.join(assignments, assignments.c.hit_id == hits.c.hit_id))
        .where(_is_own(call), hits.c.batch == batch, assignments.c.submit_time.is_not(None))
        .group_by(key)
        .order_by(key)
    )
    return [(value, count) for value, count in call.db.execute(query)]


def _is_own(call: Call) -> ColumnElement[bool]:
    return and_(hits.c.requester_id == call.requester_id, ~hits.c.disposed)
