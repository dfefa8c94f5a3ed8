"""Accounts: workers who sign in with a password. How a password is hashed is the pages' matter."""

import re
import unicodedata
from typing import Any, NamedTuple

from sqlalchemy import Select, delete, select, update
from sqlalchemy.exc import IntegrityError

from local_crowd.operations.call import Call
from local_crowd.operations.people.invitation_links import forget_email, remove_resets
from local_crowd.operations.people.nicknames import LONGEST, InvalidNickname, normalize_nickname
from local_crowd.store.inserts import insert_new
from local_crowd.store.tables import accounts, assignments, messages, workers

EMAIL = re.compile(r"[^@\s\x00-\x20]+@[^@\s\x00-\x20]+\.[^@\s\x00-\x20]+")
LONGEST_EMAIL = 254  # characters, as RFC 5321 has it
TAKEN = (
    "That name or e-mail address is taken. Choose another name; or, if you have an account, "
    "sign in to it."
)


class InvalidAccount(ValueError):
    """What was typed cannot be an account's. The message is for the worker."""


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
    """`text` as an account's name. Raises InvalidAccount for what is none."""
    try:
        name = normalize_nickname(text)
    except InvalidNickname as error:
        raise InvalidAccount(str(error).replace("a nickname", "a name")) from error
    if "@" in name:
        raise InvalidAccount("A name has no @ in it. The e-mail address has its own field.")
    if len(_to_key(name)) > LONGEST * 2:
        raise InvalidAccount("That name is too long when it is written out.")
    return name


def validate_email(text: str) -> str | None:
    """`text` as an e-mail address, in small letters; none for nothing. Raises InvalidAccount."""
    # Cut before it is normalized: that takes time squared of a long text.
    email = unicodedata.normalize("NFC", text.strip()[: LONGEST_EMAIL + 1]).lower()
    if not email:
        return None
    if len(email) > LONGEST_EMAIL or not email.isprintable() or not EMAIL.fullmatch(email):
        raise InvalidAccount(
            "That is not an e-mail address. Leave it empty if you would rather not say."
        )
    return email


def create(call: Call, name: str, email: str | None, password_hash: str) -> str:
    """Make a worker with an account: the worker's id. `name` and `email` as those functions give.

    Raises InvalidAccount when either is taken, without saying which; nothing may then be committed.
    """
    worker_id = call.new_id("A", 14)
    made = insert_new(
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
    if not made:
        raise InvalidAccount(TAKEN)
    return worker_id


def find(call: Call, typed: str) -> Account | None:
    """The open account of this e-mail address or name, if there is one."""
    try:
        if "@" in typed:
            mine = accounts.c.email == validate_email(typed)
        else:
            mine = accounts.c.name_key == _to_key(validate_name(typed))
    except InvalidAccount:
        return None
    return _fetch(call, _query_accounts().where(mine, accounts.c.closed_time.is_(None)))


def get(call: Call, worker_id: str) -> Account | None:
    """The account of this worker, open or closed; none for who never had one."""
    return _fetch(call, _query_accounts().where(accounts.c.worker_id == worker_id))


def list_all(call: Call) -> list[Account]:
    """All accounts, the oldest first."""
    query = _query_accounts().order_by(accounts.c.created_time, accounts.c.worker_id)
    return [Account(*row) for row in call.db.execute(query)]


def find_session_version(call: Call, worker_id: str) -> int | None:
    """What a session of this worker's must bear now; none when the account is closed."""
    return call.db.scalar(
        select(accounts.c.session_version).where(
            accounts.c.worker_id == worker_id, accounts.c.closed_time.is_(None)
        )
    )


def set_email(call: Call, worker_id: str, email: str | None) -> None:
    """Another e-mail address, or none. Raises InvalidAccount when it is another account's."""
    try:
        with call.db.begin_nested():
            _change(call, worker_id, email=email)
    except IntegrityError as error:
        raise InvalidAccount("That e-mail address cannot be yours: it is taken.") from error


def set_password(call: Call, worker_id: str, password_hash: str) -> int:
    """A new password ends every session and every link to choose another: the new version."""
    _change(call, worker_id, password_hash=password_hash)
    remove_resets(call, worker_id)
    return end_sessions(call, worker_id)


def end_sessions(call: Call, worker_id: str) -> int:
    """Sign the worker out wherever they are signed in: the version of sessions from now on."""
    _change(call, worker_id, session_version=accounts.c.session_version + 1)
    return find_session_version(call, worker_id) or 0


def close(call: Call, worker_id: str) -> None:
    """Close an account: erase what says who the worker is, messages too. Work and payments stay,
    under the id.

    What the worker holds has to be returned first (worker_actions.return_assignment).
    """
    account = get(call, worker_id)
    if account and account.email:
        forget_email(call, account.email)
    end_sessions(call, worker_id)
    _change(call, worker_id, name_key=None, email=None, password_hash=None, closed_time=call.now)
    call.db.execute(
        update(workers)
        .where(workers.c.worker_id == worker_id)
        .values(nickname=None, country=None, subdivision=None, adult=None)
    )
    call.db.execute(delete(messages).where(messages.c.worker_id == worker_id))
    remove_resets(call, worker_id)


def list_in_hand(call: Call, worker_id: str) -> list[str]:
    """The ids of the assignments that the worker is at."""
    query = select(assignments.c.assignment_id).where(
        assignments.c.worker_id == worker_id, assignments.c.status == "Accepted"
    )
    return list(call.db.scalars(query))


def _change(call: Call, worker_id: str, **values: Any) -> None:
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
    """One text for all ways to write a name: case and width make no other person."""
    return unicodedata.normalize("NFKC", name).casefold()
