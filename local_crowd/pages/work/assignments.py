"""The page around an accepted HIT: its clock, its frame, returning it."""

from typing import Any

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from local_crowd.operations.hits.stored_questions import read_question
from local_crowd.operations.questions.questions import parse_stored
from local_crowd.operations.work import practice, worker_actions, worker_lists
from local_crowd.pages.context import current_site, holder_only
from local_crowd.pages.headers import AROUND_A_HIT
from local_crowd.pages.languages.choice import gettext
from local_crowd.pages.questions.frame import make_frame
from local_crowd.pages.work.messages import note_unread

pages = Blueprint("assignments", __name__)


@pages.get("/work/<id:assignment_id>")
@holder_only
def show(worker_id: str, assignment_id: str) -> Any:
    """Show the HIT to work on or, when it is over, what became of it."""
    with current_site().reading() as call:
        row = worker_lists.find_assignment(call, worker_id, assignment_id)
        place = practice.find_place(call, row.hit_id) if row is not None else None
        note_unread(call)
    if row is None:
        raise NotFound
    if row.status != "Accepted":
        return render_template("work/over.html", row=row), 410
    page = render_template(
        "work/work.html",
        row=row,
        seconds_left=row.deadline - call.now,
        practice=place,
        frame=make_frame(parse_stored(read_question(row)), row.hit_id, assignment_id, worker_id),
    )
    return page, {"Content-Security-Policy": AROUND_A_HIT}


@pages.get("/work/<id:assignment_id>/state")
@holder_only
def show_state(worker_id: str, assignment_id: str) -> Response:
    """Return the assignment's status as JSON; work.js trusts it, never the HIT page."""
    with current_site().reading() as call:
        row = worker_actions.find_assignment(call, assignment_id)
    if row.worker_id != worker_id:
        raise NotFound
    return jsonify(status=row.status, seconds_left=max(0, row.deadline - call.now))


@pages.post("/work/<id:assignment_id>/return")
@holder_only
def return_hit(worker_id: str, assignment_id: str) -> Response:
    """Return the HIT and, if the form contains `another`, accept the next one of the group."""
    with current_site().writing() as call:
        hit_type_id = worker_actions.return_assignment(call, worker_id, assignment_id)
    flash(gettext("You returned the HIT. This does not count against you."))
    if "another" in request.form:  # 307 keeps the form, with its token and the HIT's id
        return redirect(url_for("hit_list.accept", hit_type_id=hit_type_id), 307)
    return redirect(url_for("hit_list.show_groups"), 303)
