"""Qualifications: the requester's types, who has them, who asks for them."""

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
from local_crowd.pages.context import an_id, current_site
from local_crowd.pages.headers import BESIDE_ANSWERS
from local_crowd.pages.requester.context import page_number, requester_only, typed
from local_crowd.pages.requester.fields import Field, of_answer
from local_crowd.pages.requester.shown import Pages

pages = Blueprint("qualifications", __name__)
HOLDERS, REQUESTS = 50, 50  # on a page
LONGEST_REASON = 1024
NO_NUMBER = f"A qualification's value is a whole number from {INTEGERS[0]:,} to {INTEGERS[1]:,}."


@pages.get("/qualifications")
@requester_only
def show_list(requester_id: str) -> Any:
    """The requester's types, and the requests that wait."""
    site = current_site()
    with site.reading(requester_id) as call:
        types = for_requesters.list_own(call)
    waiting = site.perform(requester_id, "ListQualificationRequests", {"MaxResults": REQUESTS})
    page = render_template(
        "requester/qualifications.html",
        types=types,
        names={row.qualification_type_id: row.name for row in types},
        requests=[(one, _answered(one)) for one in waiting["QualificationRequests"]],
        waiting=sum(row.waiting for row in types),
    )
    return page, {"Content-Security-Policy": BESIDE_ANSWERS}


def _answered(request: dict[str, Any]) -> list[Field]:
    """The answers to the test that the worker took, each beside its question."""
    test = request.get("Test")
    return of_answer(request.get("Answer"), form=qualification_tests.parse(test) if test else None)


@pages.get("/qualifications/<id:type_id>")
@requester_only
def show(requester_id: str, type_id: str) -> str:
    """A type, and who has it."""
    number = page_number()
    with current_site().reading(requester_id) as call:
        row = qualification_types.find(call, type_id)
        if row.requester_id != requester_id:
            raise NotFound
        held = for_requesters.list_holders(call, type_id, (number - 1) * HOLDERS, HOLDERS + 1)
    return render_template(
        "requester/qualification.html",
        type=row,
        holders=held[:HOLDERS],
        turn=Pages(number, more=len(held) > HOLDERS),
    )


@pages.post("/qualifications/<id:type_id>/grant")
@requester_only
def grant(requester_id: str, type_id: str) -> Any:
    """Give a worker the qualification, or another value of it."""
    worker_id, value = an_id(typed("worker_id")), _value()
    if not worker_id:
        return _to_type(type_id, "Enter a worker ID.")
    if value is None:
        return _to_type(type_id, NO_NUMBER)
    return _done(
        type_id,
        f"Worker {worker_id} now has the qualification with the value {value}.",
        requester_id,
        "AssociateQualificationWithWorker",
        {"QualificationTypeId": type_id, "WorkerId": worker_id, "IntegerValue": value},
    )


@pages.post("/qualifications/<id:type_id>/revoke")
@requester_only
def revoke(requester_id: str, type_id: str) -> Any:
    """Take it back from a worker."""
    asked = {"QualificationTypeId": type_id, "WorkerId": an_id(typed("worker_id"))}
    if reason := typed("reason")[:LONGEST_REASON]:
        asked["Reason"] = reason
    operation = "DisassociateQualificationFromWorker"
    said = f"Worker {asked['WorkerId']} no longer has the qualification."
    return _done(type_id, said, requester_id, operation, asked)


@pages.post("/qualification_requests/<id:request_id>/grant")
@requester_only
def accept(requester_id: str, request_id: str) -> Any:
    """Grant what a worker asked for."""
    value = _value()
    if value is None:
        return _to_type("", NO_NUMBER)
    asked = {"QualificationRequestId": request_id, "IntegerValue": value}
    return _done("", "Granted.", requester_id, "AcceptQualificationRequest", asked)


@pages.post("/qualification_requests/<id:request_id>/reject")
@requester_only
def reject(requester_id: str, request_id: str) -> Any:
    """Reject what a worker asked for; they can read the reason."""
    asked = {"QualificationRequestId": request_id}
    if reason := typed("reason")[:LONGEST_REASON]:
        asked["Reason"] = reason
    return _done("", "Rejected.", requester_id, "RejectQualificationRequest", asked)


def _value() -> int | None:
    text = typed("value")
    if not re.fullmatch("-?[0-9]{1,10}", text):
        return None
    return int(text) if INTEGERS[0] <= int(text) <= INTEGERS[1] else None


def _done(type_id: str, said: str, requester_id: str, operation: str, asked: dict[str, Any]) -> Any:
    """Perform it and say so, or say why not. What is not there for the requester is a 404."""
    try:
        current_site().perform(requester_id, operation, asked)
    except CrowdError as error:
        gone = ("QualificationTypeDoesNotExist", "QualificationRequestDoesNotExist")
        if (error.turk_error_code or "").endswith(gone):
            raise
        said = error.message
    return _to_type(type_id, said)


def _to_type(type_id: str, said: str) -> Any:
    flash(said)
    if type_id:
        return redirect(url_for("requester.qualifications.show", type_id=type_id), 303)
    return redirect(url_for("requester.qualifications.show_list"), 303)
