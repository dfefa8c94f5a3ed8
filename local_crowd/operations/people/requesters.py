"""Requesters who sign in to pages, with their key pair or with a name and a password.

The pages hash the passwords.
"""

from typing import NamedTuple

from sqlalchemy import ColumnElement, select, update

from local_crowd.operations.call import Call
from local_crowd.store.tables import requesters


class Access(NamedTuple):
    """A requester's credentials, which must never be shown."""

    requester_id: str
    name: str
    access_key: str | None
    secret_key: str | None
    password_hash: str | None


def find_by_access_key(call: Call, access_key: str) -> Access | None:
    """Return the credentials of the requester with this access key, or None."""
    return _fetch(call, requesters.c.access_key == access_key)


def find_by_name(call: Call, name: str) -> Access | None:
    """Return the credentials of the requester with this name, or None."""
    return _fetch(call, requesters.c.name == name)


def find_by_id(call: Call, requester_id: str) -> Access | None:
    """Return the credentials of the requester with this id, or None."""
    return _fetch(call, requesters.c.requester_id == requester_id)


def set_password(call: Call, name: str, password_hash: str | None) -> None:
    """Set the password of the requester with this name; None means no sign-in by password."""
    is_match = requesters.c.name == name
    call.db.execute(update(requesters).where(is_match).values(password_hash=password_hash))


def _fetch(call: Call, is_match: ColumnElement[bool]) -> Access | None:
    query = select(*(requesters.c[field] for field in Access._fields)).where(is_match)
    row = call.db.execute(query).one_or_none()
    return Access(*row) if row else None
