"""The events file of a batch: what is to be told to a URL, and what became of it.

events.jsonl has a line for each event, in the order in which they happened, and a line for each
attempt to deliver one:

    {"id": "msg_…", "type": "label", "timestamp": "2026-01-31T12:00:00Z", "data": {…}}
    {"of": "msg_…", "outcome": "delivered", "timestamp": "…", "status": 204}

The id is the `webhook-id` of every attempt. It follows from what the event tells of, so an event
that a crash kept from the file is written at the next start, with the same id, and none is written
twice.
"""

import base64
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from amt.answers import format_time
from amt.declared.journals import Journal

DELIVERED = "delivered"  # the receiver accepted it
FAILED = "failed"  # it is tried again at `next_try`
DEAD = "dead"  # it is not tried again, unless somebody asks for it
REVIVED = "revived"  # somebody asked for it
GONE = 410  # the status of a receiver that wants no more
UNSENT = (FAILED, REVIVED)


class Event(NamedTuple):
    """An event: `attempts` failed so far, and it is not tried before `next_try` (epoch seconds)."""

    id: str
    type: str
    timestamp: str
    data: dict[str, Any]
    attempts: int = 0
    next_try: float = 0.0


class _Place(NamedTuple):
    """Where an event is in the file, and what became of it so far."""

    position: int
    attempts: int = 0
    next_try: float = 0.0


class Events:
    """The events of a batch. One process has them; its threads may share them.

    Only those that are not delivered yet are kept in memory, by their positions in the file.
    """

    def __init__(self, path: Path) -> None:
        """Read the file. Raises Error when it is not an events file."""
        self._journal = Journal(path, _is_line)
        self._known: set[bytes] = set()
        self._unsent: dict[str, _Place] = {}
        self._dead: dict[str, _Place] = {}
        self.is_stopped = False  # the receiver wants no more events of this batch
        for position, line in self._journal.read():
            if "of" in line:
                self._note_outcome(line["of"], line["outcome"], line.get("next_try", 0.0))
                self._note_stop(line["outcome"], line.get("status"))
            else:
                self._note_event(line["id"], position)

    def add(self, events: Iterable[tuple[str, str, Mapping[str, Any]]]) -> int:
        """Write events that are not in the file yet, and put them on the disk; return their number.

        Each is its type, what it tells of (see create_id), and its data.
        """
        now = format_time(datetime.now(UTC))
        lines = [
            {"id": event_id, "type": kind, "timestamp": now, "data": data}
            for kind, subject, data in events
            if _to_key(event_id := create_id(kind, subject)) not in self._known
        ]
        if lines:
            for line, position in zip(lines, self._journal.append(lines), strict=True):
                self._note_event(str(line["id"]), position)
            self._journal.sync()
        return len(lines)

    def has(self, kind: str, subject: str) -> bool:
        """Return whether the event is in the file."""
        return _to_key(create_id(kind, subject)) in self._known

    def list_unsent(self, now: float) -> Iterator[Event]:
        """Yield the events that are to be sent at `now` (epoch seconds), oldest first."""
        for event_id in list(self._unsent):
            place = self._unsent.get(event_id)  # None: delivered since the list was made
            if place is not None and place.next_try <= now:
                yield self._read(event_id, place)

    def list_dead(self) -> Iterator[Event]:
        """Yield the events that are not tried again."""
        for event_id, place in list(self._dead.items()):
            yield self._read(event_id, place)

    @property
    def unsent_count(self) -> int:
        """Return how many events wait, whether their time has come or not."""
        return len(self._unsent)

    @property
    def dead_count(self) -> int:
        """Return how many events are not tried again."""
        return len(self._dead)

    @property
    def next_try(self) -> float | None:
        """Return when the next event is to be sent, in epoch seconds; None if none waits."""
        return min((place.next_try for place in list(self._unsent.values())), default=None)

    def record(self, event_id: str, outcome: str, next_try: float = 0.0, **details: Any) -> None:
        """Write the outcome of an attempt: DELIVERED, FAILED, DEAD, or REVIVED.

        `next_try`: of FAILED, in epoch seconds. `details`: what else the line says, such as the
        HTTP status or the error. Call `sync` before the process may end.
        """
        line = {
            "of": event_id,
            "outcome": outcome,
            "timestamp": format_time(datetime.now(UTC)),
            **({"next_try": next_try} if outcome == FAILED else {}),
            **details,
        }
        self._journal.append([line])
        self._note_outcome(event_id, outcome, next_try)
        self._note_stop(outcome, details.get("status"))

    def give_up(self, **details: Any) -> None:
        """Write of each event that waits that it is DEAD."""
        for event_id in list(self._unsent):
            self.record(event_id, DEAD, **details)

    def revive(self) -> int:
        """Let the events that are DEAD be sent again, from their first attempt; return their number."""
        events = list(self._dead)
        for event_id in events:
            self.record(event_id, REVIVED)
        self.sync()
        return len(events)

    def sync(self) -> None:
        """Put the outcomes on the disk."""
        self._journal.sync()

    def close(self) -> None:
        """Put everything on the disk, and close the file."""
        self._journal.sync()
        self._journal.__exit__()

    def _read(self, event_id: str, place: _Place) -> Event:
        line = self._journal.read_at(place.position)
        return Event(
            event_id, line["type"], line["timestamp"], line["data"], place.attempts, place.next_try
        )

    def _note_event(self, event_id: str, position: int) -> None:
        self._known.add(_to_key(event_id))
        self._unsent[event_id] = _Place(position)

    def _note_stop(self, outcome: str, status: Any) -> None:
        if outcome == DEAD and status == GONE:
            self.is_stopped = True
        elif outcome == REVIVED:
            self.is_stopped = False

    def _note_outcome(self, event_id: str, outcome: str, next_try: float) -> None:
        place = self._unsent.pop(event_id, None) or self._dead.pop(event_id, None)
        if place is None:
            return  # delivered already
        if outcome == DEAD:
            self._dead[event_id] = place
        elif outcome == FAILED:
            self._unsent[event_id] = _Place(place.position, place.attempts + 1, next_try)
        elif outcome == REVIVED:
            self._unsent[event_id] = _Place(place.position)


def _is_line(line: Mapping[str, Any]) -> bool:
    """Return whether this is an event, or an outcome of an attempt."""
    if "of" in line:
        is_time = isinstance(line.get("next_try", 0), int | float)
        return isinstance(line["of"], str) and isinstance(line.get("outcome"), str) and is_time
    is_text = all(isinstance(line.get(name), str) for name in ("id", "type", "timestamp"))
    return is_text and isinstance(line.get("data"), dict)


def create_id(kind: str, subject: str) -> str:
    """Return the id of an event, which is the same for the same kind and subject.

    `subject` names what the event tells of, across all batches: batch, assignment, row.
    """
    digest = hashlib.sha256(f"{kind}\n{subject}".encode("utf-8", "surrogatepass")).digest()
    return "msg_" + base64.b32encode(digest[:20]).decode().lower()


def _to_key(event_id: str) -> bytes:
    return hashlib.blake2b(event_id.encode(), digest_size=16).digest()
