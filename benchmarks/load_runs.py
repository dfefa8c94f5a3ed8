"""Runs of the load benchmark: workers at a server for some seconds, or until all HITs are done."""

import asyncio
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.load_site import SLOTS, SQLITE, Grounds, Server, postgresql, run_server
from benchmarks.load_workers import Times, Worker, together
from benchmarks.turkle import TurkleWorker

ANSWER = {"word": "a cat", "output": '{"word": "a cat", "sure": true, "seconds": 12.5}'}
BARE_HITS = 30_000  # more than a bare server can give away in one run
IDLE_SECONDS = 2  # between two tries of a worker who finds no HIT
# Tries of each worker without an answer of any, though HITs are left. Counted in tries, because a
# machine that stands still for a minute is not a server that hangs.
VAIN_TRIES = 60


Kind = type[Worker] | type[TurkleWorker]


class Run(NamedTuple):
    """What came of a run. `cpu_seconds`: the server's, user and system, of all its processes."""

    workers: int
    requests: int  # per answer
    answers: int
    seconds: float
    cpu_seconds: float
    times: Times

    @property
    def rate(self) -> float:
        """Answers a second."""
        return self.answers / self.seconds


def quantile(values: list[float], share: float) -> float:
    """Return the value that this share of all does not exceed."""
    return sorted(values)[max(0, int(len(values) * share) - 1)] if values else 0.0


@contextmanager
def grounds(data: str, processes: int | None) -> Iterator[Grounds]:
    """Make a new crowd, whose data is in `data`."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        databases = SQLITE if data == "SQLite" else stack.enter_context(postgresql())
        yield Grounds(Path(folder) / "crowd", databases, processes=processes)


@contextmanager
def bare_server() -> Iterator[Server]:
    """Start the server that shows the limit of this stack."""
    with tempfile.TemporaryDirectory() as folder:
        server = run_server("-m", "benchmarks.bare", folder, str(BARE_HITS))
        try:
            yield server
        finally:
            server.stop()


async def hired(url: str, count: int, times: Times, kind: Kind = Worker) -> list[Any]:
    """Return workers who have signed in."""
    workers = [kind(url, f"worker {number}", times) for number in range(count)]
    await together(workers, lambda worker: worker.sign_in())
    return workers


def run_for(
    server: Server,
    hit_type_id: str,
    count: int,
    seconds: float,
    *,
    requests: int = 4,
    kind: Kind = Worker,
) -> Run:
    """Let workers do HITs as fast as they get them, for some seconds."""
    return asyncio.run(_run_for(server, hit_type_id, count, seconds, requests, kind))


async def _run_for(
    server: Server,
    hit_type_id: str,
    count: int,
    seconds: float,
    requests: int,
    kind: Kind,
) -> Run:
    times = Times()
    workers = await hired(server.url, count, times, kind)
    cpu, began = server.cpu_seconds(), time.perf_counter()

    async def work(worker: Any) -> None:
        while time.perf_counter() - began < seconds:
            assignment_id = await worker.accept(hit_type_id)
            if assignment_id is None and worker.can_be_refused:
                continue
            if assignment_id is None:
                return
            if requests == 4:
                await worker.look(assignment_id)
            await worker.submit(assignment_id, ANSWER)

    await together(workers, work, count)
    took, cpu = time.perf_counter() - began, server.cpu_seconds() - cpu
    for worker in workers:
        worker.browser.close()
    answers = sum(len(worker.thanked) for worker in workers)
    return Run(count, requests, answers, took, cpu, times)


class StalledError(Exception):
    """Raised when workers find nothing to do, though not all HITs are done."""


def exact(ground: Grounds, server: Server, count: int, hits: int) -> tuple[Run, str, list[str]]:
    """Let workers do all HITs while the requester launches the last of them, lists, and approves.

    Returns the run, what happened in words, and what is wrong at the end. It ends early when a
    worker's request is refused. Raises StalledError, or TimeoutError for a request without a
    response. What the server logged is part of what is wrong, and a note of an exception.
    """
    later = hits // 10
    hit_type_id = ground.launch(hits - later, "At once")
    with start_requester(server.url, hit_type_id, later) as requester:
        try:
            run, thanked = asyncio.run(
                _run_all(server, hit_type_id, count, SLOTS * hits, requester, ground)
            )
        except Exception as error:
            error.add_note(f"The server's log:\n{ground.log.read_text()}")
            raise
        said, _ = requester.communicate("")
    wrong = list_refused(run)
    if requester.returncode:
        return run, "", [*wrong, "the requester failed", ground.log.read_text()]
    done = json.loads(said)
    tally = ground.tally(hit_type_id)
    wrong += [f"counters of {hit_id} do not add up" for hit_id in tally.wrong]
    if len(tally.workers) != hits:
        wrong.append(f"{len(tally.workers)} HITs, not {hits}")
    if bad := [
        one for one in tally.workers.values() if len(one) != SLOTS or len(set(one)) != SLOTS
    ]:
        wrong.append(f"{len(bad)} HITs have not {SLOTS} distinct workers")
    if tally.assignment_ids != set(thanked) or len(thanked) != SLOTS * hits:
        wrong.append(f"{len(thanked)} were thanked, {len(tally.assignment_ids)} are there")
    if wrong:
        wrong.append(ground.log.read_text())
    note = (
        f"{'NOT ' if wrong else ''}all of them exactly {SLOTS} times; meanwhile the requester "
        f"launched {len(done['hit_ids']):,}, approved {done['approved']:,}, in {done['calls']:,} "
        "calls"
    )
    return run, note, wrong


def list_refused(run: Run) -> list[str]:
    """Return what the server refused, if anything, in a line."""
    refused = run.times.refused
    return [f"{len(refused)} refused: {sorted(set(refused))}"] if refused else []


@contextmanager
def start_requester(url: str, hit_type_id: str, hits: int) -> Iterator["subprocess.Popen[str]"]:
    """Start benchmarks/load_requester.py, which waits for its keys; end it in any case."""
    with subprocess.Popen(
        [sys.executable, "-m", "benchmarks.load_requester", url, hit_type_id, f"{hits}"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as requester:
        try:
            yield requester
        finally:
            requester.kill()


def _begin(requester: "subprocess.Popen[str]", ground: Grounds) -> None:
    assert requester.stdin is not None
    requester.stdin.write(json.dumps(ground.keys) + "\n")
    requester.stdin.flush()


async def _run_all(
    server: Server,
    hit_type_id: str,
    count: int,
    wanted: int,
    requester: "subprocess.Popen[str]",
    ground: Grounds,
) -> tuple[Run, list[str]]:
    """Let workers do all HITs, while the requester works; also return what they were thanked for."""
    times = Times()
    workers = await hired(server.url, count, times)
    _begin(requester, ground)
    cpu, began = server.cpu_seconds(), time.perf_counter()
    is_done = asyncio.Event()
    tries = 0  # in vain since the last answer, of all workers

    async def work(worker: Worker) -> None:
        nonlocal tries
        while not is_done.is_set():
            assignment_id = await worker.accept(hit_type_id)
            if assignment_id is None:
                tries += 1
            else:
                await worker.submit(assignment_id, ANSWER)
                tries = 0
            thanked = sum(len(one.thanked) for one in workers)
            # After a refusal a slot may stay taken for as long as the HIT type allows.
            if thanked >= wanted or times.refused or requester.poll() is not None:
                is_done.set()
            elif tries > VAIN_TRIES * count:
                raise StalledError(f"{thanked} of {wanted} answers, then {tries} tries in vain")
            elif assignment_id is None:
                await asyncio.sleep(IDLE_SECONDS)

    await together(workers, work, count)
    took, cpu = time.perf_counter() - began, server.cpu_seconds() - cpu
    thanked = [one for worker in workers for one in worker.thanked]
    for worker in workers:
        worker.browser.close()
    return Run(count, 2, len(thanked), took, cpu, times), thanked
