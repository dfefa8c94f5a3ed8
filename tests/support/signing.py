"""A boto3 client with keys, whose signed requests a site receives as through a crowd server."""

import io
from collections.abc import Callable, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import boto3
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.config import Config
from urllib3 import HTTPResponse

from local_crowd.operations.errors import CrowdError
from local_crowd.site import Site
from local_crowd.wire.protocol import respond, respond_with_error
from local_crowd.wire.signature import authenticate

if TYPE_CHECKING:
    from mypy_boto3_mturk import MTurkClient

SITE_URL = "http://crowd.example:8000/sandbox/"


@cache
def session() -> boto3.session.Session:
    """Create one session for all clients, because each session reads botocore's models anew."""
    return boto3.session.Session()


def untouched(request: AWSPreparedRequest) -> None:
    """Leave the request unchanged."""


def signed_client(
    site: Site,
    access_key: str,
    secret_key: str,
    *,
    token: str | None = None,
    region: str = "us-east-1",
    url: str = SITE_URL,
    on_the_way: Callable[[AWSPreparedRequest], None] = untouched,
) -> "MTurkClient":
    """Return the client; `on_the_way` can change a request after it was signed."""
    client = session().client(
        "mturk",
        region_name=region,
        endpoint_url=url,
        aws_access_key_id=access_key,
        aws_secret_access_key=secret_key,
        aws_session_token=token,
        config=Config(retries={"max_attempts": 0}),
    )

    def send(request: AWSPreparedRequest, **_: Any) -> AWSResponse:
        request.headers["Host"] = urlsplit(request.url).netloc  # as the HTTP library does
        on_the_way(request)
        where = urlsplit(request.url)
        headers: Mapping[str, str] = {
            name: value.decode() if isinstance(value, bytes) else value
            for name, value in request.headers.items()
        }
        try:
            requester_id = authenticate(
                site, request.method, where.path, where.query, headers, request.body
            )
            response = respond(site, requester_id, headers["X-Amz-Target"], request.body)
        except CrowdError as error:
            response = respond_with_error(site, error)
        raw = HTTPResponse(io.BytesIO(response.body), preload_content=False)
        return AWSResponse(request.url, response.status, response.headers, raw)

    client.meta.events.register("before-send.mturk", send)
    return client
