"""Requesters and their keys. A key pair is valid on both sites; a running server accepts it at once.

Every command is safe to retry after being killed.
"""

import re
import sys
from collections.abc import Iterator
from getpass import getpass
from pathlib import Path

from local_crowd.manage.commands import NAME, Line, argument, command
from local_crowd.manage.common import format_time
from local_crowd.manage.sites import open_sites, writing
from local_crowd.operations import checks
from local_crowd.operations.call import Call
from local_crowd.operations.errors import ParameterValidationError
from local_crowd.operations.money import balance
from local_crowd.operations.people import access_keys, access_tokens, identities, requesters
from local_crowd.operations.people.identities import OWNER


@command(
    NAME,
    argument(
        "--budget",
        "DOLLARS",
        "total that the requester may spend on the live site; default: no limit",
    ),
)
def add_requester(directory: Path, name: str, budget: str | None = None) -> Iterator[Line]:
    """Create a requester with the same id and keys on both sites.

    `budget`: total US dollars the requester may spend on the live site; None: no limit. Raises
    ParameterValidationError for a name that is taken or invalid, and for an invalid amount.
    """
    amount = None if budget is None else _parse_cents(budget)
    with open_sites(directory, make=True) as sites, writing(sites) as calls:
        if name == OWNER or all(access_keys.find_id(call, name) for call in calls):
            raise ParameterValidationError(
                f"There is already a requester {name}; new_keys gives it new keys."
            )
        pair = _replace_keys(calls, name)
        for call in calls:
            balance.set_budget(call, access_keys.find_id(call, name), amount)
    yield _to_config(pair)


@command(NAME, argument("dollars", "DOLLARS", "amount such as 500.00, or none for no limit"))
def set_budget(directory: Path, name: str, dollars: str) -> Iterator[Line]:
    """Limit what a requester may spend on the live site in total, in US dollars; "none": no limit.

    Earlier spending counts. "local" is the embedded crowd's own requester. Raises
    ParameterValidationError for an unknown name, and for an invalid amount.
    """
    amount = None if dollars == "none" else _parse_cents(dollars)
    with open_sites(directory) as sites, writing(sites) as calls:
        if name == OWNER:
            for call in calls:
                identities.ensure_requester(call)
        _require_requester(calls, name)
        for call in calls:
            balance.set_budget(call, access_keys.find_id(call, name), amount)
    yield from ()


def _parse_cents(dollars: str) -> int:
    if not re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,2})?", dollars):
        raise ParameterValidationError(f"{dollars!r} is not an amount in US dollars, e.g. 500.00.")
    return checks.parse_dollars("budget", dollars, 0, balance.UNLIMITED_BALANCE)


@command(NAME)
def new_keys(directory: Path, name: str) -> Iterator[Line]:
    """Replace a requester's keys.

    "local" is the embedded crowd's own requester: its keys give access, through a server, to the
    HITs that were launched without one. Raises ParameterValidationError for an unknown name.
    """
    with open_sites(directory) as sites, writing(sites) as calls:
        if name != OWNER:
            _require_requester(calls, name)
        pair = _replace_keys(calls, name)
    yield _to_config(pair)


@command(NAME)
def remove_keys(directory: Path, name: str) -> Iterator[Line]:
    """Remove a requester's keys, password and tokens. Its HITs stay; new_keys gives it keys again.

    Raises ParameterValidationError for an unknown name.
    """
    with open_sites(directory) as sites, writing(sites) as calls:
        _require_requester(calls, name)
        for call in calls:
            if requester_id := access_keys.find_id(call, name):
                access_keys.set_keys(call, name, requester_id, access_keys.NO_KEYS)
                requesters.set_password(call, name, None)
                access_tokens.remove_all(call, requester_id)
    yield from ()


@command(NAME)
def set_password(directory: Path, name: str) -> Iterator[Line]:
    """Set the password with which a requester signs in to its pages on both sites.

    The password is asked for twice at a terminal; otherwise it is the first line of stdin. It ends
    the sessions that were opened with an earlier password. Raises ParameterValidationError for an
    unknown name, and for an invalid password.
    """
    from local_crowd.pages.people import passwords  # slow to import: it needs Flask

    with open_sites(directory) as sites:
        with writing(sites) as calls:
            if name == OWNER:
                for call in calls:
                    identities.ensure_requester(call)
            _require_requester(calls, name)
        typed = _ask_password()  # outside the transactions, which would hold the write lock
        try:
            password_hash = passwords.hash_password(typed)
        except passwords.InvalidPassword as error:
            raise ParameterValidationError(str(error)) from error
        with writing(sites) as calls:
            for call in calls:
                requesters.set_password(call, name, password_hash)
    yield from ()


def _ask_password() -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    typed = getpass("New password: ")
    if getpass("New password again: ") != typed:
        raise ParameterValidationError("The two passwords differ; nothing was changed.")
    return typed


@command()
def list_requesters(directory: Path) -> Iterator[Line]:
    """Yield every requester and its sites; "local" has a different id on each site."""
    lines: dict[tuple[str, str, str | None], Line] = {}
    with open_sites(directory) as sites:
        for site in sites:
            with site.reading() as call:
                for row in access_keys.list_all(call):
                    line = lines.setdefault(
                        (row.name, row.requester_id, row.access_key),
                        {
                            "name": row.name,
                            "requester_id": row.requester_id,
                            "sites": [],
                            "access_key": row.access_key,
                            "created": format_time(row.created_time),
                        },
                    )
                    line["sites"].append(site.name)
    yield from lines.values()


def _replace_keys(calls: list[Call], name: str) -> access_keys.KeyPair:
    """Store a new key pair on both sites, creating the requester where it is missing."""
    pair = access_keys.generate_keys(calls[0])
    known = [requester_id for call in calls if (requester_id := access_keys.find_id(call, name))]
    requester_id = known[0] if known else calls[0].new_id("A", 14)
    for call in calls:
        access_keys.set_keys(call, name, requester_id, pair)
    return pair


def _require_requester(calls: list[Call], name: str) -> None:
    if not any(access_keys.find_id(call, name) for call in calls):
        raise ParameterValidationError(
            f"There is no requester {name}; list_requesters shows them all."
        )


def _to_config(pair: access_keys.KeyPair) -> Line:
    return {"aws_access_key": pair.access_key, "aws_secret_key": pair.secret_key}
