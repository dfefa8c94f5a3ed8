"""Pseudonyms for worker ids: keyed hashes, which only the key's holder can compute again."""

import hashlib
import hmac
import os
import re
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from amt.errors import Error

KEY_BYTES = 32
KEY = re.compile(rb"[0-9a-f]{64}\s*")
ID_CHARACTERS = 32  # 128 bits of the hash: no two workers will ever share a pseudonym
# An id of at least this length cannot be part of a text by chance, so it is replaced there too.
LONG_ID = 8
# The worker id of a panel's participant is A and the panel's id (local_crowd: docs/people.md), which
# the page may have stored by itself.
PANEL_ID = re.compile("A([0-9A-Z]{16,})")


def create_key(path: str) -> None:
    """Write a new random key to a new file that only its owner can read.

    Raises Error if the file exists: with another key, every pseudonym would change.
    """
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise Error(f"{path}: exists; leave out --new_key to use it, or name a new file") from error
    except OSError as error:
        raise Error(f"{path}: {error.strerror}") from error
    with open(descriptor, "w", encoding="ascii") as file:  # noqa: PTH123 - a descriptor has no path
        file.write(secrets.token_hex(KEY_BYTES) + "\n")
        file.flush()
        os.fsync(file.fileno())


def read_key(path: str) -> bytes:
    """Return the key in a file. Raises Error if it contains none, or if others can read it."""
    try:
        text = Path(path).read_bytes()
        mode = Path(path).stat().st_mode
    except FileNotFoundError as error:
        raise Error(f"{path}: does not exist; add --new_key to create a key") from error
    except OSError as error:
        raise Error(f"{path}: {error.strerror}") from error
    if not KEY.fullmatch(text):
        raise Error(f"{path}: does not contain a key of --new_key, which is 64 hexadecimal digits")
    if mode & 0o077:
        raise Error(f"{path} contains a key that others can read; run chmod 600 {path}")
    return bytes.fromhex(text.decode("ascii"))


class Pseudonyms:
    """The pseudonyms of one key: HMAC-SHA256 (RFC 2104) of the worker id."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def find(self, worker_id: str) -> str:
        """Return a worker's pseudonym: P and 32 hexadecimal digits."""
        digest = hmac.new(self._key, worker_id.encode("utf-8", "surrogatepass"), hashlib.sha256)
        return "P" + digest.hexdigest()[:ID_CHARACTERS]

    def replace(self, result: Mapping[str, Any]) -> dict[str, Any]:
        """Return a line of results with the pseudonym in place of the worker's id.

        Pages can store the id in a field of their own, so it is replaced in every value too.
        """
        return dict(_replace(result, _is_of(result["worker_id"]), self.find(result["worker_id"])))

    def replace_in_text(self, text: str, worker_id: str) -> str:
        """Return `text`, such as the XML of an answer, with the pseudonym for the worker's id."""
        return str(_replace(text, _is_of(worker_id), self.find(worker_id)))


class Numbers(Pseudonyms):
    """Numbers in place of worker ids: W1, W2 and so on, in the order in which they are asked for.

    Unlike a hash, a number says nothing of an id, and without the results nobody can find it.
    """

    def __init__(self) -> None:
        super().__init__(b"")
        self._numbers: dict[str, int] = {}

    def find(self, worker_id: str) -> str:
        """Return the worker's number."""
        return f"W{self._numbers.setdefault(worker_id, len(self._numbers) + 1)}"


def _is_of(worker_id: str) -> re.Pattern[str]:
    """Return the pattern of what names the worker in a text."""
    escaped = re.escape(worker_id)
    if len(worker_id) < LONG_ID:
        return re.compile(rf"\A{escaped}\Z")
    if panel_id := PANEL_ID.fullmatch(worker_id):
        return re.compile(f"{escaped}|{panel_id[1]}", re.IGNORECASE)
    return re.compile(escaped)


def _replace(value: Any, pattern: re.Pattern[str], pseudonym: str) -> Any:
    if isinstance(value, str):
        return pattern.sub(pseudonym, value)
    if isinstance(value, Mapping):
        return {
            pattern.sub(pseudonym, name): _replace(member, pattern, pseudonym)
            for name, member in value.items()
        }
    if isinstance(value, list):
        return [_replace(member, pattern, pseudonym) for member in value]
    return value
