"""A worker's qualifications: those they have, requested, and can request."""

from typing import Any, NamedTuple

from flask import Blueprint, flash, redirect, render_template, url_for

from local_crowd.operations.call import Call
from local_crowd.operations.errors import NotPossible
from local_crowd.operations.people import profiles
from local_crowd.operations.qualifications import eligibility
from local_crowd.operations.qualifications import for_workers as qualifications
from local_crowd.operations.qualifications.system_qualifications import (
    HISTORY,
    HITS_APPROVED,
    PERCENT_APPROVED,
)
from local_crowd.operations.texts import Text
from local_crowd.operations.work import worker_lists
from local_crowd.pages.context import current_site, worker_only
from local_crowd.pages.languages.choice import current_language, translate
from local_crowd.pages.work.barriers import describe_requirement
from places import countries, us_states

pages = Blueprint("qualifications", __name__)
MOST = 100
DONE = {
    "Granted": Text("You now have the qualification."),
    "Submitted": Text("You requested the qualification. The requester will decide."),
}


class RequestLine(NamedTuple):
    """The worker's last request for a type, its stage, and when they can request it again."""

    request: Any
    stage: str
    again: int | None


class RequiringGroup(NamedTuple):
    """A group of HITs that requires a type, its requirement in words, and whether it is met."""

    group: Any
    requirement: str
    is_met: bool


@pages.get("/qualifications")
@worker_only
def show(worker_id: str) -> str:
    """Show the qualifications that the worker has, requested, and can request."""
    with current_site().reading() as call:
        last: dict[str, Any] = {}
        for request_row in qualifications.list_requests(call, worker_id, 2 * MOST):
            last.setdefault(request_row.qualification_type_id, request_row)
        stages = {
            type_id: qualifications.compute_status(call, request_row)
            for type_id, request_row in last.items()
        }
        requestable = qualifications.list_requestable(call, worker_id, MOST)
        history = eligibility.find_values(call, worker_id, HISTORY)
        return render_template(
            "qualifications/qualifications.html",
            now=call.now,
            held=qualifications.list_held(call, worker_id),
            asked=[
                RequestLine(
                    request_row, stages[type_id], qualifications.compute_retry_time(request_row)
                )
                for type_id, request_row in last.items()
                if stages[type_id] != "Granted"
            ],
            requestable=[
                row for row in requestable if row.value is None and _is_open(call, last, row)
            ],
            most=MOST if len(requestable) == MOST else None,
            approved=history[HITS_APPROVED],
            percent=history[PERCENT_APPROVED],
            profile=profiles.get(call, worker_id),
            countries=current_language().translate_countries(countries()),
            states=us_states(),
        )


@pages.get("/qualifications/<id:type_id>")
@worker_only
def show_type(worker_id: str, type_id: str) -> str:
    """Show a qualification, the worker's state in it, and the HITs that require it."""
    with current_site().reading() as call:
        row = qualifications.get(call, worker_id, type_id)
        request_row = qualifications.find_last_request(call, worker_id, type_id)
        return render_template(
            "qualifications/qualification.html",
            row=row,
            asked=request_row,
            stage=qualifications.compute_status(call, request_row) if request_row else None,
            again=qualifications.compute_retry_time(request_row) if request_row else None,
            now=call.now,
            groups=_list_requiring_groups(call, worker_id, type_id),
        )


@pages.post("/qualifications/<id:type_id>/request")
@worker_only
def ask(worker_id: str, type_id: str) -> Any:
    """Request the qualification; if it has a test, start its timer and redirect to it."""
    try:
        with current_site().writing() as call:
            request_row = qualifications.request(call, worker_id, type_id)
    except NotPossible as refusal:
        if refusal.reason == "gone":
            raise
        flash(translate(refusal.text))
    else:
        if request_row.status == "Started":
            return redirect(
                url_for("qualification_tests.show", request_id=request_row.request_id), 303
            )
        flash(translate(DONE[request_row.status]))
    return redirect(url_for("qualifications.show_type", type_id=type_id), 303)


def _is_open(call: Call, last: dict[str, Any], row: Any) -> bool:
    """Return whether earlier requests allow the worker to request the qualification now."""
    request_row = last.get(row.qualification_type_id)
    if request_row is None:
        return True
    again = qualifications.compute_retry_time(request_row)
    under_way = qualifications.compute_status(call, request_row) in ("Started", "Submitted")
    return not under_way and again is not None and again <= call.now


def _list_requiring_groups(call: Call, worker_id: str, type_id: str) -> list[RequiringGroup]:
    """List the groups of HITs that require the type."""
    groups = worker_lists.list_groups(call, worker_id, MOST)
    statuses = eligibility.list_statuses(call, worker_id, groups)
    lines = []
    for group in groups:
        requiring = [
            status
            for status in statuses.get(group.hit_type_id, ())
            if status.requirement["QualificationTypeId"] == type_id
        ]
        if requiring:
            requirement = "; ".join(translate(describe_requirement(status)) for status in requiring)
            is_met = all(status.met for status in requiring)
            lines.append(RequiringGroup(group, requirement, is_met))
    return lines
