"""Two sessions at one site: a worker's, and a requester's on the requester's pages.

Each has its own cookie and its own signature, so neither can be used as the other.
"""

from flask import Flask, Request, Response, request
from flask.sessions import SessionInterface, SessionMixin

from local_crowd.pages.context import SiteSessions, local_url

PREFIX = "/requester"


class RequesterSessions(SiteSessions):
    """Sessions whose cookie is sent only to the requester's pages."""

    salt = "requester-session"

    def get_cookie_name(self, app: Flask) -> str:
        """Return a name that differs from the worker's cookie."""
        return f"{super().get_cookie_name(app)}_requester"

    def get_cookie_path(self, app: Flask) -> str:  # noqa: ARG002 - Flask's signature
        """Return the path of the requester's pages."""
        return local_url(PREFIX)


class Sessions(SessionInterface):
    """Chooses the worker's or the requester's session by the request's path."""

    def __init__(self) -> None:
        self._worker = SiteSessions()
        self._requester = RequesterSessions()

    def open_session(self, app: Flask, request: Request) -> SessionMixin | None:
        """Read the session from the request's cookie."""
        return self._of(request.path).open_session(app, request)

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Set the cookie, if the session changed."""
        self._of(request.path).save_session(app, session, response)

    def _of(self, path: str) -> SiteSessions:
        mine = path == PREFIX or path.startswith(f"{PREFIX}/")
        return self._requester if mine else self._worker
