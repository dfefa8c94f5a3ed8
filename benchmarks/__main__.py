"""Measure the scripts beside a plain loop, one call after another, and print the table.

    python -m benchmarks

The server stands in a process of its own, and each of its answers takes 50 ms longer than it would.
Exit code 1 when a bar is missed. `python -m benchmarks load` measures the local crowd under load
instead, `python -m benchmarks peers` beside a peer, `python -m benchmarks growth` its pages and
lists with more and more HITs, `python -m benchmarks files` large files, `python -m benchmarks
drawing` a page that draws, on a phone, `python -m benchmarks labels` labels from many answers, `python -m
benchmarks quality` labels of simulated studies, `python -m benchmarks events` whether events arrive, and how soon,
`python -m benchmarks waiting` a waiting room, `python -m benchmarks batch_server` the server of batches.
"""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks import (
    batch_server,
    drawing,
    events,
    files,
    growth,
    labels,
    load,
    peers,
    plain,
    quality,
    waiting,
)
from benchmarks.desk import ROOT, Desk
from benchmarks.tables import machine, write_table

MEGA = 1_000_000
WORKERS = ("Ada", "Ben", "Cem")
CHANGED = 10  # HITs
EMBEDDED_RATE = 800  # HITs a second, at least
LAUNCH = (f"--html_template={ROOT}/hit_templates/simple.html", "--input_json_file=input.jsonl")
PROPERTIES = "--hit_properties_file=properties.json"

Launch = Callable[[list[dict[str, int]]], list[str]]


class Bar(NamedTuple):
    """How many calls a script may make, and how many times as fast as a plain loop it must be."""

    text: str
    most_calls: int
    least_ratio: float


@dataclass(frozen=True)
class Row:
    """A line of the table; `met` says whether the bar was."""

    figure: str
    plain: str
    ours: str
    calls: str
    bar: str
    met: bool


def main() -> int:
    """Run the command line."""
    if sys.argv[1:2] == ["load"]:
        return load.main(sys.argv[2:])
    if sys.argv[1:2] == ["growth"]:
        return growth.main(sys.argv[2:])
    if sys.argv[1:2] == ["drawing"]:
        return drawing.main(sys.argv[2:])
    if sys.argv[1:2] == ["peers"]:
        return peers.main(sys.argv[2:])
    if sys.argv[1:2] == ["quality"]:
        return quality.main(sys.argv[2:])
    if sys.argv[1:2] == ["labels"]:
        return labels.main(sys.argv[2:])
    if sys.argv[1:2] == ["events"]:
        return events.main(sys.argv[2:])
    if sys.argv[1:2] == ["waiting"]:
        return waiting.main(sys.argv[2:])
    if sys.argv[1:2] == ["batch_server"]:
        return batch_server.main(sys.argv[2:])
    if sys.argv[1:2] == ["files"]:
        return files.main(sys.argv[2:])
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--hits", type=int, default=1000, help="default: 1000")
    parser.add_argument("--lines", type=int, default=100_000, help="embedded; default: 100000")
    parser.add_argument("--delay", type=float, default=0.05, help="seconds; default: 0.05")
    parser.add_argument(
        "--write", action="store_true", help="put the table into docs/performance.md, too"
    )
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, Desk(Path(folder), args.delay) as desk:
        rows = measure(desk, args)
    text = table_of(rows, args.delay)
    print(text)
    if args.write:
        write_table("benchmarks", text)
    return 0 if all(row.met for row in rows) else 1


def table_of(rows: list[Row], delay: float) -> str:
    """The table, under the machine it was measured on."""
    lines = [
        f"{machine()}, {delay * 1000:.0f} ms a call:",
        "",
        "| figure | plain loop | ours | calls | bar | met |",
        "|---|---|---|---|---|---|",
    ]
    for row in rows:
        met = "yes" if row.met else "NO"
        lines.append(
            f"| {row.figure} | {row.plain} | {row.ours} | {row.calls} | {row.bar} | {met} |"
        )
    return "\n".join(lines)


def measure(desk: Desk, args: argparse.Namespace) -> list[Row]:
    """Every line of the table, in order."""
    hits = args.hits
    client = plain.client(desk.known)
    properties = hit_properties() | {"Reward": "0.05", "MaxAssignments": 4}
    properties.pop("FrameHeight")

    def launch(rows: list[dict[str, int]]) -> list[str]:
        return plain.launch(client, properties, rows)

    return [
        *measure_batch(desk, client, launch, hits),
        measure_large_launch(desk, launch, 3 * hits),
        measure_decisions(desk, client, hits),
        embedded(desk, args.lines),
        help_time(desk),
    ]


def measure_batch(desk: Desk, client: Any, launch: Launch, hits: int) -> list[Row]:
    """Launch a batch, follow it, fetch its results and approve them."""
    rows = write_rows(desk, hits)
    plain_ids: list[str] = []
    table = [
        compare(
            desk,
            f"launch {hits:,} HITs",
            lambda: plain_ids.extend(launch(rows)),
            Bar(f"1/12 of the time, {hits + 16:,} calls", most_calls=hits + 16, least_ratio=12),
            *("launch_hits.py", *LAUNCH, PROPERTIES, "--hit_ids_file=ids.txt"),
        )
    ]
    ids = desk.ids("ids.txt")
    assert len(set(ids)) == hits
    table.append(
        compare(
            desk,
            f"progress of {hits:,} HITs",
            lambda: plain.progress(client, ids),
            Bar("15 calls", most_calls=15, least_ratio=1),
            *("show_hit_progress.py", "--hit_ids_file=ids.txt"),
        )
    )
    assert desk.output().startswith(f"0 / 4: {hits}\n")
    desk.work(ids, *WORKERS)
    get = ("get_results.py", "--hit_ids_file=ids.txt", "--output_file=results.jsonl")
    table.append(
        compare(
            desk,
            f"first results of {hits:,} HITs x 3",
            lambda: plain.results(client, ids),
            Bar("1/12 of the time", most_calls=3 * hits, least_ratio=12),
            *get,
        )
    )
    assert desk.output().count("\n") == 3 * hits
    desk.work(ids[:CHANGED], "Dan")
    table.append(again(desk, f"results again, {CHANGED} HITs changed", 30, *get))
    assert desk.output().count("\n") == 3 * hits + CHANGED
    table.append(again(desk, "results again, nothing new", 15, *get))
    return [*table, measure_approving(desk, client, plain_ids[: hits // 10], hits)]


def measure_approving(desk: Desk, client: Any, sample: list[str], hits: int) -> Row:
    """Approve a batch by the script, and a tenth of as many HITs by the loop."""
    desk.work(sample, *WORKERS)
    bar = f"1/12 of the time, 1 call each + {hits + 30:,}"
    return compare(
        desk,
        f"approve {3 * hits:,} assignments",
        lambda: plain.approve(client, sample),
        Bar(bar, most_calls=4 * hits + 30 + CHANGED, least_ratio=12),
        *("approve_hits.py", "--hit_ids_file=ids.txt", "--yes"),
        share=10,
    )


def measure_large_launch(desk: Desk, launch: Launch, hits: int) -> Row:
    """Launch so many HITs that start-up takes a small share of the time."""
    rows = write_rows(desk, hits)
    return compare(
        desk,
        f"launch {hits:,} HITs",
        lambda: launch(rows[: hits // 10]),
        Bar(f"1/28 of the time, {hits + 16:,} calls", most_calls=hits + 16, least_ratio=28),
        *("launch_hits.py", *LAUNCH, PROPERTIES, "--hit_ids_file=many_ids.txt"),
        share=10,
    )


def measure_decisions(desk: Desk, client: Any, hits: int) -> Row:
    """Carry out decisions on the newest HITs of the large launch, and a tenth of them by the loop."""
    ids = desk.ids("many_ids.txt")
    decided, sample = ids[-hits:], ids[: hits // 10]
    desk.work([*decided, *sample], *WORKERS)
    (desk.folder / "decided_ids.txt").write_text("".join(f"{hit_id}\n" for hit_id in decided))
    results = ("--hit_ids_file=decided_ids.txt", "--output_file=decided.jsonl")
    desk.run("get_results.py", *results)
    file = "--decisions_file=decisions.csv"
    desk.run("review_hits.py", "--results_file=decided.jsonl", file, "--rule=approve all")
    submitted = [found["AssignmentId"] for found in plain.results(client, sample)]
    assert len(submitted) == 3 * len(sample)
    return compare(
        desk,
        f"carry out {3 * hits:,} decisions",
        lambda: plain.approve_each(client, submitted),
        Bar("1/12 of the time, 1 call each + 40", most_calls=3 * hits + 40, least_ratio=12),
        *("apply_decisions.py", file, "--hit_ids_file=decided_ids.txt", "--yes"),
        share=10,
    )


def write_rows(desk: Desk, count: int) -> list[dict[str, int]]:
    """Write the files of a launch, with so many rows; return the rows."""
    rows = [{"number": number} for number in range(count)]
    write_files(desk.folder, rows)
    return rows


def compare(
    desk: Desk, figure: str, loop: Callable[[], Any], bar: Bar, *argv: str, share: int = 1
) -> Row:
    """Time a loop, done for one in `share` of all, and a script."""
    began = time.perf_counter()
    loop()
    slow = (time.perf_counter() - began) * share
    sampled = f" ({share} x a sample)" if share > 1 else ""
    desk.calls()
    quick = desk.run(*argv).seconds
    calls = desk.calls()
    ratio = slow / quick
    return Row(
        figure,
        f"{slow:.1f} s{sampled}",
        f"{quick:.2f} s: 1/{ratio:.1f}",
        f"{calls:,}",
        bar.text,
        calls <= bar.most_calls and ratio >= bar.least_ratio,
    )


def again(desk: Desk, figure: str, most: int, *argv: str) -> Row:
    """A script that has collected before; the plain loop would do all it did at first."""
    desk.calls()
    seconds = desk.run(*argv).seconds
    calls = desk.calls()
    return Row(
        figure, "as at first", f"{seconds:.2f} s", f"{calls}", f"{most} calls", calls <= most
    )


def embedded(desk: Desk, lines: int) -> Row:
    """Launch many lines into the crowd inside the process; memory and speed."""
    write_files(desk.folder, [{"number": number} for number in range(lines)])
    desk.use_embedded()
    launched = ("--hit_properties_file=properties.json", "--hit_ids_file=many.txt")
    ran = desk.run("launch_hits.py", *LAUNCH, *launched)
    assert len(set(desk.ids("many.txt"))) == lines
    desk.use_server()
    return Row(
        f"launch {lines:,} lines, embedded",
        "",
        f"{ran.memory / MEGA:.0f} MB, {lines / ran.seconds:.0f} HITs/s, "
        f"{ran.cpu / lines * 1000:.2f} ms CPU each",
        "",
        f"150 MB, {EMBEDDED_RATE} HITs/s",
        ran.memory < 150 * MEGA and lines / ran.seconds >= EMBEDDED_RATE,
    )


def help_time(desk: Desk) -> Row:
    """The CPU time of --help, the best of five."""
    best = min(desk.run("launch_hits.py", "--help").cpu for _ in range(5))
    figure = "`python launch_hits.py --help`"
    return Row(figure, "", f"{best:.3f} s CPU", "", "0.15 s CPU", best < 0.15)


def hit_properties() -> dict[str, Any]:
    """Those of the example."""
    path = ROOT / "hit_properties" / "simple.json"
    properties: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return {"LifetimeInSeconds": 604_800} | properties


def write_files(folder: Path, rows: list[Any]) -> None:
    """What launch_hits.py reads."""
    (folder / "input.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    (folder / "properties.json").write_text(json.dumps(hit_properties() | {"MaxAssignments": 4}))


if __name__ == "__main__":
    sys.exit(main())
