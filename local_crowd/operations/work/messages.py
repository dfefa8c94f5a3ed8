"""Messages between workers and requesters, beside NotifyWorkers, which Amazon has.

A worker may ask about a HIT that they can see or did, and answer a message; a requester may answer.
"""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Row, Select, and_, func, insert, select, update

from local_crowd.operations.call import Call
from local_crowd.operations.errors import NotPossible
from local_crowd.operations.people import workers
from local_crowd.operations.qualifications import eligibility
from local_crowd.operations.work.worker_actions import check_not_blocked, find_hit
from local_crowd.store.tables import (
    assignments,
    hit_types,
    hits,
    is_unread_of_requester,
    is_unread_of_worker,
    messages,
    requesters,
)

LONGEST_SUBJECT, LONGEST_TEXT = 200, 4096  # characters, as NotifyWorkers takes
MOST_A_DAY = 20  # that a worker sends, to all requesters together
DAY = 86_400
UNKNOWN = "This message does not exist."


def list_of_worker(call: Call, worker_id: str, limit: int = 100) -> list[Row[Any]]:
    """Return the worker's messages, sent and received, newest first: the columns of messages and
    `requester`, a name.
    """
    query = (
        select(messages, requesters.c.name.label("requester"))
        .join(requesters, requesters.c.requester_id == messages.c.requester_id)
        .where(messages.c.worker_id == worker_id)
        .order_by(messages.c.sent_time.desc(), messages.c.message_id)
        .limit(limit)
    )
    return list(call.db.execute(query).all())


def list_of_requester(call: Call, offset: int, limit: int) -> list[Row[Any]]:
    """Return what workers wrote to the requester, newest first: the columns of messages, and `title`
    of the HIT that it is about.
    """
    query = (
        select(messages, hit_types.c.title)
        .outerjoin(hits, hits.c.hit_id == messages.c.hit_id)
        .outerjoin(hit_types, hit_types.c.hit_type_id == hits.c.hit_type_id)
        .where(_from_workers(call))
        .order_by(messages.c.sent_time.desc(), messages.c.message_id)
        .offset(offset)
        .limit(limit)
    )
    return list(call.db.execute(query).all())


def count_of_requester(call: Call) -> int:
    """Count what workers wrote to the requester."""
    return _count(call, select(messages.c.message_id).where(_from_workers(call)))


def count_unread_of_worker(call: Call, worker_id: str) -> int:
    """Count what the worker received and has not read."""
    mine = messages.c.worker_id == worker_id
    return _count(call, select(messages.c.message_id).where(mine, is_unread_of_worker))


def count_unread_of_requester(call: Call) -> int:
    """Count what workers wrote that the requester has not read."""
    mine = messages.c.requester_id == call.requester_id
    return _count(call, select(messages.c.message_id).where(mine, is_unread_of_requester))


def mark_read_by_worker(call: Call, worker_id: str, message_ids: Iterable[str]) -> None:
    """Note that the worker has read these messages; those of others are left alone."""
    mine = and_(messages.c.worker_id == worker_id, is_unread_of_worker)
    _mark_read(call, mine, message_ids)


def mark_read_by_requester(call: Call, message_ids: Iterable[str]) -> None:
    """Note that the requester has read these messages; those of others are left alone."""
    mine = and_(messages.c.requester_id == call.requester_id, is_unread_of_requester)
    _mark_read(call, mine, message_ids)


def find_hit_to_ask_about(call: Call, worker_id: str, hit_id: str) -> Row[Any]:
    """Return `hit_id`, `requester_id`, `requester` (a name) and `title` of a HIT.

    NotPossible: "gone"; "blocked"; "unqualified", unless the worker has worked on the HIT.
    """
    offer = find_hit(call, hit_id)
    check_not_blocked(call, worker_id, offer)
    worked = select(assignments.c.assignment_id).where(
        assignments.c.hit_id == hit_id, assignments.c.worker_id == worker_id
    )
    if call.db.execute(worked.limit(1)).first() is None:
        eligibility.check(call, worker_id, offer.qualification_requirements, "Preview")
    query: Select[Any] = (
        select(
            hits.c.hit_id,
            hits.c.requester_id,
            requesters.c.name.label("requester"),
            hit_types.c.title,
        )
        .join(hit_types, hit_types.c.hit_type_id == hits.c.hit_type_id)
        .join(requesters, requesters.c.requester_id == hits.c.requester_id)
        .where(hits.c.hit_id == hit_id)
    )
    return call.db.execute(query).one()


def ask(call: Call, worker_id: str, hit_id: str, text: str) -> None:
    """Send the HIT's requester a message of the worker.

    NotPossible as find_hit_to_ask_about, and "empty", "long", "often".
    """
    hit = find_hit_to_ask_about(call, worker_id, hit_id)
    _send_as_worker(call, worker_id, hit, hit.title, text)


def reply_to_requester(call: Call, worker_id: str, message_id: str, text: str) -> None:
    """Answer a message that the worker received. NotPossible: "unknown", "blocked" and as `ask`."""
    message = _find(call, messages.c.worker_id == worker_id, message_id, from_worker=False)
    check_not_blocked(call, worker_id, message)
    _send_as_worker(call, worker_id, message, _make_reply_subject(message.subject), text)


def reply_to_worker(call: Call, message_id: str, text: str) -> str:
    """Answer a worker's message as the requester, and return the worker's id.

    This needs no reviewed work, unlike NotifyWorkers. NotPossible: "unknown" (also when the worker
    has closed the account), "empty", "long".
    """
    mine = messages.c.requester_id == call.requester_id
    message = _find(call, mine, message_id, from_worker=True)
    subject, checked = _make_reply_subject(message.subject), _check_text(text)
    workers.send_message(call, message.worker_id, subject, checked, message.hit_id)
    mark_read_by_requester(call, [message_id])
    return str(message.worker_id)


def _send_as_worker(call: Call, worker_id: str, about: Row[Any], subject: str, text: str) -> None:
    checked = _check_text(text)
    lately = select(messages.c.message_id).where(
        messages.c.worker_id == worker_id,
        messages.c.from_worker,
        messages.c.sent_time > call.now - DAY,
    )
    if _count(call, lately) >= MOST_A_DAY:
        raise NotPossible(
            "often", f"You have sent {MOST_A_DAY} messages within a day. Write again tomorrow."
        )
    call.db.execute(
        insert(messages).values(
            message_id=call.new_id(),
            requester_id=about.requester_id,
            worker_id=worker_id,
            subject=subject,
            message_text=checked,
            sent_time=call.now,
            from_worker=True,
            hit_id=about.hit_id,
        )
    )


def _find(call: Call, mine: Any, message_id: str, *, from_worker: bool) -> Row[Any]:
    query = select(messages).where(
        mine, messages.c.message_id == message_id, messages.c.from_worker == from_worker
    )
    row = call.db.execute(query).one_or_none()
    if row is None:
        raise NotPossible("unknown", UNKNOWN)
    return row


def _from_workers(call: Call) -> Any:
    return and_(messages.c.requester_id == call.requester_id, messages.c.from_worker)


def _check_text(text: str) -> str:
    if not any(character.isprintable() and not character.isspace() for character in text):
        raise NotPossible("empty", "Write something first.")
    if len(text) > LONGEST_TEXT:
        raise NotPossible(
            "long", f"The message has {len(text):,} characters. At most {LONGEST_TEXT:,} fit."
        )
    return text


def _make_reply_subject(subject: str) -> str:
    return (subject if subject.startswith("Re: ") else f"Re: {subject}")[:LONGEST_SUBJECT]


def _mark_read(call: Call, mine: Any, message_ids: Iterable[str]) -> None:
    chosen = messages.c.message_id.in_(list(message_ids))
    call.db.execute(update(messages).where(mine, chosen).values(read_time=call.now))


def _count(call: Call, query: Select[Any]) -> int:
    return call.db.scalar(select(func.count()).select_from(query.subquery())) or 0
