"""The crowd inside the process of a script: answers a boto3 client without a network."""

import threading
from collections.abc import Mapping
from pathlib import Path

from local_crowd.site import Site, open_site
from local_crowd.wire.protocol import Answer, answer


class EmbeddedSite:
    """A site of the crowd in `directory`, opened at the first call.

    It trusts whoever can read the directory: every call is the owner's.
    """

    def __init__(self, directory: Path, name: str) -> None:
        self._directory = directory
        self._name = name
        self._opening = threading.Lock()
        self._site: Site | None = None
        self._owner = ""

    def answer(self, headers: Mapping[str, str], body: bytes) -> Answer:
        """Answer one request. `headers` must hold X-Amz-Target, in this spelling."""
        with self._opening:
            if self._site is None:
                self._site = open_site(self._directory, self._name)
                self._owner = self._site.owner()
        return answer(self._site, self._owner, headers["X-Amz-Target"], body)
