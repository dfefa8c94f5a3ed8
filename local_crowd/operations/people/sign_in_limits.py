"""How often one may guess a password.

An account can be tried so many times at once, then once in a while; the same holds for an address.
A count is one row: the time at which it will be empty again (GCRA, a leaking bucket). So several
processes agree, and nobody is locked out for good: who waits may try again.
"""

import hashlib
import ipaddress
from typing import NamedTuple

from sqlalchemy import delete, or_, select, update

from local_crowd.operations.call import Call
from local_crowd.store.inserts import insert_new
from local_crowd.store.tables import attempts


class Limit(NamedTuple):
    """`burst` attempts at once, then one every `interval` seconds."""

    burst: int
    interval: int


# Guesses from one address keep no one at another address out: the account's own limit is wider.
ACCOUNT_AND_ADDRESS = Limit(10, 60)
ACCOUNT = Limit(100, 120)
ADDRESS = Limit(60, 10)


class TooManyAttempts(Exception):
    """Too many attempts. `wait` says in how many seconds there may be another."""

    def __init__(self, wait: int) -> None:
        super().__init__("Too many attempts to sign in. Wait a little, then try again.")
        self.wait = wait


def count(call: Call, account: str, address: str) -> None:
    """Count an attempt before it is made. Raises TooManyAttempts; then nothing may be committed.

    `account`: whatever was typed or meant, whether or not there is one; `address`: an IP address.
    """
    for key, limit in sorted(_make_keys(account, address).items()):  # one order: no deadlock
        insert_new(call.db, attempts, key=key, free_time=call.now)
        full = call.now + (limit.burst - 1) * limit.interval
        free = attempts.c.free_time
        mine = attempts.c.key == key
        # Emptied meanwhile, or fuller than it can be, since the clock was set back: it starts anew.
        stale = or_(free < call.now, free > full + limit.interval)
        call.db.execute(update(attempts).where(mine, stale).values(free_time=call.now))
        counted = call.db.execute(
            update(attempts).where(mine, free <= full).values(free_time=free + limit.interval)
        )
        if not counted.rowcount:
            until = call.db.scalar(select(free).where(mine)) or call.now
            raise TooManyAttempts(max(1, until - full))


def forgive(call: Call, account: str, address: str) -> None:
    """The attempt succeeded: forget those from this address, give the others theirs back."""
    for key, limit in sorted(_make_keys(account, address).items()):
        mine = attempts.c.key == key
        if limit is ACCOUNT_AND_ADDRESS:
            call.db.execute(delete(attempts).where(mine))
        else:
            less = attempts.c.free_time - limit.interval
            call.db.execute(update(attempts).where(mine).values(free_time=less))
    _sweep(call)


def forget(call: Call, account: str) -> None:
    """The account has a new password: what was tried before no longer counts against it."""
    call.db.execute(delete(attempts).where(attempts.c.key == _hash("account", account)))


def _sweep(call: Call) -> None:
    """Delete the counts that are empty, but for those that somebody is at just now."""
    empty = (
        select(attempts.c.key)
        .where(attempts.c.free_time < call.now)
        .with_for_update(skip_locked=True)
    )
    call.db.execute(delete(attempts).where(attempts.c.key.in_(empty)))


def _make_keys(account: str, address: str) -> dict[str, Limit]:
    network = _to_network(address)
    return {
        _hash("account", account): ACCOUNT,
        _hash("address", network): ADDRESS,
        _hash("both", account, network): ACCOUNT_AND_ADDRESS,
    }


def _hash(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def _to_network(address: str) -> str:
    """An IPv6 address stands for its /64: whoever has one has all of them."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv6Address) and parsed.ipv4_mapped is None:
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return str(getattr(parsed, "ipv4_mapped", None) or parsed)
