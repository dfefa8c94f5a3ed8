"""When an event is sent again, and what its request has: rules that need no network and no clock."""

import base64
import binascii
import json
from typing import Any, NamedTuple
from urllib.parse import urlencode

from amt.declared.events import Event

FIRST_PAUSE_SECONDS = 15
LONGEST_PAUSE_SECONDS = 7_200
GIVE_UP_SECONDS = 86_400  # the sum of the pauses; time in which nothing runs does not count
PREFIX = "whsec_"


class Request(NamedTuple):
    """The body of a request, and its type."""

    body: bytes
    content_type: str


def find_next_try(failures: int, now: float) -> float | None:
    """Return when an event that failed `failures` times is sent again; None: no more.

    Times are in epoch seconds.
    """
    pauses = [_find_pause(number) for number in range(1, failures + 1)]
    return now + pauses[-1] if sum(pauses) <= GIVE_UP_SECONDS else None


def _find_pause(failures: int) -> int:
    """Return the seconds between a failure and the next attempt."""
    return int(min(LONGEST_PAUSE_SECONDS, FIRST_PAUSE_SECONDS * 2 ** min(failures - 1, 20)))


def is_secret(text: str) -> bool:
    """Return whether a text is a secret of Standard Webhooks: whsec_ and 24 to 64 bytes in base64."""
    if not text.startswith(PREFIX):
        return False
    try:
        return 24 <= len(base64.b64decode(text.removeprefix(PREFIX), validate=True)) <= 64
    except (binascii.Error, ValueError):
        return False


def to_json(event: Event) -> Request:
    """Return the request of an event in our form."""
    document = {"type": event.type, "timestamp": event.timestamp, "data": event.data}
    return Request(json.dumps(document).encode("ascii"), "application/json")


def to_ampcrowd(event: Event, group_id: str) -> Request:
    """Return the request of an event in AMPCrowd's form: the field `data`, with the answers in JSON.

    The value of a label is the label; of an answer, its fields. A row without a label, and `done`,
    have no answers: its receivers expect a value in each.
    """
    answers: list[dict[str, Any]] = []
    value = event.data.get("label" if event.type == "label" else "output")
    if value is not None:
        answers.append({"identifier": event.data["row"], "value": value})
    document = {"group_id": group_id, "answers": answers}
    body = urlencode({"data": json.dumps(document)}).encode("ascii")
    return Request(body, "application/x-www-form-urlencoded")
