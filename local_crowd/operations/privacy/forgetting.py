"""Erase what is stored about a worker, or what workers answered in a batch."""

import json
from collections.abc import Iterable, Sequence
from contextlib import suppress
from itertools import islice
from typing import NamedTuple

from sqlalchemy import (
    Column,
    ColumnElement,
    CursorResult,
    Delete,
    Update,
    delete,
    func,
    insert,
    select,
    update,
)

from local_crowd.operations.call import Call
from local_crowd.operations.errors import NotPossible
from local_crowd.operations.people import accounts, invitation_links
from local_crowd.operations.policies.agreement import (
    AGREED_ANSWER,
    format_answer,
    normalize_answer,
)
from local_crowd.operations.questions.answers import build_document, parse_values
from local_crowd.operations.texts import Text
from local_crowd.operations.work import worker_actions
from local_crowd.store.tables import (
    assignments,
    bonuses,
    consent_agreements,
    group_counts,
    hit_exclusions,
    hits,
    messages,
    metadata,
    outbox,
    panel_workers,
    payment_items,
    qualification_requests,
    qualifications,
    request_tokens,
    reviews,
    visits,
    waits,
    worker_blocks,
)
from local_crowd.store.tables import workers as worker_rows

ERASED = "(erased)"
IDS_AT_ONCE = 400
NO_ANSWER = build_document({})
# Texts of rows that have a worker id, which can contain it too.
WRITTEN_ABOUT = (
    assignments.c.answer,
    assignments.c.requester_feedback,
    bonuses.c.reason,
    qualification_requests.c.answer,
    qualification_requests.c.reason,
)


class Erased(NamedTuple):
    """What was erased: a noun, and how many there were."""

    what: str
    number: int


class Kept(NamedTuple):
    """What stayed: a noun, how many there are, and why."""

    what: str
    number: int
    why: str


class Forgotten(NamedTuple):
    """What became of a worker's data. `worker_id` is the id under which the rest is kept."""

    worker_id: str
    erased: list[Erased]
    kept: list[Kept]


def forget_worker(call: Call, worker_id: str, *, answers: bool) -> Forgotten:
    """Erase who a worker is; with `answers`, also what the worker answered.

    HITs in progress are returned, sessions end. A participant's worker id is made of the panel's id,
    so it is replaced by a random one. Amounts paid and owed stay. Raises NotPossible("gone") for a
    worker who does not exist.
    """
    # Whoever accepts a HIT or writes a message for the worker waits until the transaction ends.
    worker = select(worker_rows.c.worker_id).where(worker_rows.c.worker_id == worker_id)
    if call.db.execute(worker.with_for_update()).first() is None:
        raise NotPossible("gone", Text("This worker does not exist."))
    erased = [
        Erased("HITs in progress, returned", _return_all(call, worker_id)),
        Erased("messages", _count(call, delete(messages).where(messages.c.worker_id == worker_id))),
        Erased("reasons of blocks", _erase_reasons_of_blocks(call, worker_id)),
        Erased("reasons of revoked qualifications", _erase_revocations(call, worker_id)),
        *_forget_panels(call, worker_id),
    ]
    accounts.close(call, worker_id)
    erased.append(Erased("profiles, with name, e-mail address and password", 1))
    if answers:
        held = select(assignments.c.assignment_id).where(assignments.c.worker_id == worker_id)
        erased += _erase_answers(call, list(call.db.scalars(held)))
        erased.append(Erased("answers to qualification tests", _erase_tests(call, worker_id)))
        agreed = consent_agreements.c.worker_id == worker_id
        erased.append(
            Erased("agreements to consents", _count(call, delete(consent_agreements).where(agreed)))
        )
    kept = _list_kept(call, worker_id, answers=answers)
    if any(item.number for item in erased if item.what == "ids at panels"):
        worker_id = _rename(call, worker_id)
    return Forgotten(worker_id, [item for item in erased if item.number], kept)


def forget_invited(call: Call, email: str) -> Forgotten:
    """Erase an e-mail address from the invitations sent to it."""
    number = invitation_links.forget_email(call, email.strip().lower())
    erased = [Erased("e-mail addresses of invitations", number)] if number else []
    return Forgotten("", erased, [])


def forget_batch(call: Call, batch: str) -> Forgotten:
    """Erase what workers answered to the HITs of a batch, by its id or its HIT type's.

    Assignments in progress stay as they are. Amounts paid stay.
    """
    of_batch = (hits.c.batch == batch) | (hits.c.hit_type_id == batch)
    hit_ids = list(call.db.scalars(select(hits.c.hit_id).where(of_batch)))
    assignment_ids: list[str] = []
    erased_messages = 0
    for some in _chunks(hit_ids):
        query = select(assignments.c.assignment_id).where(assignments.c.hit_id.in_(some))
        assignment_ids += call.db.scalars(query)
        erased_messages += _count(call, delete(messages).where(messages.c.hit_id.in_(some)))
    erased = [
        *_erase_answers(call, assignment_ids),
        Erased("messages about these HITs", erased_messages),
    ]
    kept = [
        Kept("HITs", len(hit_ids), "they are the requester's"),
        Kept("assignments without their answers", len(assignment_ids), "they say what was paid"),
    ]
    return Forgotten(
        "", [item for item in erased if item.number], [item for item in kept if item.number]
    )


def _count(call: Call, statement: Delete | Update) -> int:
    result: CursorResult[tuple[()]] = call.db.execute(statement)
    return result.rowcount


def _chunks(ids: Sequence[str]) -> Iterable[list[str]]:
    rest = iter(ids)
    while some := list(islice(rest, IDS_AT_ONCE)):
        yield some


def _return_all(call: Call, worker_id: str) -> int:
    returned = 0
    for assignment_id in accounts.list_accepted_assignments(call, worker_id):
        with suppress(NotPossible):  # submitted or returned in the meantime
            worker_actions.return_assignment(call, worker_id, assignment_id)
            returned += 1
    return returned


def _erase_reasons_of_blocks(call: Call, worker_id: str) -> int:
    return _count(
        call,
        update(worker_blocks).where(worker_blocks.c.worker_id == worker_id).values(reason=ERASED),
    )


def _erase_revocations(call: Call, worker_id: str) -> int:
    revoked = qualifications.c.worker_id == worker_id, qualifications.c.reason.is_not(None)
    return _count(call, update(qualifications).where(*revoked).values(reason=None))


def _forget_panels(call: Call, worker_id: str) -> list[Erased]:
    ids = _count(call, delete(panel_workers).where(panel_workers.c.worker_id == worker_id))
    known = (visits.c.study_id.is_not(None)) | (visits.c.session_id.is_not(None))
    sessions = _count(
        call,
        update(visits)
        .where(visits.c.worker_id == worker_id, known)
        .values(study_id=None, session_id=None),
    )
    return [Erased("ids at panels", ids), Erased("study and session ids of visits", sessions)]


def _erase_tests(call: Call, worker_id: str) -> int:
    requests = qualification_requests.c
    answered = (requests.answer.is_not(None)) | (requests.reason.is_not(None))
    return _count(
        call,
        update(qualification_requests)
        .where(requests.worker_id == worker_id, answered)
        .values(answer=None, reason=None),
    )


def _erase_answers(call: Call, assignment_ids: Sequence[str]) -> list[Erased]:
    """Erase the answers of assignments, and the texts that requesters wrote about them."""
    answers = feedback = reasons = details = 0
    for some in _chunks(assignment_ids):
        details += _erase_details(call, some)
        chosen = assignments.c.assignment_id.in_(some)
        answers += _count(
            call,
            update(assignments)
            .where(chosen, assignments.c.answer.is_not(None))
            .values(answer=NO_ANSWER),
        )
        feedback += _count(
            call,
            update(assignments)
            .where(chosen, assignments.c.requester_feedback.is_not(None))
            .values(requester_feedback=ERASED),
        )
        reasons += _count(
            call, update(bonuses).where(bonuses.c.assignment_id.in_(some)).values(reason=ERASED)
        )
    return [
        Erased("answers", answers),
        Erased("feedback of requesters", feedback),
        Erased("reasons of bonuses", reasons),
        Erased("answers in results of review policies", details),
    ]


def _erase_details(call: Call, assignment_ids: Sequence[str]) -> int:
    """Erase, from the results of review policies, the agreed answers that are one of these."""
    query = select(assignments.c.assignment_id, assignments.c.hit_id, assignments.c.answer).where(
        assignments.c.assignment_id.in_(assignment_ids)
    )
    texts: dict[str, set[str]] = {}
    for row in call.db.execute(query):
        for values in parse_values(row.answer or NO_ANSWER).values():
            texts.setdefault(row.hit_id, set()).add(format_answer(normalize_answer(values)))
    count = 0
    found = select(reviews.c.number, reviews.c.hit_id, reviews.c.detail).where(
        reviews.c.hit_id.in_(list(texts))
    )
    for row in list(call.db.execute(found)):
        detail = json.loads(row.detail)
        if detail.get("Key") == AGREED_ANSWER and detail["Value"] in texts[row.hit_id]:
            changed = json.dumps(detail | {"Value": ERASED})
            statement = update(reviews).where(reviews.c.number == row.number)
            count += _count(call, statement.values(detail=changed))
    return count


def _list_kept(call: Call, worker_id: str, *, answers: bool) -> list[Kept]:
    def count(column: Column[str], *conditions: ColumnElement[bool]) -> int:
        query = select(func.count()).where(column == worker_id, *conditions)
        return int(call.db.scalar(query) or 0)

    submitted = assignments.c.status.in_(("Submitted", "Approved", "Rejected"))
    work = "assignments without their answers" if answers else "assignments with their answers"
    why = "they say what was paid" if answers else "add --answers to erase the answers"
    kept = [
        Kept(work, count(assignments.c.worker_id, submitted), why),
        Kept("bonuses", count(bonuses.c.worker_id), "they say what was paid"),
        Kept("payments", count(payment_items.c.worker_id), "they say what was paid"),
        Kept("times waited for HITs", count(waits.c.worker_id), "they say what was paid"),
        Kept(
            "qualifications",
            count(qualifications.c.worker_id),
            "they are numbers under the worker id alone",
        ),
        Kept(
            "agreements to consents",
            count(consent_agreements.c.worker_id),
            "they prove consent to the answers that stay",
        ),
        Kept(
            "exclusions from HITs",
            count(hit_exclusions.c.worker_id),
            "they keep the worker id from judging its own answers",
        ),
        Kept("blocks", count(worker_blocks.c.worker_id), "they are the requester's"),
    ]
    return [item for item in kept if item.number]


def _rename(call: Call, worker_id: str) -> str:
    """Give the worker a random id, in every table; return it."""
    new_id = call.new_id("A", 14)
    row = call.db.execute(select(worker_rows).where(worker_rows.c.worker_id == worker_id))
    call.db.execute(
        insert(worker_rows).values(**dict(row.mappings().one()) | {"worker_id": new_id})
    )
    for table in metadata.sorted_tables:
        for column in table.columns:
            if column.references(worker_rows.c.worker_id) or column is group_counts.c.worker_id:
                call.db.execute(
                    update(table).where(column == worker_id).values({column.name: new_id})
                )
    # Many pages store the worker id in a field of their own, and requesters write it into reasons.
    for column in WRITTEN_ABOUT:
        is_named = column.contains(worker_id, autoescape=True)
        call.db.execute(
            update(column.table)
            .where(column.table.c.worker_id == new_id, is_named)
            .values({column.name: func.replace(column, worker_id, new_id)})
        )
    waiting = outbox.c.body.contains(worker_id, autoescape=True)
    call.db.execute(
        update(outbox).where(waiting).values(body=func.replace(outbox.c.body, worker_id, new_id))
    )
    token = request_tokens.c.token  # requesters choose it, and many put the worker id into it
    call.db.execute(
        update(request_tokens)
        .where(token.contains(worker_id, autoescape=True))
        .values(token=func.replace(token, worker_id, new_id))
    )
    call.db.execute(delete(worker_rows).where(worker_rows.c.worker_id == worker_id))
    return new_id
