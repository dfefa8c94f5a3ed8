"""Notification destinations that the operator has allowed while the server runs."""

import hashlib

from sqlalchemy import delete, select

from local_crowd.operations.call import Call
from local_crowd.store.inserts import insert_new
from local_crowd.store.tables import settings

PREFIX = "destination "


def list_allowed(call: Call) -> list[str]:
    """List the destinations that crowd.json allows, then those added since, sorted."""
    return [*call.destinations, *list_added(call)]


def list_added(call: Call) -> list[str]:
    """List the destinations and prefixes of destinations that `add` has allowed, sorted."""
    query = select(settings.c.value).where(settings.c.name.startswith(PREFIX, autoescape=True))
    return sorted(str(value) for value in call.db.scalars(query))


def add(call: Call, destination: str) -> None:
    """Allow a destination; allowing it again changes nothing."""
    insert_new(call.db, settings, name=_make_name(destination), value=destination)


def remove(call: Call, destination: str) -> bool:
    """Remove a destination that `add` has allowed, and return whether it was allowed."""
    is_match = settings.c.name == _make_name(destination)
    return bool(call.db.execute(delete(settings).where(is_match)).rowcount)


def _make_name(destination: str) -> str:
    # The column holds 64 characters, a destination up to 2,000.
    return PREFIX + hashlib.sha256(destination.encode()).hexdigest()[:48]
