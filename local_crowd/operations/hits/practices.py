"""Practice: HITs with a known answer, which each worker of a HIT type does first.

The right answers and reasons are kept apart from the HITs' questions. A practice HIT has no free
assignments: each worker who practises gets one when they come (operations.work.practice).
"""

import json
from typing import Any

from sqlalchemy import Row, insert, select, update

from local_crowd.operations.call import Call, Request, Response
from local_crowd.operations.checks import BILLION, require_text, validate_length, validate_range
from local_crowd.operations.errors import (
    ParameterValidationError,
    RequestError,
    does_not_exist,
)
from local_crowd.store.tables import practice_items, practices

MOST_ITEMS = 50
MAX_ANSWERS, MAX_REASON = 10_000, 10_000  # characters


def create_practice(call: Call, request: Request) -> Response:
    """Store the right answers and reasons of practice HITs, or return those of the same name.

    Raises ParameterValidationError for answers that are not a JSON object.
    """
    name = require_text("Name", request["Name"], 200)
    existing = call.db.scalar(
        select(practices.c.practice_id).where(
            practices.c.requester_id == call.requester_id, practices.c.name == name
        )
    )
    if existing is not None:
        return {"PracticeId": existing}
    items = request["PracticeItems"]
    if not 1 <= len(items) <= MOST_ITEMS:
        raise ParameterValidationError(
            f"PracticeItems has {len(items)} items. From 1 to {MOST_ITEMS} are allowed."
        )
    practice_id = call.new_id()
    call.db.execute(
        insert(practices).values(
            practice_id=practice_id,
            requester_id=call.requester_id,
            name=name,
            most_workers=validate_range("MaxWorkers", request["MaxWorkers"], 1, BILLION),
            created_time=call.now,
        )
    )
    rows = [
        {
            "practice_id": practice_id,
            "number": number,
            "answers": _validate_answers(item["Answers"]),
            "reason": validate_length("Reason", item.get("Reason"), MAX_REASON) or "",
        }
        for number, item in enumerate(items)
    ]
    call.db.execute(insert(practice_items), rows)
    return {"PracticeId": practice_id}


def _validate_answers(text: str) -> str:
    require_text("Answers", text, MAX_ANSWERS)
    try:
        answers = json.loads(text)
    except ValueError:
        answers = None
    if not isinstance(answers, dict) or not answers:
        raise ParameterValidationError(
            "Answers is not a JSON object with the right value of each field."
        )
    return text


def find(call: Call, practice_id: str) -> Row[Any]:
    """Return a practice of the requester. Raises RequestError for an unknown one."""
    row = call.db.execute(
        select(practices).where(
            practices.c.practice_id == practice_id,
            practices.c.requester_id == call.requester_id,
        )
    ).one_or_none()
    if row is None:
        raise does_not_exist("Practice", practice_id)
    return row


def assign_hit(call: Call, practice_id: str | None, number: int, hit_id: str) -> None:
    """Make a HIT the one of an item. Raises RequestError without such an item, or if it has a HIT."""
    changed = call.db.execute(
        update(practice_items)
        .where(
            practice_items.c.practice_id == practice_id,
            practice_items.c.number == number,
            practice_items.c.hit_id.is_(None),
        )
        .values(hit_id=hit_id)
    )
    if not changed.rowcount:
        raise RequestError(
            f"The HIT type has no practice item {number} without a HIT.", "PracticeItemInvalid"
        )
