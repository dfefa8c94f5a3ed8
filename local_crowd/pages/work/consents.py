"""The page before a worker's first HIT: the requester's text, to agree to or not."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from werkzeug.exceptions import NotFound

from local_crowd.operations.hits import consents
from local_crowd.operations.panels import participants
from local_crowd.pages.context import current_site, find_signed_in_worker, redirect_to_sign_in
from local_crowd.pages.languages.choice import gettext
from local_crowd.pages.work.markdown import render

pages = Blueprint("consents", __name__)


@pages.get("/consent/<id:hit_type_id>")
def show(hit_type_id: str) -> Any:
    """Show the text of a group and, until the worker agreed, the question whether they do."""
    worker_id = find_signed_in_worker()
    if worker_id is None:
        return redirect_to_sign_in()
    with current_site().reading() as call:
        consent = _find(call, worker_id, hit_type_id)
        agreed_time = consents.find_agreement(call, worker_id, consent.consent_id)
        seconds = consents.find_median_seconds(call, hit_type_id)
    return render_template(
        "work/consent.html",
        consent=consent,
        hit_type_id=hit_type_id,
        text=render(consent.text),
        agreed_time=agreed_time,
        seconds=seconds,
        hourly=seconds and consents.compute_hourly_cents(consent.reward, seconds),
    )


@pages.post("/consent/<id:hit_type_id>")
def decide(hit_type_id: str) -> Any:
    """Record that the worker agrees, and go on to the HIT; or go back to the list.

    A participant of a panel who does not agree is told how to return the submission there.
    """
    worker_id = find_signed_in_worker()
    if worker_id is None:
        return redirect_to_sign_in()
    if "agree" in request.form:
        with current_site().writing() as call:
            consent = _find(call, worker_id, hit_type_id)
            consents.agree(call, worker_id, consent.consent_id)
        if "link" in session:
            return redirect(url_for("panel.go_to_next"), 307)  # 307 keeps the form
        return redirect(url_for("hit_list.preview", hit_type_id=hit_type_id), 303)
    with current_site().reading() as call:
        consent = _find(call, worker_id, hit_type_id)
        if "link" in session:
            visit = participants.find_state(call, session["link"], worker_id)
            return render_template("work/declined.html", consent=consent, host=visit.panel.host)
    flash(gettext("You did not agree, so you cannot do these HITs. Nothing was recorded."))
    return redirect(url_for("hit_list.show_groups"), 303)


def _find(call: Any, worker_id: str, hit_type_id: str) -> Any:
    """Return the text of a group. Raises NotFound: no text, or not of the participant's link."""
    consent = consents.find_of_type(call, hit_type_id)
    if consent is None:
        raise NotFound
    if "link" in session:
        visit = participants.find_state(call, session["link"], worker_id)
        if hit_type_id not in visit.panel.hit_type_ids:
            raise NotFound
    return consent
