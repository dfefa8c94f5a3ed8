"""A job: one batch with something left to do, in steps that any thread may take, one at a time."""

import contextlib
import dataclasses
import threading
import time
import traceback
from dataclasses import dataclass

from amt import connection, error_messages, records
from amt.batches import Batch
from amt.crowd import Crowd
from amt.declared import following, launches, pushing, reading, totals
from amt.declared.documents import Content
from amt.declared.events import Events
from amt.declared.following import Follower
from amt.declared.launches import Prepared
from amt.declared.pushing import Pushing
from amt.declared.reading import Declared
from amt.declared.rounds import Loop
from amt.declared.storing import Storing
from amt.errors import Error
from amt.messages import Say
from batch_server.clients import Clients
from batch_server.settings import Place, Settings

LAUNCH_AT_ONCE = 1000  # HITs of a step, so that no batch keeps others waiting for long
FIRST_RETRY_SECONDS = 30.0  # after a failure, then twice as long each time
LONGEST_RETRY_SECONDS = 1800.0
FIRST_EXPIRED_SECONDS = 0.5  # between rounds of an expired batch, then twice as long each time
SOON_SECONDS = 5.0  # pushes that are due by then keep their threads
LONGEST_WAIT_SECONDS = 30.0


@dataclass(frozen=True)
class Context:
    """What all jobs share."""

    settings: Settings
    clients: Clients
    say: Say


class Job:
    """A batch that is gone on with. `problem` says what stops it for now, if anything does."""

    def __init__(self, place: Place, context: Context, prepared: Prepared | None = None) -> None:
        self.place = place
        self.problem: str | None = None
        self.loop: Loop | None = None
        self.events: Events | None = None
        self.is_launching = False
        self._context = context
        self._prepared = prepared
        self._declared = prepared.declared if prepared else None
        self._reading = threading.Lock()
        self._stack: contextlib.ExitStack | None = None
        self._follower: Follower | None = None
        self._pushing: Pushing | None = None
        self._storing: Storing | None = None
        self._is_in = False  # all answers are in
        self._has_expired = False
        self._expired_pause = FIRST_EXPIRED_SECONDS
        self._failures = 0
        self._said: str | None = None  # the last thing that the loop said

    @property
    def is_delivering(self) -> bool:
        """Return whether all answers are in, and only events are left."""
        return self._is_in

    def read_declared(self) -> Declared:
        """Return the batch file, which is read once. Raises Error for one that cannot be used."""
        with self._reading:
            if self._declared is None:
                self._declared = read_batch_file(self.place, self._crowd)
            return self._declared

    @property
    def _crowd(self) -> Crowd:
        return self._context.clients.get_crowd(self.place.requester)

    def step(self) -> float | None:
        """Do what is to be done now; return the seconds until the next step, None after the last.

        A failure is noted as the problem, and tried again later.
        """
        try:
            pause = self._advance()
        except Exception as error:  # noqa: BLE001 - one batch's failure must not stop others
            return self._note_failure(error)
        self._failures = 0
        self.problem = self._describe_refused()
        return pause

    def close(self) -> None:
        """Let other runs have the batch."""
        stack, self._stack = self._stack, None
        self._follower = self._storing = None
        try:
            self._stop_pushing()
        finally:
            if stack is not None:
                stack.close()
            self.loop = self.events = None

    def _advance(self) -> float | None:
        if self._stack is None:
            self._open()
        if self.loop is not None and not self._is_in:
            pause = self._follow(self.loop)
            self._tend_pushes()
            if not self._is_in:
                return pause
        return self._finish()

    def _open(self) -> None:
        """Claim the batch, and read what it has so far."""
        stack = contextlib.ExitStack()
        try:
            self._is_in = totals.read(self.place.directory) is not None
            if self._is_in:
                batch = Batch(self.place.directory.record)
                stack.enter_context(batch.claim())
                if self.read_declared().file.push is not None:
                    self.events = stack.enter_context(
                        contextlib.closing(Events(self.place.directory.events))
                    )
            else:
                self._open_loop(stack)
        except BaseException:
            stack.close()
            self.loop = self.events = None
            raise
        self._stack = stack

    def _open_loop(self, stack: contextlib.ExitStack) -> None:
        prepared = self._prepared
        if prepared is None:
            declared = self.read_declared()
            batch = Batch(self.place.directory.record)
            check_place(batch, self._crowd)
            prepared = launches.prepare(
                declared, self.place.directory, self._crowd, None, lambda _: None
            )
        client = self._context.clients.connect(self.place.requester)
        self.loop = stack.enter_context(launches.open_loop(prepared, client, self._note))
        self._prepared = None
        self.events = self.loop.work.events
        self.loop.work.listeners.append(self._tend_pushes)
        self._follower = Follower(self.loop)
        self.is_launching = not self.loop.batch.is_complete
        if self._context.settings.store is not None:
            self._storing = stack.enter_context(self._create_storing(self.loop))
            self.loop.work.listeners.append(self._storing.notify)

    def _create_storing(self, loop: Loop) -> Storing:
        url = self._context.settings.store or ""
        return Storing(loop.declared, loop.directory, loop.batch, self._note, url)

    def _follow(self, loop: Loop) -> float:
        """Launch some HITs, or fetch new answers; return the seconds until the next step."""
        if loop.is_expired:
            return self._follow_expired(loop)
        if self.is_launching:
            before = len(loop.batch.ids)
            loop.launch(LAUNCH_AT_ONCE)
            is_stuck = len(loop.batch.ids) == before or loop.declared.file.open_at_most is not None
            self.is_launching = not loop.batch.is_complete and not is_stuck
            return 0.0
        assert self._follower is not None  # noqa: S101 - made with the loop
        self._is_in = self._follower.step().is_done
        return self._follower.pause_seconds

    def _follow_expired(self, loop: Loop) -> float:
        """Expire the HITs that are open, and wait for those who are at work on one."""
        self.is_launching = False
        if not self._has_expired:
            self._has_expired = not loop.expire()
        self._is_in = loop.run_round().is_done
        pause = self._expired_pause
        self._expired_pause = min(pause * 2, following.ROUND_SECONDS)
        return pause

    def _finish(self) -> float | None:
        """Wait until the last event is delivered and the last line stored, then close the batch."""
        self._tend_pushes()
        events = self.events
        unsent = 0 if events is None else events.unsent_count
        if unsent or not (self._storing is None or self._storing.is_current):
            return self._find_pause()
        totals.note_pushes(self.place.directory, events)
        self._note("done")
        self.close()
        return None

    def _find_pause(self) -> float:
        next_try = None if self.events is None else self.events.next_try
        wait = 0.0 if next_try is None else next_try - time.time()
        return min(max(wait, following.LONGEST_PAUSE_SECONDS), LONGEST_WAIT_SECONDS)

    def _tend_pushes(self) -> None:
        """Have threads that push while something is due soon, and none otherwise."""
        events = self.events
        if events is None:
            return
        next_try = events.next_try
        is_due = next_try is not None and next_try <= time.time() + SOON_SECONDS
        if self._pushing is not None:
            self._pushing.notify()
            if not is_due and self._pushing.is_idle:
                self._stop_pushing()
        elif is_due and (target := self._make_target()) is not None:
            self._pushing = Pushing(events, target, self._note)
            self._pushing.__enter__()

    def _make_target(self) -> pushing.Target | None:
        settings = self._context.settings
        secret = self._context.clients.read_secret(self.place.requester)
        allowed = settings.crowd.settings["push_destinations"]
        return pushing.make_target(self.read_declared(), secret, allowed)

    def _stop_pushing(self) -> None:
        ended, self._pushing = self._pushing, None
        if ended is not None:
            ended.stop()

    def _describe_refused(self) -> str | None:
        refused = self.loop.refused if self.loop is not None else 0
        return self._said if refused else None

    def _note(self, words: str) -> None:
        self._said = words
        self._context.say(f"{self.place.requester}/{self.place.id}: {words}")

    def _note_failure(self, error: Exception) -> float:
        if connection.is_outage(error):
            words = f"{connection.describe_error(error)}; waiting until it responds"
            if self.problem != words:
                self._note(words)
            self.problem = words
            return following.POLL_SECONDS
        message = error_messages.describe_error(error)
        if message is None:
            self._context.say(traceback.format_exc())
            message = f"an internal error, {type(error).__name__}; the server's log has more"
        if self.problem != message:
            self._note(message)
        self.problem = message
        with contextlib.suppress(Error, OSError):  # a full disk
            self.close()
        self._failures += 1
        doubled = FIRST_RETRY_SECONDS * float(2 ** min(self._failures - 1, 10))
        return min(doubled, LONGEST_RETRY_SECONDS)


def read_batch_file(place: Place, crowd: Crowd) -> Declared:
    """Return the batch file of a directory, without its text, which nobody needs again."""
    path = place.directory.batch_file
    content = reading.read_content(path)
    directories = crowd.settings["template_directories"]
    return dataclasses.replace(
        reading.parse(content, str(path), None, directories), content=Content([])
    )


def check_place(batch: Batch, crowd: Crowd) -> None:
    """Raise Error for a batch that was begun on another crowd or site than the server's."""
    if not batch.header:
        return
    name, is_live = records.follow_record(batch, crowd.name, crowd.live or None)
    if is_live is not crowd.live:
        raise Error(f"{batch.path}: this batch is on the {batch.header['site']} site of {name}")
    records.refuse_other_place(batch, crowd)
