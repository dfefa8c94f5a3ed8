"""Two sessions at one site: a worker's, and a requester's on the requester's pages alone.

Each has a cookie of its own, and a signature of its own: what a worker's page puts into a session
is nothing to a requester's page, and the other way round.
"""

from flask import Flask, Request, Response, request
from flask.sessions import SessionInterface, SessionMixin

from local_crowd.pages.context import SiteSessions, local_url

PREFIX = "/requester"


class RequesterSessions(SiteSessions):
    """The cookie of the requester's pages, sent to these only."""

    salt = "requester-session"

    def get_cookie_name(self, app: Flask) -> str:
        """Give the name that no worker's cookie has."""
        return f"{super().get_cookie_name(app)}_requester"

    def get_cookie_path(self, app: Flask) -> str:  # noqa: ARG002 - Flask's signature
        """Give the path of the requester's pages."""
        return local_url(PREFIX)


class Sessions(SessionInterface):
    """The session that the path asked for has."""

    def __init__(self) -> None:
        self._worker = SiteSessions()
        self._requester = RequesterSessions()

    def open_session(self, app: Flask, request: Request) -> SessionMixin | None:
        """Read the session of a request."""
        return self._of(request.path).open_session(app, request)

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Set the cookie, if the session changed."""
        self._of(request.path).save_session(app, session, response)

    def _of(self, path: str) -> SiteSessions:
        mine = path == PREFIX or path.startswith(f"{PREFIX}/")
        return self._requester if mine else self._worker
