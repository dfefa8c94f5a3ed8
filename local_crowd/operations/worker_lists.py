"""What a worker can choose from, and has done."""

from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, exists, func, select

from local_crowd.operations import eligibility
from local_crowd.operations.call import Call
from local_crowd.store.tables import (
    assignments,
    bonuses,
    hit_types,
    hits,
    messages,
    requesters,
    worker_blocks,
)


def groups(call: Call, worker_id: str, limit: int) -> list[Row[Any]]:
    """HIT types with HITs the worker can accept, newest first.

    Also those that the worker does not qualify for, unless they are hidden from such workers. Each row: the columns of hit_types, `requester` (a name) and `left` (HITs not yet this
    worker's that have a free slot).
    """
    left = func.count().label("left")
    hidden = eligibility.hidden(call, worker_id)
    counted = (
        select(hits.c.hit_type_id, left, func.max(hits.c.number).label("newest"))
        .where(_open_to(call, worker_id), hits.c.hit_type_id.not_in(hidden))
        .group_by(hits.c.hit_type_id)
        .subquery()
    )
    query = (
        select(hit_types, requesters.c.name.label("requester"), counted.c.left)
        .join(counted, counted.c.hit_type_id == hit_types.c.hit_type_id)
        .join(requesters, requesters.c.requester_id == hit_types.c.requester_id)
        .order_by(counted.c.newest.desc())
        .limit(limit)
    )
    return list(call.db.execute(query).all())


def next_hit(call: Call, worker_id: str, hit_type_id: str, after: str | None = None) -> str | None:
    """A HIT of the group that the worker can accept now, or None.

    The oldest; with `after` (the id of a HIT) the next one behind that, and after the last the
    oldest again. NotPossible("unqualified") when the worker may not even preview the group.
    """
    query = (
        select(hits.c.hit_id, hit_types.c.qualification_requirements)
        .join(hit_types, hit_types.c.hit_type_id == hits.c.hit_type_id)
        .where(_open_to(call, worker_id), hits.c.hit_type_id == hit_type_id)
        .order_by(hits.c.number)
        .limit(1)
    )
    found = None
    if after:
        number = select(hits.c.number).where(hits.c.hit_id == after).scalar_subquery()
        found = call.db.execute(query.where(hits.c.number > number)).one_or_none()
    found = found or call.db.execute(query).one_or_none()
    if found is None:
        return None
    eligibility.check(call, worker_id, found.qualification_requirements, "Preview")
    return str(found.hit_id)


def group(call: Call, hit_type_id: str) -> Row[Any] | None:
    """A HIT type with its `requester` (a name), whether or not anything of it is left."""
    query = (
        select(hit_types, requesters.c.name.label("requester"))
        .join(requesters, requesters.c.requester_id == hit_types.c.requester_id)
        .where(hit_types.c.hit_type_id == hit_type_id)
    )
    return call.db.execute(query).one_or_none()


def group_of(call: Call, group_id: str) -> str | None:
    """The HIT type id that a link's groupId means: a HITGroupId, or a HITTypeId itself."""
    return call.db.scalar(
        select(hit_types.c.hit_type_id).where(
            (hit_types.c.hit_group_id == group_id) | (hit_types.c.hit_type_id == group_id)
        )
    )


def _open_to(call: Call, worker_id: str) -> ColumnElement[bool]:
    mine = exists().where(
        assignments.c.hit_id == hits.c.hit_id,
        assignments.c.worker_id == worker_id,
        assignments.c.status.not_in(("Returned", "Abandoned")),
    )
    blocked = exists().where(
        worker_blocks.c.requester_id == hits.c.requester_id, worker_blocks.c.worker_id == worker_id
    )
    return and_(
        hits.c.available > 0, ~hits.c.disposed, hits.c.expiration > call.now, ~mine, ~blocked
    )


def _work(worker_id: str) -> Select[Any]:
    bonus = (
        select(func.coalesce(func.sum(bonuses.c.amount), 0))
        .where(bonuses.c.assignment_id == assignments.c.assignment_id)
        .scalar_subquery()
    )
    return (
        select(
            *[column for column in assignments.c if column.name != "answer"],  # may be megabytes
            hit_types.c.title,
            hit_types.c.reward,
            hit_types.c.hit_type_id,
            requesters.c.name.label("requester"),
            bonus.label("bonus"),
        )
        .join(hits, hits.c.hit_id == assignments.c.hit_id)
        .join(hit_types, hit_types.c.hit_type_id == hits.c.hit_type_id)
        .join(requesters, requesters.c.requester_id == assignments.c.requester_id)
        .where(assignments.c.worker_id == worker_id)
    )


def assignment(call: Call, worker_id: str, assignment_id: str) -> Row[Any] | None:
    """One assignment of the worker: as `finished` gives them, and its HIT's `question`."""
    query = _work(worker_id).where(assignments.c.assignment_id == assignment_id)
    return call.db.execute(query.add_columns(hits.c.question)).one_or_none()


def in_progress(call: Call, worker_id: str) -> list[Row[Any]]:
    """What the worker holds now, soonest deadline first; rows as `finished` gives them."""
    query = _work(worker_id).where(assignments.c.status == "Accepted")
    return list(call.db.execute(query.order_by(assignments.c.deadline)).all())


def finished(call: Call, worker_id: str, limit: int = 200) -> list[Row[Any]]:
    """The worker's past work, newest first: the columns of assignments without the answer,
    with `title`, `reward`, `bonus` (cents), `requester`, `hit_type_id`.
    """
    query = _work(worker_id).where(assignments.c.status != "Accepted")
    return list(call.db.execute(query.order_by(assignments.c.accept_time.desc()).limit(limit)))


def totals(call: Call, worker_id: str) -> dict[str, tuple[int, int]]:
    """Per assignment status: how many, and their rewards in cents."""
    query = (
        select(assignments.c.status, func.count(), func.sum(hit_types.c.reward))
        .join(hits, hits.c.hit_id == assignments.c.hit_id)
        .join(hit_types, hit_types.c.hit_type_id == hits.c.hit_type_id)
        .where(assignments.c.worker_id == worker_id)
        .group_by(assignments.c.status)
    )
    return {status: (count, int(reward)) for status, count, reward in call.db.execute(query)}


def bonus_total(call: Call, worker_id: str) -> int:
    """Cents of bonuses the worker was given."""
    query = select(func.coalesce(func.sum(bonuses.c.amount), 0))
    return int(call.db.scalar(query.where(bonuses.c.worker_id == worker_id)) or 0)


def inbox(call: Call, worker_id: str, limit: int = 50) -> list[Row[Any]]:
    """Messages to the worker, newest first: `requester`, `subject`, `message_text`, `sent_time`."""
    query = (
        select(messages, requesters.c.name.label("requester"))
        .join(requesters, requesters.c.requester_id == messages.c.requester_id)
        .where(messages.c.worker_id == worker_id)
        .order_by(messages.c.sent_time.desc())
        .limit(limit)
    )
    return list(call.db.execute(query).all())
