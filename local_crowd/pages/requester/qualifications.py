"""The requester's qualification types, their holders, and requests for them."""

import re
from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from werkzeug.exceptions import NotFound

from local_crowd.operations.checks import INTEGERS
from local_crowd.operations.errors import CrowdError
from local_crowd.operations.qualifications import (
    for_requesters,
    qualification_tests,
    qualification_types,
)
from local_crowd.pages.context import current_site, parse_id
from local_crowd.pages.headers import BESIDE_ANSWERS
from local_crowd.pages.requester.context import read_field, read_page_number, requester_only
from local_crowd.pages.requester.fields import Field, parse_answer_fields
from local_crowd.pages.requester.view_parts import Pages

pages = Blueprint("qualifications", __name__)
HOLDERS_PER_PAGE, REQUESTS_PER_PAGE = 50, 50
LONGEST_REASON = 1024
NO_NUMBER = f"A qualification's value is a whole number from {INTEGERS[0]:,} to {INTEGERS[1]:,}."


@pages.get("/qualifications")
@requester_only
def show_list(requester_id: str) -> Any:
    """List the requester's qualification types and the waiting requests."""
    site = current_site()
    with site.reading(requester_id) as call:
        types = for_requesters.list_own(call)
    waiting = site.perform(
        requester_id, "ListQualificationRequests", {"MaxResults": REQUESTS_PER_PAGE}
    )
    page = render_template(
        "requester/qualifications.html",
        types=types,
        names={row.qualification_type_id: row.name for row in types},
        requests=[
            (request, _parse_test_answer(request)) for request in waiting["QualificationRequests"]
        ],
        waiting=sum(row.waiting for row in types),
    )
    return page, {"Content-Security-Policy": BESIDE_ANSWERS}


def _parse_test_answer(request: dict[str, Any]) -> list[Field]:
    """Parse the answers to the worker's test, each with its question."""
    test = request.get("Test")
    return parse_answer_fields(
        request.get("Answer"), form=qualification_tests.parse(test) if test else None
    )


@pages.get("/qualifications/<id:type_id>")
@requester_only
def show(requester_id: str, type_id: str) -> str:
    """Show a qualification type and its holders."""
    number = read_page_number()
    with current_site().reading(requester_id) as call:
        row = qualification_types.find(call, type_id)
        if row.requester_id != requester_id:
            raise NotFound
        held = for_requesters.list_holders(
            call, type_id, (number - 1) * HOLDERS_PER_PAGE, HOLDERS_PER_PAGE + 1
        )
    return render_template(
        "requester/qualification.html",
        type=row,
        holders=held[:HOLDERS_PER_PAGE],
        turn=Pages(number, more=len(held) > HOLDERS_PER_PAGE),
    )


@pages.post("/qualifications/<id:type_id>/grant")
@requester_only
def grant(requester_id: str, type_id: str) -> Any:
    """Grant the qualification to a worker, or change its value."""
    worker_id, value = parse_id(read_field("worker_id")), _read_value()
    if not worker_id:
        return _redirect(type_id, "Enter a worker ID.")
    if value is None:
        return _redirect(type_id, NO_NUMBER)
    return _perform(
        type_id,
        f"Worker {worker_id} now has the qualification with the value {value}.",
        requester_id,
        "AssociateQualificationWithWorker",
        {"QualificationTypeId": type_id, "WorkerId": worker_id, "IntegerValue": value},
    )


@pages.post("/qualifications/<id:type_id>/revoke")
@requester_only
def revoke(requester_id: str, type_id: str) -> Any:
    """Revoke the qualification of a worker."""
    parameters = {"QualificationTypeId": type_id, "WorkerId": parse_id(read_field("worker_id"))}
    if reason := read_field("reason")[:LONGEST_REASON]:
        parameters["Reason"] = reason
    operation = "DisassociateQualificationFromWorker"
    done = f"Worker {parameters['WorkerId']} no longer has the qualification."
    return _perform(type_id, done, requester_id, operation, parameters)


@pages.post("/qualification_requests/<id:request_id>/grant")
@requester_only
def accept(requester_id: str, request_id: str) -> Any:
    """Grant a worker's request."""
    value = _read_value()
    if value is None:
        return _redirect("", NO_NUMBER)
    parameters = {"QualificationRequestId": request_id, "IntegerValue": value}
    return _perform("", "Granted.", requester_id, "AcceptQualificationRequest", parameters)


@pages.post("/qualification_requests/<id:request_id>/reject")
@requester_only
def reject(requester_id: str, request_id: str) -> Any:
    """Reject a worker's request; the worker can read the reason."""
    parameters = {"QualificationRequestId": request_id}
    if reason := read_field("reason")[:LONGEST_REASON]:
        parameters["Reason"] = reason
    return _perform("", "Rejected.", requester_id, "RejectQualificationRequest", parameters)


def _read_value() -> int | None:
    text = read_field("value")
    if not re.fullmatch("-?[0-9]{1,10}", text):
        return None
    return int(text) if INTEGERS[0] <= int(text) <= INTEGERS[1] else None


def _perform(
    type_id: str, done: str, requester_id: str, operation: str, parameters: dict[str, Any]
) -> Any:
    """Perform an operation and flash `done`, or the reason why it was refused.

    Raises CrowdError for a type or request that does not exist, which becomes a 404.
    """
    try:
        current_site().perform(requester_id, operation, parameters)
    except CrowdError as error:
        gone = ("QualificationTypeDoesNotExist", "QualificationRequestDoesNotExist")
        if (error.turk_error_code or "").endswith(gone):
            raise
        done = error.message
    return _redirect(type_id, done)


def _redirect(type_id: str, done: str) -> Any:
    flash(done)
    if type_id:
        return redirect(url_for("requester.qualifications.show", type_id=type_id), 303)
    return redirect(url_for("requester.qualifications.show_list"), 303)
