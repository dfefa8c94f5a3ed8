"""Qualifications as workers deal with them: have, ask for, be tested for.

The rules stand here once, for pages too.
"""

from collections.abc import Iterable
from typing import Any, NamedTuple

from sqlalchemy import Row, Select, and_, exists, select, update

from local_crowd.operations.call import Call
from local_crowd.operations.errors import NotPossible
from local_crowd.operations.qualifications import grants
from local_crowd.operations.qualifications.qualification_tests import parse
from local_crowd.operations.questions import answer_key
from local_crowd.operations.questions.answers import build_form_answer_xml
from local_crowd.store import tables
from local_crowd.store.inserts import insert_new
from local_crowd.store.tables import qualification_requests as requests
from local_crowd.store.tables import qualification_tests as tests
from local_crowd.store.tables import qualification_types as types
from local_crowd.store.tables import requesters, worker_blocks

GONE = "This qualification does not exist, or its requester has deleted it."
MINUTE = 60  # seconds


class RequestOutcome(NamedTuple):
    """What became of a request: `status` is Started (there is a test to take until `deadline`, in
    epoch seconds), Submitted (the requester decides) or Granted.
    """

    request_id: str
    status: str
    deadline: int | None = None


def list_requestable(call: Call, worker_id: str, limit: int) -> list[Row[Any]]:
    """Qualifications that can be asked for, by name: of requesters that have not blocked the worker.

    Each row: `qualification_type_id`, `name`, `description`, `keywords`, `requester`, `test_id`
    (none: no test), `duration` (of the test, seconds), `graded` (by an answer key, at once) and
    `value` (none: not had).
    """
    query = (
        _query_types(worker_id)
        .where(types.c.status == "Active", ~types.c.deleted, ~_is_blocked(worker_id))
        .order_by(types.c.name, types.c.qualification_type_id)
    )
    return list(call.db.execute(query.limit(limit)))


def get(call: Call, worker_id: str, type_id: str) -> Row[Any]:
    """One of them, as `list_requestable` gives them. NotPossible("gone")."""
    query = _query_types(worker_id).where(
        types.c.qualification_type_id == type_id, ~types.c.deleted
    )
    row = call.db.execute(query).one_or_none()
    if row is None:
        raise NotPossible("gone", GONE)
    return row


def list_held(call: Call, worker_id: str) -> list[Row[Any]]:
    """What requesters and who runs the crowd gave the worker, and took back: newest first.

    Each row: `qualification_type_id`, `name`, `description`, `status` (Granted or Revoked),
    `integer_value`, `grant_time`, `reason` (why it was revoked), `requester` (none: who runs the
    crowd), `deleted` (the type, meanwhile).
    """
    given = tables.qualifications
    about = (types.c.name, types.c.description, types.c.deleted)
    query = (
        select(given, *about, requesters.c.name.label("requester"))
        .join(types, types.c.qualification_type_id == given.c.qualification_type_id)
        .outerjoin(requesters, requesters.c.requester_id == types.c.requester_id)
        .where(given.c.worker_id == worker_id)
        .order_by(given.c.grant_time.desc(), given.c.qualification_type_id)
    )
    return list(call.db.execute(query))


def list_requests(call: Call, worker_id: str, limit: int) -> list[Row[Any]]:
    """The worker's requests, newest first.

    Each row: `qualification_request_id`, `qualification_type_id`, `name`, `status` (Started,
    Submitted, Granted, Rejected, Abandoned), `request_time`, `deadline`, `submit_time`, `reason`
    (why it was rejected), `retry_delay` (seconds from request to request; none: once is all),
    `askable` (whether anybody can ask now).
    """
    return list(call.db.execute(_query_requests(worker_id).limit(limit)))


def find_last_request(call: Call, worker_id: str, type_id: str) -> Row[Any] | None:
    """The worker's newest request of this type, as `list_requests` gives it."""
    query = _query_requests(worker_id).where(requests.c.qualification_type_id == type_id)
    return call.db.execute(query.limit(1)).one_or_none()


def compute_status(call: Call, asked: Row[Any]) -> str:
    """The status of a request (a row of `list_requests`) now: a test whose time is over is Abandoned."""
    late = asked.status == "Started" and asked.deadline <= call.now
    return "Abandoned" if late else str(asked.status)


def compute_retry_time(asked: Row[Any]) -> int | None:
    """From when on the worker can ask again after this request (of `list_requests`), in epoch seconds;
    none: never.
    """
    return None if asked.retry_delay is None else int(asked.request_time + asked.retry_delay)


def request(call: Call, worker_id: str, type_id: str) -> RequestOutcome:
    """Ask for a qualification. Asking again for what is under way gives the same request.

    NotPossible: "gone", "inactive", "blocked", "asked" (it can be asked for once), "wait".
    """
    row = get(call, worker_id, type_id)
    if row.status != "Active":
        raise NotPossible("inactive", "This qualification cannot be asked for now.")
    if call.db.scalar(
        select(_is_blocked(worker_id)).where(types.c.qualification_type_id == type_id)
    ):
        raise NotPossible("blocked", "You cannot work for this requester.")
    last = find_last_request(call, worker_id, type_id)
    if last is not None and last.status in ("Started", "Submitted"):
        if compute_status(call, last) != "Abandoned":
            return RequestOutcome(last.qualification_request_id, last.status, last.deadline)
        _end(call, last, status="Abandoned")
    if last is not None:
        _check_retry(call, last)
    return _create(call, worker_id, row)


def find_test(call: Call, worker_id: str, request_id: str) -> Row[Any]:
    """The test that the worker is taking: `test` (a QuestionForm), `deadline`, `name`,
    `qualification_type_id`. NotPossible: as `submit_test`.
    """
    row = call.db.execute(
        select(requests, tests.c.test, tests.c.answer_key, types.c.name)
        .join(tests, tests.c.test_id == requests.c.test_id)
        .join(types, types.c.qualification_type_id == requests.c.qualification_type_id)
        .where(requests.c.qualification_request_id == request_id, requests.c.worker_id == worker_id)
    ).one_or_none()
    if row is None:
        raise NotPossible("unknown", "You are not taking this test.")
    if row.status == "Abandoned" or (row.status == "Started" and row.deadline <= call.now):
        raise NotPossible("late", "The time for this test is over, so it was not taken.")
    if row.status != "Started":
        raise NotPossible("done", "This test is over. Nothing has changed.")
    return row


def submit_test(
    call: Call, worker_id: str, request_id: str, fields: Iterable[tuple[str, str]]
) -> RequestOutcome:
    """Hand in the fields of a test's form. With an answer key the worker has the score at once.

    NotPossible: "unknown" (also another worker's), "late", "done" (handed in before, or closed).
    """
    row = find_test(call, worker_id, request_id)
    answer = build_form_answer_xml(parse(row.test), fields)
    status = "Granted" if row.answer_key else "Submitted"
    submit_time = max(call.now, row.request_time)  # the clock may have been set back meanwhile
    if not _end(call, row, status=status, answer=answer, submit_time=submit_time):
        raise NotPossible("done", "This test is over. Nothing has changed.")
    if row.answer_key:
        value = answer_key.parse(row.answer_key).score(answer_key.parse_selections(answer))
        grants.grant(call, row.qualification_type_id, worker_id, value)
    return RequestOutcome(request_id, status)


def _query_types(worker_id: str) -> Select[Any]:
    given = tables.qualifications
    has = and_(
        given.c.qualification_type_id == types.c.qualification_type_id,
        given.c.worker_id == worker_id,
        given.c.status == "Granted",
    )
    return (
        select(
            types,
            requesters.c.name.label("requester"),
            tests.c.duration,
            tests.c.answer_key.is_not(None).label("graded"),
            given.c.integer_value.label("value"),
        )
        .join(requesters, requesters.c.requester_id == types.c.requester_id)
        .outerjoin(tests, tests.c.test_id == types.c.test_id)
        .outerjoin(given, has)
    )


def _query_requests(worker_id: str) -> Select[Any]:
    columns = [column for column in requests.c if column.name != "answer"]
    askable = (types.c.status == "Active") & ~types.c.deleted
    return (
        select(*columns, types.c.name, types.c.retry_delay, askable.label("askable"))
        .join(types, types.c.qualification_type_id == requests.c.qualification_type_id)
        .where(requests.c.worker_id == worker_id)
        .order_by(
            requests.c.request_time.desc(),
            requests.c.status.desc(),  # of the same second: what is under way
            requests.c.qualification_request_id,
        )
    )


def _is_blocked(worker_id: str) -> Any:
    return exists().where(
        worker_blocks.c.requester_id == types.c.requester_id, worker_blocks.c.worker_id == worker_id
    )


def _check_retry(call: Call, last: Row[Any]) -> None:
    again = compute_retry_time(last)
    if again is None:
        raise NotPossible("asked", "This qualification can be asked for once, and you have.")
    wait = again - call.now
    if wait > 0:
        minutes = -(-wait // MINUTE)
        raise NotPossible(
            "wait",
            "You asked for this qualification before. "
            f"You can again in {minutes} minute{'s' if minutes > 1 else ''}.",
        )


def _create(call: Call, worker_id: str, row: Row[Any]) -> RequestOutcome:
    status = "Started" if row.test_id else "Granted" if row.auto_granted else "Submitted"
    new = RequestOutcome(call.new_id(), status, call.now + row.duration if row.test_id else None)
    made = insert_new(
        call.db,
        requests,
        qualification_request_id=new.request_id,
        qualification_type_id=row.qualification_type_id,
        worker_id=worker_id,
        status=status,
        request_time=call.now,
        deadline=new.deadline,
        submit_time=None if row.test_id else call.now,
        test_id=row.test_id,
    )
    if not made:  # the worker's other click was faster
        return request(call, worker_id, row.qualification_type_id)
    if status == "Granted":
        grants.grant(call, row.qualification_type_id, worker_id, row.auto_granted_value)
    return new


def _end(call: Call, row: Row[Any], **values: Any) -> bool:
    done = call.db.execute(
        update(requests)
        .where(
            requests.c.qualification_request_id == row.qualification_request_id,
            requests.c.status == "Started",
        )
        .values(**values)
    )
    return bool(done.rowcount)
