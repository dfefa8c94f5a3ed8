"""List, accept and reject requests for a requester's qualifications."""

from typing import Any

from sqlalchemy import Row, select, update

from local_crowd.operations.call import Call, Request, Response
from local_crowd.operations.checks import INTEGERS, validate_range
from local_crowd.operations.errors import RequestError, wrong_state
from local_crowd.operations.paging import build_listing, fetch_page
from local_crowd.operations.qualifications import grants, qualification_types
from local_crowd.store import tables
from local_crowd.store.tables import qualification_requests as requests
from local_crowd.store.tables import qualification_tests


def list_qualification_requests(call: Call, request: Request) -> Response:
    """Perform ListQualificationRequests: list undecided requests, oldest first.

    They are of all the requester's types unless QualificationTypeId is given.
    """
    query = (
        select(requests, qualification_tests.c.test)
        .join(
            tables.qualification_types,
            tables.qualification_types.c.qualification_type_id == requests.c.qualification_type_id,
        )
        .outerjoin(qualification_tests, qualification_tests.c.test_id == requests.c.test_id)
        .where(
            requests.c.status == "Submitted",
            tables.qualification_types.c.requester_id == call.requester_id,
        )
    )
    if type_id := request.get("QualificationTypeId"):
        qualification_types.find(call, type_id, own=True)
        query = query.where(requests.c.qualification_type_id == type_id)
    order = (requests.c.submit_time, requests.c.qualification_request_id)
    rows, token = fetch_page(call, request, query, order)
    return build_listing("QualificationRequests", rows, token, _to_api)


def accept_qualification_request(call: Call, request: Request) -> Response:
    """Perform AcceptQualificationRequest: grant the qualification with IntegerValue, default 1."""
    value = validate_range("IntegerValue", request.get("IntegerValue", 1), *INTEGERS)
    row = _find_waiting(call, request["QualificationRequestId"])
    _decide(call, row, "Granted", None)
    grants.grant(call, row.qualification_type_id, row.worker_id, value)
    return {}


def reject_qualification_request(call: Call, request: Request) -> Response:
    """Perform RejectQualificationRequest; the worker keeps any value they have of the type.

    The worker can read the reason.
    """
    row = _find_waiting(call, request["QualificationRequestId"])
    _decide(call, row, "Rejected", request.get("Reason"))
    return {}


def _find_waiting(call: Call, request_id: str) -> Row[Any]:
    row = call.db.execute(
        select(requests)
        .join(
            tables.qualification_types,
            tables.qualification_types.c.qualification_type_id == requests.c.qualification_type_id,
        )
        .where(
            requests.c.qualification_request_id == request_id,
            tables.qualification_types.c.requester_id == call.requester_id,
            requests.c.submit_time.is_not(None),
        )
    ).one_or_none()
    if row is None:
        raise RequestError(
            f"QualificationRequest {request_id} does not exist.",
            "QualificationRequestDoesNotExist",
        )
    if row.status != "Submitted":
        raise wrong_state("QualificationRequest", row.status, "Submitted")
    return row


def _decide(call: Call, row: Row[Any], status: str, reason: str | None) -> None:
    result = call.db.execute(
        update(requests)
        .where(
            requests.c.qualification_request_id == row.qualification_request_id,
            requests.c.status == "Submitted",
        )
        .values(status=status, reason=reason)
    )
    if not result.rowcount:  # another call has decided since the row was read
        raise wrong_state("QualificationRequest", None, "Submitted")


def _to_api(row: Row[Any]) -> Response:
    request = {
        "QualificationRequestId": row.qualification_request_id,
        "QualificationTypeId": row.qualification_type_id,
        "WorkerId": row.worker_id,
        "Test": row.test,
        "Answer": row.answer,
        "SubmitTime": row.submit_time,
    }
    return {name: value for name, value in request.items() if value is not None}
