"""Who makes a request, and whether it may be made at all."""

import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

from amt.crowd import OWNER
from amt.requesters import Tokens
from batch_server.problems import (
    NO_TOKEN,
    OTHER_SITE,
    READ_ONLY,
    TOO_MANY,
    ProblemError,
)
from formats.netloc import find_host, is_loopback

FAILURES_A_MINUTE = 20  # with wrong tokens, of one address
MINUTE_SECONDS = 60.0
MOST_ADDRESSES = 10_000


class Caller(NamedTuple):
    """The requester that a request acts for, by name, and whether it may launch and change batches."""

    requester: str
    may_launch: bool

    def require_launch(self) -> None:
        """Raise ProblemError for a token that may only read."""
        if not self.may_launch:
            raise ProblemError(
                READ_ONLY, "This token may only read; one made with --may launch can do this."
            )


class Failures:
    """Counts failed attempts by address, in windows of a minute."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._guard = threading.Lock()
        self._start = clock()
        self._counts: dict[str, int] = {}

    def note(self, address: str) -> None:
        """Count an attempt. Raises ProblemError when there were too many."""
        with self._guard:
            now = self._clock()
            if now - self._start >= MINUTE_SECONDS or len(self._counts) >= MOST_ADDRESSES:
                self._start, self._counts = now, {}
            count = self._counts[address] = self._counts.get(address, 0) + 1
            left = self._start + MINUTE_SECONDS - now
        if count > FAILURES_A_MINUTE:
            raise ProblemError(
                TOO_MANY,
                "Too many requests with a wrong token came from this address.",
                headers={"Retry-After": str(max(1, round(left)))},
            )


class TokenAccess:
    """Admits requests that have a valid token."""

    def __init__(self, directory: Path) -> None:
        self._tokens = Tokens(directory)
        self._failures = Failures()

    def find_caller(self, headers: Mapping[str, str], address: str) -> Caller:
        """Return who makes a request. Raises ProblemError for one without a valid token."""
        scheme, _, token = headers.get("Authorization", "").partition(" ")
        token = token.strip()
        if scheme.lower() == "bearer" and token:
            holder = self._tokens.find_holder(token)
            if holder is not None:
                return Caller(holder.requester, holder.may_launch)
            self._failures.note(address)
            raise _ask_for_token("The token is unknown, or was removed.", ' error="invalid_token"')
        raise _ask_for_token("The request has no Authorization: Bearer TOKEN.", "")

    def check_origin(self, headers: Mapping[str, str]) -> None:
        """Do nothing: a web page of another site has no token."""

    def close(self) -> None:
        """Close the database of the tokens."""
        self._tokens.close()


class OpenAccess:
    """Lets in every program on this machine, and no web page.

    A page of any site can send requests to this machine. Its browser says so with Origin, or with
    Sec-Fetch-Site for what a page loads (images, frames); a link that a person follows is let in. A
    host name that leads here only now (DNS rebinding) is not one of this machine's.
    """

    def find_caller(self, _headers: Mapping[str, str], _address: str) -> Caller:
        """Return the requester of whoever has no server."""
        return Caller(OWNER, may_launch=True)

    def check_origin(self, headers: Mapping[str, str]) -> None:
        """Raise ProblemError for a request that a web page may have made."""
        if not is_loopback(find_host(headers.get("Host", "")).rstrip(".")):
            raise ProblemError(OTHER_SITE, "The Host header does not name this machine.")
        if "Origin" in headers:
            raise ProblemError(OTHER_SITE, "The request has an Origin header.")
        is_link = headers.get("Sec-Fetch-Dest") == "document"
        if headers.get("Sec-Fetch-Site") in ("cross-site", "same-site") and not is_link:
            raise ProblemError(OTHER_SITE, "A page of another site made the request.")

    def close(self) -> None:
        """Do nothing."""


Access = TokenAccess | OpenAccess


def _ask_for_token(detail: str, more: str) -> ProblemError:
    challenge = f'Bearer realm="batches"{"," if more else ""}{more}'
    return ProblemError(NO_TOKEN, detail, headers={"WWW-Authenticate": challenge})
