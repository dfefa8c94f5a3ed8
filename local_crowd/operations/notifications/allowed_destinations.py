"""Notification destinations that the operator has allowed while the server runs."""

import hashlib

from sqlalchemy import delete, select

from local_crowd.operations.call import Call
from local_crowd.store.inserts import insert_new
from local_crowd.store.tables import settings

PREFIX = "destination "


def list_allowed(call: Call) -> list[str]:
    """Return what crowd.json allows, then what was allowed since, sorted."""
    return [*call.destinations, *list_added(call)]


def list_added(call: Call) -> list[str]:
    """Return the destinations, or beginnings of destinations, that were allowed here, sorted."""
    query = select(settings.c.value).where(settings.c.name.startswith(PREFIX, autoescape=True))
    return sorted(str(value) for value in call.db.scalars(query))


def add(call: Call, destination: str) -> None:
    """Allow a destination; allowing it again changes nothing."""
    insert_new(call.db, settings, name=_name(destination), value=destination)


def remove(call: Call, destination: str) -> bool:
    """Withdraw what `add` allowed and return whether it was allowed."""
    this = settings.c.name == _name(destination)
    return bool(call.db.execute(delete(settings).where(this)).rowcount)


def _name(destination: str) -> str:
    # The column holds 64 characters, a destination up to 2,000.
    return PREFIX + hashlib.sha256(destination.encode()).hexdigest()[:48]
