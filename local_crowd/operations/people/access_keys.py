"""The key pairs with which requesters sign their calls.

Verifying a signature (an HMAC) needs the secret itself, so the site's database stores it
unencrypted. Only the owner of the data directory can read it (mode 0700).
"""

import secrets
import string
from typing import NamedTuple

from sqlalchemy import Connection, insert, select, update

from local_crowd.operations.call import Call
from local_crowd.operations.errors import ParameterValidationError
from local_crowd.store.tables import requesters

# Without Amazon's / and +, a key needs no quoting in a shell, an INI file or a URL.
_ALPHABET = string.ascii_letters + string.digits


class KeyPair(NamedTuple):
    """A requester's keys; both are None for a requester who cannot call the API."""

    access_key: str | None
    secret_key: str | None


NO_KEYS = KeyPair(None, None)


class Requester(NamedTuple):
    """A requester without the secret key."""

    name: str
    requester_id: str
    access_key: str | None
    created_time: int  # epoch seconds


class KeyHolder(NamedTuple):
    """The requester to whom an access key belongs, with the secret key."""

    requester_id: str
    secret_key: str


def generate_keys(call: Call) -> KeyPair:
    """Generate keys in Amazon's format: 20 and 40 characters, the secret with 238 random bits.

    The access key begins with LC, unlike Amazon's AKIA and ASIA, so that neither people nor secret
    scanners mistake it for one of Amazon's.
    """
    return KeyPair(call.new_id("LC", 20), "".join(secrets.choice(_ALPHABET) for _ in range(40)))


def create(call: Call, name: str) -> KeyPair:
    """Create a requester with new keys and return the keys.

    Raises ParameterValidationError for a name that is taken or not valid.
    """
    if find_id(call, name) is not None:
        raise ParameterValidationError(f"There is a requester {name} already.")
    pair = generate_keys(call)
    set_keys(call, name, call.new_id("A", 14), pair)
    return pair


def set_keys(call: Call, name: str, requester_id: str, pair: KeyPair) -> None:
    """Replace the keys of the requester with this name, creating it with `requester_id` if needed.

    Raises ParameterValidationError for a name that is not valid.
    """
    result = call.db.execute(
        update(requesters).where(requesters.c.name == name).values(pair._asdict())
    )
    if result.rowcount:
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
    """Return the id of the requester with this name, or None."""
    return call.db.scalar(select(requesters.c.requester_id).where(requesters.c.name == name))


def list_all(call: Call) -> list[Requester]:
    """List all requesters, oldest first."""
    columns = [requesters.c[field] for field in Requester._fields]
    rows = call.db.execute(select(*columns).order_by(requesters.c.created_time, requesters.c.name))
    return [Requester(*row) for row in rows]


def find_holder(db: Connection, access_key: str) -> KeyHolder | None:
    """Return the requester to whom the access key belongs, with the secret key, or None."""
    row = db.execute(
        select(requesters.c.requester_id, requesters.c.secret_key).where(
            requesters.c.access_key == access_key
        )
    ).one_or_none()
    return KeyHolder(*row) if row else None
