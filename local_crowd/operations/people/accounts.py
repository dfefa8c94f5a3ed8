"""Accounts of workers who sign in with a password, which the pages hash."""

import re
import unicodedata
from typing import Any, NamedTuple

from sqlalchemy import Select, delete, select, update
from sqlalchemy.exc import IntegrityError

from local_crowd.operations.call import Call
from local_crowd.operations.errors import WorkerError
from local_crowd.operations.people.invitation_links import forget_email, remove_resets
from local_crowd.operations.people.nicknames import (
    EMPTY,
    MAX_LENGTH,
    InvalidNickname,
    normalize_nickname,
)
from local_crowd.operations.texts import Text
from local_crowd.store.inserts import insert_new
from local_crowd.store.tables import accounts, assignments, messages, workers

EMAIL = re.compile(r"[^@\s\x00-\x20]+@[^@\s\x00-\x20]+\.[^@\s\x00-\x20]+")
MAX_EMAIL_LENGTH = 254  # characters, from RFC 5321
TAKEN = Text(
    "That name or e-mail address is taken. Choose another name or, if you have an account, sign in."
)


class InvalidAccount(WorkerError, ValueError):
    """A name or e-mail address that an account cannot have. The message is for the worker."""


class Account(NamedTuple):
    """An account; `name` is the worker's nickname. A closed one has neither name nor address."""

    worker_id: str
    name: str | None
    email: str | None
    password_hash: str | None
    session_version: int
    created_time: int
    closed_time: int | None


def validate_name(text: str) -> str:
    """Return `text` normalized as an account's name, or raise InvalidAccount."""
    try:
        name = normalize_nickname(text)
    except InvalidNickname as error:
        problem = Text("Type a name first.") if error.text is EMPTY else error.text
        raise InvalidAccount(problem) from error
    if "@" in name:
        raise InvalidAccount(Text("A name cannot contain @. The e-mail address has its own field."))
    if len(_to_key(name)) > MAX_LENGTH * 2:
        raise InvalidAccount(Text("That name is too long. Choose a shorter one."))
    return name


def validate_email(text: str) -> str | None:
    """Return `text` as an e-mail address in lower case, None if blank, or raise InvalidAccount."""
    # Cut before normalizing, which takes quadratic time for some texts.
    email = unicodedata.normalize("NFC", text.strip()[: MAX_EMAIL_LENGTH + 1]).lower()
    if not email:
        return None
    if len(email) > MAX_EMAIL_LENGTH or not email.isprintable() or not EMAIL.fullmatch(email):
        raise InvalidAccount(
            Text(
                "That is not an e-mail address. Leave the field empty if you would rather not give one."
            )
        )
    return email


def create(call: Call, name: str, email: str | None, password_hash: str) -> str:
    """Create a worker with an account and return the worker's id.

    `name` and `email` must be results of `validate_name` and `validate_email`. Raises
    InvalidAccount when either is taken, without saying which; the caller must then roll back.
    """
    worker_id = call.new_id("A", 14)
    inserted = insert_new(
        call.db, workers, worker_id=worker_id, nickname=name, created_time=call.now
    ) and insert_new(
        call.db,
        accounts,
        worker_id=worker_id,
        name_key=_to_key(name),
        email=email,
        password_hash=password_hash,
        session_version=1,
        created_time=call.now,
    )
    if not inserted:
        raise InvalidAccount(TAKEN)
    return worker_id


def find(call: Call, name_or_email: str) -> Account | None:
    """Return the open account with this e-mail address or name, or None."""
    try:
        if "@" in name_or_email:
            is_match = accounts.c.email == validate_email(name_or_email)
        else:
            is_match = accounts.c.name_key == _to_key(validate_name(name_or_email))
    except InvalidAccount:
        return None
    return _fetch(call, _query_accounts().where(is_match, accounts.c.closed_time.is_(None)))


def get(call: Call, worker_id: str) -> Account | None:
    """Return the worker's account, open or closed, or None for a worker who never had one."""
    return _fetch(call, _query_accounts().where(accounts.c.worker_id == worker_id))


def list_all(call: Call) -> list[Account]:
    """List all accounts, oldest first."""
    query = _query_accounts().order_by(accounts.c.created_time, accounts.c.worker_id)
    return [Account(*row) for row in call.db.execute(query)]


def find_session_version(call: Call, worker_id: str) -> int | None:
    """Return the version that the worker's sessions must have, or None if the account is closed."""
    return call.db.scalar(
        select(accounts.c.session_version).where(
            accounts.c.worker_id == worker_id, accounts.c.closed_time.is_(None)
        )
    )


def set_email(call: Call, worker_id: str, email: str | None) -> None:
    """Change or remove the e-mail address, also that of the account's invitation.

    Raises InvalidAccount if another account has the new one.
    """
    account = get(call, worker_id)
    if account and account.email and account.email != email:
        forget_email(call, account.email)
    try:
        with call.db.begin_nested():
            _set_columns(call, worker_id, email=email)
    except IntegrityError as error:
        raise InvalidAccount(Text("Another account has that e-mail address.")) from error


def set_password(call: Call, worker_id: str, password_hash: str) -> int:
    """Set a password, ending all sessions and reset links; return the new session version."""
    _set_columns(call, worker_id, password_hash=password_hash)
    remove_resets(call, worker_id)
    return end_sessions(call, worker_id)


def end_sessions(call: Call, worker_id: str) -> int:
    """End all sessions of the worker and return the version that new sessions must have."""
    _set_columns(call, worker_id, session_version=accounts.c.session_version + 1)
    return find_session_version(call, worker_id) or 0


def close(call: Call, worker_id: str) -> None:
    """Close an account, erasing the worker's personal data and messages.

    Work and payments stay under the worker's id. The caller must first return the worker's accepted
    assignments (worker_actions.return_assignment).
    """
    account = get(call, worker_id)
    if account and account.email:
        forget_email(call, account.email)
    end_sessions(call, worker_id)
    _set_columns(
        call, worker_id, name_key=None, email=None, password_hash=None, closed_time=call.now
    )
    call.db.execute(
        update(workers)
        .where(workers.c.worker_id == worker_id)
        .values(nickname=None, country=None, subdivision=None, adult=None)
    )
    call.db.execute(delete(messages).where(messages.c.worker_id == worker_id))
    remove_resets(call, worker_id)


def list_accepted_assignments(call: Call, worker_id: str) -> list[str]:
    """List the ids of the worker's assignments in progress."""
    query = select(assignments.c.assignment_id).where(
        assignments.c.worker_id == worker_id, assignments.c.status == "Accepted"
    )
    return list(call.db.scalars(query))


def _set_columns(call: Call, worker_id: str, **values: Any) -> None:
    call.db.execute(update(accounts).where(accounts.c.worker_id == worker_id).values(**values))


def _query_accounts() -> Select[Any]:
    columns = [
        workers.c.nickname if field == "name" else accounts.c[field] for field in Account._fields
    ]
    return select(*columns).join(workers, workers.c.worker_id == accounts.c.worker_id)


def _fetch(call: Call, query: Select[Any]) -> Account | None:
    row = call.db.execute(query).one_or_none()
    return Account(*row) if row else None


def _to_key(name: str) -> str:
    """Return the same key for names that differ only in case and width."""
    return unicodedata.normalize("NFKC", name).casefold()
