"""The context that every operation runs in."""

import secrets
import string
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

Request = Mapping[str, Any]
Response = dict[str, Any]

_ALPHABET = string.ascii_uppercase + string.digits


def random_id(prefix: str = "3", length: int = 30) -> str:
    """Return an unguessable id in Amazon's format: 30 characters of [A-Z0-9], 150 random bits."""
    count = length - len(prefix)
    number = secrets.randbelow(len(_ALPHABET) ** count)
    digits = []
    for _ in range(count):
        number, digit = divmod(number, len(_ALPHABET))
        digits.append(_ALPHABET[digit])
    return prefix + "".join(digits)


@dataclass(frozen=True, slots=True)
class Call:
    """One call: its transaction, its requester, and its time (epoch seconds).

    `requester_id` is empty when a worker calls. `destinations` are the notification destinations
    that crowd.json allows; the database may allow more. `question_bytes` is the limit for questions.
    """

    db: Connection
    now: int
    requester_id: str = ""
    site: str = "sandbox"
    new_id: Callable[..., str] = random_id
    destinations: Sequence[str] = ()
    question_bytes: int = 1_000_000
