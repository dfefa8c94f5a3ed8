"""The page on which people wait for the next HIT, and what its script asks for."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import Blueprint, flash, jsonify, redirect, render_template, request, session, url_for
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from local_crowd.operations.errors import NotPossible
from local_crowd.operations.hits.consents import ConsentNeeded
from local_crowd.operations.people import invitation_links
from local_crowd.operations.texts import Text
from local_crowd.operations.waiting import availability, rules, waits
from local_crowd.pages.context import current_site, find_signed_in_worker, redirect_to_sign_in
from local_crowd.pages.languages.choice import translate
from local_crowd.pages.words import format_duration, format_money
from local_crowd.pages.work.messages import note_unread

pages = Blueprint("waiting", __name__)
TAKEN = Text("Somebody else was faster. You can wait for the next HIT.")
WHY_ENDED = {
    waits.FULL: Text("You have waited for as long as is paid."),
    waits.NO_BUDGET: Text(
        "The requester's budget is used up, so waiting is no longer paid. What you have earned stays "
        "yours."
    ),
    waits.CLOSED: Text("Waiting is no longer paid here. What you have earned stays yours."),
    waits.WORKING: Text("You have a HIT in progress, so the wait has ended."),
}


def waiter_only(view: Callable[..., Any]) -> Callable[..., Any]:
    """Pass the link by which the worker may wait, and the worker's id; redirect others to sign in.

    Raises NotFound for a worker whose invitation does not pay for waiting.
    """

    @wraps(view)
    def with_waiter() -> Any:
        worker_id = find_signed_in_worker()
        if worker_id is None:
            return redirect_to_sign_in()
        with current_site().reading() as call:
            if "link" in session:
                link = invitation_links.get(call, session["link"])
            else:
                invitation = waits.find_invitation(call, worker_id)
                if invitation is None:
                    raise NotFound
                link = invitation
        return view(link, worker_id)

    return with_waiter


@pages.get("/wait")
@waiter_only
def show(link: invitation_links.Link, worker_id: str) -> Any:
    """Show the waiting room to somebody who waits; redirect others to where it is offered."""
    with current_site().reading() as call:
        offer = waits.find_offer(call, link, worker_id)
        is_ready = availability.find_open_type(call, link, worker_id) is not None
        note_unread(call)
    if offer is None or not offer.is_waiting:
        return redirect(find_way_back(link), 303)
    return render_template(
        "waiting/waiting.html", offer=offer, is_ready=is_ready, ask_seconds=rules.ASK_SECONDS
    )


@pages.post("/wait/start")
@waiter_only
def start(link: invitation_links.Link, worker_id: str) -> Response:
    """Begin to wait."""
    try:
        with current_site().writing() as call:
            state = waits.note(call, link, worker_id, waits.START)
    except NotPossible as refusal:
        flash(translate(refusal.text))
        return redirect(find_way_back(link), 303)
    is_over = state.status in waits.ENDED
    return redirect(find_way_back(link) if is_over else url_for("waiting.show"), 303)


@pages.post("/wait/beat")
@waiter_only
def beat(link: invitation_links.Link, worker_id: str) -> Response:
    """Count the time since the last beat; `action` is one of waits.ACTIONS but START."""
    action = request.form.get("action", waits.BEAT)
    if action not in waits.ACTIONS or action == waits.START:
        raise NotFound
    with current_site().writing() as call:
        state = waits.note(call, link, worker_id, action)
        waiting = waits.count_waiting(call)
    if state.status in WHY_ENDED and action != waits.PAUSE:  # a page that is left shows nothing
        flash(translate(WHY_ENDED[state.status]))
    return jsonify(
        status=state.status,
        waited=format_duration(state.seconds),
        earned=format_money(state.earned),
        poll_ms=rules.compute_poll_ms(waiting),
    )


@pages.get("/wait/state")
@waiter_only
def show_state(link: invitation_links.Link, worker_id: str) -> Response:
    """Say whether there is a HIT for the worker. Each waiting page asks once a second."""
    with current_site().reading() as call:
        is_ready = availability.find_open_type(call, link, worker_id) is not None
    return jsonify(ready=is_ready)


@pages.post("/wait/take")
@waiter_only
def take(link: invitation_links.Link, worker_id: str) -> Any:
    """Accept the next HIT and end the wait; return the URL to go to as JSON, or redirect a form.

    Without a HIT the URL is null, and the wait goes on.
    """
    try:
        with current_site().writing() as call:
            assignment_id = availability.accept(call, link, worker_id)
    except ConsentNeeded as needed:
        return _lead_to(url_for("consents.show", hit_type_id=needed.hit_type_id))
    except NotPossible as refusal:
        return _stay(refusal.text)
    if assignment_id is None:
        return _stay(TAKEN)
    _end(link, worker_id)
    return _lead_to(url_for("assignments.show", assignment_id=assignment_id))


@pages.post("/wait/stop")
@waiter_only
def stop(link: invitation_links.Link, worker_id: str) -> Response:
    """End the wait, pay for it, and lead back."""
    _end(link, worker_id)
    return redirect(find_way_back(link), 303)


def find_way_back(link: invitation_links.Link) -> str:
    """Return the URL of the page on which waiting by this link is offered."""
    return url_for("hit_list.show_groups" if link.panel is None else "panel.show")


def _end(link: invitation_links.Link, worker_id: str) -> None:
    """End the wait in a transaction of its own, which locks the row before the requester."""
    with current_site().writing() as call:
        waits.note(call, link, worker_id, waits.STOP)


def _lead_to(url: str) -> Any:
    return jsonify(url=url) if _is_script() else redirect(url, 303)


def _stay(text: Text) -> Any:
    if _is_script():
        return jsonify(url=None)
    flash(translate(text))
    return redirect(url_for("waiting.show"), 303)


def _is_script() -> bool:
    return request.accept_mimetypes.best == "application/json"
