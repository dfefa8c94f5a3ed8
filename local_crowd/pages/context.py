"""The context of a request: its limits, its session, its site, its worker."""

import hashlib
import re
from collections.abc import Callable
from copy import deepcopy
from functools import lru_cache, wraps
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
LONGEST_NEXT = 2000  # characters; proxies refuse longer headers, and no page has a longer URL
# A path on this site: one slash, and nothing that browsers treat as a second one.
OWN_PATH = re.compile(r"/(?![/\\])[^\\\x00-\x20\x7f]*")


class LimitedRequest(Request):
    """A request of limited size, enough for an answer of 1 MB that is percent-encoded."""

    max_content_length = 4 * 1024 * 1024
    max_form_memory_size = 4 * 1024 * 1024


class IdConverter(BaseConverter):
    """Match ids only, so malformed paths are a 404 without a query."""

    regex = "[A-Za-z0-9]{1,64}"


def parse_id(value: str | None) -> str:
    """Return `value` if it has the form of an id, else an empty string, which matches no row."""
    return value if value and re.fullmatch(IdConverter.regex, value) else ""


class SiteSigner(TimestampSigner):
    """A signer that uses the site's clock."""

    def get_timestamp(self) -> int:
        """Return the site's time in epoch seconds."""
        return current_site().now()


class SiteSessions(SecureCookieSessionInterface):
    """Sessions in one cookie per site, limited to the site's paths, and to https if it is used."""

    def __init__(self) -> None:
        self._serializer: URLSafeTimedSerializer | None = None
        # All requests of a worker bring the same cookie: verify its signature once.
        self._verify = lru_cache(maxsize=1000)(self._verify_anew)

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
        """Return the serializer that signs and verifies cookies."""
        if self._serializer is None:
            self._serializer = super().get_signing_serializer(app)
            if self._serializer is not None:
                self._serializer.signer = SiteSigner
        return self._serializer

    def _verify_anew(self, app: Flask, cookie: str) -> tuple[dict[str, Any], float] | None:
        """Return a cookie's data and when it was signed (epoch seconds); None if it is not ours."""
        serializer = self.get_signing_serializer(app)
        if serializer is None:
            return None
        try:
            data, signed = serializer.loads(cookie, return_timestamp=True)
        except BadSignature:
            return None
        return data, signed.timestamp()

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession:
        """Read the session from the request's cookie.

        Flask refuses cookies that were signed in the future, so setting the clock back would sign
        everybody out. Here such a cookie is valid, and is signed again with the current time.
        """
        cookie = request.cookies.get(self.get_cookie_name(app))
        verified = self._verify(app, cookie) if cookie else None
        if verified is None:
            return self.session_class()
        data, signed = verified
        age = current_site().now() - signed
        if age > app.permanent_session_lifetime.total_seconds():
            return self.session_class()
        session = self.session_class(deepcopy(data))
        session.modified = age < 0
        return session

    def get_cookie_path(self, app: Flask) -> str:  # noqa: ARG002 - Flask's signature
        """Return the path that the site is mounted at."""
        return local_url("/")

    def get_cookie_secure(self, app: Flask) -> bool:  # noqa: ARG002 - Flask's signature
        """Return whether the request came over https."""
        return request.is_secure

    def get_cookie_httponly(self, app: Flask) -> bool:  # noqa: ARG002 - Flask's signature
        """Hide the cookie from scripts."""
        return True

    def get_cookie_samesite(self, app: Flask) -> str:  # noqa: ARG002 - Flask's signature
        """Withhold the cookie from other sites, and so from HIT pages, whose origin is opaque."""
        return "Lax"


def current_site() -> Site:
    """Return the site that the request is for."""
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
    """Start a session for the worker, discarding any earlier one.

    `more` is the `nickname`, the `version` of an account, or the `link` of a panel's participant.
    """
    session.clear()
    session.permanent = True
    session.update(worker_id=worker_id, **more)


def sign_out_here() -> None:
    """End the session, and have the next sign-in page delete drafts from the browser."""
    session.clear()
    session["signed_out"] = True


def find_signed_in_worker() -> str | None:
    """Return the id of the worker who is signed in, or None if nobody is or the session has ended."""
    worker_id: str | None = session.get("worker_id")
    if worker_id is None:
        return None
    site = current_site()
    if "link" not in session and "version" not in session:
        return worker_id if site.sign_in == "nickname" else None
    with site.reading() as call:
        if "link" in session:
            is_valid = participants.has_visited(call, session["link"], worker_id)
        else:
            is_valid = accounts.find_session_version(call, worker_id) == session["version"]
    if is_valid:
        return worker_id
    session.clear()
    return None


def worker_only(view: View) -> View:
    """Pass the signed-in worker's id to the view as its first argument; redirect others to sign in.

    A panel's participants are redirected to /panel, the only page that is for them.
    """

    @wraps(view)
    def with_worker(*args: Any, **kwargs: Any) -> Any:
        worker_id = find_signed_in_worker()
        if worker_id is None:
            return redirect_to_sign_in()
        if "link" in session:
            return redirect(url_for("panel.show"), 303)
        g.worker_id = worker_id
        return view(worker_id, *args, **kwargs)

    return with_worker


def holder_only(view: View) -> View:
    """Restrict a view of an assignment as worker_only does, but admit a panel's participants.

    They are admitted to assignments that they accepted through their link. Raises NotFound.
    """

    @wraps(view)
    def with_holder(assignment_id: str) -> Any:
        worker_id = find_signed_in_worker()
        if worker_id is None:
            return redirect_to_sign_in()
        if "link" in session:
            with current_site().reading() as call:
                if not participants.is_from_link(call, session["link"], worker_id, assignment_id):
                    raise NotFound
        else:
            g.worker_id = worker_id
        return view(worker_id, assignment_id)

    return with_holder


def redirect_to_sign_in() -> Response:
    """Redirect to the sign-in page, which leads back to the page that was requested."""
    path = find_current_path()
    return redirect(url_for("sign_in.show", next=None if path == "/" else path), 303)


def find_current_path() -> str:
    """Return the path of the page that is shown, with its query; / if it cannot be requested again."""
    path = request.full_path.rstrip("?") if request.method == "GET" else "/"
    return path if len(path) <= LONGEST_NEXT else "/"


def read_next_path() -> str:
    """Return the path that the request names as `next`, or / unless it is on this site."""
    path = request.values.get("next", "/")
    return path if OWN_PATH.fullmatch(path) else "/"


def make_static_url(app: Flask) -> Callable[[str], str]:
    """Return a function that makes a static file's URL from its name.

    The URL changes with the file's content, so browsers can cache it forever.
    """
    folder = Path(str(app.static_folder))
    versions = {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()[:12] for path in folder.iterdir()
    }

    @lru_cache(maxsize=1000)
    def build(_root: str, name: str) -> str:
        return url_for("static", filename=name, v=versions[name])

    return lambda name: build(request.script_root, name)


def make_url_for() -> Callable[..., str]:
    """Return a url_for for templates that builds each URL without parameters once.

    The page around a HIT has a dozen of them, and building them took a sixth of its time.
    """

    @lru_cache(maxsize=1000)
    def build(_root: str, endpoint: str) -> str:
        return url_for(endpoint)

    def url_for_endpoint(endpoint: str, **values: Any) -> str:
        return url_for(endpoint, **values) if values else build(request.script_root, endpoint)

    return url_for_endpoint
