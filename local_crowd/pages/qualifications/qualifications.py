"""A worker's qualifications: what they have, asked for, and can ask for."""

from typing import Any

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
from local_crowd.operations.work import worker_lists
from local_crowd.pages.context import current_site, worker_only
from local_crowd.pages.work.barriers import wanted
from places import countries, us_states

pages = Blueprint("qualifications", __name__)
MOST = 100
SAID = {
    "Granted": "You now have the qualification.",
    "Submitted": "You requested the qualification. The requester will decide.",
}


@pages.get("/qualifications")
@worker_only
def show(worker_id: str) -> str:
    """What the worker has, asked for, and can ask for."""
    with current_site().reading() as call:
        last: dict[str, Any] = {}
        for asked in qualifications.list_requests(call, worker_id, 2 * MOST):
            last.setdefault(asked.qualification_type_id, asked)
        stages = {
            type_id: qualifications.compute_status(call, asked) for type_id, asked in last.items()
        }
        found = qualifications.list_requestable(call, worker_id, MOST)
        history = eligibility.find_values(call, worker_id, HISTORY)
        return render_template(
            "qualifications/qualifications.html",
            now=call.now,
            held=qualifications.list_held(call, worker_id),
            asked=[
                (asked, stages[type_id], qualifications.compute_retry_time(asked))
                for type_id, asked in last.items()
                if stages[type_id] != "Granted"
            ],
            requestable=[row for row in found if row.value is None and _open(call, last, row)],
            most=MOST if len(found) == MOST else None,
            approved=history[HITS_APPROVED],
            percent=history[PERCENT_APPROVED],
            profile=profiles.get(call, worker_id),
            countries=countries(),
            states=us_states(),
        )


@pages.get("/qualifications/<id:type_id>")
@worker_only
def show_type(worker_id: str, type_id: str) -> str:
    """One qualification, how the worker stands to it, and which HITs ask for it."""
    with current_site().reading() as call:
        row = qualifications.get(call, worker_id, type_id)
        asked = qualifications.find_last_request(call, worker_id, type_id)
        return render_template(
            "qualifications/qualification.html",
            row=row,
            asked=asked,
            stage=qualifications.compute_status(call, asked) if asked else None,
            again=qualifications.compute_retry_time(asked) if asked else None,
            now=call.now,
            groups=_groups(call, worker_id, type_id),
        )


@pages.post("/qualifications/<id:type_id>/request")
@worker_only
def ask(worker_id: str, type_id: str) -> Any:
    """Ask for the qualification; if there is a test, go to it: its time runs from now."""
    try:
        with current_site().writing() as call:
            asked = qualifications.request(call, worker_id, type_id)
    except NotPossible as refusal:
        if refusal.reason == "gone":
            raise
        flash(str(refusal))
    else:
        if asked.status == "Started":
            return redirect(url_for("qualification_tests.show", request_id=asked.request_id), 303)
        flash(SAID[asked.status])
    return redirect(url_for("qualifications.show_type", type_id=type_id), 303)


def _open(call: Call, last: dict[str, Any], row: Any) -> bool:
    """Whether the qualification can be asked for now, as far as earlier requests go."""
    asked = last.get(row.qualification_type_id)
    if asked is None:
        return True
    again = qualifications.compute_retry_time(asked)
    under_way = qualifications.compute_status(call, asked) in ("Started", "Submitted")
    return not under_way and again is not None and again <= call.now


def _groups(call: Call, worker_id: str, type_id: str) -> list[tuple[Any, str, bool]]:
    """The groups of HITs that ask for this type: each with what it asks for, and whether the
    worker meets that.
    """
    groups = worker_lists.list_groups(call, worker_id, MOST)
    standings = eligibility.list_statuses(call, worker_id, groups)
    found = []
    for group in groups:
        asking = [
            one
            for one in standings.get(group.hit_type_id, ())
            if one.requirement["QualificationTypeId"] == type_id
        ]
        if asking:
            met = all(one.met for one in asking)
            found.append((group, "; ".join(map(wanted, asking)), met))
    return found
