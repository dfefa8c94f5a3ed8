"""Measure the local crowd beside its nearest peer, Turkle, in one run, by the same client.

    python -m benchmarks peers

An answer is four requests of a worker who is signed in: accept the next HIT, fetch the page around
it and the HIT's page in the frame, submit. Both have the same HITs, in SQLite. Turkle comes from
PyPI, into `--venv`. Exit code 1 when the bar is missed.
"""

import argparse
import sys
import tempfile
from pathlib import Path

from benchmarks import turkle
from benchmarks.load_runs import Run, grounds, quantile, run_for
from benchmarks.load_site import find_free_port
from benchmarks.tables import machine, write_table

BAR = 6  # times the peer's answers a second, with 20 workers
CASES = ((1, 500), (20, 500), (20, 2_000), (100, 500))  # workers, HITs
# As in Turkle's Docker image, and with as many processes as our server has.
SERVERS = {"1 process": (), "2 processes": ("--workers", "2")}
HEAD = (
    "| workers | HITs | server | answers/s | ratio | CPU (ms) | accept p50 (ms) | p99 | refused |\n"
    "|---|---|---|---|---|---|---|---|---|"
)


def main(argv: list[str] | None = None) -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks peers",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--seconds", type=float, default=8, help="of each run; default: 8")
    parser.add_argument(
        "--venv",
        type=Path,
        default=Path(tempfile.gettempdir()) / f"turkle-{turkle.VERSION}",
        help="where Turkle is, or is to be, installed; default: in the system's temporary folder",
    )
    parser.add_argument(
        "--write", action="store_true", help="put the table into docs/performance.md, too"
    )
    args = parser.parse_args(argv)
    turkle.install(args.venv)
    lines, faults = [f"{machine()}, Turkle {turkle.VERSION}:", "", HEAD], []
    print("\n".join(lines), flush=True)
    for workers, hits in CASES:
        ours = measure_ours(workers, hits, args.seconds)
        theirs = {
            name: measure_turkle(args.venv, flags, workers, hits, args.seconds)
            for name, flags in SERVERS.items()
        }
        best = max(run.rate for run in theirs.values())
        for name, run in {"local crowd": ours, **theirs}.items():
            ratio = f"{ours.rate / best:.1f} times the best" if run is ours else ""
            shown = name if run is ours else f"Turkle, {name}"
            lines.append(format_row(hits, shown, run, ratio))
            print(lines[-1], flush=True)
        if workers == 20 and ours.rate < BAR * best:
            faults.append(f"{hits} HITs: {ours.rate / best:.1f} times the peer, not {BAR}")
    print("\n" + ("\n".join(faults) or "The bar is met."))
    if args.write:
        write_table("peers", "\n".join(lines))
    return 1 if faults else 0


def format_row(hits: int, name: str, run: Run, ratio: str) -> str:
    """Return a line of the table."""
    cpu = 1000 * run.cpu_seconds / max(1, run.answers)
    p50, p99 = (1000 * quantile(run.times.accept, share) for share in (0.5, 0.99))
    return (
        f"| {run.workers} | {hits:,} | {name} | {run.rate:.0f} | {ratio} | {cpu:.1f} "
        f"| {p50:.0f} | {p99:.0f} | {len(run.times.refused)} |"
    )


def measure_ours(workers: int, hits: int, seconds: float) -> Run:
    """Let workers work at the local crowd."""
    with grounds("SQLite", None) as ground, ground.serving() as server:
        return run_for(server, ground.launch(hits, "Name the animal"), workers, seconds)


def measure_turkle(
    venv: Path, flags: tuple[str, ...], workers: int, hits: int, seconds: float
) -> Run:
    """Let workers work at Turkle."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        [batch_id] = turkle.make_site(folder, venv, workers, [hits])
        with turkle.serving(folder, venv, find_free_port(), *flags) as server:
            return run_for(server, batch_id, workers, seconds, kind=turkle.TurkleWorker)


if __name__ == "__main__":
    sys.exit(main())
