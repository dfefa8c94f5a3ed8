"""Requesters of the crowd `local`: their access tokens, and the secrets that sign for them.

A server of batches finds out with `Tokens` for whom a request is made, and then acts for that
requester:

    with closing(Tokens(directory)) as tokens:
        holder = tokens.find_holder(token)  # None: status 401; not may_launch: 403 for a change
        crowd = Crowd("local", live, settings, requester=holder.requester)
        client = crowd.connect()  # keep one for each requester and site: it opens a database
        secret = read_notification_secret(crowd)  # signs what is pushed
"""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import NamedTuple

from amt.crowd import Crowd
from amt.errors import Error


class Holder(NamedTuple):
    """The requester to whom a token belongs, by name, and what the token permits."""

    requester: str
    may_launch: bool  # False: only reading


class Tokens:
    """The tokens of the crowd in `directory`, created by `manage_crowd.py add_token`.

    Keep one object and share it among threads: its database stays open until `close`, and a look-up
    takes a fraction of a millisecond. A token is valid from the moment it is added until it
    is removed. Raises Error for a crowd that cannot be used.
    """

    def __init__(self, directory: Path) -> None:
        from local_crowd.embedded import EmbeddedTokens  # slow to import: it needs SQLAlchemy

        with _describing_errors(directory):
            self._tokens = EmbeddedTokens(directory)
        self._directory = directory

    def find_holder(self, token: str) -> Holder | None:
        """Return to whom the token belongs, or None for an unknown or removed one.

        Tokens are compared by their hashes, so the time taken tells nothing about any token.
        """
        with _describing_errors(self._directory):
            holder = self._tokens.find_holder(token)
        return None if holder is None else Holder(holder.requester, holder.may == "launch")

    def close(self) -> None:
        """Close the database."""
        self._tokens.close()


def read_notification_secret(crowd: Crowd) -> str:
    """Return the secret that signs what is sent to the requester of the crowd `local`.

    `manage_crowd.py show_notification_secret` prints the same one; it is created on first use. Raises
    Error for an unknown requester, and for a crowd that cannot be used.
    """
    from local_crowd.embedded import EmbeddedSite  # slow to import: it needs SQLAlchemy

    directory = Path(crowd.settings["local_crowd"])
    site = EmbeddedSite(directory, "live" if crowd.live else "sandbox", requester=crowd.requester)
    with _describing_errors(directory), closing(site):
        return site.ensure_notification_secret()


@contextmanager
def _describing_errors(directory: Path) -> Iterator[None]:
    """Raise Error for data that cannot be used."""
    from amt.connection import describe_data_error
    from local_crowd.embedded import CANNOT_OPEN

    try:
        yield
    except CANNOT_OPEN as error:
        raise Error(describe_data_error(error, directory)) from error
