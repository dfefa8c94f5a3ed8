"""Passwords: what may be one, and how one is kept (scrypt, salted; never the password itself)."""

import unicodedata
from functools import cache

from werkzeug.security import check_password_hash, generate_password_hash

METHOD = "scrypt:32768:8:1"  # N, r, p: 32 MB and a twentieth of a second for each try
SHORTEST, LONGEST = 10, 1000  # characters


class NoPassword(ValueError):
    """A text that cannot be a password. The message is for the worker."""


def hashed(password: str) -> str:
    """What is stored of a new password. Raises NoPassword.

    Length is all that is asked for: rules about digits and signs make passwords that are forgotten.
    """
    if len(password) < SHORTEST:
        raise NoPassword(
            f"A password needs at least {SHORTEST} characters. Several words make a good one."
        )
    if len(password) > LONGEST:
        raise NoPassword(f"A password can have at most {LONGEST} characters.")
    return generate_password_hash(_form(password), METHOD)


def is_password(stored: str | None, typed: str) -> bool:
    """Whether `typed` is the password of which `stored` was kept.

    It takes as long when there is none (None): the time tells nobody who has an account.
    """
    right = check_password_hash(stored or _nobodys(METHOD), _form(typed[: LONGEST + 1]))
    return right and stored is not None


@cache
def _nobodys(method: str) -> str:
    return generate_password_hash("", method)


def _form(password: str) -> str:
    """One form for all keyboards (RFC 8265 asks for NFC)."""
    return unicodedata.normalize("NFC", password)
