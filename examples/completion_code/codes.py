"""Completion codes: one for each assignment, which only who has the secret can compute."""

import base64
import hmac
import os
import secrets
from pathlib import Path

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"  # no 0 and 1, which look like O and I
LENGTH = 10  # characters before the check character: 50 bits, so nobody guesses one


def make_code(secret: bytes, assignment_id: str) -> str:
    """Return the code of an assignment: ten characters of its HMAC, and a check character.

    A code is good for its own assignment only, so it can neither be passed on nor used twice.
    """
    digest = hmac.digest(secret, assignment_id.encode(), "sha256")
    text = base64.b32encode(digest).decode()[:LENGTH]
    return text + find_check_character(text)


def find_check_character(text: str) -> str:
    """Return the character by which the HIT's page finds typing errors, without the secret."""
    total = sum(number * ALPHABET.index(letter) for number, letter in enumerate(text, 1))
    return ALPHABET[total % 31]


def is_code(secret: bytes, assignment_id: str, code: str) -> bool:
    """Return whether `code`, in any case and with any spaces or hyphens, is the assignment's."""
    typed = code.upper().replace("-", "").replace(" ", "")
    return hmac.compare_digest(typed.encode(), make_code(secret, assignment_id).encode())


def read_secret(path: Path, *, create: bool = False) -> bytes:
    """Return the secret in a file; `create` makes a new one, which only its owner can read."""
    if create and not path.exists():
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(descriptor, "w", encoding="ascii") as file:  # noqa: PTH123 - a descriptor has no path
            file.write(secrets.token_hex(32))
    return path.read_bytes().strip()
