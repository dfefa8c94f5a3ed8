"""Choosing a new password through a link from the crowd's operator."""

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for

from local_crowd.operations.errors import NotPossible
from local_crowd.operations.people import accounts, invitation_links, sign_in_limits
from local_crowd.operations.texts import Text
from local_crowd.pages.context import current_site, sign_in_as
from local_crowd.pages.errors import message_page
from local_crowd.pages.languages.choice import translate
from local_crowd.pages.people.join import NO_LINK
from local_crowd.pages.people.passwords import LONGEST, SHORTEST, InvalidPassword, hash_password

pages = Blueprint("reset_password", __name__)


@pages.get("/reset_password/<id:token>")
def show(token: str) -> str:
    """Ask for a new password."""
    with current_site().reading() as call:
        link = invitation_links.find_open(call, token, invitation_links.RESET)
        account = accounts.get(call, link.worker_id or "")
    return _render_form(account)


@pages.post("/reset_password/<id:token>")
def choose(token: str) -> Any:
    """Set the password, use up the link, and sign in."""
    with current_site().reading() as call:
        link = invitation_links.find_open(call, token, invitation_links.RESET)
        account = accounts.get(call, link.worker_id or "")
    if account is None:
        raise NotPossible("gone", invitation_links.GONE)
    try:
        password_hash = hash_password(request.form.get("password", ""))
    except InvalidPassword as error:
        return _render_form(account, error.text), 400
    with current_site().writing() as call:
        invitation_links.use(call, link.link_id)
        version = accounts.set_password(call, account.worker_id, password_hash)
        sign_in_limits.clear_account(call, account.worker_id)
    sign_in_as(account.worker_id, nickname=account.name, version=version)
    return redirect(url_for("hit_list.show_groups"), 303)


def _render_form(account: accounts.Account | None, problem: Text | None = None) -> str:
    return render_template(
        "people/new_password.html",
        account=account,
        problem=translate(problem) if problem else "",
        shortest=SHORTEST,
        longest=LONGEST,
    )


@pages.errorhandler(NotPossible)
def _handle_not_possible(error: NotPossible) -> tuple[str, int]:
    return message_page(NO_LINK, error.text, 404)
