"""Signing in, by a nickname in the sandbox and by a password elsewhere, and signing out."""

import re
from typing import Any

from flask import Blueprint, redirect, render_template, request, session, url_for

from local_crowd.operations.people import accounts, identities, sign_in_limits
from local_crowd.operations.people.nicknames import MAX_LENGTH, InvalidNickname, normalize_nickname
from local_crowd.pages.context import current_site, local_url, sign_in_as, sign_out_here
from local_crowd.pages.people.passwords import is_password

pages = Blueprint("sign_in", __name__)

# A path on this site: one slash, and nothing that a browser reads as another.
OWN_PATH = re.compile(r"/(?![/\\])[^\\\x00-\x20\x7f]*")
WRONG = "That name, e-mail address or password is wrong."


@pages.get("/sign_in")
def show() -> str:
    """Ask who it is."""
    return _form("", "")


@pages.post("/sign_in")
def sign_in() -> Any:
    """Sign in, and go on to where the worker wanted to go."""
    return _by_nickname() if current_site().sign_in == "nickname" else _by_password()


@pages.post("/sign_out")
def sign_out() -> Any:
    """Forget who is at this browser. What they accepted stays theirs."""
    sign_out_here()
    return redirect(url_for("sign_in.show"), 303)


def _by_nickname() -> Any:
    """Sign in as the worker of a nickname, new or known. The sandbox asks for no more."""
    typed = request.form.get("nickname", "")
    try:
        name = normalize_nickname(typed)
    except InvalidNickname as error:
        return _form(typed, str(error)), 400
    with current_site().writing() as call:
        worker_id = identities.ensure_worker(call, name)
    sign_in_as(worker_id, nickname=name)
    return redirect(local_url(_next_path()), 303)


def _by_password() -> Any:
    """Sign in to an account. What is wrong is not said, nor does the time it takes tell."""
    typed = request.form.get("name", "")
    try:
        account = with_password(typed, request.form.get("password", ""))
    except sign_in_limits.TooManyAttempts as error:
        return _form(typed, str(error)), 429, {"Retry-After": str(error.wait)}
    if account is None:
        return _form(typed, WRONG), 400
    sign_in_as(account.worker_id, nickname=account.name, version=account.session_version)
    return redirect(local_url(_next_path()), 303)


def with_password(typed: str, password: str) -> accounts.Account | None:
    """The account of this name or address, if this is its password. Raises sign_in_limits.TooManyAttempts.

    The attempt is counted before the password is looked at, so that many at once are counted too.
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


def _form(typed: str, problem: str) -> str:
    by_nickname = current_site().sign_in == "nickname"
    return render_template(
        "people/sign_in.html" if by_nickname else "people/account_sign_in.html",
        typed=typed,
        problem=problem,
        wanted=_next_path(),
        longest=MAX_LENGTH,
        signed_out=session.pop("signed_out", False),
    )


def _next_path() -> str:
    """Where to go after signing in: a path on this site, never another site's address."""
    path = request.values.get("next", "/")
    return path if OWN_PATH.fullmatch(path) else "/"
