"""What the requester's pages ask of every request: who it is, which page, what was typed."""

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
LASTS = 12 * 3600  # seconds that a session lasts: it can spend money
LAST_PAGE = 1_000_000
# A path among the requester's pages: no browser reads it as another site's.
OWN_PATH = re.compile(rf"{PREFIX}/(?![/\\])[^\\\x00-\x20\x7f]*")
# What no text holds: other control characters than tab and line feed, halves of surrogate pairs.
_NO_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


def begin_session(access: Access, kind: str, until: int) -> None:
    """Sign a requester in; `kind` is what let them in, secret_key or password_hash."""
    session.clear()
    session.update(requester_id=access.requester_id, kind=kind, until=until)
    session["stamp"] = _stamp(access, kind)


def _stamp(access: Access, kind: str) -> str:
    # Of another secret the stamp is another: new keys or a new password end the session.
    said = f"{access.requester_id} {kind} {getattr(access, kind)}"
    return hmac.new(str(current_app.secret_key).encode(), said.encode(), hashlib.sha256).hexdigest()


def _signed_in(call: Call) -> Access | None:
    requester_id, kind = session.get("requester_id"), session.get("kind")
    if requester_id is None or kind is None or session["until"] <= call.now:
        return None
    if session["until"] > call.now + LASTS:  # the clock was set back: no longer than it should
        session.update(until=call.now + LASTS)
    access = requesters.find_by_id(call, requester_id)
    if access is None or getattr(access, kind) is None:
        return None
    return access if hmac.compare_digest(session["stamp"], _stamp(access, kind)) else None


def requester_only(view: View) -> View:
    """Give the view the id of the requester who is signed in, first; send others to sign in."""

    @wraps(view)
    def with_requester(*args: Any, **kwargs: Any) -> Any:
        with current_site().reading() as call:
            access = _signed_in(call)
        if access is None:
            if "requester_id" in session:  # ended; an open form of signing in keeps its token
                session.clear()
            return _to_sign_in()
        g.requester_name, g.requester_id = access.name, access.requester_id
        return view(access.requester_id, *args, **kwargs)

    return with_requester


def _to_sign_in() -> Response:
    path = request.full_path.rstrip("?") if request.method == "GET" else ""
    has_next = path not in ("", f"{PREFIX}/") and len(path) <= LONGEST_NEXT
    return redirect(url_for("requester.sign_in.show", next=path if has_next else None), 303)


def next_path() -> str:
    """Return the path that the request names as `next`, or the list of batches.

    Paths outside the requester's pages count as missing.
    """
    path = request.values.get("next", "")
    return path if OWN_PATH.fullmatch(path) else f"{PREFIX}/"


def page_number() -> int:
    """The page that is asked for, from 1 on. Raises NotFound for what is no number of a page."""
    text = request.args.get("page", "1")
    if not re.fullmatch("[1-9][0-9]{0,6}", text) or int(text) > LAST_PAGE:
        raise NotFound
    return int(text)


def typed(name: str) -> str:
    """A form's field as text that can be kept: one kind of line end, no outer spaces."""
    text = request.form.get(name, "").replace("\r\n", "\n").replace("\r", "\n")
    return _NO_TEXT.sub("", text).strip()
