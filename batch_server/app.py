"""The WSGI application: finds the route, checks who asks, and turns every failure into a problem."""

import functools
import threading
import traceback
from collections.abc import Callable, Sequence
from http import HTTPStatus

import flask
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from amt import error_messages
from amt.messages import Say
from batch_server import docs_page, openapi, problems
from batch_server.access import Access, Caller
from batch_server.approving import Approvals
from batch_server.exchange import Exchange, Response, parse_parameters
from batch_server.problems import FAILURE, METHOD, NOT_FOUND, ProblemError
from batch_server.routes import ROUTES, Route
from batch_server.service import Service
from batch_server.waiting import Waiters

NOBODY = Caller("", may_launch=False)
MOST_BODY_BYTES = 32 * 1024 * 1024
PAGE_HEADERS = {
    "Cache-Control": "private, no-cache",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}


class Server:
    """Answers requests with a service's batches."""

    def __init__(self, service: Service, access: Access, say: Say) -> None:
        self.service = service
        self.routes: Sequence[Route] = ROUTES
        self.waiters = Waiters()
        self.approvals = Approvals()
        self.making_keys = threading.Lock()
        self._access = access
        self._say = say

    @functools.cached_property
    def description(self) -> bytes:
        """The content of openapi.json."""
        return openapi.format_document(self.routes)

    @functools.cached_property
    def docs(self) -> Response:
        """The page /docs."""
        return docs_page.respond(openapi.make_document(self.routes))

    def create_app(self) -> flask.Flask:
        """Return the WSGI application."""
        app = flask.Flask("batch_server", static_folder=None)
        app.url_map.strict_slashes = True
        app.url_map.merge_slashes = False
        app.config["MAX_CONTENT_LENGTH"] = MOST_BODY_BYTES
        app.config["PROPAGATE_EXCEPTIONS"] = False
        for route in self.routes:
            app.add_url_rule(
                route.path.replace("{id}", "<batch_id>"),
                f"{route.method} {route.path}",
                self._make_view(route),
                methods=[route.method],
                provide_automatic_options=False,
            )
        app.register_error_handler(Exception, self._respond_to_error)
        app.before_request(self._check_origin)
        return app

    def close(self) -> None:
        """Let the requests that wait end."""
        self.waiters.close()

    def _check_origin(self) -> None:
        self._access.check_origin(dict(flask.request.headers))

    def _make_view(self, route: Route) -> Callable[..., flask.Response]:
        def view(batch_id: str | None = None) -> flask.Response:
            request = flask.request
            caller = NOBODY
            if route.may != "anybody":
                caller = self._access.find_caller(dict(request.headers), request.remote_addr or "")
                if route.may == "launch":
                    caller.require_launch()
            parameters = parse_parameters(request.query_string.decode("latin-1"), route.parameters)
            exchange = Exchange(self, request, caller, batch_id, parameters)
            return _to_flask(route.handler(exchange))

        return view

    def _respond_to_error(self, error: Exception) -> flask.Response:
        problem = self._to_problem(error)
        response = Response(
            problem.kind.status, problem.to_body(), problems.MEDIA_TYPE, problem.headers
        )
        return _to_flask(response)

    def _to_problem(self, error: Exception) -> ProblemError:
        if isinstance(error, ProblemError):
            return error
        if isinstance(error, MethodNotAllowed):
            allowed = ", ".join(sorted(error.valid_methods or ()))
            return ProblemError(
                METHOD, f"{flask.request.method} is not possible here.", headers={"Allow": allowed}
            )
        if isinstance(error, HTTPException):
            kind = problems.find_kind(error.code or HTTPStatus.INTERNAL_SERVER_ERROR)
            detail = kind.title if kind is NOT_FOUND else error.description or kind.title
            return ProblemError(kind, detail)
        words = error_messages.describe_error(error)
        if words is None:
            self._say(traceback.format_exc())
        else:
            self._say(f"{flask.request.method} {flask.request.path!r}: {words}")
        return ProblemError(FAILURE, "The server could not do this; its log says why.")


def _to_flask(response: Response) -> flask.Response:
    made = flask.Response(response.body, response.status, mimetype=response.media_type)
    made.headers.update(PAGE_HEADERS | response.headers)
    return made
