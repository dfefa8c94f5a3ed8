"""The connection to a crowd: a boto3 client of it, and what its errors mean to a person.

Import this module in functions only: boto3 takes 0.1 s, which `--help` must not wait for.
"""

import io
import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import botocore.session
from botocore import UNSIGNED, exceptions
from botocore.awsrequest import AWSResponse
from botocore.config import Config
from botocore.model import OperationModel
from botocore.parsers import create_parser

from amt.crowd import Crowd
from amt.errors import Error
from formats import own_operations

if TYPE_CHECKING:
    from mypy_boto3_mturk import MTurkClient

MTURK = "https://mturk-requester{}.us-east-1.amazonaws.com"
CLOSED = "Amazon announced that Mechanical Turk closes for good on September 30, 2026"
NOBODY = "is the crowd's server running there?"
# Amazon ends its messages with the milliseconds since 1970, and with " s" in the sandbox.
TIME = re.compile(r" \(\d{13}( s)?\)$")
CONNECT_SECONDS = 8  # also for the TLS handshake; three attempts of TCP fit in
BAD_KEYS = (
    "UnrecognizedClientException",
    "InvalidSignatureException",
    "MissingAuthenticationTokenException",
)
# Error codes for one item after which the next may well succeed.
REFUSALS = ("RequestError", "ParameterValidationError", "ValidationException")
# The local crowd needs no account, so the machine's AWS settings are not read.
NO_AWS = {"profile": (None, None, None, None)} | dict.fromkeys(
    ("config_file", "credentials_file"), (None, None, os.devnull, None)
)


def connect(crowd: Crowd) -> "MTurkClient":
    """Return a boto3 client of the crowd, which retries what can heal. Threads may share it."""
    local = crowd.name == "local"
    endpoint = crowd.worker_site
    if crowd.name == "mturk":
        endpoint = MTURK.format("" if crowd.live else "-sandbox")
    keys = {} if local else crowd.settings
    botocore_session = botocore.session.Session(NO_AWS if local else None)
    if crowd.name != "mturk":
        search_paths = botocore_session.get_component("data_loader").search_paths
        if str(own_operations.PATH) not in search_paths:
            search_paths.append(str(own_operations.PATH))
    session = boto3.session.Session(botocore_session=botocore_session)
    client: MTurkClient = session.client(
        "mturk",
        region_name="us-east-1",
        endpoint_url=endpoint,
        aws_access_key_id=keys.get("aws_access_key"),
        aws_secret_access_key=keys.get("aws_secret_key"),
        config=Config(
            # Adaptive: nothing slows it until the crowd throttles, then all threads slow down
            # together. In standard mode they would use up the retry quota and fail (docs/
            # performance.md has the measurements); 12 attempts outlast a minute of trouble.
            retries={"mode": "adaptive", "max_attempts": 12},
            connect_timeout=CONNECT_SECONDS,
            max_pool_connections=crowd.concurrency,
            # boto3 would put its own together twice for each call, which takes 7 % of its time.
            user_agent=botocore_session.user_agent(),
            signature_version=UNSIGNED if local else None,
        ),
    )
    client.meta.events.register_first("needs-retry.mturk", _Reaching())
    if local:
        _answer_inside(client, crowd)
    return client


def _answer_inside(client: "MTurkClient", crowd: Crowd) -> None:
    """Let the embedded crowd respond to this client: the only place where calls cross over."""
    from local_crowd.embedded import CANNOT_OPEN, EmbeddedSite

    directory = Path(crowd.settings["local_crowd"])
    site = EmbeddedSite(directory, "live" if crowd.live else "sandbox", requester=crowd.requester)
    try:
        site.open()
    except CANNOT_OPEN as error:
        raise Error(describe_data_error(error, directory)) from error

    def answer(model: OperationModel, params: Any, **_: Any) -> tuple[AWSResponse, Any]:
        """Perform the request `params`; return the response, and the response parsed."""
        try:
            status, headers, body = site.respond(params["headers"], params["body"])
        except CANNOT_OPEN as error:
            raise Error(str(error)) from error
        http = AWSResponse(params["url"], status, headers, _Body(body))  # type: ignore[arg-type]
        return http, _parse(model, http, body)

    # At before-call, the request is serialized. before-send comes 0.15 ms later, after signing,
    # retries and connections have been prepared, which a crowd in this process does not need.
    client.meta.events.register("before-call.mturk", answer)  # type: ignore[arg-type]  # it may answer


class _Body(io.BytesIO):
    """A response body that was not read from a socket, for handlers that read the response."""

    def stream(self) -> Iterator[bytes]:
        """Yield the body, as urllib3's responses do."""
        yield self.getvalue()


def _parse(model: OperationModel, http: AWSResponse, body: bytes) -> Any:
    """Parse a response as botocore's endpoint does. TurkErrorCode is part of the error's shape."""
    parser = create_parser("json")
    response = {"status_code": http.status_code, "headers": http.headers, "body": body}
    parsed = parser.parse(response, model.output_shape)  # type: ignore[arg-type]  # None will do
    parsed["ResponseMetadata"]["RetryAttempts"] = 0
    if http.status_code >= 300:
        shape = model.service_model.shape_for_error_code(parsed["Error"]["Code"])
        if shape is not None:
            parsed.update(parser.parse(response, shape))
    return parsed


def describe_data_error(error: Exception, directory: Path) -> str:
    """Say in one line which file of a crowd's data cannot be used, and why."""
    if isinstance(error, OSError):
        return f"{error.filename or directory}: {error.strerror or error}"
    return str(error)


class _Reaching:
    """A retry handler that gives up at once on a server that no call has reached, or that is not a
    crowd.

    Once a call has reached the server, boto3 retries as configured.
    """

    reached = False

    def __call__(self, response: Any, caught_exception: Exception | None, **_: Any) -> None:
        if self.reached:
            return
        if isinstance(caught_exception, exceptions.BotoCoreError) and _has_no_tls(caught_exception):
            raise NoTLSError(**caught_exception.kwargs) from caught_exception
        if isinstance(caught_exception, exceptions.ConnectionError):
            raise caught_exception
        if response is not None and response[0].status_code < 500:
            if "json" not in response[0].headers.get("Content-Type", ""):
                raise NotACrowdError(url=response[0].url, hint=_other_address(response[0].headers))
            self.reached = True


class NotACrowdError(exceptions.BotoCoreError):
    """Raised for a web server that does not implement the MTurk API."""

    fmt = "{url} is not a crowd server; check --crowd{hint}"


class NoTLSError(exceptions.BotoCoreError):
    """Raised for a server at an https URL that does not use TLS."""

    fmt = "{endpoint_url} does not answer https ({error}); if the server uses http, write http://"


def _has_no_tls(error: exceptions.BotoCoreError) -> bool:
    """Return whether the TLS handshake failed because the server does not speak TLS.

    A server that waits for a line of HTTP sends nothing. urllib3 reports that as a read timeout,
    but after CONNECT_SECONDS.
    """
    if isinstance(error, exceptions.SSLError):
        return "certificate" not in str(error).lower()
    if not isinstance(error, exceptions.ReadTimeoutError):
        return False
    early = f"read timeout={CONNECT_SECONDS})" in str(error.kwargs["error"])
    return early and str(error.kwargs["endpoint_url"]).startswith("https:")


def _other_address(headers: Any) -> str:
    """Return what a redirect adds to the message: proxies redirect http to https."""
    return f". It redirects to {headers['Location']}" if "Location" in headers else ""


def describe_error(error: Exception) -> str | None:
    """Describe a botocore error in one line, or return None for any other exception."""
    if isinstance(error, exceptions.ClientError):
        code, message = error.response["Error"]["Code"], _without_time(error)
        if code in BAD_KEYS:
            message += (
                " (do aws_access_key and aws_secret_key in config.json belong to this crowd?)"
            )
        return f"{code}: {message}"
    if isinstance(error, exceptions.NoCredentialsError | exceptions.PartialCredentialsError):
        return (
            "no keys: put aws_access_key and aws_secret_key into config.json, or set "
            "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
        )
    lost = isinstance(error, exceptions.HTTPClientError | exceptions.ConnectionError)
    if lost and not isinstance(error, exceptions.ProxyConnectionError):
        return f"{error} ({CLOSED if 'mturk-requester' in str(error) else NOBODY})"
    if isinstance(error, exceptions.BotoCoreError):
        # A fault in boto3's settings. Wrong parameters of a call are a bug of ours.
        return None if isinstance(error, exceptions.ParamValidationError) else str(error)
    return None


def is_outage(error: Exception) -> bool:
    """Return whether no response came, or one of a server in trouble: the call may succeed later."""
    if isinstance(error, exceptions.ClientError):
        return error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0) >= 500
    return isinstance(error, exceptions.HTTPClientError | exceptions.ConnectionError)


def is_unknown_operation(error: Exception) -> bool:
    """Return whether the crowd server does not have the operation: it is of an older version."""
    if not isinstance(error, exceptions.ClientError):
        return False
    return error.response["Error"]["Code"] == "UnknownOperationException"


def describe_refusal(error: Exception) -> str | None:
    """Return the crowd's message if it refused one item and may accept the next, else None."""
    response = getattr(error, "response", None)
    if not isinstance(response, Mapping):  # botocore says None when none came; others are of HTTP
        return None
    if str(response.get("TurkErrorCode")).endswith("InsufficientFunds"):
        return None  # the rest would fail as well
    fault = response.get("Error")
    code = fault.get("Code") if isinstance(fault, Mapping) else None
    return _without_time(error) if code in REFUSALS else None


def _without_time(error: Any) -> str:
    return TIME.sub("", error.response["Error"]["Message"])
