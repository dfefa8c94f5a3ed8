"""A worker's profile and account: country, e-mail address, password, closing the account."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from werkzeug.exceptions import NotFound

from local_crowd.operations.money import payments
from local_crowd.operations.people import accounts, profiles, sign_in_limits
from local_crowd.operations.texts import Text
from local_crowd.operations.work import worker_actions, worker_lists
from local_crowd.pages.context import current_site, sign_in_as, sign_out_here, worker_only
from local_crowd.pages.languages.choice import current_language, gettext, translate
from local_crowd.pages.people.passwords import LONGEST, SHORTEST, InvalidPassword, hash_password
from local_crowd.pages.people.profile_form import parse_profile
from local_crowd.pages.people.sign_in import find_account_by_password
from places import countries, us_states

pages = Blueprint("account", __name__)
NOT_YOURS = Text("The password is wrong.")


@pages.get("/account")
@worker_only
def show(worker_id: str) -> str:
    """Show the profile and the forms that change it."""
    return _render_account(worker_id)


@pages.post("/account")
@worker_only
def save(worker_id: str) -> Any:
    """Save the profile and, if the worker has an account, its e-mail address."""
    try:
        profile, email = (
            parse_profile(request.form),
            accounts.validate_email(request.form.get("email", "")),
        )
        with current_site().writing() as call:
            profiles.put(call, worker_id, profile)
            if accounts.get(call, worker_id):
                accounts.set_email(call, worker_id, email)
    except (accounts.InvalidAccount, profiles.InvalidPlace) as error:
        return _render_account(worker_id, "profile", error.text), 400
    flash(gettext("Your profile is saved."))
    return _redirect_to_account()


@pages.post("/account/password")
@worker_only
def change_password(worker_id: str) -> Any:
    """Set a new password, which ends every other session of the account."""
    if refused := _refuse_wrong_password(worker_id, "password"):
        return refused
    try:
        password_hash = hash_password(request.form.get("new_password", ""))
    except InvalidPassword as error:
        return _render_account(worker_id, "password", error.text), 400
    with current_site().writing() as call:
        version = accounts.set_password(call, worker_id, password_hash)
    sign_in_as(worker_id, nickname=session["nickname"], version=version)
    flash(gettext("Your password is changed. You are signed out in all other browsers."))
    return _redirect_to_account()


@pages.post("/account/sign_out_everywhere")
@worker_only
def sign_out_everywhere(worker_id: str) -> Any:
    """End every session of the account, including this one."""
    with current_site().writing() as call:
        accounts.end_sessions(call, worker_id)
    sign_out_here()
    return redirect(url_for("sign_in.show"), 303)


@pages.get("/account/close")
@worker_only
def ask_to_close(worker_id: str) -> str:
    """Explain what closing the account means, and ask for the password."""
    return _render_closing(worker_id)


@pages.post("/account/close")
@worker_only
def close(worker_id: str) -> Any:
    """Close the account: return HITs in progress and erase personal data."""
    if refused := _refuse_wrong_password(worker_id, "close"):
        return refused
    with current_site().writing() as call:
        for assignment_id in accounts.list_accepted_assignments(call, worker_id):
            worker_actions.return_assignment(call, worker_id, assignment_id)
        accounts.close(call, worker_id)
    sign_out_here()
    flash(gettext("Your account is closed."))
    return redirect(url_for("sign_in.show"), 303)


def _refuse_wrong_password(worker_id: str, form: str) -> Any:
    """Return a page that says the password is wrong, or None if it is right. Raises NotFound."""
    with current_site().reading() as call:
        account = accounts.get(call, worker_id)
    if account is None:
        raise NotFound
    again = (
        _render_closing
        if form == "close"
        else lambda *more: _render_account(worker_id, form, *more[1:])
    )
    try:
        right = find_account_by_password(account.name or "", request.form.get("password", ""))
    except sign_in_limits.TooManyAttempts as error:
        return again(worker_id, error.text), 429, {"Retry-After": str(error.wait)}
    return None if right else (again(worker_id, NOT_YOURS), 400)


def _render_account(worker_id: str, form: str = "", problem: Text | None = None) -> str:
    with current_site().reading() as call:
        account, profile = accounts.get(call, worker_id), profiles.get(call, worker_id)
    return render_template(
        "people/account.html",
        worker_id=worker_id,
        account=account,
        profile=profile,
        countries=current_language().translate_countries(countries()),
        states=us_states(),
        problem_of=form,
        problem=translate(problem) if problem else "",
        shortest=SHORTEST,
        longest=LONGEST,
    )


def _render_closing(worker_id: str, problem: Text | None = None) -> str:
    with current_site().reading() as call:
        if accounts.get(call, worker_id) is None:
            raise NotFound
        owed = payments.sum_unpaid(call, worker_id)
        held = len(worker_lists.list_in_progress(call, worker_id))
    return render_template(
        "people/close_account.html",
        owed=owed,
        held=held,
        problem=translate(problem) if problem else "",
    )


def _redirect_to_account() -> Any:
    return redirect(url_for("account.show"), 303)
