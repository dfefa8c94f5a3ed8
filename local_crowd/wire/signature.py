"""Who sent a request: AWS Signature Version 4, as every AWS SDK makes it.

Source: "Signature Version 4 signing process" in Amazon's general reference. The words of the
refusals begin as Amazon's do, and are status 400 as those of its JSON services are.

A signature is good for 15 minutes either side of its time, and may be seen more than once within
them, as at Amazon. Refusing a second sight would refuse honest clients: an SDK whose connection
broke sends the call again, and within the same second its new signature is the old one. What must
not happen twice carries a UniqueRequestToken, and that is signed too. Over an untrusted network
use https.
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
    """The request is not signed at all."""

    code = "MissingAuthenticationTokenException"


class IncompleteSignatureException(CrowdError):
    """The header Authorization cannot be read."""

    code = "IncompleteSignatureException"


class UnrecognizedClientException(CrowdError):
    """The access key is nobody's here."""

    code = "UnrecognizedClientException"


class InvalidSignatureException(CrowdError):
    """The signature is not this request's, or not of now."""

    code = "InvalidSignatureException"


class _Claim(NamedTuple):
    """What the header Authorization says."""

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

    `path`, `query_string` and the header Host are those the client sent, so a proxy must leave
    them alone (a prefix of the path that it took away has to be put back first). `headers` may be
    spelt in any case. Raises the exceptions of this module.
    """
    sent = {name.lower(): value for name, value in headers.items()}
    claim = _parse_claim(sent)
    time = _parse_time(sent)
    _check_signed_headers(claim, sent)
    _check_scope(claim, time)
    _check_time(time, datetime.fromtimestamp(site.now(), UTC))
    holder = None
    # Text that cannot be a key needs no query. Temporary credentials do not exist here.
    if "x-amz-security-token" not in sent and re.fullmatch("[A-Za-z0-9]{1,128}", claim.access_key):
        holder = site.find_key_holder(claim.access_key)
    if holder is None:
        raise UnrecognizedClientException("The security token included in the request is invalid.")
    payload = sha256(body).hexdigest()
    if sent.get("x-amz-content-sha256", payload) != payload:
        raise InvalidSignatureException(
            "The header x-amz-content-sha256 must be the SHA-256 of the body."
        )
    request = [
        method,
        _canonical_path(path),
        _canonical_query(query_string),
        *(f"{name}:{' '.join(sent.get(name, '').split())}" for name in claim.signed_headers),
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


def _parse_claim(sent: Mapping[str, str]) -> _Claim:
    if not (authorization := sent.get("authorization", "").strip()):
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


def _parse_time(sent: Mapping[str, str]) -> datetime:
    """When the request says it was signed."""
    if "x-amz-date" not in sent and "date" not in sent:
        raise IncompleteSignatureException(
            "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header."
        )
    stamp = sent.get("x-amz-date", sent.get("date", "")).strip()
    try:
        if re.fullmatch("[0-9]{8}T[0-9]{6}Z", stamp):
            return datetime.strptime(stamp, "%Y%m%dT%H%M%S%z")
        time = parsedate_to_datetime(stamp)
        return time.astimezone(UTC) if time.tzinfo else time.replace(tzinfo=UTC)
    except (ValueError, OverflowError) as error:
        raise IncompleteSignatureException(
            f"Date must be in ISO-8601 'basic format'. Got '{stamp}'."
        ) from error


def _check_signed_headers(claim: _Claim, sent: Mapping[str, str]) -> None:
    """What decides what the request means must be under the signature."""
    date = "X-Amz-Date" if "x-amz-date" in sent else "Date"
    for name in ("Host", date, *(["X-Amz-Target"] if "x-amz-target" in sent else [])):
        if name.lower() not in claim.signed_headers:
            raise InvalidSignatureException(
                f"'{name}' must be a 'SignedHeader' in the AWS Authorization."
            )


def _check_scope(claim: _Claim, time: datetime) -> None:
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


def _check_time(time: datetime, now: datetime) -> None:
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
    # Encoded twice: once as on the wire, once more for the signature.
    once = quote(unquote(path), safe="/~", errors="replace")
    return quote(once, safe="/~")


def _canonical_query(query_string: str) -> str:
    pairs = (pair.partition("=")[::2] for pair in query_string.split("&") if pair)
    return "&".join(
        f"{name}={value}" for name, value in sorted((_encode(n), _encode(v)) for n, v in pairs)
    )


def _encode(text: str) -> str:
    return quote(unquote(text), safe="~", errors="replace")


def _sign(secret_key: str, time: datetime, scope: list[str], request: str) -> str:
    # HTTP libraries hand over a header's bytes as Latin-1, so this gives the bytes again.
    digest = sha256(request.encode("latin-1", "replace")).hexdigest()
    key = f"AWS4{secret_key}".encode()
    for part in scope:
        key = hmac.digest(key, part.encode(errors="replace"), "sha256")
    text = "\n".join([ALGORITHM, _format_time(time), "/".join(scope), digest])
    return hmac.digest(key, text.encode(errors="replace"), "sha256").hex()
