"""Measure the server of batches: how soon a batch that is sent has its HITs, and what a large one takes.

    python -m benchmarks batch_server

The crowd is the local one, in the server's process. Exit code 1 when a bar is missed.
"""

import argparse
import contextlib
import json
import re
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.desk import ROOT
from benchmarks.tables import machine, write_table

ANSWERED_SECONDS, LAUNCHED_SECONDS = 1.0, 5.0  # bars for 1,000 rows
MEGABYTES = 150  # bar for 100,000 rows
ROW_BYTES = 300  # of a large batch, which then has 32 MB
LIMIT_SECONDS = 600


class Figures(NamedTuple):
    """What a batch took: seconds to the response and to all HITs, its megabytes, the process's most."""

    rows: int
    hits: int
    megabytes: float
    answered: float
    launched: float
    peak: int


def main(argv: list[str] | None = None) -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks batch_server",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--rows", type=int, default=1000, help="default: 1000")
    parser.add_argument("--large", type=int, default=100_000, help="rows; default: 100000")
    parser.add_argument(
        "--write", action="store_true", help="put the table into docs/performance.md, too"
    )
    args = parser.parse_args(argv)
    small = measure(args.rows, rows_per_hit=1, row_bytes=60)
    large = measure(args.large, rows_per_hit=5, row_bytes=ROW_BYTES)
    text = format_table(small, large)
    print(text)
    if args.write:
        write_table("batch_server", text)
    return 0 if is_quick(small) and is_small(large) else 1


def is_quick(figures: Figures) -> bool:
    """Return whether the bars in seconds were met."""
    return figures.answered < ANSWERED_SECONDS and figures.launched < LAUNCHED_SECONDS


def is_small(figures: Figures) -> bool:
    """Return whether the bar in megabytes was met."""
    return figures.peak < MEGABYTES


def measure(rows: int, rows_per_hit: int, row_bytes: int) -> Figures:
    """Send a batch to a new server, and wait until all of its HITs are there."""
    body = make_batch(rows, rows_per_hit, row_bytes)
    with tempfile.TemporaryDirectory() as name, serve(Path(name)) as (process, url):
        began = time.perf_counter()
        request("PUT", f"{url}/measured", body)
        answered = time.perf_counter() - began
        view = request("GET", f"{url}/measured")
        while view["hits"]["launched"] < view["hits"]["total"]:
            assert time.perf_counter() - began < LIMIT_SECONDS, view
            time.sleep(0.05)
            view = request("GET", f"{url}/measured")
        launched = time.perf_counter() - began
        peak = find_peak_megabytes(process.pid)
    hits = view["hits"]["total"]
    return Figures(rows, hits, len(body) / 1_000_000, answered, launched, peak)


def make_batch(rows: int, rows_per_hit: int, row_bytes: int) -> bytes:
    """Return a batch of the task `same`, whose rows have about so many bytes each."""
    filler = "x" * max(0, row_bytes - 60)
    values = {
        f"p{number}": [[f"Air {number} {filler}", "99"], [f"Air Max {number}", "101"]]
        for number in range(rows)
    }
    batch = {
        "task": "same",
        "assignments": 3,
        "context": {"fields": ["name", "price"]},
        "rows": values,
        "rows_per_hit": rows_per_hit,
    }
    return json.dumps(batch).encode()


@contextlib.contextmanager
def serve(folder: Path) -> Iterator[tuple["subprocess.Popen[str]", str]]:
    """Start a server of batches in a folder with a crowd of its own; yield it and its address."""
    (folder / "config.json").write_text('{"local_crowd": "crowd"}')
    process = subprocess.Popen(
        [sys.executable, str(ROOT / "serve_batches.py"), "--open", "--port=0"],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert process.stdout is not None
        yield process, process.stdout.readline().split()[-1]
    finally:
        process.terminate()
        process.communicate()


def request(method: str, url: str, body: bytes | None = None) -> Any:
    """Make a request; return the response, parsed."""
    headers = {"Content-Type": "application/json"}
    made = urllib.request.Request(url, body, headers, method=method)  # noqa: S310 - our own server
    with urllib.request.urlopen(made, timeout=LIMIT_SECONDS) as response:  # noqa: S310
        return json.load(response)


def find_peak_megabytes(process: int) -> int:
    """Return the most memory that a process has used; 0 where the system does not say."""
    status = Path(f"/proc/{process}/status")
    peak = re.search(r"VmHWM:\s+(\d+) kB", status.read_text()) if status.exists() else None
    return int(peak[1]) // 1024 if peak else 0


def format_table(small: Figures, large: Figures) -> str:
    """Return the table for people."""
    lines = [
        f"{machine()}:",
        "",
        "| batch | response after | all HITs after | memory of the server, at most | bar | met |",
        "|---|---|---|---|---|---|",
        _format_line(small, f"{ANSWERED_SECONDS:g} s, {LAUNCHED_SECONDS:g} s", met=is_quick(small)),
        _format_line(large, f"{MEGABYTES} MB", met=is_small(large)),
    ]
    return "\n".join(lines)


def _format_line(figures: Figures, bar: str, *, met: bool) -> str:
    return (
        f"| {figures.rows:,} rows, {figures.hits:,} HITs, {figures.megabytes:.1f} MB | "
        f"{figures.answered:.2f} s | {figures.launched:.1f} s | {figures.peak} MB | {bar} | "
        f"{'yes' if met else 'no'} |"
    )


if __name__ == "__main__":
    sys.exit(main())
