import json
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks import batch_server, events, files, growth, labels
from tests.support.own_thread import apart

ROOT = Path(__file__).resolve().parents[2]


def test_the_benchmarks_measure_every_figure() -> None:
    """`python -m benchmarks` runs to the end and prints a line for each figure, with its bar."""
    options = ["--hits=20", "--lines=50", "--delay=0.001"]
    done = subprocess.run(
        [sys.executable, "-W", "error", "-m", "benchmarks", *options],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode in (0, 1), done.stderr  # so few HITs take less time than starting Python
    machine, _, head, _, *rows = done.stdout.splitlines()
    assert "cores, Python 3." in machine
    assert head == "| figure | plain loop | ours | calls | bar | met |"
    assert [row.split(" | ")[0] for row in rows] == [
        "| launch 20 HITs",
        "| progress of 20 HITs",
        "| first results of 20 HITs x 3",
        "| results again, 10 HITs changed",
        "| results again, nothing new",
        "| approve 60 assignments",
        "| launch 60 HITs",
        "| carry out 60 decisions",
        "| launch 50 lines, embedded",
        "| `python launch_hits.py --help`",
    ]
    calls = [row.split(" | ")[3] for row in rows]
    assert calls[:3] == ["21", "1", "21"]
    assert calls[5:8] == ["91", "61", "61"]


@pytest.mark.foreign
@pytest.mark.postgresql
def test_files_measures_every_figure(tmp_path: Path) -> None:
    """`python -m benchmarks files` launches nothing, and has a line with a bar for each figure."""
    rows = list(files.measure(tmp_path, 30, 20))

    assert not (tmp_path / "crowd").exists()
    assert [line.split(" | ")[0] for line in files.format_table(rows).splitlines()[4:]] == [
        "| CSV file of 30 rows, checked before launch",
        "| 20 results, `--format=csv`",
        "| 20 results, `--format=mturk`",
        "| 20 results, `--format=parquet`",
        "| 20 results to PostgreSQL, first",
        "| 20 results to PostgreSQL, again",
    ]
    assert all(row.met for row in rows)


def test_growth_measures_every_figure() -> None:
    """`python -m benchmarks growth` has a figure for each of its bars."""
    found = growth.measure("SQLite", 200)

    assert found.keys() == growth.BARS.keys()
    assert all(figure > 0 for figure in found.values())


@pytest.mark.foreign
def test_labels_measures_every_figure() -> None:
    """`python -m benchmarks labels` has a line for each of its bars."""
    rows = labels.measure(100)

    assert [row.part for row in rows] == list(labels.BARS)
    # Importing numpy takes most of so short a run, so its time says nothing about the bar.
    assert all(row.met for row in rows if row.part != "numpy")
    assert len(labels.format_table(rows).splitlines()) == 8


def test_every_event_arrives_though_everything_fails(tmp_path: Path) -> None:
    """Loop and crowd server are killed, each alone; the receiver fails, and is dead for a while."""
    trouble = events.Trouble(kills=2, speed=1000)

    found = apart(events.run_in_trouble, tmp_path, 60, trouble)

    assert found.events == 60 + 20 + 1
    assert found.requests > found.events
    assert events.is_right(found, most_repeats=4 * trouble.kills), found
    assert (found.done["rows"], found.done["labels"], found.done["answers"]) == (20, 20, 60)
    folder = tmp_path / "batches/batch"
    results, labels = (
        [json.loads(line) for line in (folder / name).read_text().splitlines()]
        for name in ("results.jsonl", "labels.jsonl")
    )
    assert len({line["assignment_id"] for line in results}) == len(results) == 60
    assert sorted(line["row"] for line in labels) == list(range(20))


def test_the_delay_of_each_event_is_measured() -> None:
    """From the submission of an answer, and from a row's last one, to the receiver."""
    received: list[dict[str, object]] = [
        {"type": "answer", "assignment_id": "3A", "row": "p1", "time": 10.5},
        {"type": "answer", "assignment_id": "3B", "row": "p1", "time": 12.25},
        {"type": "label", "assignment_id": None, "row": "p1", "time": 13.0},
        {"type": "done", "assignment_id": None, "row": None, "time": 13.5},
    ]

    delays = events.measure_delays({"3A": "p1", "3B": "p1"}, {"3A": 10.0, "3B": 12.0}, received)

    assert delays == ([0.5, 0.25], [1.0])


def test_the_server_of_batches_is_measured() -> None:
    """Both tables' figures are there, and the small batch uses less than a large one may."""
    found = batch_server.measure(6, rows_per_hit=2, row_bytes=60)

    assert (found.rows, found.hits) == (6, 3)
    assert 0 < found.answered < found.launched
    assert batch_server.is_small(found)
    assert len(batch_server.format_table(found, found).splitlines()) == 6
