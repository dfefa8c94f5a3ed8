"""Push the events of a batch to its URL, in threads of their own."""

import shlex
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

from amt.declared import events as outcomes
from amt.declared import push_rules
from amt.declared.events import Event, Events
from amt.declared.reading import Declared
from amt.errors import Error
from amt.messages import Say, count_of
from webhooks import signing
from webhooks.errors import DeliveryError
from webhooks.post import post
from webhooks.urls import BadDestinationError, can_be_public, is_allowed, parse_url

AT_ONCE = 4  # requests
END_SECONDS = 30.0  # for what is due at the end of a run that does not wait for all
LOOK_SECONDS = 1.0  # between two looks at what has become due
SECRET_FILE = "push_secret.txt"  # noqa: S105 - a file's name
KEY_COMMAND = (
    "python -c \"import base64, os; print('whsec_' + base64.b64encode(os.urandom(32)).decode())\""
)


class Target(NamedTuple):
    """Where a batch's events go. `secret` signs them; `allowed` are further URLs of config.json.

    `group_id` is there for AMPCrowd's form, and None for ours.
    """

    url: str
    secret: str
    allowed: Sequence[str]
    group_id: str | None


def read_target(
    declared: Declared, allowed: Sequence[str], secret: str | None = None
) -> Target | None:
    """Return where the events of a batch go; None for a batch without `push`.

    `secret` signs them; None: the one in the file that the batch names. Raises Error for a URL that may not get them, and for a secret that is missing or invalid.
    """
    push = declared.file.push
    check_url(declared, allowed)
    if push is None:
        return None
    if secret is None:
        if declared.folder is None:
            raise Error(f"{declared.name}: /push: no file with a secret can be named here")
        secret = _read_secret(declared.folder / (push.secret_file or SECRET_FILE))
    return make_target(declared, secret, allowed)


def make_target(declared: Declared, secret: str, allowed: Sequence[str]) -> Target | None:
    """Return where the events of a batch go, signed with `secret`; None for a batch without `push`."""
    push = declared.file.push
    if push is None:
        return None
    group_id = declared.group_id if push.form == "ampcrowd" else None
    return Target(push.url, secret, allowed, group_id)


def check_url(declared: Declared, allowed: Sequence[str]) -> None:
    """Raise Error for a batch with a URL that may not get events."""
    push = declared.file.push
    if push is None:
        return
    try:
        parts = parse_url(push.url)
    except BadDestinationError as error:
        raise Error(f"{declared.name}: /push/url: is not a valid http or https URL") from error
    is_public = parts.scheme == "https" and can_be_public(parts.hostname or "")
    if not is_public and not is_allowed(push.url, allowed):
        raise Error(
            f"{declared.name}: /push/url: is not an https URL at a public address; to allow it, add it "
            "to push_destinations in config.json"
        )


def _read_secret(path: Path) -> str:
    try:
        secret = path.read_text("ascii").strip()
    except FileNotFoundError as error:
        raise Error(
            f"{path}: is missing; it has the secret that signs pushes; {_describe_making(path)}"
        ) from error
    except OSError as error:
        raise Error(f"{path}: {error.strerror}") from error
    except UnicodeDecodeError:
        secret = ""
    if not push_rules.is_secret(secret):
        raise Error(
            f"{path}: is not whsec_ and a key of 24 to 64 bytes in base64; {_describe_making(path)}"
        )
    return secret


def _describe_making(path: Path) -> str:
    """Return what to type to make the secret, in a shell."""
    return f"make one: (umask 077; {KEY_COMMAND} > {shlex.quote(str(path))})"


class Pushing:
    """Sends what is due, AT_ONCE requests at a time, from `with` on until its block ends.

    A receiver that is slow or down delays nothing else. `say` is called with the first of several
    failures: the next one is said when nothing waited in between. `clock` returns epoch seconds.
    """

    def __init__(
        self,
        events: Events,
        target: Target,
        say: Say,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._events = events
        self._target = target
        self._say = say
        self._clock = clock
        self._changed = threading.Condition()  # guards what follows
        self._due: Iterator[Event] = iter(())
        self._in_flight: set[str] = set()
        self._is_stale = True  # there may be more due than `_due` has
        self._is_ending = False
        self._is_failing = False
        self.delivered = 0
        self._threads = [
            threading.Thread(target=self._run, name=f"push {number}", daemon=True)
            for number in range(AT_ONCE)
        ]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """End the threads. Without an exception, send what is due first, in END_SECONDS at most."""
        try:
            if kind is None:
                self._wait(END_SECONDS, until_all=False)
        finally:
            self.stop()

    def notify(self) -> None:
        """Let new events be sent now."""
        with self._changed:
            self._is_stale = True
            self._changed.notify_all()

    def stop(self) -> None:
        """End the threads now; what they are sending is sent again by the next run."""
        with self._changed:
            self._is_ending = True
            self._changed.notify_all()

    @property
    def is_idle(self) -> bool:
        """Return whether no request is being made, and none is due."""
        with self._changed:
            return not self._in_flight and not self._is_due()

    def wait_for_all(self) -> None:
        """Wait until each event is delivered or dead: for a day, at most, if the receiver is down."""
        self._wait(None, until_all=True)

    def describe(self) -> str:
        """Return a sentence for people: what was delivered, and what was not."""
        waiting, dead = self._events.unsent_count, self._events.dead_count
        words = f"{count_of(self.delivered, 'event')} delivered, {waiting:,} waiting"
        if dead:
            words += f", {dead:,} given up; --push_again sends them again"
        return f"{words}. {self._target.url}"

    def _wait(self, seconds: float | None, *, until_all: bool) -> None:
        end = None if seconds is None else time.monotonic() + seconds
        with self._changed:
            self._is_stale = True
            self._changed.notify_all()
            while not self._is_ending and (end is None or time.monotonic() < end):
                waits = self._events.unsent_count and (until_all or self._is_due())
                # Of what was given up, requests may still be on their way.
                if not waits and not self._in_flight:
                    return
                self._changed.wait(LOOK_SECONDS)

    def _has_news(self) -> bool:
        return self._is_stale or self._is_due()

    def _is_due(self) -> bool:
        next_try = self._events.next_try
        return next_try is not None and next_try <= self._clock()

    def _run(self) -> None:
        """Send one event after the other until the block ends."""
        try:
            while (event := self._take()) is not None:
                status: int | None
                failure: str | None
                try:
                    status, failure = self._send(event), None
                except DeliveryError as error:
                    status, failure = error.status, str(error)
                self._record(event, status, failure)
        except Error as error:  # the events file cannot be written: a full disk
            self._say(str(error))
            with self._changed:
                self._is_ending = True
                self._changed.notify_all()

    def _take(self) -> Event | None:
        """Return the next event that is due, waiting for it; None when the block ends."""
        with self._changed:
            while not self._is_ending:
                if self._events.is_stopped:
                    self._events.give_up(status=outcomes.GONE)
                for event in self._due:
                    if event.id not in self._in_flight:
                        self._in_flight.add(event.id)
                        return event
                if not self._is_stale:
                    self._changed.wait(LOOK_SECONDS)
                    if not self._has_news():
                        continue
                self._is_stale = False
                self._due = self._events.list_unsent(self._clock())
            return None

    def _send(self, event: Event) -> int:
        """Send an event; return the status of the response. Raises DeliveryError."""
        target = self._target
        if target.group_id is None:
            request = push_rules.to_json(event)
        else:
            request = push_rules.to_ampcrowd(event, target.group_id)
        headers = signing.sign(target.secret, event.id, request.body, int(time.time()))
        headers["Content-Type"] = request.content_type
        return post(target.url, request.body, headers, target.allowed)

    def _record(self, event: Event, status: int | None, failure: str | None) -> None:
        """Write the outcome of an attempt. Raises Error for a full disk."""
        details = {} if status is None else {"status": status}
        with self._changed:
            if self._is_ending:
                return
            try:
                if failure is None:
                    self._events.record(event.id, outcomes.DELIVERED, **details)
                    self.delivered += 1
                    self._is_failing = self._is_failing and self._events.unsent_count > 0
                else:
                    self._record_failure(event, status, failure)
            finally:
                self._in_flight.discard(event.id)
                self._changed.notify_all()

    def _record_failure(self, event: Event, status: int | None, failure: str) -> None:
        details = {"error": failure} if status is None else {"status": status}
        next_try = push_rules.find_next_try(event.attempts + 1, self._clock())
        if status == outcomes.GONE:
            if not self._events.is_stopped:
                self._say(
                    f"{self._target.url}: wants no more events of this batch (410); --push_again "
                    "sends them again"
                )
            self._events.record(event.id, outcomes.DEAD, **details)
        elif next_try is None:
            self._events.record(event.id, outcomes.DEAD, **details)
        else:
            self._events.record(event.id, outcomes.FAILED, next_try, **details)
            if not self._is_failing:
                self._say(f"{self._target.url}: not delivered, and sent again later: {failure}")
            self._is_failing = True
