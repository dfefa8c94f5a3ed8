"""A requester signs in: with the key pair, or with the name and a password."""

import hmac
from typing import Any

from flask import Blueprint, make_response, redirect, render_template, request, session, url_for

from local_crowd.operations.people import requesters, sign_in_limits
from local_crowd.operations.people.requesters import Access
from local_crowd.pages.context import current_site, local_url
from local_crowd.pages.people.passwords import is_password
from local_crowd.pages.requester.context import LASTS, begin_session, next_path

pages = Blueprint("sign_in", __name__)
WRONG = "The name or key does not match the password or secret."


@pages.get("/sign_in")
def show() -> str:
    """Ask who it is."""
    return _form("")


@pages.post("/sign_in")
def sign_in() -> Any:
    """Let in who knows the secret. How often one may try is counted before it is looked at."""
    site = current_site()
    name, secret = request.form.get("name", "").strip(), request.form.get("secret", "")
    address = request.remote_addr or ""
    account = f"requester {name}"
    try:
        with site.writing() as call:
            sign_in_limits.count_attempt(call, account, address)
            found = requesters.find_by_access_key(call, name) or requesters.find_by_name(call, name)
    except sign_in_limits.TooManyAttempts as error:
        answer = make_response(_form(str(error)), 429)
        answer.headers["Retry-After"] = str(error.wait)
        return answer
    kind = _kind(found, name, secret)
    if found is None or kind is None:
        return _form(WRONG), 403
    with site.writing() as call:
        sign_in_limits.record_success(call, account, address)
        begin_session(found, kind, call.now + LASTS)
    return redirect(local_url(next_path()), 303)


@pages.post("/sign_out")
def sign_out() -> Any:
    """End the session."""
    session.clear()
    return redirect(url_for("requester.sign_in.show"), 303)


def _kind(found: Access | None, name: str, secret: str) -> str | None:
    """Which of a requester's two secrets this is."""
    if found is not None and found.access_key == name:
        theirs = str(found.secret_key).encode()
        given = secret.strip().encode(errors="replace")
        return "secret_key" if hmac.compare_digest(theirs, given) else None
    stored = found.password_hash if found else None
    return "password_hash" if is_password(stored, secret) else None


def _form(problem: str) -> str:
    return render_template(
        "requester/sign_in.html",
        typed=request.form.get("name", ""),
        problem=problem,
        wanted=next_path(),
    )
