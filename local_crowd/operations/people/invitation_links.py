"""Links that let somebody in: to an account, to a panel's HITs, to choosing a new password.

A link's address ends in a token of about 150 bits. The token is shown once and stored as a hash: who
can read the database cannot use its links.
"""

import hashlib
import json
from typing import Any, NamedTuple

from sqlalchemy import insert, or_, select, update

from local_crowd.operations.call import Call
from local_crowd.operations.errors import NotPossible, ParameterValidationError
from local_crowd.store.tables import links

ACCOUNT, PANEL, RESET = "account", "panel", "reset"
GONE = (
    "It may have been used before, or its time is over, or it was not copied whole. "
    "Ask whoever sent it to you for another."
)


class Link(NamedTuple):
    """A link, without the token. None in `uses_left` and `expires_time` means: no limit."""

    link_id: str
    kind: str
    uses_left: int | None
    expires_time: int | None
    email: str | None
    worker_id: str | None
    panel: dict[str, Any] | None
    created_time: int

    def is_open(self, now: int) -> bool:
        """Whether it lets anybody in at `now`."""
        return self.uses_left != 0 and (self.expires_time is None or now < self.expires_time)


def make(
    call: Call,
    kind: str,
    *,
    uses: int | None = 1,
    lifetime: int | None = None,
    email: str | None = None,
    worker_id: str | None = None,
    panel: dict[str, Any] | None = None,
) -> tuple[str, str]:
    """Make a link: its id and its token. `lifetime` in seconds."""
    link_id, token = call.new_id("L", 14), call.new_id("L", 30)
    call.db.execute(
        insert(links).values(
            link_id=link_id,
            kind=kind,
            token_hash=_hash(token),
            uses_left=uses,
            expires_time=None if lifetime is None else call.now + lifetime,
            email=email,
            worker_id=worker_id,
            panel=None if panel is None else json.dumps(panel),
            created_time=call.now,
        )
    )
    return link_id, token


def find(call: Call, token: str, *kinds: str) -> Link:
    """The link of this token, open or not. Raises NotPossible("gone") for none of these kinds."""
    mine = links.c.token_hash == _hash(token)
    row = call.db.execute(_query_links().where(mine, links.c.kind.in_(kinds))).one_or_none()
    if row is None:
        raise NotPossible("gone", GONE)
    return _read_link(row)


def find_open(call: Call, token: str, *kinds: str) -> Link:
    """As `find`, and NotPossible("gone") also for one that lets nobody in any more."""
    link = find(call, token, *kinds)
    if not link.is_open(call.now):
        raise NotPossible("gone", GONE)
    return link


def use(call: Call, link_id: str) -> None:
    """Use the link once: condition and change are one statement, so that one of two wins.

    Raises NotPossible("gone"); then nothing may be committed.
    """
    used = call.db.execute(
        update(links)
        .where(
            links.c.link_id == link_id,
            or_(links.c.uses_left.is_(None), links.c.uses_left > 0),
            or_(links.c.expires_time.is_(None), links.c.expires_time > call.now),
        )
        .values(uses_left=links.c.uses_left - 1)  # none less one is none
    )
    if not used.rowcount:
        raise NotPossible("gone", GONE)


def get(call: Call, link_id: str) -> Link:
    """The link of this id. Raises ParameterValidationError."""
    row = call.db.execute(_query_links().where(links.c.link_id == link_id)).one_or_none()
    if row is None:
        raise ParameterValidationError(
            f"There is no link {link_id}: list_links names those there are."
        )
    return _read_link(row)


def list_all(call: Call) -> list[Link]:
    """All links that were made for others, the oldest first."""
    query = (
        _query_links().where(links.c.kind != RESET).order_by(links.c.created_time, links.c.link_id)
    )
    return [_read_link(row) for row in call.db.execute(query)]


def remove(call: Call, link_id: str) -> None:
    """Let nobody in by this link any more. Those whom it let in before stay."""
    call.db.execute(update(links).where(links.c.link_id == link_id).values(uses_left=0))


def remove_resets(call: Call, worker_id: str) -> None:
    """Let nobody choose this worker's password by a link that was made before."""
    call.db.execute(
        update(links)
        .where(links.c.worker_id == worker_id, links.c.kind == RESET)
        .values(uses_left=0)
    )


def forget_email(call: Call, email: str) -> None:
    """Keep no more that somebody was invited at this address."""
    call.db.execute(update(links).where(links.c.email == email).values(email=None))


def _query_links() -> Any:
    return select(*[links.c[field] for field in Link._fields])


def _read_link(row: Any) -> Link:
    values = row._asdict()
    values["panel"] = json.loads(row.panel) if row.panel else None
    return Link(**values)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
