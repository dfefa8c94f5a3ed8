"""What a panel's participants see: their progress, the next HIT, the completion code."""

from functools import wraps
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, session, url_for

from local_crowd.operations.errors import NotPossible
from local_crowd.operations.hits.consents import ConsentNeeded
from local_crowd.operations.panels import participants
from local_crowd.operations.people import invitation_links
from local_crowd.operations.waiting import rules, waits
from local_crowd.operations.work import worker_actions, worker_lists
from local_crowd.pages.context import (
    View,
    current_site,
    find_signed_in_worker,
    parse_id,
    redirect_to_sign_in,
)
from local_crowd.pages.languages.choice import gettext, translate

pages = Blueprint("panel", __name__)


def visitor_only(view: View) -> View:
    """Pass the ids of the link and of the participant to the view; redirect others to sign in."""

    @wraps(view)
    def with_visitor() -> Any:
        worker_id = find_signed_in_worker()
        if worker_id is None or "link" not in session:
            return redirect_to_sign_in()
        return view(session["link"], worker_id)

    return with_visitor


@pages.before_app_request
def next_of_the_link() -> Any:
    """Redirect a participant who accepts the next HIT of a group to the next HIT of their link."""
    if request.endpoint == "hit_list.accept" and "link" in session:
        return redirect(url_for("panel.go_to_next"), 307)  # 307 keeps the form
    return None


@pages.get("/panel")
@visitor_only
def show(link_id: str, worker_id: str) -> str:
    """Show the participant's progress, or the completion code when the visit is over."""
    with current_site().reading() as call:
        visit = participants.find_state(call, link_id, worker_id)
        group = worker_lists.find_group(call, visit.panel.hit_type_ids[0])
        link = invitation_links.get(call, link_id)
        offer = waits.find_offer(call, link, worker_id) if visit.outcome else None
        waited = waits.find_state(call, link, worker_id)
    return render_template(
        "panels/panel.html",
        visit=visit,
        group=group,
        offer=offer,
        waited=waited,
        ask_seconds=rules.ASK_SECONDS,
    )


@pages.post("/panel/next")
@visitor_only
def go_to_next(link_id: str, worker_id: str) -> Any:
    """Redirect to the HIT in progress or the next one, or to /panel when the visit is over."""
    after = parse_id(request.form.get("after"))
    try:
        with current_site().writing() as call:
            visit = participants.next_assignment(call, link_id, worker_id, after)
            finished = bool(after) and worker_actions.is_finished(call, worker_id, after)
    except ConsentNeeded as needed:
        return redirect(url_for("consents.show", hit_type_id=needed.hit_type_id), 303)
    except NotPossible as refusal:
        flash(translate(refusal.text))
        return redirect(url_for("panel.show"), 303)
    if finished and visit.assignment_id:
        text = gettext(
            "Thank you. Your answer is submitted: %(done)s of %(limit)s.",
            done=str(visit.done),
            limit=str(visit.panel.limit),
        )
        flash(text, "good")
    if not visit.assignment_id:
        return redirect(url_for("panel.show"), 303)
    return redirect(url_for("assignments.show", assignment_id=visit.assignment_id), 303)
