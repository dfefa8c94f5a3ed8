"""What can be done with batches, for a caller whose name is known. HTTP is not known here."""

import contextlib
import json
import secrets
import threading
from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

from amt import connection, error_messages
from amt.crowd import strip_slash
from amt.declared import ampcrowd, directories, launches, pushing, reading, tasks, totals
from amt.declared.documents import Content
from amt.declared.launches import Prepared
from amt.declared.reading import Declared
from amt.errors import Error
from amt.messages import Say
from amt.records import sync_folder
from batch_server import summaries
from batch_server.clients import Clients
from batch_server.jobs import Context, Job
from batch_server.pages import explain_damage
from batch_server.problems import (
    CONFLICT,
    INVALID,
    NO_FUNDS,
    NOT_FOUND,
    TOO_EXPENSIVE,
    TOO_MANY,
    UNAVAILABLE,
    Fault,
    Kind,
    ProblemError,
    parse_faults,
)
from batch_server.runner import Runner
from batch_server.settings import (
    Place,
    Settings,
    find_place,
    is_batch,
    list_all_places,
    list_folders,
    list_places,
)
from batch_server.views import BatchView, ExpireView, TaskList, TaskView
from formats import json_text

NAME = "the batch"  # what messages of amt call a body
UNFINISHED = 100  # of a requester
MOST_ROWS = 200_000
MOST_CONTEXT_BYTES = 500_000_000  # all HITs are rendered before the response
LARGE_BYTES = 1_000_000
LARGE_AT_ONCE = 2  # large bodies that are checked at the same time
LOCK_SECONDS = 10.0
LOCKS = 64  # for making batches; equal ids share one


class Sent(NamedTuple):
    """A batch that was sent, and whether it is new."""

    view: BatchView
    is_new: bool


class Service:
    """The batches of a directory, and the threads that go on with them."""

    def __init__(self, settings: Settings, say: Say) -> None:
        self.settings = settings
        self.runner = Runner()
        self.clients = Clients(settings.crowd)
        self._context = Context(settings, self.clients, say)
        self._locks = [threading.Lock() for _ in range(LOCKS)]
        self._names: dict[tuple[str, str], bool] = {}  # whether a batch names its workers
        self._large = threading.BoundedSemaphore(LARGE_AT_ONCE)

    def start(self) -> None:
        """Go on with every batch that is not finished."""
        for folder in list_folders(self.settings.directory):
            directories.remove_unmade(folder)
        for place in list_all_places(self.settings.directory):
            if not is_finished(place):
                self.runner.add(Job(place, self._context))
        self.runner.start()

    def send(self, requester: str, batch_id: str | None, content: Content) -> Sent:
        """Make a batch unless it is there. `batch_id`: that of the address, if it has one.

        Raises ProblemError with every fault of the content.
        """
        is_large = content.size > LARGE_BYTES
        with _take(self._large) if is_large else contextlib.nullcontext():
            declared = self._parse(batch_id, content)
            place = find_place(self.settings.directory, requester, declared.file.id)
            if place is None:
                raise ProblemError(INVALID, "The requester's name is too long for a folder.")
            with _take(self._locks[hash((requester, place.id)) % LOCKS]):
                is_new = not place.directory.path.exists()
                job: Job | None
                if is_new:
                    job = self._make(place, declared)
                else:
                    _check_same(place, declared)
                    job = self._find_job(place)
        view = self._describe(place, job)
        return Sent(view.model_copy(update={"notes": list(declared.notes)}), is_new)

    def find(self, requester: str, batch_id: str) -> Place:
        """Return where a requester's batch is. Raises ProblemError when there is none."""
        place = find_place(self.settings.directory, requester, batch_id)
        if place is None or not is_batch(place):
            raise ProblemError(NOT_FOUND, "You have no batch with this id.")
        return place

    def describe(self, place: Place) -> BatchView:
        """Return where a batch is."""
        return self._describe(place, self._find_job(place))

    def list_batches(self, requester: str, after: str, limit: int) -> tuple[list[BatchView], bool]:
        """Return at most `limit` batches with ids behind `after`, and whether there are more."""
        places = [
            place for place in list_places(self.settings.directory, requester) if place.id > after
        ]
        return [self.describe(place) for place in places[:limit]], len(places) > limit

    def expire(self, place: Place) -> ExpireView:
        """Have no more HITs launched, and those that are open expired at the next step."""
        job = self._find_job(place)
        if job is not None:
            place.directory.expired.touch()
            sync_folder(place.directory.path)
            self.runner.wake(job)
        return ExpireView(id=place.id, expired=place.directory.expired.exists())

    def names_workers(self, place: Place) -> bool:
        """Return whether a batch tells workers' ids, not pseudonyms. Raises Error for a damaged file."""
        if place.directory.worker_key.exists():
            return False
        key = (place.requester, place.id)
        if key not in self._names:
            with (
                explain_damage(place.directory.batch_file),
                place.directory.batch_file.open(encoding="utf-8-sig") as file,
            ):
                push = json_text.parse(file.read()).get("push") or {}
                self._names[key] = push.get("workers") is True
        return self._names[key]

    def list_tasks(self) -> TaskList:
        """Return the task types."""
        found = tasks.list_types(self._template_directories)
        return TaskList(
            tasks=[TaskView(name=task.name, description=task.description) for task in found]
        )

    def close(self) -> bool:
        """End the threads; return whether their steps ended in time."""
        return self.runner.close()

    @property
    def _template_directories(self) -> list[str]:
        return list(self.settings.crowd.settings["template_directories"])

    def _parse(self, batch_id: str | None, content: Content) -> Declared:
        default_id = batch_id or f"batch-{secrets.token_hex(6)}"
        with _as_invalid():
            declared = reading.parse(content, NAME, None, self._template_directories, default_id)
        faults = list(self._find_faults(declared, batch_id))
        if faults:
            raise ProblemError(INVALID, "The batch is not one for this server.", faults)
        with _as_invalid():
            pushing.check_url(declared, self.settings.crowd.settings["push_destinations"])
        return declared

    def _find_faults(self, declared: Declared, batch_id: str | None) -> Iterator[Fault]:
        """Yield what a batch file may say, and a body may not."""
        file, crowd = declared.file, self.settings.crowd
        names = ampcrowd.NAMES if ampcrowd.is_document(declared.document) else {}
        if batch_id is not None and file.id != batch_id:
            yield Fault(names.get("/id", "/id"), f"is {file.id}, and {batch_id} in the address")
        if file.crowd is not None and strip_slash(file.crowd) != crowd.name:
            yield Fault("/crowd", f"is {file.crowd}; this server uses {crowd.name}")
        site = "live" if crowd.live else "sandbox"
        if file.site is not None and file.site != site:
            yield Fault(names.get("/site", "/site"), f"is {file.site}; this server uses the {site}")
        if file.store is not None:
            yield Fault("/store", "a body can name no database; the server's is that of --store")
        if file.push is not None and file.push.secret_file is not None:
            yield Fault("/push/secret_file", "a body can name no file; your own secret signs")
        rows = len(declared.rows)
        if rows > MOST_ROWS:
            path = names.get("/rows", "/rows")
            yield Fault(path, f"has {rows:,} rows; at most {MOST_ROWS:,} are taken in a batch")
        hits = -(-rows // file.rows_per_hit)
        shown = hits * len(json.dumps(file.context))
        if shown > MOST_CONTEXT_BYTES:
            yield Fault(
                names.get("/context", "/context"),
                f"has {shown // hits:,} bytes, which each of {hits:,} HITs shows; in all at most "
                f"{MOST_CONTEXT_BYTES:,} are taken",
            )

    def _make(self, place: Place, declared: Declared) -> Job:
        """Check everything, make the directory, and let the runner launch."""
        unfinished = self.runner.count(place.requester)
        if unfinished >= UNFINISHED:
            raise ProblemError(
                TOO_MANY,
                f"You have {unfinished} batches that are not finished.",
                headers={"Retry-After": "60"},
            )
        crowd = self.clients.get_crowd(place.requester)
        with _as_invalid():
            prepared = launches.prepare(declared, place.directory, crowd, None, lambda _: None)
        self._check_cost(prepared)
        try:
            directories.create(place.directory, declared)
        except Error:
            if place.directory.path.exists():  # run_batch.py was quicker
                _check_same(place, declared)
            raise
        self._context.say(f"{place.requester}/{place.id}: new, at most ${prepared.cost:,}")
        return self.runner.add(Job(place, self._context, prepared))

    def _check_cost(self, prepared: Prepared) -> None:
        cost, most = prepared.cost or Decimal(0), self.settings.max_cost
        if most is not None and cost > most:
            raise ProblemError(
                TOO_EXPENSIVE,
                f"The batch can cost ${cost:,}; at most ${most:,.2f} is allowed here.",
            )
        if not prepared.crowd.live:
            return
        try:
            client = self.clients.connect(prepared.crowd.requester)
            launches.require_funds(prepared, client)
        except Error as error:
            raise ProblemError(NO_FUNDS, str(error)) from error
        except Exception as error:
            if not connection.is_outage(error):
                raise
            detail = f"The crowd does not respond: {connection.describe_error(error)}"
            raise ProblemError(UNAVAILABLE, detail, headers={"Retry-After": "10"}) from error

    def _find_job(self, place: Place) -> Job | None:
        """Return the job of a batch, taking on one that another script began; None if it is done."""
        job = self.runner.find(place.requester, place.id)
        if job is not None or is_finished(place):
            return job
        return self.runner.add(Job(place, self._context))

    def _describe(self, place: Place, job: Job | None) -> BatchView:
        """Return where a batch is. Files that cannot be used are its problem, and no other batch's."""
        crowd = self.clients.get_crowd(place.requester)
        try:
            done = totals.read(place.directory) if job is None else None
            if job is None and done is not None:
                return summaries.describe_finished(place, crowd, done)
            return summaries.describe_job(job or Job(place, self._context), crowd)
        except (Error, OSError) as error:
            problem = job.problem if job is not None else None
            return summaries.describe_unusable(
                place, crowd, problem or str(error_messages.describe_error(error))
            )


def is_finished(place: Place) -> bool:
    """Return whether nothing is left to do for a batch, as far as its totals say."""
    try:
        done = totals.read(place.directory)
    except Error:
        return False  # its job reports it
    return done is not None and not done["unsent"]


def _check_same(place: Place, declared: Declared) -> None:
    """Raise ProblemError with the places that differ, unless the directory has the same content."""
    try:
        paths = directories.list_conflicts(place.directory, declared)
    except Error as error:
        raise ProblemError(CONFLICT, "There is something else with this id.") from error
    if paths:
        raise ProblemError(
            CONFLICT,
            f"Another batch has the id {place.id}; give yours another id.",
            [Fault(path, "differs") for path in paths[:1000]],
        )


@contextlib.contextmanager
def _take(lock: "threading.Lock | threading.BoundedSemaphore") -> Iterator[None]:
    """Hold a lock. Raises ProblemError when it is not free for long: each that waits keeps a thread."""
    if not lock.acquire(timeout=LOCK_SECONDS):
        raise ProblemError(
            TOO_MANY, "Other batches are being checked.", headers={"Retry-After": "10"}
        )
    try:
        yield
    finally:
        lock.release()


@contextlib.contextmanager
def _as_invalid(kind: Kind = INVALID) -> Iterator[None]:
    """Turn an Error of amt into a problem with its faults."""
    try:
        yield
    except Error as error:
        raise ProblemError(
            kind, "The batch is not valid.", parse_faults(str(error), NAME)
        ) from error
