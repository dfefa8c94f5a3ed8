"""The API's HTTP route: POST to the root of a site."""

import logging

from flask import Blueprint, Response, current_app, request
from werkzeug.exceptions import InternalServerError, RequestEntityTooLarge

from local_crowd.operations.errors import CrowdError
from local_crowd.site import Site
from local_crowd.store.faults import StoreError
from local_crowd.wire import protocol
from local_crowd.wire.signature import authenticate

# Where the WSGI environment keeps the path that the client sent and signed: /sandbox or /sandbox/.
PATH_AS_SENT = "local_crowd.path_as_sent"

log = logging.getLogger(__name__)


class ServiceFault(CrowdError):
    """An internal error, which the caller may retry; the log has the traceback."""

    status = 500


class RequestEntityTooLargeException(CrowdError):
    """Raised for a body that is larger than any valid request."""

    code = "RequestEntityTooLargeException"
    status = 413


api = Blueprint("wire", __name__)


@api.post("/")
def call() -> Response:
    """Authenticate an API request, perform its operation, and serialize the response."""
    body = request.get_data()
    try:
        requester_id = authenticate(
            _current_site(),
            request.method,
            request.environ[PATH_AS_SENT] or "/",
            request.query_string.decode("latin-1"),
            dict(request.headers),
            body,
        )
    except CrowdError as error:
        return _to_flask(protocol.respond_with_error(_current_site(), error))
    target = request.headers.get("X-Amz-Target", "")
    key = request.headers.get("Idempotency-Key")
    return _to_flask(protocol.respond(_current_site(), requester_id, target, body, key))


@api.errorhandler(RequestEntityTooLarge)
def _respond_too_large(_error: RequestEntityTooLarge) -> Response:
    error = RequestEntityTooLargeException("Request body is too large.")
    return _to_flask(protocol.respond_with_error(_current_site(), error))


@api.errorhandler(StoreError)
def _respond_without_store(store_error: StoreError) -> Response:
    log.error("%s", store_error)  # no traceback: a full disk fails every call
    error = ServiceFault("The crowd cannot use its data at the moment. Try again later.")
    return _to_flask(protocol.respond_with_error(_current_site(), error))


@api.errorhandler(InternalServerError)
def _respond_to_bug(_error: InternalServerError) -> Response:
    error = ServiceFault("We are temporarily unable to process your request. Try again.")
    return _to_flask(protocol.respond_with_error(_current_site(), error))


def _current_site() -> Site:
    """Return the site that the request is for."""
    site: Site = current_app.extensions["local_crowd"]
    return site


def _to_flask(response: protocol.Response) -> Response:
    return Response(response.body, response.status, response.headers)
