"""Measure the local crowd under load: answers a second, how long a worker waits, CPU per answer.

    python -m benchmarks load

An answer is four requests: a worker accepts the next HIT of a group, fetches the page around it and
the HIT's page in the frame, and hands it in; or two, without the pages. The workers are one process
beside the server, on the same machine. Each line is measured beside the limit of this stack
(benchmarks/bare.py) in the same run. Exit code 1 when a bar is missed.
"""

import argparse
import sys
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from benchmarks.load_runs import (
    Run,
    bare_server,
    exact,
    grounds,
    list_refused,
    quantile,
    run_for,
)
from benchmarks.tables import machine, write_table

SHARE = 0.30  # of the limit, at four requests and 20 workers
ACCEPT_P99 = {20: 0.050, 100: 0.150}  # seconds, by the number of workers
SLOWER = 0.8  # of the rate with fewer HITs: what one run differs from the next
HITS, MANY_HITS = 2_500, 10_000
PROCESSES = {"SQLite": (None,), "PostgreSQL": (1, 4)}
HEAD = (
    "| data | requests | workers | HITs | answers/s | of the limit | CPU (ms) | accept p50 (ms) "
    "| p99 | submit p50 | p99 | refused | |\n|---|---|---|---|---|---|---|---|---|---|---|---|---|"
)


class Row(NamedTuple):
    """A line of the table. `limit`: the bare server's answers a second, where it was measured."""

    data: str
    hits: int
    run: Run
    limit: float | None = None
    note: str = ""

    def __str__(self) -> str:
        run = self.run
        share = "" if self.limit is None else f"{run.rate / self.limit:.0%} of {self.limit:,.0f}"
        waits = " | ".join(
            f"{1000 * quantile(times, at):.0f}"
            for times in (run.times.accept, run.times.submit)
            for at in (0.5, 0.99)
        )
        return (
            f"| {self.data} | {run.requests} | {run.workers} | {self.hits:,} | {run.rate:.0f} "
            f"| {share} | {1000 * run.cpu_seconds / run.answers:.1f} | {waits} "
            f"| {len(run.times.refused)} | {self.note} |"
        )


def main(argv: list[str] | None = None) -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks load",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--quick", action="store_true", help="shorter runs, and fewer workers")
    parser.add_argument(
        "--write", action="store_true", help="put the table into docs/performance.md, too"
    )
    parser.add_argument("--data", choices=tuple(PROCESSES), help="default: both")
    args = parser.parse_args(argv)
    lines, faults = [f"{machine()}:", "", HEAD], []
    print("\n".join(lines), flush=True)
    for data in (args.data,) if args.data else tuple(PROCESSES):
        for row, wrong in measure(data, quick=args.quick):
            print(row, flush=True)
            lines.append(str(row))
            faults += [f"{row.data}, {row.run.workers} workers: {one}" for one in wrong]
    print("\n" + ("\n".join(faults) or "Every bar is met."))
    if args.write:
        write_table("load", "\n".join(lines))
    return 1 if faults else 0


def measure(data: str, *, quick: bool) -> Iterator[tuple[Row, list[str]]]:
    """Yield the lines of one database, each with the bars that it misses."""
    seconds = 3 if quick else 6

    @cache
    def limit(requests: int, workers: int) -> float:
        with bare_server() as bare:
            return run_for(bare, "any", workers, seconds / 2, requests=requests).rate

    for processes in PROCESSES[data]:
        name = data if processes is None else f"{data}, {processes} processes"
        with grounds(data, processes) as ground, ground.serving() as server:
            for requests, workers in ((4, 1), (4, 20), (4, 100), (2, 20), (2, 100)):
                hit_type_id = ground.launch(HITS, f"{requests} requests, {workers} workers")
                run = run_for(server, hit_type_id, workers, seconds, requests=requests)
                # The bare server commits to SQLite, so only SQLite's runs compare with it.
                known = limit(requests, workers) if data == "SQLite" else None
                row = Row(name, HITS, run, known)
                yield row, find_faults(row)
                if (requests, workers) == (4, 20):
                    usual = run.rate
        with grounds(data, processes) as ground, ground.serving() as server:
            hit_type_id = ground.launch(MANY_HITS, "Many HITs")
            row = Row(name, MANY_HITS, run_for(server, hit_type_id, 20, seconds))
            slower = row.run.rate < SLOWER * usual
            wrong = [f"{row.run.rate:.0f} answers a second with more HITs, {usual:.0f} with fewer"]
            yield row, [*list_refused(row.run), *(wrong if slower else [])]
    with grounds(data, processes) as ground, ground.serving() as server:
        workers, hits = (100, 700) if quick else (500, 4_000)
        run, note, wrong = exact(ground, server, workers, hits)
        yield Row(name, hits, run, note=note), wrong


def find_faults(row: Row) -> list[str]:
    """Return the bars that a line misses."""
    run, wrong = row.run, list_refused(row.run)
    if run.requests == 4 and run.workers == 20 and row.limit and run.rate < SHARE * row.limit:
        wrong.append(f"{run.rate:.0f} answers a second: less than {SHARE:.0%} of {row.limit:.0f}")
    p99 = quantile(run.times.accept, 0.99)
    if p99 > (most := ACCEPT_P99.get(run.workers, p99)):
        wrong.append(f"accept p99 {1000 * p99:.0f} ms, not {1000 * most:.0f}")
    return wrong


if __name__ == "__main__":
    sys.exit(main())
