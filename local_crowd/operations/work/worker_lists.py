"""The HITs that a worker can accept, and the worker's assignments."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Row, Select, and_, bindparam, case, func, literal_column, select

from local_crowd.operations.call import Call
from local_crowd.operations.errors import NotPossible
from local_crowd.operations.hits import exclusions
from local_crowd.operations.hits.stored_questions import STORED
from local_crowd.operations.notifications import events
from local_crowd.operations.qualifications import eligibility
from local_crowd.operations.texts import Text
from local_crowd.operations.work import practice
from local_crowd.store import counts
from local_crowd.store.locks import has_single_writer, try_again
from local_crowd.store.statements import fetch_row, literals
from local_crowd.store.tables import (
    assignments,
    bonuses,
    group_counts,
    hit_exclusions,
    hit_types,
    hits,
    is_held,
    is_open,
    requesters,
    worker_blocks,
)

IDS_PER_QUERY = 500  # every SQLite allows 999 parameters in a statement
# HITs that the worker `worker_id` can accept at `now`. Each scalar subquery looks up one index
# entry per HIT. PostgreSQL turns NOT EXISTS into a join instead, and while it has no statistics
# reads all of the worker's assignments for each HIT.
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
    select(hit_exclusions.c.hit_id)
    .where(
        hit_exclusions.c.worker_id == bindparam("worker_id"),
        hit_exclusions.c.hit_id == hits.c.hit_id,
    )
    .scalar_subquery()
    .is_(None),
)
IS_BLOCKED = select(worker_blocks.c.worker_id).where(
    worker_blocks.c.requester_id == bindparam("requester_id"),
    worker_blocks.c.worker_id == bindparam("worker_id"),
)
# The columns of a HIT that accepting it needs.
OFFER: Select[Any] = select(
    hits.c.number,
    hits.c.hit_id,
    hits.c.requester_id,
    hits.c.expiration,
    *events.WATCHED,
    hit_types.c.assignment_duration,
    hit_types.c.qualification_requirements,
    hit_types.c.consent_id,
    hit_types.c.practice_id,
).join(hit_types, hit_types.c.hit_type_id == hits.c.hit_type_id)
FIRST = (
    OFFER.where(OPEN, hits.c.hit_type_id == bindparam("hit_type_id"))
    .order_by(hits.c.number)
    .limit(literal_column("1"))
)
NEXT = FIRST.where(
    hits.c.number
    > select(hits.c.number).where(hits.c.hit_id == bindparam("after")).scalar_subquery()
)
# HITs that this worker has neither returned nor abandoned: after a return, other HITs come first.
FRESH = hits.c.hit_id.not_in(
    select(assignments.c.hit_id).where(
        assignments.c.worker_id == bindparam("worker_id"),
        assignments.c.status.in_(literals("Returned", "Abandoned")),
    )
)
FIRST_FRESH = FIRST.where(FRESH)
# Behind the HITs that the worker has passed, so that a search does not read each of them again.
UNPASSED = FIRST_FRESH.where(
    hits.c.number
    > select(func.coalesce(func.max(group_counts.c.passed), 0))
    .where(
        group_counts.c.worker_id == bindparam("worker_id"),
        group_counts.c.hit_type_id == bindparam("hit_type_id"),
    )
    .scalar_subquery()
)
# The same with FOR UPDATE. SKIP LOCKED passes over HITs that other workers are accepting now. No
# search waits for a lock: PostgreSQL checks a row again once it is locked, and keeps the lock on a row
# that is no match any more. So two searches that waited could each hold what the other waited for.
FIRST_UNLOCKED = FIRST.with_for_update(skip_locked=True, of=hits)
FIRST_FRESH_UNLOCKED = FIRST_UNLOCKED.where(FRESH)
NEXT_UNLOCKED = NEXT.where(FRESH).with_for_update(skip_locked=True, of=hits)
UNPASSED_UNLOCKED = UNPASSED.with_for_update(skip_locked=True, of=hits)
WAIT_SECONDS = 10  # for the last HITs, while other transactions have locked them
TAKEN = Text("Other workers have taken every assignment of this HIT.")
NEWEST, REWARD, TIME = ORDERS = ("newest", "reward", "time")  # TIME: shortest allowed time first
PASSED_EVERY = 64  # of so many HITs a worker accepts, one leads to a look at what was passed
# Open HITs of a group, less those that the worker holds; others may be excluded besides.
LEFT = func.coalesce(
    func.sum(case((group_counts.c.worker_id == "", 1), else_=-1) * group_counts.c.open), 0
)
COUNTS = select(
    func.coalesce(func.sum(group_counts.c.done), 0),
    LEFT - exclusions.count_open(bindparam("worker_id"), bindparam("hit_type_id")),
).where(
    group_counts.c.worker_id.in_(("", bindparam("worker_id"))),
    group_counts.c.hit_type_id == bindparam("hit_type_id"),
)
LAST = select(func.max(hits.c.number)).where(hits.c.hit_type_id == bindparam("hit_type_id"))

WORK = (
    select(
        # All but the answer, which may be megabytes.
        *[column for column in assignments.c if column.name != "answer"],
        hit_types.c.title,
        hit_types.c.reward,
        hit_types.c.hit_type_id,
        hit_types.c.consent_id,
        requesters.c.name.label("requester"),
        select(func.coalesce(func.sum(bonuses.c.amount), 0))
        .where(bonuses.c.assignment_id == assignments.c.assignment_id)
        .scalar_subquery()
        .label("bonus"),
    )
    .join(hits, hits.c.hit_id == assignments.c.hit_id)
    .join(hit_types, hit_types.c.hit_type_id == hits.c.hit_type_id)
    .join(requesters, requesters.c.requester_id == assignments.c.requester_id)
    .where(assignments.c.worker_id == bindparam("worker_id"))
)
WORK_WITH_QUESTION = WORK.where(
    assignments.c.assignment_id == bindparam("assignment_id")
).add_columns(*STORED)


class Progress(NamedTuple):
    """How many HITs of a group a worker has submitted, and can still accept."""

    done: int
    left: int


class StatusTotal(NamedTuple):
    """A worker's assignments in one status: how many, and the sum of their rewards in cents."""

    number: int
    reward: int


def count_progress(call: Call, worker_id: str, hit_type_id: str) -> Progress:
    """Count the HITs of a group that the worker has submitted and those left to accept."""
    parameters = {"worker_id": worker_id, "hit_type_id": hit_type_id}
    return Progress(*map(int, fetch_row(call.db, COUNTS, parameters)))


def list_groups(
    call: Call, worker_id: str, limit: int, order: str = NEWEST, search: str = ""
) -> list[Row[Any]]:
    """List the HIT types with HITs for the worker, in one of ORDERS, newest first among equals.

    Includes HIT types that the worker does not qualify for, unless they are hidden from such
    workers. `search` holds words that the title must contain, in any case. Each row has the columns
    of `hit_types`, the requester's name as `requester`, and as `left` the number of HITs that have
    a free slot and are not yet this worker's.
    """
    left = LEFT - exclusions.count_open(worker_id, group_counts.c.hit_type_id)
    counted = (
        select(group_counts.c.hit_type_id, left.label("left"))
        .where(
            group_counts.c.worker_id.in_(("", worker_id)),
            group_counts.c.hit_type_id.not_in(eligibility.list_hidden(call, worker_id)),
        )
        .group_by(group_counts.c.hit_type_id)
        .having(left > 0)
        .subquery()
    )
    newest = (
        select(hits.c.number)
        .where(is_open, hits.c.hit_type_id == hit_types.c.hit_type_id)
        .order_by(hits.c.number.desc())
        .limit(literal_column("1"))
        .scalar_subquery()
    )
    blocking = (
        select(worker_blocks.c.worker_id)
        .where(
            worker_blocks.c.requester_id == hit_types.c.requester_id,
            worker_blocks.c.worker_id == worker_id,
        )
        .scalar_subquery()
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
        .where(
            blocking.is_(None),
            *[hit_types.c.title.icontains(word, autoescape=True) for word in search.split()],
        )
        .order_by(*first[order], newest.desc())
        .limit(limit)
    )
    return list(call.db.execute(query).all())


def find_next_hit(
    call: Call, worker_id: str, hit_type_id: str, after: str | None = None
) -> str | None:
    """Return the id of a HIT of the group that the worker can accept now, or None.

    It is the oldest HIT that the worker has not returned, else the oldest. With `after` (the id of
    a HIT) it is the next newer HIT, and after the newest the oldest again. Raises
    NotPossible("unqualified") when the worker may not even preview the group.

    A practice HIT that is due comes before all of them, but not without them.
    """
    queries = (NEXT, FIRST) if after else (UNPASSED, FIRST_FRESH, FIRST)
    hit = _find_first(call, queries, _build_key(call, worker_id, hit_type_id, after))
    if hit is None or not _is_admitted(call, worker_id, hit):
        return None
    due = practice.find_due(call, worker_id, hit_type_id) if hit.practice_id else None
    return str(hit.hit_id) if due is None else due.hit_id


def lock_next_hit(
    call: Call, worker_id: str, hit_type_id: str, after: str | None = None
) -> Row[Any] | None:
    """Lock and return the HIT of the group that the worker accepts next, or None.

    It is the next HIT newer than `after` if given, else the oldest; HITs that the worker returned
    come last. The row has the columns of OFFER. The lock lasts until the transaction ends;
    concurrent workers get the HITs after it. When no other HIT is left, it searches again until the
    others' transactions have ended; raises NotPossible("taken") after WAIT_SECONDS.
    """
    from_first = (UNPASSED_UNLOCKED, FIRST_FRESH_UNLOCKED, FIRST_UNLOCKED)
    queries = (NEXT_UNLOCKED, *from_first) if after else from_first
    key = _build_key(call, worker_id, hit_type_id, after)
    for _ in try_again(WAIT_SECONDS):
        hit = _find_first(call, queries, key)
        if hit is not None:
            return hit if _is_admitted(call, worker_id, hit) else None
        if has_single_writer(call.db) or not count_progress(call, worker_id, hit_type_id).left:
            return None
        if fetch_row(call.db, FIRST, key) is None:
            return None
    raise NotPossible("taken", TAKEN)


def _build_key(
    call: Call, worker_id: str, hit_type_id: str, after: str | None
) -> dict[str, str | int | None]:
    """Return the parameters of a search."""
    return {"worker_id": worker_id, "now": call.now, "hit_type_id": hit_type_id, "after": after}


def _find_first(
    call: Call, queries: Iterable[Select[Any]], key: Mapping[str, Any]
) -> Row[Any] | None:
    """Return the first HIT that a search finds, or None."""
    for number, query in enumerate(queries):
        # The first reads little; a search from the start reads every HIT that the worker holds.
        if number == 1 and not count_progress(call, key["worker_id"], key["hit_type_id"]).left:
            return None
        hit: Row[Any] | None = fetch_row(call.db, query, key)
        if hit is not None:
            return hit
    return None


def _is_admitted(call: Call, worker_id: str, hit: Row[Any]) -> bool:
    """Return whether the HIT's requester has not blocked the worker.

    Raises NotPossible("unqualified") when the worker may not even preview the HIT.
    """
    block = {"requester_id": hit.requester_id, "worker_id": worker_id}
    if fetch_row(call.db, IS_BLOCKED, block) is not None:
        return False
    eligibility.check(call, worker_id, hit, "Preview")
    return True


def note_accepted(call: Call, worker_id: str, hit: Row[Any]) -> None:
    """Note which HITs of the group the worker has passed, at one in PASSED_EVERY HITs.

    `hit` is the OFFER of one that the worker has just accepted.
    """
    if hit.number % PASSED_EVERY == 0:
        note_passed(call, worker_id, hit.hit_type_id)


def note_passed(call: Call, worker_id: str, hit_type_id: str) -> None:
    """Note that the worker holds, or has returned, every HIT before the first that is left."""
    parameters = {"worker_id": worker_id, "hit_type_id": hit_type_id, "now": call.now}
    left = call.db.execute(UNPASSED, parameters).one_or_none()
    passed = left.number - 1 if left else call.db.scalar(LAST, parameters) or 0
    counts.note_passed(call.db, worker_id, hit_type_id, passed)


def find_group(call: Call, hit_type_id: str) -> Row[Any] | None:
    """Return a HIT type with its requester's name as `requester`, even if it has no HITs left."""
    query = (
        select(hit_types, requesters.c.name.label("requester"))
        .join(requesters, requesters.c.requester_id == hit_types.c.requester_id)
        .where(hit_types.c.hit_type_id == hit_type_id)
    )
    return call.db.execute(query).one_or_none()


def find_requesters(call: Call, hit_type_ids: list[str]) -> list[str]:
    """Return the ids of the requesters of these HIT types, each once."""
    query = select(hit_types.c.requester_id).where(hit_types.c.hit_type_id.in_(hit_type_ids))
    return sorted(call.db.scalars(query.distinct()))


def find_hit_type_id(call: Call, group_id: str) -> str | None:
    """Return the HIT type id for the groupId of a link, which is a HITGroupId or a HITTypeId."""
    return call.db.scalar(
        select(hit_types.c.hit_type_id).where(
            (hit_types.c.hit_group_id == group_id) | (hit_types.c.hit_type_id == group_id)
        )
    )


def find_hit_types(call: Call, hit_ids: Sequence[str]) -> dict[str, str]:
    """Map each of the HIT ids that exists to its HIT type id."""
    hit_type_ids: dict[str, str] = {}
    for start in range(0, len(hit_ids), IDS_PER_QUERY):
        query = select(hits.c.hit_id, hits.c.hit_type_id).where(
            hits.c.hit_id.in_(hit_ids[start : start + IDS_PER_QUERY])
        )
        hit_type_ids |= {row.hit_id: row.hit_type_id for row in call.db.execute(query)}
    return hit_type_ids


def find_assignment(call: Call, worker_id: str, assignment_id: str) -> Row[Any] | None:
    """Return one assignment of the worker, a row as in `list_finished` with the HIT's `question`."""
    key = {"worker_id": worker_id, "assignment_id": assignment_id}
    row: Row[Any] | None = fetch_row(call.db, WORK_WITH_QUESTION, key)
    return row


def list_in_progress(call: Call, worker_id: str) -> list[Row[Any]]:
    """List the worker's accepted assignments, earliest deadline first; rows as `list_finished`."""
    query = WORK.where(assignments.c.status == "Accepted").order_by(assignments.c.deadline)
    return list(call.db.execute(query, {"worker_id": worker_id}))


def list_finished(call: Call, worker_id: str, limit: int = 200) -> list[Row[Any]]:
    """List the worker's assignments that are no longer in progress, newest first.

    Each row has the columns of `assignments` without the answer, and `title`, `reward` and `bonus`
    (cents), `requester` (a name) and `hit_type_id`.
    """
    query = WORK.where(assignments.c.status != "Accepted")
    newest = query.order_by(assignments.c.accept_time.desc()).limit(limit)
    return list(call.db.execute(newest, {"worker_id": worker_id}))


def sum_by_status(call: Call, worker_id: str) -> dict[str, StatusTotal]:
    """Count and sum the worker's assignments by status; a status without assignments is absent."""
    query = (
        select(assignments.c.status, func.count(), func.sum(hit_types.c.reward))
        .join(hits, hits.c.hit_id == assignments.c.hit_id)
        .join(hit_types, hit_types.c.hit_type_id == hits.c.hit_type_id)
        .where(assignments.c.worker_id == worker_id)
        .group_by(assignments.c.status)
    )
    return {
        status: StatusTotal(number, int(reward))
        for status, number, reward in call.db.execute(query)
    }


def sum_bonuses(call: Call, worker_id: str) -> int:
    """Return the sum of the worker's bonuses in cents."""
    query = select(func.coalesce(func.sum(bonuses.c.amount), 0))
    return int(call.db.scalar(query.where(bonuses.c.worker_id == worker_id)) or 0)
