"""Requesters, workers and secrets of a site, each created on first use."""

import secrets

from sqlalchemy import select

from local_crowd.operations.call import Call
from local_crowd.store.inserts import insert_new
from local_crowd.store.tables import requesters, settings, workers

OWNER = "local"  # the requester that the embedded crowd acts for


def ensure_requester(call: Call, name: str = OWNER) -> str:
    """Return the requester's id, creating the requester on first use."""
    requester_id = call.db.scalar(
        select(requesters.c.requester_id).where(requesters.c.name == name)
    )
    if requester_id:
        return str(requester_id)
    insert_new(
        call.db, requesters, requester_id=call.new_id("A", 14), name=name, created_time=call.now
    )
    return ensure_requester(call, name)  # created by this transaction, or by a concurrent one


def ensure_worker(call: Call, nickname: str) -> str:
    """Return the id of the worker with this nickname, creating the worker on first use."""
    worker_id = call.db.scalar(select(workers.c.worker_id).where(workers.c.nickname == nickname))
    if worker_id:
        return str(worker_id)
    insert_new(
        call.db, workers, worker_id=call.new_id("A", 14), nickname=nickname, created_time=call.now
    )
    return ensure_worker(call, nickname)


def ensure_secret(call: Call, name: str) -> str:
    """Return the site's secret called `name`, creating a random one on first use.

    Every process of the site gets the same secret.
    """
    secret = call.db.scalar(select(settings.c.value).where(settings.c.name == name))
    if secret:
        return str(secret)
    insert_new(call.db, settings, name=name, value=secrets.token_hex(32))
    return ensure_secret(call, name)
