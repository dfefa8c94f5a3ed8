"""Signing in to the sandbox by nickname, and signing out."""

import re
from typing import Any

from flask import Blueprint, redirect, render_template, request, session
from werkzeug.exceptions import NotFound

from local_crowd.operations import people
from local_crowd.operations.nicknames import LONGEST, NoNickname, nickname
from local_crowd.pages.context import current_site

pages = Blueprint("sign_in", __name__)

# A path on this site: one slash, and nothing that a browser reads as another.
OWN_PATH = re.compile(r"/(?![/\\])[^\\\x00-\x20\x7f]*")


@pages.get("/sign_in")
def show() -> str:
    """Ask for a nickname; on the live site, say that accounts come by invitation."""
    return _form("", "")


@pages.post("/sign_in")
def sign_in() -> Any:
    """Sign in as the worker of a nickname, new or known. The sandbox asks for no more."""
    site = current_site()
    if site.name != "sandbox":
        raise NotFound
    typed = request.form.get("nickname", "")
    try:
        name = nickname(typed)
    except NoNickname as error:
        return _form(typed, str(error)), 400
    with site.writing() as call:
        worker_id = people.worker(call, name)
    session.clear()
    session.permanent = True
    session.update(worker_id=worker_id, nickname=name)
    return redirect(request.script_root + _wanted(), 303)


@pages.post("/sign_out")
def sign_out() -> Any:
    """Forget who is at this browser. What they accepted stays theirs."""
    session.clear()
    return redirect(f"{request.script_root}/sign_in", 303)


def _form(typed: str, problem: str) -> str:
    page = "sign_in.html" if current_site().name == "sandbox" else "invited_only.html"
    return render_template(page, typed=typed, problem=problem, wanted=_wanted(), longest=LONGEST)


def _wanted() -> str:
    """Where to go after signing in: a path on this site, never another site's address."""
    path = request.values.get("next", "/")
    return path if OWN_PATH.fullmatch(path) else "/"
