"""The key pairs by which requesters sign their calls.

A signature is an HMAC, so whoever verifies it needs the secret itself: a hash of it would not do.
The secrets are stored as they are, in the site's database, and are as safe as that is: the data
directory is readable by its owner alone (mode 0700).
"""

import secrets
import string
from typing import NamedTuple

from sqlalchemy import Connection, insert, select, update

from local_crowd.operations.call import Call
from local_crowd.operations.errors import ParameterValidationError
from local_crowd.store.tables import requesters

# Amazon's have / and + too; these need no quotes in a shell, an INI file or a URL.
_ALPHABET = string.ascii_letters + string.digits


class KeyPair(NamedTuple):
    """What a requester signs with; both None: the requester cannot call."""

    access_key: str | None
    secret_key: str | None


NO_KEYS = KeyPair(None, None)


class Requester(NamedTuple):
    """A requester as others may see one: without the secret."""

    name: str
    requester_id: str
    access_key: str | None
    created_time: int


def generate_pair(call: Call) -> KeyPair:
    """A pair of Amazon's form: 20 characters and 40 (238 bits).

    The access key begins with LC, never with Amazon's AKIA or ASIA: it is not to be taken for
    one of theirs, by a person or by a secret scanner.
    """
    return KeyPair(call.new_id("LC", 20), "".join(secrets.choice(_ALPHABET) for _ in range(40)))


def create(call: Call, name: str) -> tuple[str, str]:
    """Make a requester with keys: access key and secret key.

    Raises ParameterValidationError for a name that is taken, or is none.
    """
    if find_id(call, name) is not None:
        raise ParameterValidationError(f"There is a requester {name} already.")
    pair = generate_pair(call)
    put(call, name, call.new_id("A", 14), pair)
    return str(pair.access_key), str(pair.secret_key)


def put(call: Call, name: str, requester_id: str, pair: KeyPair) -> None:
    """Give the requester of this name these keys and no others, or make one of this id with them.

    Raises ParameterValidationError for a name that is none.
    """
    done = call.db.execute(
        update(requesters).where(requesters.c.name == name).values(pair._asdict())
    )
    if done.rowcount:
        return
    if not (name.isprintable() and name == name.strip() and 0 < len(name) <= 200):
        raise ParameterValidationError(
            f"{name!r} is not a valid name: use 1 to 200 printable characters, with no space at either end."
        )
    call.db.execute(
        insert(requesters).values(
            requester_id=requester_id, name=name, created_time=call.now, **pair._asdict()
        )
    )


def find_id(call: Call, name: str) -> str | None:
    """The id of the requester of this name, if there is one."""
    return call.db.scalar(select(requesters.c.requester_id).where(requesters.c.name == name))


def list_all(call: Call) -> list[Requester]:
    """All requesters, the oldest first."""
    columns = [requesters.c[field] for field in Requester._fields]
    rows = call.db.execute(select(*columns).order_by(requesters.c.created_time, requesters.c.name))
    return [Requester(*row) for row in rows]


def find_holder(db: Connection, access_key: str) -> tuple[str, str] | None:
    """Whose key this is, and the secret that belongs to it: requester id and secret key."""
    found = db.execute(
        select(requesters.c.requester_id, requesters.c.secret_key).where(
            requesters.c.access_key == access_key
        )
    ).one_or_none()
    return (found.requester_id, found.secret_key) if found else None
