"""Practice HITs, as workers do them: which is due, a place for everybody, right or wrong after it."""

import dataclasses
import json
from typing import Any, NamedTuple

from sqlalchemy import Select, and_, bindparam, exists, func, literal_column, select, update

from formats import gold
from formats.answer_fields import find_answer
from local_crowd.operations.call import Call
from local_crowd.operations.errors import NotPossible, RequestError
from local_crowd.operations.money.balance import compute_balance, require_funds
from local_crowd.operations.questions.answers import parse_parts
from local_crowd.operations.texts import Text
from local_crowd.store.statements import change, fetch_row
from local_crowd.store.tables import (
    assignments,
    hits,
    is_held,
    practice_items,
    practices,
)
from local_crowd.store.tables import hit_types as types

FIRST = Text("Do the practice HITs of this group first.")
NONE_LEFT = Text("There is no practice HIT left for you, so you cannot do the HITs of this group.")
# The first practice HIT of a group that the worker has not finished. Deleted ones do not count.
DUE: Select[Any] = (
    select(practice_items.c.hit_id, assignments.c.assignment_id)
    .select_from(types)
    .join(practice_items, practice_items.c.practice_id == types.c.practice_id)
    .outerjoin(hits, hits.c.hit_id == practice_items.c.hit_id)
    .outerjoin(
        assignments,
        and_(
            assignments.c.hit_id == practice_items.c.hit_id,
            assignments.c.worker_id == bindparam("worker_id"),
            is_held,
        ),
    )
    .where(
        types.c.hit_type_id == bindparam("hit_type_id"),
        hits.c.disposed.is_not(True),
        func.coalesce(assignments.c.status, "Accepted") == "Accepted",
    )
    .order_by(practice_items.c.number)
    .limit(literal_column("1"))
)
ITEM: Select[Any] = select(practice_items).where(practice_items.c.hit_id == bindparam("hit_id"))
ANSWERED: Select[Any] = (
    select(practice_items, assignments.c.answer)
    .join(assignments, assignments.c.hit_id == practice_items.c.hit_id)
    .where(assignments.c.assignment_id == bindparam("assignment_id"))
)
# What opening a slot of a practice HIT depends on.
SLOTS: Select[Any] = (
    select(
        practices.c.most_workers, practices.c.requester_id, types.c.reward, hits.c.max_assignments
    )
    .join(practice_items, practice_items.c.practice_id == practices.c.practice_id)
    .join(hits, hits.c.hit_id == practice_items.c.hit_id)
    .join(types, types.c.hit_type_id == hits.c.hit_type_id)
)
CLOSE = (
    update(hits)
    .where(
        hits.c.hit_id == bindparam("of_hit"),
        hits.c.available > 0,
        exists().where(practice_items.c.hit_id == hits.c.hit_id),
    )
    .values(max_assignments=hits.c.max_assignments - 1, available=hits.c.available - 1)
)


class Due(NamedTuple):
    """The practice HIT that a worker has to do next.

    `hit_id` is None until the HIT is created, `assignment_id` until the worker has accepted it.
    """

    hit_id: str | None
    assignment_id: str | None


class Place(NamedTuple):
    """Which of the practice HITs a HIT is, counted from 1."""

    number: int
    total: int


class Field(NamedTuple):
    """A field of a practice answer: its name, what the worker answered, and the right value."""

    name: str
    given: str
    right: str
    is_right: bool


class Feedback(NamedTuple):
    """What a worker reads after a practice HIT."""

    place: Place
    fields: list[Field]
    reason: str

    @property
    def is_right(self) -> bool:
        """Whether every field is right."""
        return all(field.is_right for field in self.fields)


def find_due(call: Call, worker_id: str, hit_type_id: str) -> Due | None:
    """Return the practice HIT that the worker has to do before the other HITs of the group."""
    row = fetch_row(call.db, DUE, {"worker_id": worker_id, "hit_type_id": hit_type_id})
    return None if row is None else Due(row.hit_id, row.assignment_id)


def has_slot(call: Call, due: Due) -> bool:
    """Return whether the worker could accept the practice HIT that is due, as far as is known now."""
    if due.assignment_id is not None:
        return True
    row = call.db.execute(SLOTS.where(hits.c.hit_id == due.hit_id)).one_or_none()
    if row is None or row.max_assignments >= row.most_workers:
        return False
    return compute_balance(dataclasses.replace(call, requester_id=row.requester_id)) >= int(
        row.reward
    )


def open_slot(call: Call, hit_id: str) -> None:
    """Give the practice HIT one more assignment, for the worker who has come.

    Raises NotPossible("practice_full") when as many workers as allowed have practised, or the requester's
    funds do not cover it. Locks the requester's row, then the HIT's.
    """
    row = call.db.execute(SLOTS.where(hits.c.hit_id == hit_id)).one()
    try:
        require_funds(dataclasses.replace(call, requester_id=row.requester_id), row.reward)
    except RequestError as error:
        raise NotPossible("practice_full", NONE_LEFT) from error
    added = call.db.execute(
        update(hits)
        .where(hits.c.hit_id == hit_id, hits.c.max_assignments < row.most_workers)
        .values(
            max_assignments=hits.c.max_assignments + 1,
            available=hits.c.available + 1,
            reviewing=False,
        )
    )
    if not added.rowcount:
        raise NotPossible("practice_full", NONE_LEFT)


def close_slot(call: Call, hit_id: str) -> None:
    """Remove a free assignment of a practice HIT: it was for the worker who has left it."""
    change(call.db, CLOSE, {"of_hit": hit_id})


def find_place(call: Call, hit_id: str) -> Place | None:
    """Return which practice HIT this is, or None for another HIT."""
    item = fetch_row(call.db, ITEM, {"hit_id": hit_id})
    return None if item is None else _place(call, item)


def find_feedback(call: Call, assignment_id: str) -> Feedback | None:
    """Return right and wrong of a submitted practice HIT; None for another HIT or no answer yet."""
    row = fetch_row(call.db, ANSWERED, {"assignment_id": assignment_id})
    if row is None or row.answer is None:
        return None
    fields = {
        name: parts[0][1] if parts[0][0] == "FreeText" else [text for _, text in parts]
        for name, parts in parse_parts(row.answer).items()
        if parts
    }
    compared = []
    for name, right in json.loads(row.answers).items():
        value = find_answer(fields, name)
        given = "" if value is None else to_text(value)
        shown = name.removeprefix("output.").removeprefix("answers.")
        compared.append(Field(shown, given, to_text(right), gold.is_right(value, right)))
    return Feedback(_place(call, row), compared, row.reason)


def to_text(value: Any) -> str:
    """Return a value as a worker reads it: choices with commas, other objects as JSON."""
    if isinstance(value, str):
        return value
    if isinstance(value, dict) and value and all(isinstance(v, bool) for v in value.values()):
        value = [name for name, is_chosen in value.items() if is_chosen]
    if isinstance(value, list) and not any(isinstance(item, dict | list) for item in value):
        return ", ".join(map(to_text, value))
    return json.dumps(value, ensure_ascii=False)


def _place(call: Call, item: Any) -> Place:
    count = select(func.count()).where(practice_items.c.practice_id == item.practice_id)
    return Place(item.number + 1, int(call.db.scalar(count) or 0))
