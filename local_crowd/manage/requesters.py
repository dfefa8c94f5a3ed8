"""Requesters and their keys. A pair is good on both sites; a server knows it at once.

Each command may be killed at any moment and run again.
"""

import re
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from getpass import getpass
from pathlib import Path
from typing import Any

from local_crowd.manage.sites import both_sites, writing
from local_crowd.operations import checks
from local_crowd.operations.call import Call
from local_crowd.operations.errors import ParameterValidationError
from local_crowd.operations.money import balance
from local_crowd.operations.people import access_keys, identities, requesters
from local_crowd.operations.people.identities import OWNER

Line = dict[str, Any]


def add_requester(directory: Path, name: str, budget: str | None = None) -> Iterator[Line]:
    """Make a requester: a new name, an id and a pair of keys, the same on both sites.

    `budget`: US dollars it may spend on the live site in all; None: no limit. Raises
    ParameterValidationError for a name that is taken, or is none, and for what is no amount.
    """
    amount = None if budget is None else _cents(budget)
    with both_sites(directory, make=True) as sites, writing(sites) as calls:
        if name == OWNER or all(access_keys.find_id(call, name) for call in calls):
            raise ParameterValidationError(
                f"There is a requester {name} already: new_keys gives it another pair."
            )
        pair = _renew(calls, name)
        for call in calls:
            balance.set_budget(call, access_keys.find_id(call, name), amount)
    yield _for_config(pair)


def set_budget(directory: Path, name: str, dollars: str) -> Iterator[Line]:
    """Let a requester spend so many US dollars on the live site in all, or "none": no limit.

    What was spent before counts. "local" is the embedded crowd's own requester. Raises
    ParameterValidationError for an unknown name, and for what is no amount.
    """
    amount = None if dollars == "none" else _cents(dollars)
    with both_sites(directory) as sites, writing(sites) as calls:
        if name == OWNER:
            for call in calls:
                identities.ensure_requester(call)
        _must_exist(calls, name)
        for call in calls:
            balance.set_budget(call, access_keys.find_id(call, name), amount)
    yield from ()


def _cents(dollars: str) -> int:
    if not re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,2})?", dollars):
        raise ParameterValidationError(f"{dollars!r} is not an amount in US dollars, e.g. 500.00.")
    return checks.parse_dollars("budget", dollars, 0, balance.BOUNDLESS)


def new_keys(directory: Path, name: str) -> Iterator[Line]:
    """Give a requester a new pair in place of the old one.

    "local" is the embedded crowd's own requester: by its keys the HITs that were launched without
    a server are reached through one. Raises ParameterValidationError for an unknown name.
    """
    with both_sites(directory) as sites, writing(sites) as calls:
        if name != OWNER:
            _must_exist(calls, name)
        pair = _renew(calls, name)
    yield _for_config(pair)


def remove_keys(directory: Path, name: str) -> Iterator[Line]:
    """Take a requester's keys and password away. Its HITs stay, and new_keys brings it back.

    Raises ParameterValidationError for an unknown name.
    """
    with both_sites(directory) as sites, writing(sites) as calls:
        _must_exist(calls, name)
        for call in calls:
            if requester_id := access_keys.find_id(call, name):
                access_keys.put(call, name, requester_id, access_keys.NO_KEYS)
                requesters.set_password(call, name, None)
    yield from ()


def set_password(directory: Path, name: str) -> Iterator[Line]:
    """Let a requester sign in to the requester's pages of both sites with a password.

    It is asked for twice, or is the first line of what is piped in. Earlier sessions by password
    end. Raises ParameterValidationError for an unknown name, and for what cannot be a password.
    """
    from local_crowd.pages.people import passwords  # which brings the web framework

    with both_sites(directory) as sites:
        with writing(sites) as calls:
            if name == OWNER:
                for call in calls:
                    identities.ensure_requester(call)
            _must_exist(calls, name)
        typed = _typed_password()  # while nobody waits for it
        try:
            kept = passwords.hashed(typed)
        except passwords.NoPassword as error:
            raise ParameterValidationError(str(error)) from error
        with writing(sites) as calls:
            for call in calls:
                requesters.set_password(call, name, kept)
    yield from ()


def _typed_password() -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    typed = getpass("New password: ")
    if getpass("The same again: ") != typed:
        raise ParameterValidationError("The two passwords differ: nothing has changed.")
    return typed


def list_requesters(directory: Path) -> Iterator[Line]:
    """Every requester and the sites it is known on; "local" has an id of its own on each."""
    found: dict[tuple[str, str, str | None], Line] = {}
    with both_sites(directory) as sites:
        for site in sites:
            with site.reading() as call:
                for one in access_keys.list_all(call):
                    line = found.setdefault(
                        (one.name, one.requester_id, one.access_key),
                        {
                            "name": one.name,
                            "requester_id": one.requester_id,
                            "sites": [],
                            "access_key": one.access_key,
                            "created": datetime.fromtimestamp(one.created_time, UTC).isoformat(),
                        },
                    )
                    line["sites"].append(site.name)
    yield from found.values()


def _renew(calls: list[Call], name: str) -> access_keys.KeyPair:
    """One new pair on both sites; where the requester is missing it is made, with the same id."""
    pair = access_keys.generate_pair(calls[0])
    known = [requester_id for call in calls if (requester_id := access_keys.find_id(call, name))]
    requester_id = known[0] if known else calls[0].new_id("A", 14)
    for call in calls:
        access_keys.put(call, name, requester_id, pair)
    return pair


def _must_exist(calls: list[Call], name: str) -> None:
    if not any(access_keys.find_id(call, name) for call in calls):
        raise ParameterValidationError(
            f"There is no requester {name}: list_requesters names those there are."
        )


def _for_config(pair: access_keys.KeyPair) -> Line:
    return {"aws_access_key": pair.access_key, "aws_secret_key": pair.secret_key}
