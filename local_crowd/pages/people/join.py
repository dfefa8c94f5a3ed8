"""Links with a token: an invitation to create an account, or a panel's link to HITs."""

from typing import Any

from flask import Blueprint, redirect, render_template, request, session, url_for

from local_crowd.operations.errors import NotPossible, WorkerError
from local_crowd.operations.panels import participants
from local_crowd.operations.people import accounts, invitation_links, profiles
from local_crowd.operations.texts import Text
from local_crowd.operations.waiting import waits
from local_crowd.pages.context import current_site, find_signed_in_worker, sign_in_as
from local_crowd.pages.errors import message_page
from local_crowd.pages.languages.choice import current_language, translate
from local_crowd.pages.people.passwords import LONGEST, SHORTEST, InvalidPassword, hash_password
from local_crowd.pages.people.profile_form import parse_profile
from places import countries, us_states

pages = Blueprint("join", __name__)

NO_LINK = Text("This link does not work")
NAMELESS = Text(
    "The link you followed has no %(name)s. Open the study again from its page on the panel. If that "
    "does not help, write to the researcher there."
)
INVALID = Text(
    "The link you followed has an invalid %(name)s. Open the study again from its page on the panel. "
    "If that does not help, write to the researcher there."
)


class UnknownParticipant(WorkerError):
    """The panel's link does not say who follows it."""


@pages.get("/join/<id:token>")
def show(token: str) -> Any:
    """Show the sign-up form, or start a participant's visit.

    Any web page can open this URL, so it asks before it signs anybody out.
    """
    link = _find_link(token)
    if link.kind == invitation_links.ACCOUNT:
        return _render_form(link)
    return _arrive(link)


@pages.post("/join/<id:token>")
def join(token: str) -> Any:
    """Create the account, or start a participant's visit and sign out whoever is signed in."""
    link = _find_link(token)
    if link.kind == invitation_links.ACCOUNT:
        return _sign_up(link)
    return _arrive(link, confirmed=True)


def _find_link(token: str) -> invitation_links.Link:
    """Return the link, also a closed panel link, which still readmits its participants.

    Raises NotPossible for a closed invitation.
    """
    with current_site().reading() as call:
        link = invitation_links.find(call, token, invitation_links.ACCOUNT, invitation_links.PANEL)
        if link.kind == invitation_links.ACCOUNT and not link.is_open(call.now):
            raise NotPossible("gone", invitation_links.GONE)
    return link


def _sign_up(link: invitation_links.Link) -> Any:
    """Create the account; a link for one person admits one, however many try at the same time."""
    form = request.form
    try:
        name = accounts.validate_name(form.get("name", ""))
        email = link.email or accounts.validate_email(form.get("email", ""))
        profile = parse_profile(form)
        password_hash = hash_password(form.get("password", ""))
        with current_site().writing() as call:
            invitation_links.use(call, link.link_id)
            worker_id = accounts.create(call, name, email, password_hash)
            profiles.put(call, worker_id, profile)
            waits.invite(call, link, worker_id)
    except (accounts.InvalidAccount, InvalidPassword, profiles.InvalidPlace) as error:
        return _render_form(link, error.text), 400
    sign_in_as(worker_id, nickname=name, version=1)
    return redirect(url_for("hit_list.show_groups"), 303)


def _render_form(link: invitation_links.Link, problem: Text | None = None) -> str:
    return render_template(
        "people/sign_up.html",
        link=link,
        problem=translate(problem) if problem else "",
        typed=request.form,
        countries=current_language().translate_countries(countries()),
        states=us_states(),
        shortest=SHORTEST,
        longest=LONGEST,
    )


def _arrive(link: invitation_links.Link, *, confirmed: bool = False) -> Any:
    """Sign the participant in by the ids in the URL, and redirect to /panel.

    Unless `confirmed`, ask first if this ends somebody else's session, or leaves a HIT of another
    study unfinished.
    """
    panel = participants.Panel(**link.panel or {})
    try:
        came_with = {
            meaning: _read_parameter(name, required=panel.is_required(meaning))
            for meaning, name in panel.parameters.items()
        }
    except UnknownParticipant as error:
        return message_page(Text("We cannot see who you are"), error.text, 400)
    if not confirmed and (busy := _who_is_here(link, panel, came_with["worker"] or "")):
        return render_template("people/somebody_here.html", busy=busy, host=panel.host)
    with current_site().writing() as call:
        worker_id = participants.arrive(
            call,
            link,
            came_with["worker"] or "",
            came_with.get("study"),
            came_with.get("session"),
        )
    if (find_signed_in_worker(), session.get("link")) != (worker_id, link.link_id):
        sign_in_as(
            worker_id, link=link.link_id
        )  # a new session, so forms opened earlier become invalid
    return redirect(url_for("panel.show"), 303)


def _who_is_here(
    link: invitation_links.Link, panel: participants.Panel, participant_id: str
) -> str | None:
    """Return whose session the participant would end, or None for nobody's.

    It is "account", "participant", or "study": their own, with a HIT of another study in progress.
    """
    here = find_signed_in_worker()
    if here is None:
        return None
    with current_site().reading() as call:
        if participants.find_worker(call, panel.name, participant_id) != here:
            return "participant" if "link" in session else "account"
        if "link" not in session:
            return "account"
        if session["link"] == link.link_id:
            return None
        visit = participants.find_state(call, session["link"], here)
    return "study" if visit.assignment_id else None


def _read_parameter(name: str, *, required: bool) -> str | None:
    """Return a parameter of the URL. Raises UnknownParticipant."""
    values = request.args.getlist(name)
    if not any(values):
        if required:
            raise UnknownParticipant(NAMELESS.fill(name=name))
        return None
    if len(set(values)) > 1 or not participants.PARTICIPANT.fullmatch(values[0]):
        raise UnknownParticipant(INVALID.fill(name=name))
    return values[0]


@pages.errorhandler(NotPossible)
def _handle_not_possible(error: NotPossible) -> tuple[str, int]:
    return message_page(NO_LINK, error.text, 404)
