"""Limits on attempts to guess a password.

An account allows a burst of attempts, then one attempt per interval; so does an IP address. A count
is one row with the time at which it is empty again (GCRA, a leaky bucket), which all processes
share. Nobody is locked out for good.
"""

import hashlib
import ipaddress
from typing import NamedTuple

from sqlalchemy import delete, or_, select, update

from local_crowd.operations.call import Call
from local_crowd.operations.errors import WorkerError
from local_crowd.operations.texts import Text
from local_crowd.store.inserts import insert_new
from local_crowd.store.tables import attempts


class Limit(NamedTuple):
    """A burst of attempts at once, then one attempt every `interval` seconds."""

    burst: int
    interval: int


# The limit of an account is higher than that of an account and an address together, so guesses from
# one address do not lock out the account's owner at another.
ACCOUNT_AND_ADDRESS = Limit(10, 60)
ACCOUNT = Limit(100, 120)
ADDRESS = Limit(60, 10)


class TooManyAttempts(WorkerError):
    """Too many attempts to sign in; another is possible after `wait` seconds."""

    def __init__(self, wait: int) -> None:
        super().__init__(Text("Too many attempts to sign in. Wait a little, then try again."))
        self.wait = wait


def count_attempt(call: Call, account: str, address: str) -> None:
    """Count an attempt before it is made.

    `account` is the name that was typed, even if no such account exists, or a worker's id;
    `address` is an IP address. Raises TooManyAttempts; the caller must then roll back.
    """
    # Every transaction locks the rows in the same order, so that none can deadlock.
    for key, limit in sorted(_make_keys(account, address).items()):
        insert_new(call.db, attempts, key=key, free_time=call.now)
        full = call.now + (limit.burst - 1) * limit.interval
        free = attempts.c.free_time
        is_match = attempts.c.key == key
        # A count that is empty starts anew, and so does one that exceeds its limit: the clock was
        # set back.
        is_stale = or_(free < call.now, free > full + limit.interval)
        call.db.execute(update(attempts).where(is_match, is_stale).values(free_time=call.now))
        result = call.db.execute(
            update(attempts).where(is_match, free <= full).values(free_time=free + limit.interval)
        )
        if not result.rowcount:
            until = call.db.scalar(select(free).where(is_match)) or call.now
            raise TooManyAttempts(max(1, until - full))


def record_success(call: Call, account: str, address: str) -> None:
    """Record that the counted attempt succeeded.

    Clears the count of the account at this address, and takes the attempt off the other counts.
    """
    for key, limit in sorted(_make_keys(account, address).items()):
        is_match = attempts.c.key == key
        if limit is ACCOUNT_AND_ADDRESS:
            call.db.execute(delete(attempts).where(is_match))
        else:
            earlier = attempts.c.free_time - limit.interval
            call.db.execute(update(attempts).where(is_match).values(free_time=earlier))
    _delete_empty_counts(call)


def clear_account(call: Call, account: str) -> None:
    """Clear the account's own count, as after a new password."""
    call.db.execute(delete(attempts).where(attempts.c.key == _compute_hash("account", account)))


def _delete_empty_counts(call: Call) -> None:
    """Delete the counts that are empty, skipping those that another transaction has locked."""
    empty = (
        select(attempts.c.key)
        .where(attempts.c.free_time < call.now)
        .with_for_update(skip_locked=True)
    )
    call.db.execute(delete(attempts).where(attempts.c.key.in_(empty)))


def _make_keys(account: str, address: str) -> dict[str, Limit]:
    network = _to_network(address)
    return {
        _compute_hash("account", account): ACCOUNT,
        _compute_hash("address", network): ADDRESS,
        _compute_hash("both", account, network): ACCOUNT_AND_ADDRESS,
    }


def _compute_hash(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def _to_network(address: str) -> str:
    """Return the /64 of an IPv6 address, because its owner has all addresses in it."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv6Address) and parsed.ipv4_mapped is None:
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return str(getattr(parsed, "ipv4_mapped", None) or parsed)
