"""The context of a request to the requester's pages: its session, its page number, its form."""

import hashlib
import hmac
import re
from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import current_app, g, redirect, request, session, url_for
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from local_crowd.operations.call import Call
from local_crowd.operations.people import requesters
from local_crowd.operations.people.requesters import Access
from local_crowd.pages.context import LONGEST_NEXT, current_site
from local_crowd.pages.requester.sessions import PREFIX

View = Callable[..., Any]
SESSION_SECONDS = 12 * 3600  # short, because a session can spend money
LAST_PAGE = 1_000_000
# A path of the requester's pages, which no browser can take for another site's URL.
OWN_PATH = re.compile(rf"{PREFIX}/(?![/\\])[^\\\x00-\x20\x7f]*")
# Control characters except tab and line feed, and surrogates.
_NO_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


def begin_session(access: Access, kind: str, until: int) -> None:
    """Start a requester's session; `kind` is the credential used, secret_key or password_hash."""
    session.clear()
    session.update(requester_id=access.requester_id, kind=kind, until=until)
    session["stamp"] = _compute_stamp(access, kind)


def _compute_stamp(access: Access, kind: str) -> str:
    # The stamp depends on the credential, so new keys or a new password end the session.
    credential = f"{access.requester_id} {kind} {getattr(access, kind)}"
    return hmac.new(
        str(current_app.secret_key).encode(), credential.encode(), hashlib.sha256
    ).hexdigest()


def _find_access(call: Call) -> Access | None:
    requester_id, kind = session.get("requester_id"), session.get("kind")
    if requester_id is None or kind is None or session["until"] <= call.now:
        return None
    if session["until"] > call.now + SESSION_SECONDS:  # the clock was set back
        session.update(until=call.now + SESSION_SECONDS)
    access = requesters.find_by_id(call, requester_id)
    if access is None or getattr(access, kind) is None:
        return None
    return access if hmac.compare_digest(session["stamp"], _compute_stamp(access, kind)) else None


def requester_only(view: View) -> View:
    """Pass the signed-in requester's id to the view as its first argument; redirect others."""

    @wraps(view)
    def with_requester(*args: Any, **kwargs: Any) -> Any:
        with current_site().reading() as call:
            access = _find_access(call)
        if access is None:
            if (
                "requester_id" in session
            ):  # it has ended; otherwise an open sign-in form keeps its token
                session.clear()
            return _redirect_to_sign_in()
        g.requester_name, g.requester_id = access.name, access.requester_id
        return view(access.requester_id, *args, **kwargs)

    return with_requester


def _redirect_to_sign_in() -> Response:
    path = request.full_path.rstrip("?") if request.method == "GET" else ""
    has_next = path not in ("", f"{PREFIX}/") and len(path) <= LONGEST_NEXT
    return redirect(url_for("requester.sign_in.show", next=path if has_next else None), 303)


def read_next_path() -> str:
    """Return the path that the request names as `next`, or the list of batches.

    Paths outside the requester's pages count as missing.
    """
    path = request.values.get("next", "")
    return path if OWN_PATH.fullmatch(path) else f"{PREFIX}/"


def read_page_number() -> int:
    """Return the page number in the query, from 1. Raises NotFound unless it is a valid one."""
    text = request.args.get("page", "1")
    if not re.fullmatch("[1-9][0-9]{0,6}", text) or int(text) > LAST_PAGE:
        raise NotFound
    return int(text)


def read_field(name: str) -> str:
    """Return a form field as text with normalized line ends, without outer spaces and control characters."""
    text = request.form.get(name, "").replace("\r\n", "\n").replace("\r", "\n")
    return _NO_TEXT.sub("", text).strip()
