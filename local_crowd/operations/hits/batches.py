"""Batches: the HITs of one run of launch_hits.py; for other HITs, those of one HIT type."""

import re
from collections.abc import Iterable
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Row, Select, and_, func, select

from local_crowd.operations.call import Call
from local_crowd.store.tables import assignments, batch_counts, hit_types, hits, is_listed

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
    return _describe(call, _sum_counts(call).offset(offset).limit(limit))


def find(call: Call, batch: str) -> Batch | None:
    """Return the requester's batch of this name, or None."""
    return next(iter(_describe(call, _sum_counts(call).where(batch_counts.c.batch == batch))), None)


def _sum_counts(call: Call) -> Select[Any]:
    """Select the counts of the requester's batches, the one with the newest HIT first."""
    counts = batch_counts.c
    sums = [func.sum(counts[name]) for name in (*COUNTED, "available", "expired")]
    newest = func.max(counts.newest)
    return (
        select(
            counts.batch,
            newest.label("newest"),
            func.sum(counts.hits).label("hits"),
            sum(sums[1:], sums[0]).label("assignments"),
            *(total.label(name) for name, total in zip(COUNTED, sums, strict=False)),
            sums[-2].label("available"),
            func.min(counts.launched).label("launched"),
        )
        .where(counts.requester_id == call.requester_id)
        .group_by(counts.batch)
        .having(func.sum(counts.hits) > 0)
        .order_by(newest.desc())
    )


def _describe(call: Call, selected: Select[Any]) -> list[Batch]:
    totals = selected.subquery()
    expiration = (
        select(func.max(hits.c.expiration))
        .where(hits.c.requester_id == call.requester_id, hits.c.batch == totals.c.batch, is_listed)
        .correlate(totals)
        .scalar_subquery()
    )
    query = (
        select(
            totals.c.batch,
            hit_types.c.title,
            hit_types.c.reward,
            hit_types.c.hit_type_id,
            *(totals.c[name] for name in Batch._fields[4:-1]),
            expiration,
        )
        .join(hits, hits.c.number == totals.c.newest)
        .join(hit_types, hit_types.c.hit_type_id == hits.c.hit_type_id)
        .order_by(totals.c.newest.desc())
    )
    # PostgreSQL's sum of integers is a decimal number.
    return [Batch(*row[:4], *map(int, row[4:])) for row in call.db.execute(query)]


def list_hits(call: Call, batch: str, offset: int, limit: int) -> list[Row[Any]]:
    """List the HITs of a batch in the order of the input: all their columns but the question."""
    columns = [column for column in hits.c if column.name != "packed_question"]
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
