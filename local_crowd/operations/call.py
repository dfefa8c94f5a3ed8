"""What every operation is given beside its parameters."""

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
    """An id as Amazon makes them, unguessable: 30 of [A-Z0-9], 150 bits."""
    count = length - len(prefix)
    number = secrets.randbelow(len(_ALPHABET) ** count)
    digits = []
    for _ in range(count):
        number, digit = divmod(number, len(_ALPHABET))
        digits.append(_ALPHABET[digit])
    return prefix + "".join(digits)


@dataclass(frozen=True, slots=True)
class Call:
    """One call: the transaction it runs in, who asks, and when (epoch seconds).

    `requester_id` is empty when a worker asks. `destinations` is what crowd.json allows of
    notifications' destinations; more may be allowed in the database.
    """

    db: Connection
    now: int
    requester_id: str = ""
    site: str = "sandbox"
    new_id: Callable[..., str] = random_id
    destinations: Sequence[str] = ()
