"""Requesters who sign in to pages: with their key pair, or with a name and a password.

How a password is hashed is the pages' matter.
"""

from typing import NamedTuple

from sqlalchemy import ColumnElement, select, update

from local_crowd.operations.call import Call
from local_crowd.store.tables import requesters


class Access(NamedTuple):
    """What lets a requester in: never to be shown."""

    requester_id: str
    name: str
    access_key: str | None
    secret_key: str | None
    password_hash: str | None


def find_by_access_key(call: Call, access_key: str) -> Access | None:
    """Whose key this is."""
    return _fetch(call, requesters.c.access_key == access_key)


def find_by_name(call: Call, name: str) -> Access | None:
    """The requester of this name."""
    return _fetch(call, requesters.c.name == name)


def find_by_id(call: Call, requester_id: str) -> Access | None:
    """The requester of this id."""
    return _fetch(call, requesters.c.requester_id == requester_id)


def set_password(call: Call, name: str, password_hash: str | None) -> None:
    """Let the requester of this name in with another password from now on; None: with none."""
    this = requesters.c.name == name
    call.db.execute(update(requesters).where(this).values(password_hash=password_hash))


def _fetch(call: Call, this: ColumnElement[bool]) -> Access | None:
    query = select(*(requesters.c[field] for field in Access._fields)).where(this)
    row = call.db.execute(query).one_or_none()
    return Access(*row) if row else None
