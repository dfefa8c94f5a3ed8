"""What the pages ask of every request: its limits, its session, its site, its worker."""

import hashlib
import re
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

from flask import Flask, Request, current_app, g, redirect, request, session, url_for
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from itsdangerous import BadSignature, TimestampSigner, URLSafeTimedSerializer
from werkzeug.exceptions import NotFound
from werkzeug.routing import BaseConverter
from werkzeug.wrappers import Response

from local_crowd.operations.panels import participants
from local_crowd.operations.people import accounts
from local_crowd.site import Site

View = Callable[..., Any]
LONGEST_NEXT = 2000  # characters; proxies take no longer headers, and no page has such an address


class Limited(Request):
    """A request that cannot fill the memory. An answer of a megabyte, percent-encoded, fits."""

    max_content_length = 4 * 1024 * 1024
    max_form_memory_size = 4 * 1024 * 1024


class IdConverter(BaseConverter):
    """An id in a path: nothing else is worth a look into the database."""

    regex = "[A-Za-z0-9]{1,64}"


def an_id(value: str | None) -> str:
    """`value` if it can be an id, else the empty text, which is the id of nothing."""
    return value if value and re.fullmatch(IdConverter.regex, value) else ""


class SiteSigner(TimestampSigner):
    """Signs with the time of the site."""

    def get_timestamp(self) -> int:
        """Give the time in epoch seconds."""
        return current_site().now()


class SiteSessions(SecureCookieSessionInterface):
    """A cookie a site, for that site's paths only, and for https only where it came over https."""

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
        """Give what signs cookies and verifies them."""
        serializer = super().get_signing_serializer(app)
        if serializer is not None:
            serializer.signer = SiteSigner
        return serializer

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession:
        """Read the session of a request.

        Flask takes no cookie that was signed in the future, so it would sign everybody out when
        the clock is set back. Here such a cookie is good, and is signed anew with the right time.
        """
        serializer = self.get_signing_serializer(app)
        cookie = request.cookies.get(self.get_cookie_name(app))
        if serializer is None or not cookie:
            return self.session_class()
        try:
            data, signed = serializer.loads(cookie, return_timestamp=True)
        except BadSignature:
            return self.session_class()
        age = current_site().now() - signed.timestamp()
        if age > app.permanent_session_lifetime.total_seconds():
            return self.session_class()
        session = self.session_class(data)
        session.modified = age < 0
        return session

    def get_cookie_path(self, app: Flask) -> str:  # noqa: ARG002 - Flask's signature
        """Give the path that the site is mounted at."""
        return local_url("/")

    def get_cookie_secure(self, app: Flask) -> bool:  # noqa: ARG002 - Flask's signature
        """Say whether the request was encrypted."""
        return request.is_secure

    def get_cookie_httponly(self, app: Flask) -> bool:  # noqa: ARG002 - Flask's signature
        """Hide the cookie from scripts."""
        return True

    def get_cookie_samesite(self, app: Flask) -> str:  # noqa: ARG002 - Flask's signature
        """Keep the cookie from other sites, and so from HIT pages, which are of no origin."""
        return "Lax"


def current_site() -> Site:
    """The site whose page is asked for."""
    site: Site = current_app.extensions["local_crowd"]
    return site


def local_url(path: str) -> str:
    """Return the URL of a path on this site, which may be mounted below its server's root.

    It is for paths that arrive as text, such as `next`; url_for builds all other URLs.
    """
    return request.script_root + path


def site_url() -> str:
    """Return the URL of this site as the browser knows it, without a slash at the end."""
    return request.host_url.rstrip("/") + request.script_root


def sign_in_as(worker_id: str, **more: Any) -> None:
    """Begin a session, and nothing of an earlier one stays.

    `more`: the `nickname`; of an account the `version`; of who came from a panel the `link`.
    """
    session.clear()
    session.permanent = True
    session.update(worker_id=worker_id, **more)


def sign_out_here() -> None:
    """Forget who is at this browser. The next sign-in page has it forget what it keeps of them."""
    session.clear()
    session["signed_out"] = True


def signed_in() -> str | None:
    """The id of the worker whose session this is, unless it has ended meanwhile."""
    worker_id: str | None = session.get("worker_id")
    if worker_id is None or "link" in session:
        return worker_id
    site = current_site()
    if "version" not in session:
        return worker_id if site.sign_in == "nickname" else None
    with site.reading() as call:
        if accounts.find_session_version(call, worker_id) == session["version"]:
            return worker_id
    session.clear()
    return None


def worker_only(view: View) -> View:
    """Give the view the id of the worker who is signed in, first; send others to sign in.

    Whoever came from a panel is sent back to what their link leads to: there is no more for them.
    """

    @wraps(view)
    def with_worker(*args: Any, **kwargs: Any) -> Any:
        worker_id = signed_in()
        if worker_id is None:
            return to_sign_in()
        if "link" in session:
            return redirect(url_for("panel.show"), 303)
        g.worker_id = worker_id
        return view(worker_id, *args, **kwargs)

    return with_worker


def holder_only(view: View) -> View:
    """As worker_only, of views of an assignment: open also to whoever came from a panel, if they
    accepted it by way of their link.
    """

    @wraps(view)
    def with_holder(assignment_id: str) -> Any:
        worker_id = signed_in()
        if worker_id is None:
            return to_sign_in()
        if "link" in session:
            with current_site().reading() as call:
                if not participants.is_from_link(call, session["link"], worker_id, assignment_id):
                    raise NotFound
        else:
            g.worker_id = worker_id
        return view(worker_id, assignment_id)

    return with_holder


def to_sign_in() -> Response:
    """Lead to the sign-in page, and from there back to where the worker wanted to go."""
    path = request.full_path.rstrip("?") if request.method == "GET" else "/"
    has_next = path != "/" and len(path) <= LONGEST_NEXT
    return redirect(url_for("sign_in.show", next=path if has_next else None), 303)


def known_static(app: Flask) -> Callable[[str], str]:
    """Gives a static file's address, which changes with its content, so that it can be cached
    for good.
    """
    folder = Path(str(app.static_folder))
    versions = {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()[:12] for path in folder.iterdir()
    }

    def static(name: str) -> str:
        return url_for("static", filename=name, v=versions[name])

    return static
