"""Signing in, with a nickname in the sandbox or else with a password, and signing out."""

from typing import Any

from flask import Blueprint, redirect, render_template, request, session, url_for

from local_crowd.operations.people import accounts, identities, sign_in_limits
from local_crowd.operations.people.nicknames import MAX_LENGTH, InvalidNickname, normalize_nickname
from local_crowd.operations.texts import Text
from local_crowd.pages.context import (
    current_site,
    local_url,
    read_next_path,
    sign_in_as,
    sign_out_here,
)
from local_crowd.pages.languages.choice import translate
from local_crowd.pages.people.passwords import is_password

pages = Blueprint("sign_in", __name__)

WRONG = Text("That name, e-mail address or password is wrong.")


@pages.get("/sign_in")
def show() -> str:
    """Ask who it is."""
    return _render_form("")


@pages.post("/sign_in")
def sign_in() -> Any:
    """Sign in, and redirect to the page that was requested."""
    return (
        _sign_in_by_nickname() if current_site().sign_in == "nickname" else _sign_in_by_password()
    )


@pages.post("/sign_out")
def sign_out() -> Any:
    """Sign out; HITs in progress stay the worker's."""
    sign_out_here()
    return redirect(url_for("sign_in.show"), 303)


def _sign_in_by_nickname() -> Any:
    """Sign in with a nickname, creating the worker on first use."""
    typed = request.form.get("nickname", "")
    try:
        name = normalize_nickname(typed)
    except InvalidNickname as error:
        return _render_form(typed, error.text), 400
    with current_site().writing() as call:
        worker_id = identities.ensure_worker(call, name)
    sign_in_as(worker_id, nickname=name)
    return redirect(local_url(read_next_path()), 303)


def _sign_in_by_password() -> Any:
    """Sign in to an account; neither message nor timing reveals which part was wrong."""
    typed = request.form.get("name", "")
    try:
        account = find_account_by_password(typed, request.form.get("password", ""))
    except sign_in_limits.TooManyAttempts as error:
        return _render_form(typed, error.text), 429, {"Retry-After": str(error.wait)}
    if account is None:
        return _render_form(typed, WRONG), 400
    sign_in_as(account.worker_id, nickname=account.name, version=account.session_version)
    return redirect(local_url(read_next_path()), 303)


def find_account_by_password(typed: str, password: str) -> accounts.Account | None:
    """Return the account with this name or address if the password is right, else None.

    The attempt is counted before the password is checked, so parallel attempts count too. Raises
    sign_in_limits.TooManyAttempts.
    """
    site, address = current_site(), request.remote_addr or ""
    with site.writing() as call:
        account = accounts.find(call, typed)
        counted = account.worker_id if account else typed.strip().casefold()
        sign_in_limits.count_attempt(call, counted, address)
    if not is_password(account.password_hash if account else None, password):
        return None
    with site.writing() as call:
        sign_in_limits.record_success(call, counted, address)
    return account


def _render_form(typed: str, problem: Text | None = None) -> str:
    by_nickname = current_site().sign_in == "nickname"
    return render_template(
        "people/sign_in.html" if by_nickname else "people/account_sign_in.html",
        typed=typed,
        problem=translate(problem) if problem else "",
        next_path=read_next_path(),
        longest=MAX_LENGTH,
        signed_out=session.pop("signed_out", False),
    )
