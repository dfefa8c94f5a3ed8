"""The results file: what was collected before, and what has to be fetched again."""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, contextmanager, nullcontext
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, NamedTuple, Self, TextIO

from amt import answers, calls, files, survey
from amt.batches import Batch
from amt.crowd import Crowd
from amt.errors import Error, OutputClosedError
from amt.messages import Say, say_nothing
from amt.survey import HitCounters
from formats.json_text import parse

if TYPE_CHECKING:
    from mypy_boto3_mturk import MTurkClient

Reader = Callable[[HitCounters], list[str]]

BOM = b"\xef\xbb\xbf"
AHEAD = 256  # HITs whose lines are kept in memory until it is their turn
OVERRIDABLE = timedelta(days=30)  # a rejection may be turned into an approval for so long


class Entry(NamedTuple):
    """Where a collected result is in its file, and what of it may still change."""

    offset: int
    length: int
    assignment_id: str
    status: str
    submit_time: str


class Collected:
    """The results in a file, by HIT; the lines stay in the file until they are needed."""

    def __init__(self, path: str | None) -> None:
        """Read a results file; none, or one that is not there yet, holds nothing.

        Raises Error, naming the line, for a file of something else: it would be overwritten; or
        OSError.
        """
        self.entries: dict[str, list[Entry]] = {}
        self._file: BinaryIO | None = None
        if path is None or not Path(path).exists():
            return
        self._file = Path(path).open("rb")  # noqa: SIM115 - open for as long as this lives
        self._file.seek(len(BOM) if self._file.read(len(BOM)) == BOM else 0)
        offset = self._file.tell()
        for number, line in enumerate(self._file, 1):
            try:
                if line.strip():
                    result = parse(line.decode())
                    if result.get("machine"):
                        self.close()
                        raise Error(
                            f"{path}:{number}: an answer of answer_hits.py; name another file for "
                            "the results of people"
                        )
                    self._add(result, offset, len(line))
            except (ValueError, KeyError, TypeError, AttributeError) as error:
                self.close()
                raise Error(f"{path}:{number}: not a line of results") from error
            offset += len(line)

    def _add(self, result: dict[str, str], offset: int, length: int) -> None:
        entry = Entry(
            offset,
            length,
            result["assignment_id"],
            result.get("status") or "",
            result.get("submit_time") or "",
        )
        self.entries.setdefault(result["hit_id"], []).append(entry)

    def of(self, hit_id: str) -> list[Entry]:
        """Return what was collected of a HIT."""
        return self.entries.get(hit_id, [])

    def line(self, entry: Entry) -> str:
        """Return the line of an entry, as it was written."""
        assert self._file is not None  # noqa: S101 - the entry came from it
        return os.pread(self._file.fileno(), entry.length, entry.offset).decode().rstrip("\r\n")

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()


@contextmanager
def lock_and_read(path: str | None, say: Say = say_nothing) -> Iterator[Collected]:
    """Read the results in the file `path`, and lock it against other runs until the block ends.

    Raises Error for a device or a pipe, in which nothing can be kept; and as Collected does.
    """
    if path is None:
        yield Collected(None)
        return
    if files.is_stream(path):
        raise Error(
            f"{path}: is not a regular file, so no results can be kept there; leave out "
            "--output_file to print them only"
        )

    def wait() -> None:
        say(f"{path}: another run is updating it; waiting until it finishes")

    with files.lock(path, wait), closing(Collected(path)) as known:
        yield known


def is_up_to_date(hit: HitCounters, entries: Sequence[Entry], now: datetime) -> bool:
    """Return whether a HIT's counters agree with what was collected of it."""
    decided = [entry for entry in entries if entry.status in ("Approved", "Rejected")]
    if hit.completed != len(decided) or hit.unaccounted != len(entries) - len(decided):
        return False
    youngest = (now - OVERRIDABLE).strftime("%Y-%m-%dT%H:%M:%SZ")
    return not any(entry.status == "Rejected" and entry.submit_time > youngest for entry in decided)


def create_reader(
    client: "MTurkClient",
    batch: Batch | None,
    known: Collected,
    say: Say = say_nothing,
    *,
    rejected: bool = False,
) -> Reader:
    """Return a function that gives the lines of a HIT: fetched if anything can have changed, else
    as known. `rejected`: with rejected work. Answers that cannot be parsed are reported.
    """

    def lines(hit: HitCounters) -> list[str]:
        entries = known.of(hit.hit_id)
        if is_up_to_date(hit, entries, datetime.now(UTC)):
            return [known.line(entry) for entry in entries]
        line = batch.find_line(hit.hit_id) if batch else None
        kept = {entry.assignment_id for entry in entries if entry.status == "Rejected"}
        return [
            answers.format_line(answers.to_result(assignment, line, say))
            for assignment in survey.list_assignments(client, hit)
            if rejected
            or assignment["AssignmentStatus"] != "Rejected"
            or assignment["AssignmentId"] in kept
        ]

    return lines


class Early:
    """Reads HITs while a listing goes on, which is one call at a time and leaves the other threads
    idle. When the `with` ends, no call is in flight.
    """

    def __init__(self, concurrency: int, read: Reader) -> None:
        self._read = read
        self._room = AHEAD if concurrency > 1 else 0
        self._pool = ThreadPoolExecutor(max(1, concurrency - 1))
        self._begun: dict[str, Future[list[str]]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown(cancel_futures=True)

    def begin(self, hit: HitCounters) -> None:
        """Start to read this HIT, if there is room to keep its lines."""
        if len(self._begun) < self._room:
            self._begun[hit.hit_id] = self._pool.submit(self._read, hit)

    def lines(self, hit: HitCounters) -> list[str]:
        """Return the lines of a HIT, read before or now."""
        begun = self._begun.pop(hit.hit_id, None)
        return self._read(hit) if begun is None or begun.cancelled() else begun.result()


def fetch(
    crowd: Crowd, read: Reader, counters: Iterable[HitCounters], say: Say = say_nothing
) -> Iterator[tuple[str, list[str] | None]]:
    """Yield each HIT's id and lines, in order; None for a HIT that the crowd refuses to show."""
    outcomes = calls.gather(crowd, read, counters, doing="fetching")
    for outcome in calls.name_refusals(outcomes, say, survey.hit_id_of):
        yield outcome.item.hit_id, outcome.value


def write(
    path: str | None,
    known: Collected,
    fetched: Iterable[tuple[str, list[str] | None]],
    output: TextIO,
) -> int:
    """Write every result to `output`, and bring the file `path` up to date. Return how many HITs
    were refused.

    First comes what was fetched, then what was collected before of other batches and of deleted
    HITs. When this is interrupted, the file still gets all that was fetched until then; when
    nobody reads `output` (`| head`), it gets everything.
    """
    rest = dict(known.entries)
    refused = 0
    trouble: BaseException | None = None
    with files.replace(path) if path else nullcontext() as file:
        printing = True

        def put(lines: list[str]) -> None:
            nonlocal printing
            text = "".join(f"{line}\n" for line in lines)
            if file is not None:
                file.write(text)
            try:
                if printing:
                    output.write(text)
            except (BrokenPipeError, OutputClosedError):
                if file is None:
                    raise
                printing = False

        try:
            for hit_id, lines in fetched:
                if lines is None:
                    refused += 1
                else:
                    rest.pop(hit_id, None)
                    put(lines)
        except BaseException as error:  # noqa: BLE001 - raised again below
            trouble, printing = error, False
        for entries in rest.values():
            put([known.line(entry) for entry in entries])
    if trouble is not None:
        raise trouble
    return refused
