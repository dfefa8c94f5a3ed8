"""The embedded crowd, which responds to a boto3 client in the same process, without a network."""

import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from local_crowd.site import CANNOT_OPEN, Site, open_site
from local_crowd.wire.protocol import Response, respond

__all__ = ["CANNOT_OPEN", "EmbeddedSite"]


class EmbeddedSite:
    """A site of the crowd in `directory`, opened on the first call. `clock` returns epoch seconds.

    Calls are not authenticated, because whoever can read the directory has all keys: each acts for
    the owner.
    """

    def __init__(self, directory: Path, name: str, clock: Callable[[], float] = time.time) -> None:
        self._directory = directory
        self._name = name
        self._clock = clock
        self._opening = threading.Lock()
        self._site: Site | None = None
        self._owner = ""

    def open(self) -> tuple[Site, str]:
        """Return the site and its owner's id, opening it on first use. Raises one of CANNOT_OPEN."""
        with self._opening:
            if self._site is None:
                self._site = open_site(self._directory, self._name, self._clock)
                self._owner = self._site.ensure_owner()
            return self._site, self._owner

    def respond(self, headers: Mapping[str, str], body: bytes) -> Response:
        """Return the response to an API request. `headers` must contain X-Amz-Target, spelled exactly so."""
        site, owner = self.open()
        return respond(site, owner, headers["X-Amz-Target"], body, headers.get("Idempotency-Key"))
