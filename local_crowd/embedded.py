"""The embedded crowd, which responds to a boto3 client in the same process, without a network."""

import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from local_crowd import site as sites
from local_crowd.operations.hits import notification_settings
from local_crowd.operations.people import access_tokens
from local_crowd.operations.people.access_tokens import TokenHolder
from local_crowd.operations.people.identities import OWNER
from local_crowd.site import Site, open_site
from local_crowd.wire.protocol import Response, respond

__all__ = ["CANNOT_OPEN", "OWNER", "EmbeddedSite", "EmbeddedTokens", "TokenHolder"]


class UnknownRequesterError(Exception):
    """The crowd has no requester of this name."""


CANNOT_OPEN = (*sites.CANNOT_OPEN, UnknownRequesterError)  # each with a message for a person


class EmbeddedSite:
    """A site of the crowd in `directory`, opened on the first call. `clock` returns epoch seconds.

    Calls are not authenticated, because whoever can read the directory has all keys. Each acts for
    the requester named `requester`: the owner, or one that `manage_crowd.py add_requester` created.
    """

    def __init__(
        self,
        directory: Path,
        name: str,
        clock: Callable[[], float] = time.time,
        requester: str = OWNER,
    ) -> None:
        self._directory = directory
        self._name = name
        self._clock = clock
        self._requester = requester
        self._opening = threading.Lock()
        self._site: Site | None = None
        self._requester_id = ""

    def open(self) -> tuple[Site, str]:
        """Return the site and its requester's id, opening it on first use. Raises one of CANNOT_OPEN."""
        with self._opening:
            if self._site is None:
                site = open_site(self._directory, self._name, self._clock)
                try:
                    self._requester_id = self._find_requester(site)
                except BaseException:
                    site.close()
                    raise
                self._site = site
            return self._site, self._requester_id

    def _find_requester(self, site: Site) -> str:
        if self._requester == OWNER:
            return site.ensure_owner()
        if requester_id := site.find_requester(self._requester):
            return requester_id
        raise UnknownRequesterError(
            f"{self._directory}: there is no requester {self._requester}; manage_crowd.py "
            "list_requesters shows them all"
        )

    def respond(self, headers: Mapping[str, str], body: bytes) -> Response:
        """Return the response to an API request. `headers` must contain X-Amz-Target, spelled exactly so."""
        site, requester_id = self.open()
        return respond(
            site, requester_id, headers["X-Amz-Target"], body, headers.get("Idempotency-Key")
        )

    def ensure_notification_secret(self) -> str:
        """Return the secret that signs what is posted to the requester's URLs, creating it on first
        use: the one that `manage_crowd.py show_notification_secret` prints for this site.
        """
        site, requester_id = self.open()
        with site.writing() as call:
            return notification_settings.ensure_secret(call, requester_id)

    def close(self) -> None:
        """Close the database's connections; the next call opens them again."""
        with self._opening:
            if self._site is not None:
                self._site.close()
                self._site = None


class EmbeddedTokens:
    """The access tokens of the crowd in `directory`, whose database stays open until `close`.

    Threads may share it. Every look-up reads the database, so a token that is removed is refused at
    once. Raises one of CANNOT_OPEN.
    """

    def __init__(self, directory: Path) -> None:
        self._site = open_site(directory, access_tokens.SITE)

    def find_holder(self, token: str) -> TokenHolder | None:
        """Return to whom the token belongs and what it permits, or None for one that is unknown."""
        return self._site.find_token_holder(token)

    def close(self) -> None:
        """Close the database's connections."""
        self._site.close()
