"""What a worker can choose from, and has done."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Row, Select, and_, bindparam, func, literal_column, select

from local_crowd.operations.call import Call
from local_crowd.operations.notifications import events
from local_crowd.operations.qualifications import eligibility
from local_crowd.store.tables import (
    assignments,
    bonuses,
    hit_types,
    hits,
    is_held,
    is_open,
    requesters,
    worker_blocks,
)

IDS_PER_QUERY = 500  # SQLite takes 999 parameters at least
# HITs that the worker `worker_id` can take at `now`. Of each HIT it is asked whether the worker
# holds it, with two keys of one index: of NOT EXISTS PostgreSQL makes a join, and reads all work of
# the worker for each HIT while it has no statistics yet.
OPEN = and_(
    is_open,
    hits.c.expiration > bindparam("now"),
    select(assignments.c.assignment_id)
    .where(
        assignments.c.hit_id == hits.c.hit_id,
        assignments.c.worker_id == bindparam("worker_id"),
        is_held,
    )
    .scalar_subquery()
    .is_(None),
    select(worker_blocks.c.worker_id)
    .where(
        worker_blocks.c.requester_id == hits.c.requester_id,
        worker_blocks.c.worker_id == bindparam("worker_id"),
    )
    .scalar_subquery()
    .is_(None),
)
# What matters of a HIT to who accepts it.
OFFER: Select[Any] = select(
    hits.c.hit_id,
    hits.c.requester_id,
    hits.c.expiration,
    *events.WATCHED,
    hit_types.c.assignment_duration,
    hit_types.c.qualification_requirements,
).join(hit_types, hit_types.c.hit_type_id == hits.c.hit_type_id)
FIRST = (
    OFFER.where(OPEN, hits.c.hit_type_id == bindparam("hit_type_id"))
    .order_by(hits.c.number)
    .limit(literal_column("1"))
)
BEHIND = FIRST.where(
    hits.c.number
    > select(hits.c.number).where(hits.c.hit_id == bindparam("after")).scalar_subquery()
)
# Not yet returned by this worker, nor abandoned: after a return, other HITs come first.
FRESH = hits.c.hit_id.not_in(
    select(assignments.c.hit_id).where(
        assignments.c.worker_id == bindparam("worker_id"),
        assignments.c.status.in_(("Returned", "Abandoned")),
    )
)
FIRST_FRESH = FIRST.where(FRESH)
# The same with FOR UPDATE: SKIP LOCKED first, then wait for the row that is left.
FREE = FIRST.with_for_update(skip_locked=True, of=hits)
FREE_FRESH = FREE.where(FRESH)
FREE_BEHIND = BEHIND.where(FRESH).with_for_update(skip_locked=True, of=hits)
WAITED_FOR = FIRST.with_for_update(of=hits)
NEWEST, REWARD, TIME = ORDERS = ("newest", "reward", "time")  # TIME: the shortest allowed first
MOST_LEFT = 1000
LEFT = select(func.count()).select_from(
    select(hits.c.number)
    .where(OPEN, hits.c.hit_type_id == bindparam("hit_type_id"))
    .limit(literal_column(str(MOST_LEFT)))
    .subquery()
)
DONE = (
    select(func.count())
    .select_from(assignments)
    .join(hits, hits.c.hit_id == assignments.c.hit_id)
    .where(
        assignments.c.worker_id == bindparam("worker_id"),
        assignments.c.status.in_(("Submitted", "Approved", "Rejected")),
        hits.c.hit_type_id == bindparam("hit_type_id"),
    )
)


class Progress(NamedTuple):
    """How many HITs of a group a worker has handed in, and can still accept (up to MOST_LEFT)."""

    done: int
    left: int


def count_progress(call: Call, worker_id: str, hit_type_id: str) -> Progress:
    """Count what the worker has done of a group, and what is left for them."""
    asked = {"worker_id": worker_id, "hit_type_id": hit_type_id}
    done = call.db.scalar(DONE, asked)
    return Progress(done or 0, call.db.scalar(LEFT, asked | {"now": call.now}) or 0)


def list_groups(
    call: Call, worker_id: str, limit: int, order: str = NEWEST, search: str = ""
) -> list[Row[Any]]:
    """HIT types with HITs the worker can accept, in one of ORDERS, newest first among equals.

    Also those that the worker does not qualify for, unless they are hidden from such workers.
    `search`: words that the title must contain, in capitals or not. Each row: the columns of
    hit_types, `requester` (a name) and `left` (HITs not yet this worker's that have a free slot).
    """
    left = func.count().label("left")
    hidden = eligibility.list_hidden(call, worker_id)
    counted = (
        select(hits.c.hit_type_id, left, func.max(hits.c.number).label("newest"))
        .where(OPEN, hits.c.hit_type_id.not_in(hidden))
        .group_by(hits.c.hit_type_id)
        .subquery()
    )
    first: dict[str, list[Any]] = {
        NEWEST: [],
        REWARD: [hit_types.c.reward.desc()],
        TIME: [hit_types.c.assignment_duration],
    }
    query = (
        select(hit_types, requesters.c.name.label("requester"), counted.c.left)
        .join(counted, counted.c.hit_type_id == hit_types.c.hit_type_id)
        .join(requesters, requesters.c.requester_id == hit_types.c.requester_id)
        .where(*[hit_types.c.title.icontains(word, autoescape=True) for word in search.split()])
        .order_by(*first[order], counted.c.newest.desc())
        .limit(limit)
    )
    return list(call.db.execute(query, {"worker_id": worker_id, "now": call.now}).all())


def find_next_hit(
    call: Call, worker_id: str, hit_type_id: str, after: str | None = None
) -> str | None:
    """A HIT of the group that the worker can accept now, or None.

    The oldest that the worker has not returned, else the oldest; with `after` (the id of a HIT) the
    next one behind that, and after the last the oldest again. NotPossible("unqualified") when the
    worker may not even preview the group.
    """
    queries = (BEHIND, FIRST) if after else (FIRST_FRESH, FIRST)
    found = _fetch_first(call, queries, worker_id, hit_type_id, after)
    return None if found is None else str(found.hit_id)


def lock_next_hit(
    call: Call, worker_id: str, hit_type_id: str, after: str | None = None
) -> Row[Any] | None:
    """The next HIT of the group, as OFFER has it, for the worker to take in this transaction: behind
    `after` if given, else the oldest; those that the worker returned before come last.

    Where many write at once (PostgreSQL) nobody else can take it meanwhile, and those who come at
    the same time get the HITs behind it; they wait for one another only when there is no other.
    """
    anywhere = (FREE_FRESH, FREE, WAITED_FOR)
    queries = (FREE_BEHIND, *anywhere) if after else anywhere
    return _fetch_first(call, queries, worker_id, hit_type_id, after)


def _fetch_first(
    call: Call,
    queries: Iterable[Select[Any]],
    worker_id: str,
    hit_type_id: str,
    after: str | None,
) -> Row[Any] | None:
    asked = {"worker_id": worker_id, "now": call.now, "hit_type_id": hit_type_id, "after": after}
    for query in queries:
        if found := call.db.execute(query, asked).one_or_none():
            eligibility.check(call, worker_id, found.qualification_requirements, "Preview")
            return found
    return None


def find_group(call: Call, hit_type_id: str) -> Row[Any] | None:
    """A HIT type with its `requester` (a name), whether or not anything of it is left."""
    query = (
        select(hit_types, requesters.c.name.label("requester"))
        .join(requesters, requesters.c.requester_id == hit_types.c.requester_id)
        .where(hit_types.c.hit_type_id == hit_type_id)
    )
    return call.db.execute(query).one_or_none()


def find_hit_type_id(call: Call, group_id: str) -> str | None:
    """The HIT type id that a link's groupId means: a HITGroupId, or a HITTypeId itself."""
    return call.db.scalar(
        select(hit_types.c.hit_type_id).where(
            (hit_types.c.hit_group_id == group_id) | (hit_types.c.hit_type_id == group_id)
        )
    )


def find_hit_types(call: Call, hit_ids: Sequence[str]) -> dict[str, str]:
    """HIT id -> HIT type id, for those of the ids that are there."""
    found: dict[str, str] = {}
    for start in range(0, len(hit_ids), IDS_PER_QUERY):
        query = select(hits.c.hit_id, hits.c.hit_type_id).where(
            hits.c.hit_id.in_(hit_ids[start : start + IDS_PER_QUERY])
        )
        found |= {row.hit_id: row.hit_type_id for row in call.db.execute(query)}
    return found


def _query_work(worker_id: str) -> Select[Any]:
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


def find_assignment(call: Call, worker_id: str, assignment_id: str) -> Row[Any] | None:
    """One assignment of the worker: as `list_finished` gives them, and its HIT's `question`."""
    query = _query_work(worker_id).where(assignments.c.assignment_id == assignment_id)
    return call.db.execute(query.add_columns(hits.c.question)).one_or_none()


def list_in_progress(call: Call, worker_id: str) -> list[Row[Any]]:
    """What the worker holds now, soonest deadline first; rows as `list_finished` gives them."""
    query = _query_work(worker_id).where(assignments.c.status == "Accepted")
    return list(call.db.execute(query.order_by(assignments.c.deadline)).all())


def list_finished(call: Call, worker_id: str, limit: int = 200) -> list[Row[Any]]:
    """The worker's past work, newest first: the columns of assignments without the answer,
    with `title`, `reward`, `bonus` (cents), `requester`, `hit_type_id`.
    """
    query = _query_work(worker_id).where(assignments.c.status != "Accepted")
    return list(call.db.execute(query.order_by(assignments.c.accept_time.desc()).limit(limit)))


def sum_by_status(call: Call, worker_id: str) -> dict[str, tuple[int, int]]:
    """Per assignment status: how many, and their rewards in cents."""
    query = (
        select(assignments.c.status, func.count(), func.sum(hit_types.c.reward))
        .join(hits, hits.c.hit_id == assignments.c.hit_id)
        .join(hit_types, hit_types.c.hit_type_id == hits.c.hit_type_id)
        .where(assignments.c.worker_id == worker_id)
        .group_by(assignments.c.status)
    )
    return {status: (count, int(reward)) for status, count, reward in call.db.execute(query)}


def sum_bonuses(call: Call, worker_id: str) -> int:
    """Cents of bonuses the worker was given."""
    query = select(func.coalesce(func.sum(bonuses.c.amount), 0))
    return int(call.db.scalar(query.where(bonuses.c.worker_id == worker_id)) or 0)
