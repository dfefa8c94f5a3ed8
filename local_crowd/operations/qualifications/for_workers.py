"""A worker's qualifications: what they have and can request, their requests, their tests."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from sqlalchemy import Row, Select, and_, exists, select, update

from local_crowd.operations.call import Call
from local_crowd.operations.errors import NotPossible
from local_crowd.operations.qualifications import grants
from local_crowd.operations.qualifications.qualification_tests import parse
from local_crowd.operations.questions import answer_key
from local_crowd.operations.questions.answers import build_form_answer_xml
from local_crowd.operations.texts import PluralText, Text
from local_crowd.store import tables
from local_crowd.store.inserts import insert_new
from local_crowd.store.tables import qualification_requests as requests
from local_crowd.store.tables import qualification_tests as tests
from local_crowd.store.tables import qualification_types as types
from local_crowd.store.tables import requesters, worker_blocks

GONE = Text("This qualification does not exist, or its requester has deleted it.")
MINUTE_SECONDS = 60


class RequestOutcome(NamedTuple):
    """A request after a worker's action."""

    request_id: str
    status: str  # Started (there is a test to take), Submitted (the requester decides) or Granted
    deadline: int | None = None  # of the test, in epoch seconds


class HeldQualification(NamedTuple):
    """A qualification that a worker has, or had until it was revoked."""

    qualification_type_id: str
    name: str
    description: str
    status: str  # Granted or Revoked
    integer_value: int
    grant_time: int  # epoch seconds
    reason: str | None  # why it was revoked
    requester: str | None  # name; None for the crowd's operator
    deleted: bool  # whether the type was deleted since


def list_requestable(call: Call, worker_id: str, limit: int) -> list[Row[Any]]:
    """List the qualifications that the worker can request, ordered by name.

    Each row has the columns of `qualification_types`, the requester's name as `requester`, the
    `duration` of its test in seconds, `graded` (whether an answer key scores the test at once), and
    the worker's `value`. `test_id` is None without a test, `value` while the worker has none.
    """
    query = (
        _query_types(worker_id)
        .where(types.c.status == "Active", ~types.c.deleted, ~_is_blocked(worker_id))
        .order_by(types.c.name, types.c.qualification_type_id)
    )
    return list(call.db.execute(query.limit(limit)))


def get(call: Call, worker_id: str, type_id: str) -> Row[Any]:
    """Return a qualification type, a row as in `list_requestable`, even if it cannot be requested.

    Raises NotPossible("gone") when it does not exist.
    """
    query = _query_types(worker_id).where(
        types.c.qualification_type_id == type_id, ~types.c.deleted
    )
    row = call.db.execute(query).one_or_none()
    if row is None:
        raise NotPossible("gone", GONE)
    return row


def list_held(call: Call, worker_id: str) -> list[HeldQualification]:
    """List the qualifications that the worker was ever granted, newest grant first."""
    grant_columns = tables.qualifications.c
    query = (
        select(
            types.c.qualification_type_id,
            types.c.name,
            types.c.description,
            grant_columns.status,
            grant_columns.integer_value,
            grant_columns.grant_time,
            grant_columns.reason,
            requesters.c.name,
            types.c.deleted,
        )
        .join(types, types.c.qualification_type_id == grant_columns.qualification_type_id)
        .outerjoin(requesters, requesters.c.requester_id == types.c.requester_id)
        .where(grant_columns.worker_id == worker_id)
        .order_by(grant_columns.grant_time.desc(), grant_columns.qualification_type_id)
    )
    return [HeldQualification(*row) for row in call.db.execute(query)]


def list_requests(call: Call, worker_id: str, limit: int) -> list[Row[Any]]:
    """List the worker's requests, newest first.

    Each row has the columns of `qualification_requests` without the answer, the type's `name`, its
    `retry_delay` (seconds from request to request; None allows one request only) and `requestable`
    (whether workers can request it now).
    """
    return list(call.db.execute(_query_requests(worker_id).limit(limit)))


def find_last_request(call: Call, worker_id: str, type_id: str) -> Row[Any] | None:
    """Return the worker's newest request of this type, a row as in `list_requests`, or None."""
    query = _query_requests(worker_id).where(requests.c.qualification_type_id == type_id)
    return call.db.execute(query.limit(1)).one_or_none()


def compute_status(call: Call, row: Row[Any]) -> str:
    """Return the current status of a request, which is Abandoned once the test's time is over.

    `row` is a row of `list_requests`.
    """
    is_late = row.status == "Started" and row.deadline <= call.now
    return "Abandoned" if is_late else str(row.status)


def compute_retry_time(row: Row[Any]) -> int | None:
    """Return when the worker can make another request, in epoch seconds, or None for never.

    `row` is the worker's last request, a row of `list_requests`.
    """
    return None if row.retry_delay is None else int(row.request_time + row.retry_delay)


def request(call: Call, worker_id: str, type_id: str) -> RequestOutcome:
    """Request a qualification for the worker; idempotent while a request is open.

    Raises NotPossible: "gone", "inactive", "blocked", "asked" (only one request is allowed),
    "wait".
    """
    row = get(call, worker_id, type_id)
    if row.status != "Active":
        raise NotPossible("inactive", Text("This qualification cannot be requested now."))
    if call.db.scalar(
        select(_is_blocked(worker_id)).where(types.c.qualification_type_id == type_id)
    ):
        raise NotPossible("blocked", Text("You cannot work for this requester."))
    last = find_last_request(call, worker_id, type_id)
    if last is not None and last.status in ("Started", "Submitted"):
        if compute_status(call, last) != "Abandoned":
            return RequestOutcome(last.qualification_request_id, last.status, last.deadline)
        _close_request(call, last, status="Abandoned")
    if last is not None:
        _check_retry(call, last)
    return _create_request(call, worker_id, row)


def find_test(call: Call, worker_id: str, request_id: str) -> Row[Any]:
    """Return the request whose test the worker is taking, and the test.

    The row has the columns of `qualification_requests`, `test` (QuestionForm XML), `answer_key`,
    and the type's `name`. Raises NotPossible: "unknown" (also for another worker's), "late", "done".
    """
    row = call.db.execute(
        select(requests, tests.c.test, tests.c.answer_key, types.c.name)
        .join(tests, tests.c.test_id == requests.c.test_id)
        .join(types, types.c.qualification_type_id == requests.c.qualification_type_id)
        .where(requests.c.qualification_request_id == request_id, requests.c.worker_id == worker_id)
    ).one_or_none()
    if row is None:
        raise NotPossible("unknown", Text("You are not taking this test."))
    if row.status == "Abandoned" or (row.status == "Started" and row.deadline <= call.now):
        raise NotPossible(
            "late", Text("The time for this test is over, so your answers were not accepted.")
        )
    if row.status != "Started":
        raise NotPossible("done", Text("This test is over. Nothing has changed."))
    return row


def submit_test(
    call: Call, worker_id: str, request_id: str, fields: Iterable[tuple[str, str]]
) -> RequestOutcome:
    """Submit the fields of a test's form; an answer key grants the qualification at once.

    Raises NotPossible: "unknown" (also for another worker's test), "late", "done" (submitted before,
    or the request is closed).
    """
    row = find_test(call, worker_id, request_id)
    answer = build_form_answer_xml(parse(row.test), fields)
    status = "Granted" if row.answer_key else "Submitted"
    submit_time = max(call.now, row.request_time)  # the clock may have been set back since
    if not _close_request(call, row, status=status, answer=answer, submit_time=submit_time):
        raise NotPossible("done", Text("This test is over. Nothing has changed."))
    if row.answer_key:
        value = answer_key.parse(row.answer_key).score(answer_key.parse_selections(answer))
        grants.grant(call, row.qualification_type_id, worker_id, value)
    return RequestOutcome(request_id, status)


def _query_types(worker_id: str) -> Select[Any]:
    granted = tables.qualifications
    is_granted = and_(
        granted.c.qualification_type_id == types.c.qualification_type_id,
        granted.c.worker_id == worker_id,
        granted.c.status == "Granted",
    )
    return (
        select(
            types,
            requesters.c.name.label("requester"),
            tests.c.duration,
            tests.c.answer_key.is_not(None).label("graded"),
            granted.c.integer_value.label("value"),
        )
        .join(requesters, requesters.c.requester_id == types.c.requester_id)
        .outerjoin(tests, tests.c.test_id == types.c.test_id)
        .outerjoin(granted, is_granted)
    )


def _query_requests(worker_id: str) -> Select[Any]:
    columns = [column for column in requests.c if column.name != "answer"]
    requestable = (types.c.status == "Active") & ~types.c.deleted
    return (
        select(*columns, types.c.name, types.c.retry_delay, requestable.label("requestable"))
        .join(types, types.c.qualification_type_id == requests.c.qualification_type_id)
        .where(requests.c.worker_id == worker_id)
        .order_by(
            requests.c.request_time.desc(),
            requests.c.status.desc(),  # in the same second Submitted and Started come first
            requests.c.qualification_request_id,
        )
    )


def _is_blocked(worker_id: str) -> Any:
    return exists().where(
        worker_blocks.c.requester_id == types.c.requester_id, worker_blocks.c.worker_id == worker_id
    )


def _check_retry(call: Call, last: Row[Any]) -> None:
    retry_time = compute_retry_time(last)
    if retry_time is None:
        raise NotPossible(
            "asked", Text("You can request this qualification only once, and you already have.")
        )
    wait = retry_time - call.now
    if wait > 0:
        minutes = -(-wait // MINUTE_SECONDS)
        raise NotPossible(
            "wait",
            PluralText(
                "You requested this qualification before. You can request it again in %(minutes)s minute.",
                "You requested this qualification before. You can request it again in %(minutes)s minutes.",
                minutes,
                minutes=str(minutes),
            ),
        )


def _create_request(call: Call, worker_id: str, row: Row[Any]) -> RequestOutcome:
    status = "Started" if row.test_id else "Granted" if row.auto_granted else "Submitted"
    outcome = RequestOutcome(
        call.new_id(), status, call.now + row.duration if row.test_id else None
    )
    inserted = insert_new(
        call.db,
        requests,
        qualification_request_id=outcome.request_id,
        qualification_type_id=row.qualification_type_id,
        worker_id=worker_id,
        status=status,
        request_time=call.now,
        deadline=outcome.deadline,
        submit_time=None if row.test_id else call.now,
        test_id=row.test_id,
    )
    if not inserted:  # another request of the same worker was faster
        return request(call, worker_id, row.qualification_type_id)
    if status == "Granted":
        grants.grant(call, row.qualification_type_id, worker_id, row.auto_granted_value)
    return outcome


def _close_request(call: Call, row: Row[Any], **values: Any) -> bool:
    result = call.db.execute(
        update(requests)
        .where(
            requests.c.qualification_request_id == row.qualification_request_id,
            requests.c.status == "Started",
        )
        .values(**values)
    )
    return bool(result.rowcount)
