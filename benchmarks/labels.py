"""Measure labels: Dawid-Skene of 100,000 rows, and 1,000,000 answers from results to labels.

    python -m benchmarks labels

Each figure is measured in a process of its own. Exit code 1 when a bar is missed.
"""

import argparse
import json
import random
import re
import resource
import subprocess
import sys
import tempfile
import time
from array import array
from pathlib import Path
from typing import NamedTuple

from amt import inputs
from amt.pseudonyms import Numbers
from amt.quality import aggregation, dawid_skene, labels
from amt.quality.answers import read_answers
from amt.quality.votes import Votes, collect_votes, create_votes
from amt.report import page, report
from amt.report.study import read_study
from benchmarks.desk import ROOT
from benchmarks.tables import machine, write_table

ANSWERS, WORKERS, LABELS = 5, 1000, 5
# Seconds and MB. That of numpy is what crowd-kit 1.4.2 took for the same votes in the same run.
BARS = {"plain": (30.0, 150), "numpy": (1.8, 354), "stages": (600.0, 1000), "report": (5.0, 300)}
PAGE_BYTES = 1_000_000  # of a report, at most


class Row(NamedTuple):
    """A line of the table: seconds and megabytes, and the bar of each."""

    figure: str
    seconds: float
    megabytes: int
    stages: str
    part: str

    @property
    def met(self) -> bool:
        """Whether the bar was met."""
        seconds, megabytes = BARS[self.part]
        return self.seconds < seconds and self.megabytes < megabytes


def main(argv: list[str] | None = None) -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks labels",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--rows", type=int, default=100_000, help="default: 100000")
    parser.add_argument(
        "--write", action="store_true", help="put the table into docs/performance.md, too"
    )
    parser.add_argument("--part", choices=BARS, help=argparse.SUPPRESS)
    parser.add_argument("--results", help=argparse.SUPPRESS)
    args = parser.parse_args(argv)
    if args.part:
        print(json.dumps(measure_here(args.part, args.rows, args.results)))
        return 0
    rows = measure(args.rows)
    text = format_table(rows)
    print(text)
    if args.write:
        write_table("labels", text)
    return 0 if all(row.met for row in rows) else 1


def measure(rows: int) -> list[Row]:
    """Measure every figure."""
    with tempfile.TemporaryDirectory() as folder:
        results = Path(folder, "results.jsonl")
        write_results(results, 2 * rows)
        fewer = Path(folder, "fewer.jsonl")
        write_results(fewer, rows // 10)
        figure = f"Dawid-Skene, {rows:,} rows of {ANSWERS} answers"
        return [
            _run(f"{figure}, standard library", "plain", rows, results),
            _run(f"{figure}, numpy", "numpy", rows, results),
            _run(f"{2 * rows * ANSWERS:,} answers, results to labels", "stages", rows, results),
            _run(f"report of {rows // 10:,} rows of {ANSWERS} answers", "report", rows, fewer),
        ]


def measure_here(part: str, rows: int, results: str) -> tuple[float, int, str]:
    """Return seconds, the most megabytes of this process, and the time of each stage."""
    if part == "stages":
        seconds, stages = _measure_stages(results)
    elif part == "report":
        seconds, stages = _measure_report(results)
    else:
        votes = simulate(rows)
        began = time.perf_counter()
        estimate = dawid_skene.estimate(votes, use_numpy=part == "numpy")
        seconds = time.perf_counter() - began
        assert estimate.converged
        stages = f"{estimate.rounds} rounds"
    return seconds, _find_peak_megabytes(), stages


def _find_peak_megabytes() -> int:
    """Return the most memory that this process has used.

    On Linux, ru_maxrss would include what the process that started this one used.
    """
    status = Path("/proc/self/status")
    if status.exists():
        peak = re.search(r"VmHWM:\s+(\d+) kB", status.read_text())
        if peak:
            return int(peak[1]) * 1024 // 1_000_000
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1000


def simulate(rows: int) -> Votes:
    """Votes of workers of whom a fifth answer at random, the others right in 70 to 95 %."""
    chance = random.Random(1)
    numbers, workers, votes = array("i"), array("i"), array("i")
    skills = [
        1 / LABELS if chance.random() < 0.2 else chance.uniform(0.7, 0.95) for _ in range(WORKERS)
    ]
    for row in range(rows):
        true = chance.randrange(LABELS)
        for worker in chance.sample(range(WORKERS), ANSWERS):
            right = chance.random() < skills[worker]
            numbers.append(row)
            workers.append(worker)
            votes.append(true if right else (true + chance.randrange(1, LABELS)) % LABELS)
    return create_votes(numbers, workers, votes, list("abcde"))


def write_results(path: Path, rows: int) -> None:
    """Write a results file of as many HITs."""
    votes = simulate(rows)
    with path.open("w", encoding="utf-8") as file:
        for row in range(rows):
            for place in range(votes.starts[row], votes.starts[row + 1]):
                line = {
                    "assignment_id": f"3ASSIGNMENT{place:019}",
                    "hit_id": f"3HIT{row:026}",
                    "worker_id": f"AWORKER{votes.workers[place]:07}",
                    "output": {"label": votes.labels[votes.votes[place]]},
                    "submit_time": "2026-11-23T18:15:03Z",
                    "status": "Submitted",
                    "accept_time": "2026-11-23T18:14:41Z",
                    "input": {"text": "a dog"},
                    "row": row,
                    "answers": {},
                }
                file.write(f"{json.dumps(line)}\n")


def _run(figure: str, part: str, rows: int, results: Path) -> Row:
    done = subprocess.run(
        [
            *(sys.executable, "-m", "benchmarks", "labels"),
            *(f"--part={part}", f"--rows={rows}", f"--results={results}"),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    seconds, megabytes, stages = json.loads(done.stdout)
    return Row(figure, seconds, megabytes, stages, part)


def _measure_stages(results: str) -> tuple[float, str]:
    """Read, aggregate and write as aggregate_results.py does."""
    times = [time.perf_counter()]
    with inputs.Input(results) as source:
        answers = read_answers(source, "output.label")
    times.append(time.perf_counter())
    votes = collect_votes(answers, results)
    estimate = dawid_skene.estimate(votes)
    times.append(time.perf_counter())
    rows = labels.label_by_estimate(votes, estimate, labels.Choice())
    with Path(f"{results}.labels").open("w", encoding="utf-8") as file:
        file.writelines(
            f"{json.dumps(row.to_line(hit, 'dawid_skene'))}\n"
            for hit, row in zip(answers.hits, rows, strict=True)
        )
    times.append(time.perf_counter())
    read, aggregated, written = (times[n + 1] - times[n] for n in range(3))
    stages = f"read {read:.0f} s, aggregate {aggregated:.0f} s, write {written:.0f} s"
    return times[3] - times[0], stages


def _measure_report(results: str) -> tuple[float, str]:
    """Write the report's page as report_results.py does."""
    began = time.perf_counter()
    settings = aggregation.Settings("output.label")
    study = read_study([results], settings, None, Numbers(), "", 20)
    text = page.render(study, report.compute_figures(study))
    seconds = time.perf_counter() - began
    size = len(text.encode())
    assert size < PAGE_BYTES
    return seconds, f"page of {size / 1000:.0f} kB"


def format_table(rows: list[Row]) -> str:
    """Return the table, under the machine it was measured on."""
    lines = [f"{machine()}:", "", "| figure | time | memory | of it | bar | met |"]
    lines.append("|---|---|---|---|---|---|")
    for row in rows:
        seconds, megabytes = BARS[row.part]
        lines.append(
            f"| {row.figure} | {row.seconds:.1f} s | {row.megabytes} MB | {row.stages} "
            f"| {seconds:g} s, {megabytes} MB | {'yes' if row.met else 'NO'} |"
        )
    return "\n".join(lines)
