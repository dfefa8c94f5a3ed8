"""The crowd as each requester sees it: clients, which are kept, and the secrets that sign."""

import dataclasses
import threading
import time
from typing import TYPE_CHECKING

from amt.crowd import Crowd
from amt.requesters import read_notification_secret

if TYPE_CHECKING:
    from mypy_boto3_mturk import MTurkClient

SECRET_SECONDS = 60.0  # for which a secret is kept, as reading it opens a database


class Clients:
    """Crowds and clients by requester. Threads may share them.

    On the crowd `local` each requester acts as such; on any other, the keys of config.json act for
    all of them.
    """

    def __init__(self, crowd: Crowd) -> None:
        self._crowd = crowd
        self._choosing = threading.Lock()
        self._crowds: dict[str, Crowd] = {}
        self._connecting = threading.Lock()
        self._clients: dict[str, MTurkClient] = {}
        self._secrets: dict[str, tuple[str, float]] = {}  # each with when it is read again

    def get_crowd(self, requester: str) -> Crowd:
        """Return the crowd with this requester."""
        if self._crowd.name != "local":
            return self._crowd
        with self._choosing:
            if requester not in self._crowds:
                self._crowds[requester] = dataclasses.replace(self._crowd, requester=requester)
            return self._crowds[requester]

    def connect(self, requester: str) -> "MTurkClient":
        """Return the client of a requester. Raises Error for a crowd that cannot be used."""
        crowd = self.get_crowd(requester)
        key = requester if crowd.name == "local" else ""
        with self._connecting:
            if key not in self._clients:
                self._clients[key] = crowd.connect()
            return self._clients[key]

    def read_secret(self, requester: str) -> str:
        """Return the secret that signs what is pushed to a requester, from the crowd `local`."""
        with self._connecting:
            secret, end = self._secrets.get(requester, ("", 0.0))
            if time.monotonic() >= end:
                crowd = dataclasses.replace(self._crowd, name="local", requester=requester)
                secret = read_notification_secret(crowd)
                self._secrets[requester] = (secret, time.monotonic() + SECRET_SECONDS)
            return secret
