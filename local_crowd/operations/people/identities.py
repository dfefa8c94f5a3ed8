"""Who is who on a site: requesters and their keys, workers, the site's own secret."""

import secrets

from sqlalchemy import select

from local_crowd.operations.call import Call
from local_crowd.store.engine import insert_new
from local_crowd.store.tables import requesters, settings, workers

OWNER = "local"  # the requester that the embedded crowd acts for


def ensure_requester(call: Call, name: str = OWNER) -> str:
    """The id of the requester of this name, made at the first time."""
    known = call.db.scalar(select(requesters.c.requester_id).where(requesters.c.name == name))
    if known:
        return str(known)
    insert_new(
        call.db, requesters, requester_id=call.new_id("A", 14), name=name, created_time=call.now
    )
    return ensure_requester(call, name)  # whoever made it


def ensure_worker(call: Call, nickname: str) -> str:
    """The id of the worker of this nickname (the sandbox asks for no more), made if need be."""
    known = call.db.scalar(select(workers.c.worker_id).where(workers.c.nickname == nickname))
    if known:
        return str(known)
    insert_new(
        call.db, workers, worker_id=call.new_id("A", 14), nickname=nickname, created_time=call.now
    )
    return ensure_worker(call, nickname)


def ensure_secret(call: Call, name: str) -> str:
    """A random secret of this site, kept under `name`: the same for every process."""
    known = call.db.scalar(select(settings.c.value).where(settings.c.name == name))
    if known:
        return str(known)
    insert_new(call.db, settings, name=name, value=secrets.token_hex(32))
    return ensure_secret(call, name)
