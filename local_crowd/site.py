"""One of a crowd's two sites: its database, and the transactions on it."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from local_crowd import settings
from local_crowd.operations.call import Call, Request, Response, random_id
from local_crowd.operations.people import access_keys, access_tokens, identities
from local_crowd.operations.people.access_keys import KeyHolder
from local_crowd.operations.people.access_tokens import TokenHolder
from local_crowd.operations.registry import OPERATIONS, is_read_only
from local_crowd.operations.work.deadlines import is_due, settle
from local_crowd.store.engine import Connection
from local_crowd.store.faults import StoreError
from local_crowd.store.group_commit import GroupCommit
from local_crowd.store.schema import URL, open_store, sqlite_url

SITES = ("sandbox", "live")
CANNOT_OPEN = (OSError, StoreError, settings.SettingsError)  # each with a message for a person


class Site:
    """One site of a crowd. `clock` returns epoch seconds; tests pass their own.

    Raises StoreError for a database that cannot be used.
    """

    def __init__(self, name: str, url: str | URL, clock: Callable[[], float] = time.time) -> None:
        self.name = name
        self.clock = clock
        self.new_id = random_id
        self.sign_in = "nickname" if name == "sandbox" else "account"
        self.destinations: Sequence[str] = ()  # prefixes that crowd.json allows for notifications
        self.question_bytes: int = settings.DEFAULTS["question_bytes"]
        self.store = open_store(url)
        self._group_commit = GroupCommit(self.store, self._open_transaction)

    def now(self) -> int:
        """Return the time of this site in whole epoch seconds."""
        return int(self.clock())

    @contextmanager
    def reading(self, requester_id: str = "") -> Iterator[Call]:
        """Open a read transaction, after applying what is due (expirations, auto-approvals)."""
        now = self.now()
        with self.store.reading() as db:
            if not is_due(db, now):
                yield self._call(db, now, requester_id)
                return
        with self.store.writing() as db:
            settle(self._call(db, now, ""))
        with self.store.reading() as db:
            yield self._call(db, now, requester_id)

    @contextmanager
    def writing(self, requester_id: str = "") -> Iterator[Call]:
        """Open a write transaction, after applying what is due; an exception rolls it back."""
        with self.store.writing() as db:
            now = self._open_transaction(db)
            yield self._call(db, now, requester_id)

    def _open_transaction(self, db: Connection) -> int:
        """Apply what is due, at the beginning of a write transaction. Return its time."""
        now = self.now()
        if is_due(db, now):
            settle(self._call(db, now, ""))
        return now

    def _call(self, db: Connection, now: int, requester_id: str) -> Call:
        return Call(
            db, now, requester_id, self.name, self.new_id, self.destinations, self.question_bytes
        )

    def perform(self, requester_id: str, operation: str, request: Request) -> Response:
        """Perform an API operation for the requester. Raises CrowdError when it is refused."""
        perform = OPERATIONS[operation]
        if is_read_only(operation):
            with self.reading(requester_id) as call:
                return perform(call, request)
        return self._group_commit.run(
            lambda db, now: perform(self._call(db, now, requester_id), request)
        )

    def find_key_holder(self, access_key: str) -> KeyHolder | None:
        """Return the requester to whom an access key belongs, with the secret key, or None."""
        with self.store.reading() as db:
            return access_keys.find_holder(db, access_key)

    def find_token_holder(self, token: str) -> TokenHolder | None:
        """Return to whom an access token belongs, or None. Only the live site has tokens."""
        with self.store.reading() as db:
            return access_tokens.find_holder(db, token)

    def find_requester(self, name: str) -> str | None:
        """Return the id of the requester with this name, or None."""
        with self.reading() as call:
            return access_keys.find_id(call, name)

    def ensure_owner(self) -> str:
        """Return the id of the requester that the embedded crowd acts for."""
        with self.writing() as call:
            return identities.ensure_requester(call)

    def close(self) -> None:
        """Close the database's connections."""
        self.store.close()


def database_path(directory: Path, name: str) -> Path:
    """Return where the site `name` has its SQLite file, unless crowd.json names another database."""
    return directory / f"{name}.sqlite3"


def open_site(
    directory: Path,
    name: str,
    clock: Callable[[], float] = time.time,
    database: str | None = None,
) -> Site:
    """Open the site `name` ("sandbox" or "live") of the crowd in `directory`, created if missing.

    `database`: a SQLAlchemy URL; it defaults to the one in crowd.json, else to a SQLite file in the
    directory. The directory is created with mode 0700, because it holds every secret of the crowd.
    Raises SettingsError when crowd.json cannot be read, StoreError when the database cannot.
    """
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    chosen = settings.read(directory)
    url = database or chosen[f"{name}_database"]
    site = Site(name, url or sqlite_url(database_path(directory, name)), clock)
    site.destinations = chosen["notification_destinations"]
    site.question_bytes = chosen["question_bytes"]
    if name == "sandbox":
        site.sign_in = chosen["sandbox_sign_in"]
    return site
