"""Access tokens, with which programs act for a requester through serve_batches.py.

A token is shown once and stored as a hash. It belongs to a requester's name and is valid for both
sites, so it is stored once: in the database of the live site, because people delete the sandbox's
to start over.
"""

import hashlib
import hmac
import secrets
from typing import Literal, NamedTuple, get_args

from sqlalchemy import Connection, CursorResult, delete, insert, select

from local_crowd.operations.call import Call
from local_crowd.operations.errors import ParameterValidationError
from local_crowd.store.tables import access_tokens, requesters

May = Literal["launch", "read"]  # launch: send and change batches, and read; read: read only
LAUNCH, READ = get_args(May)
SITE = "live"  # the site whose database has the tokens
PREFIX = "amt_"  # by which people and secret scanners recognize a token
RANDOM_BYTES = 32


class NewToken(NamedTuple):
    """The id of a new token, and the token itself, which is not stored."""

    token_id: str
    token: str


class Token(NamedTuple):
    """A token's row without its hash."""

    token_id: str
    requester: str  # the requester's name
    may: May
    created_time: int  # epoch seconds


class TokenHolder(NamedTuple):
    """The name of the requester to whom a token belongs, and what the token permits."""

    requester: str
    may: May


def create(call: Call, requester_id: str, may: May) -> NewToken:
    """Create a token for the requester."""
    token_id, token = call.new_id("T", 14), PREFIX + secrets.token_urlsafe(RANDOM_BYTES)
    call.db.execute(
        insert(access_tokens).values(
            token_id=token_id,
            token_hash=_compute_hash(token),
            requester_id=requester_id,
            may=may,
            created_time=call.now,
        )
    )
    return NewToken(token_id, token)


def list_all(call: Call) -> list[Token]:
    """List all tokens, oldest first."""
    columns = access_tokens.c
    query = (
        select(columns.token_id, requesters.c.name, columns.may, columns.created_time)
        .join(requesters)
        .order_by(columns.created_time, columns.token_id)
    )
    return [Token(*row) for row in call.db.execute(query)]


def remove(call: Call, token_id: str) -> None:
    """Remove a token. Raises ParameterValidationError for an unknown id."""
    result: CursorResult[tuple[()]] = call.db.execute(
        delete(access_tokens).where(access_tokens.c.token_id == token_id)
    )
    if not result.rowcount:
        raise ParameterValidationError(f"There is no token {token_id}; list_tokens shows them all.")


def remove_all(call: Call, requester_id: str) -> None:
    """Remove all tokens of the requester."""
    call.db.execute(delete(access_tokens).where(access_tokens.c.requester_id == requester_id))


def find_holder(db: Connection, token: str) -> TokenHolder | None:
    """Return to whom the token belongs, or None.

    What the lookup's time tells is about the hash, from which nobody can compute a token.
    """
    token_hash = _compute_hash(token)
    query = (
        select(requesters.c.name, access_tokens.c.may, access_tokens.c.token_hash)
        .join(requesters)
        .where(access_tokens.c.token_hash == token_hash)
    )
    row = db.execute(query).one_or_none()
    if row is None or not hmac.compare_digest(row.token_hash, token_hash):
        return None
    return TokenHolder(row.name, row.may)


def _compute_hash(token: str) -> str:
    # A client can send lone surrogates, as text that was decoded with "surrogateescape" contains.
    return hashlib.sha256(token.encode(errors="surrogatepass")).hexdigest()
