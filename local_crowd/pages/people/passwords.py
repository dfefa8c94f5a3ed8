"""Passwords: which are valid, and their salted scrypt hashes."""

import unicodedata
from functools import cache

from werkzeug.security import check_password_hash, generate_password_hash

from local_crowd.operations.errors import WorkerError
from local_crowd.operations.texts import Text

METHOD = "scrypt:32768:8:1"  # N, r, p: 32 MB and 0.05 s per attempt
SHORTEST, LONGEST = 10, 1000  # characters


class InvalidPassword(WorkerError, ValueError):
    """The text is not a valid password; the message is for the worker."""


def hash_password(password: str) -> str:
    """Hash a new password for storage. Raises InvalidPassword if it is too short or too long.

    Only the length is checked: rules about digits and symbols lead to forgotten passwords.
    """
    if len(password) < SHORTEST:
        raise InvalidPassword(
            Text(
                "A password needs at least %(shortest)s characters. Several words make a good one.",
                shortest=SHORTEST,
            )
        )
    if len(password) > LONGEST:
        raise InvalidPassword(
            Text("A password can have at most %(longest)s characters.", longest=str(LONGEST))
        )
    return generate_password_hash(_normalize(password), METHOD)


def is_password(stored: str | None, typed: str) -> bool:
    """Return whether `typed` is the password whose hash is `stored`.

    Without a hash (None) it takes as long, so timing does not reveal who has an account.
    """
    right = check_password_hash(
        stored or _make_dummy_hash(METHOD), _normalize(typed[: LONGEST + 1])
    )
    return right and stored is not None


@cache
def _make_dummy_hash(method: str) -> str:
    return generate_password_hash("", method)


def _normalize(password: str) -> str:
    """Normalize to NFC, as RFC 8265 requires, because keyboards compose accents differently."""
    return unicodedata.normalize("NFC", password)
