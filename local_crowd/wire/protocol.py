"""Turn one API request into a response, independent of any HTTP library."""

import json
import uuid
from typing import NamedTuple

from local_crowd.operations.errors import CrowdError
from local_crowd.site import Site
from local_crowd.wire import model
from local_crowd.wire.serialization import serialize
from local_crowd.wire.validation import SerializationException, validate

MOST_KEY = 64  # characters, as of a UniqueRequestToken
CONTENT_TYPE = "application/x-amz-json-1.1"


class Response(NamedTuple):
    """An HTTP response: status, headers and body."""

    status: int
    headers: dict[str, str]
    body: bytes


class UnknownOperationException(CrowdError):
    """Raised when X-Amz-Target does not name an operation."""

    code = "UnknownOperationException"


def respond(
    site: Site, requester_id: str, target: str, body: bytes, idempotency_key: str | None = None
) -> Response:
    """Perform the operation that `target` (the X-Amz-Target header) names; return its response.

    A refused operation has a response too: see `respond_with_error`. `idempotency_key` is the header
    Idempotency-Key, for NotifyWorkers, whose request has no UniqueRequestToken.
    """
    try:
        return _respond_with_success(*_perform(site, requester_id, target, body, idempotency_key))
    except CrowdError as error:
        return respond_with_error(site, error)


def _perform(
    site: Site, requester_id: str, target: str, body: bytes, idempotency_key: str | None
) -> tuple[str, dict[str, object]]:
    """Return the operation's name and its result; raise CrowdError when it is refused."""
    prefix, _, name = target.rpartition(".")
    operation = model.find_operation(name)
    if prefix != model.TARGET_PREFIX or operation is None:
        raise UnknownOperationException(f"There is no operation {target or '(none named)'}.")
    try:
        request = json.loads(body or b"{}")
    except (ValueError, RecursionError) as error:
        raise SerializationException(f"The body is not JSON: {error}") from error
    request = validate(operation.input_shape, request)
    if name == "NotifyWorkers" and idempotency_key:
        request = {**request, "UniqueRequestToken": idempotency_key[:MOST_KEY]}
    return name, site.perform(requester_id, name, request)


def _respond_with_success(name: str, response: dict[str, object]) -> Response:
    operation = model.find_operation(name)
    assert operation is not None  # noqa: S101 - _perform has found it
    return Response(200, _build_headers(), serialize(operation.output_shape, response))


def respond_with_error(site: Site, error: CrowdError) -> Response:
    """Return an error response, with its code in the body and in a header, as AWS SDKs read it.

    Messages of business rules end as Amazon's do: the time in milliseconds, and " s" in the sandbox.
    """
    message = error.message
    if error.code in ("RequestError", "ParameterValidationError"):
        message += f" ({int(site.clock() * 1000)}{' s' if site.name == 'sandbox' else ''})"
    body = {"__type": error.code, "Message": message}
    if error.turk_error_code:
        body["TurkErrorCode"] = error.turk_error_code
    return Response(
        error.status,
        _build_headers() | {"x-amzn-ErrorType": error.code},
        json.dumps(body).encode(),
    )


def _build_headers() -> dict[str, str]:
    return {"Content-Type": CONTENT_TYPE, "x-amzn-RequestId": str(uuid.uuid4())}
