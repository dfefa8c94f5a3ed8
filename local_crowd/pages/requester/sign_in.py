"""Signing in as a requester, with a key pair or with a name and a password."""

import hmac
from typing import Any

from flask import Blueprint, make_response, redirect, render_template, request, session, url_for

from local_crowd.operations.people import requesters, sign_in_limits
from local_crowd.operations.people.requesters import Access
from local_crowd.pages.context import current_site, local_url
from local_crowd.pages.people.passwords import is_password
from local_crowd.pages.requester.context import SESSION_SECONDS, begin_session, read_next_path

pages = Blueprint("sign_in", __name__)
WRONG = "The name or key does not match the password or secret."


@pages.get("/sign_in")
def show() -> str:
    """Ask who it is."""
    return _render_form("")


@pages.post("/sign_in")
def sign_in() -> Any:
    """Sign in; attempts are counted before the secret is checked, so parallel ones count too."""
    site = current_site()
    name, secret = request.form.get("name", "").strip(), request.form.get("secret", "")
    address = request.remote_addr or ""
    account = f"requester {name}"
    try:
        with site.writing() as call:
            sign_in_limits.count_attempt(call, account, address)
            access = requesters.find_by_access_key(call, name) or requesters.find_by_name(
                call, name
            )
    except sign_in_limits.TooManyAttempts as error:
        answer = make_response(_render_form(str(error)), 429)
        answer.headers["Retry-After"] = str(error.wait)
        return answer
    kind = _find_credential(access, name, secret)
    if access is None or kind is None:
        return _render_form(WRONG), 403
    with site.writing() as call:
        sign_in_limits.record_success(call, account, address)
        begin_session(access, kind, call.now + SESSION_SECONDS)
    return redirect(local_url(read_next_path()), 303)


@pages.post("/sign_out")
def sign_out() -> Any:
    """End the session."""
    session.clear()
    return redirect(url_for("requester.sign_in.show"), 303)


def _find_credential(access: Access | None, name: str, secret: str) -> str | None:
    """Return which credential matches, secret_key or password_hash, or None."""
    if access is not None and access.access_key == name:
        expected = str(access.secret_key).encode()
        received = secret.strip().encode(errors="replace")
        return "secret_key" if hmac.compare_digest(expected, received) else None
    stored = access.password_hash if access else None
    return "password_hash" if is_password(stored, secret) else None


def _render_form(problem: str) -> str:
    return render_template(
        "requester/sign_in.html",
        typed=request.form.get("name", ""),
        problem=problem,
        next_path=read_next_path(),
    )
