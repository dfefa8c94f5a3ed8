"""Authenticate requests by their AWS Signature Version 4, which every AWS SDK creates.

Source: "Signature Version 4 signing process" in Amazon's general reference. Error messages begin
as Amazon's do, with status 400 as in its JSON services.

As at Amazon, a signature is valid from 15 minutes before its time to 15 minutes after it, and can
be used more than once: an SDK that repeats a call after a broken connection, within the same
second, signs it identically. A UniqueRequestToken, which is signed too, makes a call idempotent.
An untrusted network needs https.
"""

import hmac
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from hashlib import sha256
from typing import NamedTuple
from urllib.parse import quote, unquote

from local_crowd.operations.errors import CrowdError
from local_crowd.site import Site

ALGORITHM = "AWS4-HMAC-SHA256"
SERVICE = "mturk-requester"
TERMINATOR = "aws4_request"
SKEW = timedelta(minutes=15)


class MissingAuthenticationTokenException(CrowdError):
    """Raised for a request without a signature."""

    code = "MissingAuthenticationTokenException"


class IncompleteSignatureException(CrowdError):
    """Raised for an Authorization or Date header that cannot be parsed."""

    code = "IncompleteSignatureException"


class UnrecognizedClientException(CrowdError):
    """Raised for an access key that belongs to no requester of this crowd."""

    code = "UnrecognizedClientException"


class InvalidSignatureException(CrowdError):
    """Raised for a signature that does not match the request, or whose time is not now."""

    code = "InvalidSignatureException"


class _Claim(NamedTuple):
    """The parsed Authorization header."""

    access_key: str
    scope: list[str]  # date, region, service, terminator
    signed_headers: list[str]
    signature: str


def authenticate(
    site: Site,
    method: str,
    path: str,
    query_string: str,
    headers: Mapping[str, str],
    body: bytes,
) -> str:
    """Return the id of the requester whose keys signed this request.

    `path`, `query_string` and the Host header must be what the client sent: a proxy must not change
    them, and a path prefix that it removed must be restored. The names in `headers` may be in any
    case. Raises the exceptions of this module.
    """
    headers = {name.lower(): value for name, value in headers.items()}
    claim = _parse_claim(headers)
    time = _parse_time(headers)
    _validate_signed_headers(claim, headers)
    _validate_scope(claim, time)
    _validate_time(time, datetime.fromtimestamp(site.now(), UTC))
    holder = None
    # Text that cannot be a key needs no query. This crowd issues no temporary credentials.
    if "x-amz-security-token" not in headers and re.fullmatch(
        "[A-Za-z0-9]{1,128}", claim.access_key
    ):
        holder = site.find_key_holder(claim.access_key)
    if holder is None:
        raise UnrecognizedClientException("The security token included in the request is invalid.")
    payload = sha256(body).hexdigest()
    if headers.get("x-amz-content-sha256", payload) != payload:
        raise InvalidSignatureException(
            "The header x-amz-content-sha256 must be the SHA-256 of the body."
        )
    request = [
        method,
        _canonical_path(path),
        _canonical_query(query_string),
        *(f"{name}:{' '.join(headers.get(name, '').split())}" for name in claim.signed_headers),
        "",
        ";".join(claim.signed_headers),
        payload,
    ]
    expected = _sign(holder.secret_key, time, claim.scope, "\n".join(request))
    if not hmac.compare_digest(expected.encode(), claim.signature.encode(errors="replace")):
        raise InvalidSignatureException(
            "The request signature we calculated does not match the signature you provided. "
            "Check your AWS Secret Access Key and signing method."
        )
    return holder.requester_id


def _parse_claim(headers: Mapping[str, str]) -> _Claim:
    if not (authorization := headers.get("authorization", "").strip()):
        raise MissingAuthenticationTokenException("Request is missing Authentication Token")
    algorithm, _, rest = authorization.partition(" ")
    if algorithm != ALGORITHM:
        raise IncompleteSignatureException(
            f"Unsupported AWS 'algorithm': '{algorithm}' (only {ALGORITHM} for now)."
        )
    parameters = dict(part.strip().partition("=")[::2] for part in rest.split(","))
    faults = [
        f"Authorization header requires '{name}' parameter."
        for name in ("Credential", "Signature", "SignedHeaders")
        if not parameters.get(name)
    ]
    if faults:
        raise IncompleteSignatureException(" ".join(faults))
    access_key, *scope = parameters["Credential"].split("/")
    if len(scope) != 4:
        raise IncompleteSignatureException(
            "Credential must have exactly 5 slash-delimited elements, "
            f"e.g. keyid/date/region/service/term, got '{parameters['Credential']}'"
        )
    signed_headers = parameters["SignedHeaders"].lower().split(";")
    return _Claim(access_key, scope, signed_headers, parameters["Signature"])


def _parse_time(headers: Mapping[str, str]) -> datetime:
    """Return the time at which the request says that it was signed."""
    if "x-amz-date" not in headers and "date" not in headers:
        raise IncompleteSignatureException(
            "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header."
        )
    stamp = headers.get("x-amz-date", headers.get("date", "")).strip()
    try:
        if re.fullmatch("[0-9]{8}T[0-9]{6}Z", stamp):
            return datetime.strptime(stamp, "%Y%m%dT%H%M%S%z")
        time = parsedate_to_datetime(stamp)
        return time.astimezone(UTC) if time.tzinfo else time.replace(tzinfo=UTC)
    except (ValueError, OverflowError) as error:
        raise IncompleteSignatureException(
            f"Date must be in ISO-8601 'basic format'. Got '{stamp}'."
        ) from error


def _validate_signed_headers(claim: _Claim, headers: Mapping[str, str]) -> None:
    """Raise unless the signature covers the headers that decide what the request means."""
    date = "X-Amz-Date" if "x-amz-date" in headers else "Date"
    for name in ("Host", date, *(["X-Amz-Target"] if "x-amz-target" in headers else [])):
        if name.lower() not in claim.signed_headers:
            raise InvalidSignatureException(
                f"'{name}' must be a 'SignedHeader' in the AWS Authorization."
            )


def _validate_scope(claim: _Claim, time: datetime) -> None:
    date, region, service, terminator = claim.scope
    faults = []
    if not region:
        faults.append("Credential should be scoped to a valid region.")
    if service != SERVICE:
        faults.append(f"Credential should be scoped to correct service: '{SERVICE}'.")
    if terminator != TERMINATOR:
        faults.append(f"Credential should be scoped with a valid terminator: '{TERMINATOR}'.")
    if date != _format_time(time)[:8]:
        faults.append(
            "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date "
            f"from HTTP: '{date}' != '{_format_time(time)[:8]}'."
        )
    if faults:
        raise InvalidSignatureException(" ".join(faults))


def _validate_time(time: datetime, now: datetime) -> None:
    if time < now - SKEW:
        raise InvalidSignatureException(
            f"Signature expired: {_format_time(time)} is now earlier than {_format_time(now - SKEW)} "
            f"({_format_time(now)} - 15 min.)"
        )
    if time > now + SKEW:
        raise InvalidSignatureException(
            f"Signature not yet current: {_format_time(time)} is still later than {_format_time(now + SKEW)} "
            f"({_format_time(now)} + 15 min.)"
        )


def _format_time(time: datetime) -> str:
    return f"{time:%Y%m%dT%H%M%SZ}"


def _canonical_path(path: str) -> str:
    # AWS signs the path encoded twice: as sent, and once more.
    path_as_sent = quote(unquote(path), safe="/~", errors="replace")
    return quote(path_as_sent, safe="/~")


def _canonical_query(query_string: str) -> str:
    pairs = (pair.partition("=")[::2] for pair in query_string.split("&") if pair)
    return "&".join(
        f"{name}={value}" for name, value in sorted((_encode(n), _encode(v)) for n, v in pairs)
    )


def _encode(text: str) -> str:
    return quote(unquote(text), safe="~", errors="replace")


def _sign(secret_key: str, time: datetime, scope: list[str], request: str) -> str:
    # HTTP libraries decode header bytes as Latin-1; encoding restores them.
    digest = sha256(request.encode("latin-1", "replace")).hexdigest()
    key = f"AWS4{secret_key}".encode()
    for part in scope:
        key = hmac.digest(key, part.encode(errors="replace"), "sha256")
    text = "\n".join([ALGORITHM, _format_time(time), "/".join(scope), digest])
    return hmac.digest(key, text.encode(errors="replace"), "sha256").hex()
