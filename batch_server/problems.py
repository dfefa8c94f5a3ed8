"""Problems of a request, as application/problem+json (RFC 9457) says them."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

MEDIA_TYPE = "application/problem+json"


class Kind(NamedTuple):
    """A kind of problem: what its `type` ends in, its status, its title, and what to do about it."""

    name: str
    status: int
    title: str
    advice: str


class Fault(NamedTuple):
    """What is wrong at one place: a JSON Pointer into the body, `?name` in the address, or nothing."""

    path: str
    message: str


BAD_REQUEST = Kind("bad-request", 400, "The request is not valid HTTP", "Correct the client.")
NO_TOKEN = Kind(
    "no-token", 401, "A token is needed", "Send Authorization: Bearer and a token that is valid."
)
READ_ONLY = Kind("read-only", 403, "The token may only read", "Use a token made with --may launch.")
OTHER_SITE = Kind(
    "other-site",
    403,
    "The request comes from a web page",
    "A server without tokens answers programs on its own machine only.",
)
TOO_EXPENSIVE = Kind(
    "too-expensive",
    403,
    "The batch can cost more than it may",
    "Ask for less, or ask the operator for a higher --max_cost.",
)
NO_FUNDS = Kind(
    "no-funds", 403, "The budget does not cover the batch", "Ask the operator for a larger budget."
)
NOT_FOUND = Kind("not-found", 404, "There is nothing at this address", "Look at GET /batches.")
METHOD = Kind(
    "method", 405, "The method is not possible here", "The header Allow lists the ones that are."
)
CONFLICT = Kind(
    "conflict",
    409,
    "Another batch has this id",
    "Give your batch another id, or send the same content.",
)
TOO_LARGE = Kind("too-large", 413, "The request is too large", "Send several batches.")
MEDIA = Kind(
    "media-type",
    415,
    "The body is of another type",
    "Send JSON, as Content-Type: application/json.",
)
INVALID = Kind("invalid", 422, "The request cannot be carried out", "Correct what faults lists.")
TOO_MANY = Kind("too-many", 429, "Too much at a time", "Wait as long as Retry-After says.")
HEADERS_TOO_LARGE = Kind(
    "headers", 431, "The headers are too large", "Send fewer and shorter ones."
)
FAILURE = Kind(
    "failure",
    500,
    "The server failed",
    "Try again; if it stays, the operator finds why in the log.",
)
NOT_IMPLEMENTED = Kind(
    "not-implemented", 501, "The server does not know this way of sending", "Send a plain request."
)
UNAVAILABLE = Kind(
    "unavailable", 503, "The crowd does not respond", "Try again as Retry-After says."
)
KINDS = (
    BAD_REQUEST,
    NO_TOKEN,
    READ_ONLY,
    OTHER_SITE,
    TOO_EXPENSIVE,
    NO_FUNDS,
    NOT_FOUND,
    METHOD,
    CONFLICT,
    TOO_LARGE,
    MEDIA,
    INVALID,
    TOO_MANY,
    HEADERS_TOO_LARGE,
    FAILURE,
    NOT_IMPLEMENTED,
    UNAVAILABLE,
)


class ProblemError(Exception):
    """A request that is not carried out."""

    def __init__(
        self,
        kind: Kind,
        detail: str,
        faults: Iterable[Fault] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.kind = kind
        self.detail = detail
        self.faults = tuple(faults)
        self.headers = dict(headers or {})

    def to_body(self) -> bytes:
        """Return the body of the response."""
        return format_problem(self.kind, self.detail, self.faults)


def format_problem(kind: Kind, detail: str, faults: Sequence[Fault] = ()) -> bytes:
    """Return a problem as JSON."""
    document: dict[str, Any] = {
        "type": f"/docs#{kind.name}",
        "title": kind.title,
        "status": kind.status,
        "detail": detail,
        "faults": [fault._asdict() for fault in faults],
    }
    return json.dumps(document).encode("ascii") + b"\n"


def find_kind(status: int) -> Kind:
    """Return the kind of problem that a status stands for."""
    return next((kind for kind in KINDS if kind.status == status), FAILURE)


def parse_faults(message: str, name: str) -> list[Fault]:
    """Return the faults that a message of amt lists, a line each, about what it calls `name`."""
    text = message.removeprefix(f"{name}:").strip()
    faults = []
    for line in text.split("\n"):
        path, separator, words = line.partition(": ")
        has_path = bool(separator) and path.startswith("/")
        faults.append(Fault(path, words) if has_path else Fault("", line))
    return faults
