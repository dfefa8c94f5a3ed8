"""Measure the local crowd under load: how many answers a second, how long a worker waits.

    python -m benchmarks load

An answer is two requests: a worker accepts the next HIT of a group, and hands it in. The workers
are one process beside the server, on the same machine. Exit code 1 when a bar is missed.
"""

import argparse
import asyncio
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

from benchmarks.load_site import SLOTS, SQLITE, Grounds, postgresql
from benchmarks.load_workers import Times, Worker, together
from benchmarks.tables import machine, write_table

PEER = 29  # answers a second: Turkle 3.1's best, on a machine of two cores, with 20 workers
BAR = 8 * PEER
SLOWER = 0.8  # of the rate with fewer HITs: what one run differs from the next
WAIT = 0.5  # seconds that 99 of 100 accepts take at most, with 100 workers
ANSWER = {"word": "a cat", "output": '{"word": "a cat", "sure": true, "seconds": 12.5}'}


class Row(NamedTuple):
    """A line of the table."""

    data: str
    workers: int
    hits: int
    answers: int
    seconds: float
    times: Times
    note: str = ""

    @property
    def rate(self) -> float:
        """Answers a second."""
        return self.answers / self.seconds

    def __str__(self) -> str:
        accept, submit = self.times.accept, self.times.submit
        waits = " | ".join(
            f"{quantile(times, share):.3f}" for times in (accept, submit) for share in (0.5, 0.99)
        )
        return (
            f"| {self.data} | {self.workers} | {self.hits:,} | {self.answers:,} | {self.rate:.0f} "
            f"| {waits} | {len(self.times.refused)} | {self.note} |"
        )


HEAD = (
    "| data | workers | HITs | answers | a second | accept p50 (s) | p99 | submit p50 (s) | p99 "
    "| refused | |\n|---|---|---|---|---|---|---|---|---|---|---|"
)


def quantile(values: list[float], share: float) -> float:
    """The value that this share of all does not exceed."""
    return sorted(values)[max(0, int(len(values) * share) - 1)] if values else 0.0


def main(argv: list[str] | None = None) -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks load",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--quick", action="store_true", help="a minute: shorter, and fewer workers")
    parser.add_argument(
        "--write", action="store_true", help="put the table into docs/performance.md, too"
    )
    parser.add_argument("--data", choices=("SQLite", "PostgreSQL"), help="default: both")
    args = parser.parse_args(argv)
    print(f"{machine()}:\n\n{HEAD}", flush=True)
    lines, missed = [f"{machine()}:", "", HEAD], []
    for data in (args.data,) if args.data else ("SQLite", "PostgreSQL"):
        for row, wrong in measure(data, quick=args.quick):
            print(row, flush=True)
            lines.append(str(row))
            missed += [f"{data}, {row.workers} workers, {row.hits:,} HITs: {one}" for one in wrong]
    print("\n" + ("\n".join(missed) or "Every bar is met."))
    if args.write:
        write_table("load", "\n".join(lines))
    return 1 if missed else 0


def measure(data: str, *, quick: bool) -> Iterator[tuple[Row, list[str]]]:
    """The lines of one database, each with the bars that it misses."""
    seconds = 4 if quick else 15
    rates: dict[int, float] = {}
    for hits in (2_000, 10_000):
        with grounds(data) as ground, ground.serving() as url:
            for workers in (20, 100):
                hit_type_id = ground.launch(hits, f"For {workers}")
                row = asyncio.run(timed(data, url, hit_type_id, workers, hits, seconds))
                yield row, missed(row, rates.setdefault(workers, row.rate))
    with grounds(data) as ground, ground.serving() as url:
        hit_type_id = ground.launch(2_000, "With its pages")
        row = asyncio.run(timed(data, url, hit_type_id, 20, 2_000, seconds, look=True))
        yield row, refusals(row)
    with grounds(data) as ground, ground.serving() as url:
        yield exact(data, ground, url, *((100, 700) if quick else (500, 6_667)))


def missed(row: Row, before: float) -> list[str]:
    """The bars that a line misses; `before` is the rate with fewer HITs."""
    wrong = refusals(row)
    if row.rate < BAR:
        wrong.append(f"{row.rate:.0f} answers a second, not {BAR}")
    if row.rate < SLOWER * before:
        wrong.append(f"{row.rate:.0f} answers a second; with fewer HITs {before:.0f}")
    if row.workers == 100 and (p99 := quantile(row.times.accept, 0.99)) > WAIT:
        wrong.append(f"accept p99 {p99:.2f} s, not {WAIT}")
    return wrong


def refusals(row: Row) -> list[str]:
    """What the server refused, if anything."""
    refused = row.times.refused
    return [f"{len(refused)} refused: {sorted(set(refused))}"] if refused else []


@contextmanager
def grounds(data: str) -> Iterator[Grounds]:
    """A new crowd whose data is there."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        if data == "SQLite":
            yield Grounds(Path(folder) / "crowd", SQLITE)
        else:
            databases = stack.enter_context(postgresql())
            yield Grounds(Path(folder) / "crowd", databases, processes=4)


async def hired(url: str, count: int, times: Times) -> list[Worker]:
    """Workers who have signed in."""
    workers = [Worker(url, f"worker {number}", times) for number in range(count)]
    await together(workers, Worker.sign_in)
    return workers


async def timed(
    data: str,
    url: str,
    hit_type_id: str,
    count: int,
    hits: int,
    seconds: float,
    *,
    look: bool = False,
) -> Row:
    """Let workers do HITs as fast as they get them, for some seconds."""
    times = Times()
    workers = await hired(url, count, times)
    began = time.perf_counter()

    async def work(worker: Worker) -> None:
        while time.perf_counter() - began < seconds:
            assignment_id = await worker.accept(hit_type_id)
            if assignment_id is None:
                return
            if look:
                await worker.look(assignment_id)
            await worker.submit(assignment_id, ANSWER)

    await together(workers, work, count)
    took = time.perf_counter() - began
    for worker in workers:
        worker.browser.close()
    answers = sum(len(worker.thanked) for worker in workers)
    note = "each HIT's pages are fetched too" if look else ""
    return Row(data, count, hits, answers, took, times, note)


def exact(data: str, ground: Grounds, url: str, count: int, hits: int) -> tuple[Row, list[str]]:
    """Let workers do all HITs while the requester launches the last of them, lists, and approves;
    what is wrong at the end.
    """
    later = hits // 10
    hit_type_id = ground.launch(hits - later, "At once")
    requester = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.load_requester", url, hit_type_id, f"{later}"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    times = Times()
    row, thanked = asyncio.run(
        _all(data, url, hit_type_id, count, hits, times, lambda: _begin(requester, ground))
    )
    said, _ = requester.communicate("")
    done = json.loads(said)
    tally = ground.tally(hit_type_id)
    wrong = [f"counters of {hit_id} do not add up" for hit_id in tally.wrong]
    if len(tally.workers) != hits:
        wrong.append(f"{len(tally.workers)} HITs, not {hits}")
    if bad := [
        one for one in tally.workers.values() if len(one) != SLOTS or len(set(one)) != SLOTS
    ]:
        wrong.append(f"{len(bad)} HITs have not {SLOTS} distinct workers")
    if tally.assignment_ids != set(thanked) or len(thanked) != SLOTS * hits:
        wrong.append(f"{len(thanked)} were thanked, {len(tally.assignment_ids)} are there")
    wrong += refusals(row)
    note = (
        f"{'NOT ' if wrong else ''}all of them exactly {SLOTS} times; meanwhile the requester launched "
        f"{len(done['hit_ids']):,}, approved {done['approved']:,}, in {done['calls']:,} calls"
    )
    return row._replace(note=note), wrong


def _begin(requester: "subprocess.Popen[str]", ground: Grounds) -> None:
    assert requester.stdin is not None
    requester.stdin.write(json.dumps(ground.keys) + "\n")
    requester.stdin.flush()


async def _all(
    data: str,
    url: str,
    hit_type_id: str,
    count: int,
    hits: int,
    times: Times,
    begin: Callable[[], None],
) -> tuple[Row, list[str]]:
    """Let workers do all HITs, from `begin` on: the line, and what they were thanked for."""
    workers = await hired(url, count, times)
    begin()
    wanted = SLOTS * hits
    began = time.perf_counter()
    left = asyncio.Event()

    async def work(worker: Worker) -> None:
        while not left.is_set():
            assignment_id = await worker.accept(hit_type_id)
            if assignment_id is None:
                await asyncio.sleep(2)
                continue
            await worker.submit(assignment_id, ANSWER)
            if sum(len(one.thanked) for one in workers) >= wanted:
                left.set()

    await together(workers, work, count)
    took = time.perf_counter() - began
    thanked = [one for worker in workers for one in worker.thanked]
    for worker in workers:
        worker.browser.close()
    return Row(data, count, hits, len(thanked), took, times), thanked


if __name__ == "__main__":
    sys.exit(main())
