"""Messages between workers and requesters, in addition to Amazon's NotifyWorkers.

A worker can ask about a HIT that they can see or have worked on. Both sides can reply.
"""

from collections.abc import Iterable
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Row, Select, and_, bindparam, func, insert, select, update

from local_crowd.operations.call import Call
from local_crowd.operations.errors import NotPossible
from local_crowd.operations.people import workers
from local_crowd.operations.qualifications import eligibility
from local_crowd.operations.texts import Text
from local_crowd.operations.work.worker_actions import find_hit, require_no_block
from local_crowd.store.statements import fetch_value
from local_crowd.store.tables import (
    assignments,
    hit_types,
    hits,
    is_unread_of_requester,
    is_unread_of_worker,
    messages,
    requesters,
)

MAX_SUBJECT_LENGTH, MAX_TEXT_LENGTH = 200, 4096  # characters, the limits of NotifyWorkers
MAX_PER_DAY = 20  # messages of one worker to all requesters
DAY_SECONDS = 86_400
UNREAD_OF_WORKER = (
    select(func.count())
    .select_from(messages)
    .where(messages.c.worker_id == bindparam("worker_id"), is_unread_of_worker)
)
UNKNOWN = Text("This message does not exist.")


def list_of_worker(call: Call, worker_id: str, limit: int = 100) -> list[Row[Any]]:
    """Return the messages that the worker sent and received, newest first.

    Each row has the columns of `messages`, and the requester's name as `requester`.
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
    """Return the messages that workers sent to the requester, newest first.

    Each row has the columns of `messages`, and the title of the HIT that it is about as `title`.
    """
    query = (
        select(messages, hit_types.c.title)
        .outerjoin(hits, hits.c.hit_id == messages.c.hit_id)
        .outerjoin(hit_types, hit_types.c.hit_type_id == hits.c.hit_type_id)
        .where(_is_from_worker(call))
        .order_by(messages.c.sent_time.desc(), messages.c.message_id)
        .offset(offset)
        .limit(limit)
    )
    return list(call.db.execute(query).all())


def count_of_requester(call: Call) -> int:
    """Count the messages that workers sent to the requester."""
    return _count(call, select(messages.c.message_id).where(_is_from_worker(call)))


def count_unread_of_worker(call: Call, worker_id: str) -> int:
    """Count the messages that the worker received and has not read."""
    count: int = fetch_value(call.db, UNREAD_OF_WORKER, {"worker_id": worker_id})
    return count


def count_unread_of_requester(call: Call) -> int:
    """Count the messages from workers that the requester has not read."""
    is_own = messages.c.requester_id == call.requester_id
    return _count(call, select(messages.c.message_id).where(is_own, is_unread_of_requester))


def mark_read_by_worker(call: Call, worker_id: str, message_ids: Iterable[str]) -> None:
    """Mark these messages as read by the worker, skipping messages to other workers."""
    is_own_unread = and_(messages.c.worker_id == worker_id, is_unread_of_worker)
    _mark_read(call, is_own_unread, message_ids)


def mark_read_by_requester(call: Call, message_ids: Iterable[str]) -> None:
    """Mark these messages as read by the requester, skipping messages to other requesters."""
    is_own_unread = and_(messages.c.requester_id == call.requester_id, is_unread_of_requester)
    _mark_read(call, is_own_unread, message_ids)


class Topic(NamedTuple):
    """The HIT that a worker's message is about."""

    hit_id: str
    requester_id: str
    requester: str  # name
    title: str


def find_hit_to_ask_about(call: Call, worker_id: str, hit_id: str) -> Topic:
    """Return what a worker's message about the HIT needs to know of it.

    Raises NotPossible: "gone"; "blocked"; "unqualified", unless the worker has worked on the HIT.
    """
    offer = find_hit(call, hit_id)
    require_no_block(call, worker_id, offer)
    own_work = select(assignments.c.assignment_id).where(
        assignments.c.hit_id == hit_id, assignments.c.worker_id == worker_id
    )
    if call.db.execute(own_work.limit(1)).first() is None:
        eligibility.check(call, worker_id, offer, "Preview")
    query = (
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
    return Topic(*call.db.execute(query).one())


def ask(call: Call, worker_id: str, hit_id: str, text: str) -> None:
    """Send a worker's message about a HIT to its requester.

    Raises NotPossible as `find_hit_to_ask_about` does, and "empty", "long" or "often".
    """
    topic = find_hit_to_ask_about(call, worker_id, hit_id)
    _send_as_worker(call, worker_id, topic, topic.title, text)


def reply_to_requester(call: Call, worker_id: str, message_id: str, text: str) -> None:
    """Reply as the worker to a message that the worker received.

    Raises NotPossible: "unknown", "blocked", "empty", "long", "often".
    """
    message = _find(call, messages.c.worker_id == worker_id, message_id, from_worker=False)
    require_no_block(call, worker_id, message)
    _send_as_worker(call, worker_id, message, _make_reply_subject(message.subject), text)


def reply_to_worker(call: Call, message_id: str, text: str) -> str:
    """Reply as the requester to a worker's message, and return the worker's id.

    Unlike NotifyWorkers this does not require that the requester has reviewed work of the worker.
    Raises NotPossible: "unknown" (also when the worker has closed the account), "empty", "long".
    """
    is_own = messages.c.requester_id == call.requester_id
    message = _find(call, is_own, message_id, from_worker=True)
    subject, text = _make_reply_subject(message.subject), _validate_text(text)
    workers.send_message(call, message.worker_id, subject, text, message.hit_id)
    mark_read_by_requester(call, [message_id])
    return str(message.worker_id)


def _send_as_worker(
    call: Call, worker_id: str, topic: Topic | Row[Any], subject: str, text: str
) -> None:
    text = _validate_text(text)
    sent_today = select(messages.c.message_id).where(
        messages.c.worker_id == worker_id,
        messages.c.from_worker,
        messages.c.sent_time > call.now - DAY_SECONDS,
    )
    if _count(call, sent_today) >= MAX_PER_DAY:
        raise NotPossible(
            "often",
            Text(
                "You have sent %(limit)s messages within a day. You can write again tomorrow.",
                limit=MAX_PER_DAY,
            ),
        )
    call.db.execute(
        insert(messages).values(
            message_id=call.new_id(),
            requester_id=topic.requester_id,
            worker_id=worker_id,
            subject=subject,
            message_text=text,
            sent_time=call.now,
            from_worker=True,
            hit_id=topic.hit_id,
        )
    )


def _find(
    call: Call, is_own: ColumnElement[bool], message_id: str, *, from_worker: bool
) -> Row[Any]:
    query = select(messages).where(
        is_own, messages.c.message_id == message_id, messages.c.from_worker == from_worker
    )
    row = call.db.execute(query).one_or_none()
    if row is None:
        raise NotPossible("unknown", UNKNOWN)
    return row


def _is_from_worker(call: Call) -> ColumnElement[bool]:
    return and_(messages.c.requester_id == call.requester_id, messages.c.from_worker)


def _validate_text(text: str) -> str:
    if not any(character.isprintable() and not character.isspace() for character in text):
        raise NotPossible("empty", Text("Write something first."))
    if len(text) > MAX_TEXT_LENGTH:
        raise NotPossible(
            "long",
            Text(
                "Your message has %(length)s characters. At most %(limit)s are allowed.",
                length=len(text),
                limit=MAX_TEXT_LENGTH,
            ),
        )
    return text


def _make_reply_subject(subject: str) -> str:
    return (subject if subject.startswith("Re: ") else f"Re: {subject}")[:MAX_SUBJECT_LENGTH]


def _mark_read(call: Call, is_own_unread: ColumnElement[bool], message_ids: Iterable[str]) -> None:
    is_listed = messages.c.message_id.in_(list(message_ids))
    call.db.execute(update(messages).where(is_own_unread, is_listed).values(read_time=call.now))


def _count(call: Call, query: Select[Any]) -> int:
    return call.db.scalar(select(func.count()).select_from(query.subquery())) or 0
