"""Measure large files: a CSV file checked before a launch, and results exported.

    python -m benchmarks files

Nothing is launched, and no crowd is asked. Exit code 1 when a bar is missed.
"""

import argparse
import csv
import json
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from benchmarks.desk import ROOT, Ran, run_script
from benchmarks.tables import machine, write_table
from tests.support.postgres import postgres_server

MEGA = 1_000_000
PAGE = """<p>${text}</p><img src="${url}" alt=""><label>Answer <input name="answer"></label>
<input type="submit" value="Submit">
"""


class Bar(NamedTuple):
    """Seconds and megabytes that a script may take at most; None: any."""

    seconds: int
    megabytes: int | None


class Row(NamedTuple):
    """A line of the table."""

    figure: str
    ran: Ran
    bar: Bar

    @property
    def met(self) -> bool:
        """Whether the bar was met."""
        megabytes = self.bar.megabytes
        fits = megabytes is None or self.ran.memory < megabytes * MEGA
        return self.ran.seconds < self.bar.seconds and fits


def main(argv: list[str] | None = None) -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks files",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--rows", type=int, default=MEGA, help="default: 1000000")
    parser.add_argument("--results", type=int, default=100_000, help="default: 100000")
    parser.add_argument(
        "--write", action="store_true", help="put the table into docs/performance.md, too"
    )
    args = parser.parse_args(argv)
    with tempfile.TemporaryDirectory() as folder:
        rows = list(measure(Path(folder), args.rows, args.results))
    text = format_table(rows)
    print(text)
    if args.write:
        write_table("files", text)
    return 0 if all(row.met for row in rows) else 1


def measure(folder: Path, rows: int, results: int) -> Iterator[Row]:
    """Yield each figure, with so many rows of input and so many results."""
    (folder / "config.json").write_text(json.dumps({"local_crowd": "crowd"}))
    (folder / "page.html").write_text(PAGE)
    _write_csv(folder / "input.csv", rows)
    checked = run_script(
        folder,
        "launch_hits.py",
        "--html_template=page.html",
        "--input_json_file=input.csv",
        f"--hit_properties_file={ROOT}/hit_properties/simple.json",
        "--hit_ids_file=ids.txt",
        "--dry_run",
    )
    yield Row(f"CSV file of {rows:,} rows, checked before launch", checked, Bar(20, 150))
    _write_results(folder / "results.jsonl", results)
    for file_format, bar in (
        ("csv", Bar(10, 150)),
        ("mturk", Bar(10, 150)),
        ("parquet", Bar(30, None)),
    ):
        exported = run_script(
            folder,
            "export_results.py",
            "--results_file=results.jsonl",
            f"--format={file_format}",
            f"--output_file=results.{file_format}",
        )
        assert (folder / f"results.{file_format}").stat().st_size > results
        yield Row(f"{results:,} results, `--format={file_format}`", exported, bar)
    with postgres_server(fsync=True) as url:
        for times in ("first", "again"):
            stored = run_script(
                folder, "export_results.py", "--results_file=results.jsonl", f"--to={url}"
            )
            yield Row(f"{results:,} results to PostgreSQL, {times}", stored, Bar(30, 150))


def format_table(rows: list[Row]) -> str:
    """Return the table, under the machine it was measured on."""
    lines = [f"{machine()}:", "", "| figure | seconds | MB | bar | met |", "|---|---|---|---|---|"]
    for row in rows:
        bar = f"{row.bar.seconds} s"
        if row.bar.megabytes is not None:
            bar += f", {row.bar.megabytes} MB"
        used = f"{row.ran.seconds:.1f} | {row.ran.memory / MEGA:.0f}"
        lines.append(f"| {row.figure} | {used} | {bar} | {'yes' if row.met else 'NO'} |")
    return "\n".join(lines)


def _write_csv(path: Path, rows: int) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "text", "url"])
        for number in range(rows):
            text = (
                f'A sentence of some length, with a "quoted" word, a comma and the number {number}.'
            )
            writer.writerow([number, text, f"https://example.org/pictures/{number}.jpg"])


def _write_results(path: Path, results: int) -> None:
    times = {
        "accept_time": "2026-11-23T18:14:41Z",
        "submit_time": "2026-11-23T18:15:03Z",
        "auto_approval_time": "2026-11-26T18:15:03Z",
        "approval_time": "2026-11-24T18:15:03Z",
        "rejection_time": None,
    }
    with path.open("w", encoding="utf-8") as file:
        for number in range(results):
            result = {
                "assignment_id": f"3ASSIGNMENT{number:019}",
                "hit_id": f"3HIT{number // 3:026}",
                "worker_id": f"A{number % 500:013}",
                "row": number // 3,
                "input": {"id": str(number // 3), "text": "A sentence to look at, with a comma."},
                "output": None,
                "answers": {"label": "animal", "comment": f"It's the number {number}."},
                "status": "Approved",
                "requester_feedback": None,
                **times,
            }
            file.write(json.dumps(result) + "\n")


if __name__ == "__main__":
    sys.exit(main())
