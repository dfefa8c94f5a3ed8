"""Links that admit people: to an account, to a panel's HITs, to choosing a new password.

A link's URL ends in a token of about 150 random bits. The token is shown once and stored as a hash,
so that reading the database does not give usable links.
"""

import hashlib
import json
from typing import Any, NamedTuple

from sqlalchemy import CursorResult, insert, or_, select, update

from local_crowd.operations.call import Call
from local_crowd.operations.errors import NotPossible, ParameterValidationError
from local_crowd.operations.texts import Text
from local_crowd.store.tables import links

ACCOUNT, PANEL, RESET = "account", "panel", "reset"
GONE = Text(
    "It may have been used already, have expired, or have been copied incompletely. "
    "Ask the person who sent it to you for another."
)


class Link(NamedTuple):
    """A link without its token."""

    link_id: str
    kind: str
    uses_left: int | None  # None: no limit
    expires_time: int | None  # epoch seconds; None: no limit
    email: str | None
    worker_id: str | None
    panel: dict[str, Any] | None
    created_time: int
    wait_seconds: int | None = None  # the most that people are paid for waiting; None: nothing
    wait_reward: int | None = None  # cents a minute
    requester_id: str | None = None  # who pays for waiting

    def is_open(self, now: int) -> bool:
        """Return whether the link admits people at `now` (epoch seconds)."""
        return self.uses_left != 0 and (self.expires_time is None or now < self.expires_time)


class WaitTerms(NamedTuple):
    """What a link pays for waiting, and who pays."""

    wait_seconds: int  # the most that is paid to a worker
    wait_reward: int  # cents a minute
    requester_id: str


class NewLink(NamedTuple):
    """The id of a new link, and its token, which is not stored."""

    link_id: str
    token: str


def create(
    call: Call,
    kind: str,
    *,
    uses: int | None = 1,
    lifetime: int | None = None,
    email: str | None = None,
    worker_id: str | None = None,
    panel: dict[str, Any] | None = None,
    wait: WaitTerms | None = None,
) -> NewLink:
    """Create a link; `lifetime` is in seconds, and None for `uses` or `lifetime` means no limit."""
    link_id, token = call.new_id("L", 14), call.new_id("L", 30)
    call.db.execute(
        insert(links).values(
            link_id=link_id,
            kind=kind,
            token_hash=_compute_hash(token),
            uses_left=uses,
            expires_time=None if lifetime is None else call.now + lifetime,
            email=email,
            worker_id=worker_id,
            panel=None if panel is None else json.dumps(panel),
            created_time=call.now,
            **({} if wait is None else wait._asdict()),
        )
    )
    return NewLink(link_id, token)


def find(call: Call, token: str, *kinds: str) -> Link:
    """Return the link of one of these kinds with this token, open or not.

    Raises NotPossible("gone") when there is none.
    """
    is_match = links.c.token_hash == _compute_hash(token)
    row = call.db.execute(_query_links().where(is_match, links.c.kind.in_(kinds))).one_or_none()
    if row is None:
        raise NotPossible("gone", GONE)
    return _read_link(row)


def find_open(call: Call, token: str, *kinds: str) -> Link:
    """Return the open link of one of these kinds with this token, or raise NotPossible("gone")."""
    link = find(call, token, *kinds)
    if not link.is_open(call.now):
        raise NotPossible("gone", GONE)
    return link


def use(call: Call, link_id: str) -> None:
    """Count one use of the link.

    Condition and change are one statement, so that concurrent callers cannot exceed the limit.
    Raises NotPossible("gone") when the link is not open; the caller must then roll back.
    """
    result = call.db.execute(
        update(links)
        .where(
            links.c.link_id == link_id,
            or_(links.c.uses_left.is_(None), links.c.uses_left > 0),
            or_(links.c.expires_time.is_(None), links.c.expires_time > call.now),
        )
        .values(uses_left=links.c.uses_left - 1)  # NULL stays NULL
    )
    if not result.rowcount:
        raise NotPossible("gone", GONE)


def get(call: Call, link_id: str) -> Link:
    """Return the link with this id, or raise ParameterValidationError."""
    row = call.db.execute(_query_links().where(links.c.link_id == link_id)).one_or_none()
    if row is None:
        raise ParameterValidationError(f"There is no link {link_id}. list_links lists all links.")
    return _read_link(row)


def list_all(call: Call) -> list[Link]:
    """List all links except password resets, oldest first."""
    query = (
        _query_links().where(links.c.kind != RESET).order_by(links.c.created_time, links.c.link_id)
    )
    return [_read_link(row) for row in call.db.execute(query)]


def remove(call: Call, link_id: str) -> None:
    """Stop a link from admitting new people, and from paying for waiting; whom it admitted stay."""
    closed = {"uses_left": 0, "wait_seconds": None}
    call.db.execute(update(links).where(links.c.link_id == link_id).values(closed))


def remove_resets(call: Call, worker_id: str) -> None:
    """Close all links for choosing a new password of this worker."""
    call.db.execute(
        update(links)
        .where(links.c.worker_id == worker_id, links.c.kind == RESET)
        .values(uses_left=0)
    )


def forget_email(call: Call, email: str) -> int:
    """Erase the e-mail address from the invitations sent to it; return how many there were."""
    result: CursorResult[tuple[()]] = call.db.execute(
        update(links).where(links.c.email == email).values(email=None)
    )
    return result.rowcount


def _query_links() -> Any:
    return select(*[links.c[field] for field in Link._fields])


def _read_link(row: Any) -> Link:
    values = row._asdict()
    values["panel"] = json.loads(row.panel) if row.panel else None
    return Link(**values)


def _compute_hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
