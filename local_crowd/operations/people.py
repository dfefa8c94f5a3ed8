"""Who is who on a site: requesters and their keys, workers, the site's own secret."""

import secrets

from sqlalchemy import insert, select

from local_crowd.operations.call import Call
from local_crowd.store.tables import requesters, settings, workers

OWNER = "local"  # the requester that the embedded crowd acts for


def requester(call: Call, name: str = OWNER) -> str:
    """The id of the requester of this name, made at the first time."""
    known = call.db.scalar(select(requesters.c.requester_id).where(requesters.c.name == name))
    if known:
        return str(known)
    requester_id = call.new_id("A", 14)
    call.db.execute(
        insert(requesters).values(requester_id=requester_id, name=name, created_time=call.now)
    )
    return requester_id


def worker(call: Call, nickname: str) -> str:
    """The id of the worker of this nickname (the sandbox asks for no more), made if need be."""
    known = call.db.scalar(select(workers.c.worker_id).where(workers.c.nickname == nickname))
    if known:
        return str(known)
    worker_id = call.new_id("A", 14)
    call.db.execute(
        insert(workers).values(worker_id=worker_id, nickname=nickname, created_time=call.now)
    )
    return worker_id


def setting(call: Call, name: str) -> str:
    """A random secret of this site, kept under `name`: the same for every process."""
    known = call.db.scalar(select(settings.c.value).where(settings.c.name == name))
    if known:
        return str(known)
    value = secrets.token_hex(32)
    call.db.execute(insert(settings).values(name=name, value=value))
    return value
