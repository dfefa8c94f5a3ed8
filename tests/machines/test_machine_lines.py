"""Answers of machines beside people's: every export says whose they are, and nobody pays for them."""

import csv
import io
import json
import sqlite3
from contextlib import closing
from typing import Any

import pytest

from amt import notices
from tests.support.machine_lines import MACHINE, machine_result
from tests.support.results_lines import result, to_lines
from tests.support.script_fixtures import Desk

PEOPLE = "--results_file=results.txt"
MACHINES = "--results_file=machine_results.jsonl"


@pytest.fixture
def files(desk: Desk) -> Desk:
    """A desk with two answers of people, of whom the second was shown a suggestion, and a machine's."""
    desk.write("results.txt", to_lines(result(), result(2, suggested_by=MACHINE)))
    desk.write("machine_results.jsonl", to_lines(machine_result()))
    return desk


@pytest.mark.parametrize(
    ("format_name", "names"),
    [
        ("csv", ("machine", "confidence", "suggested_by")),
        ("mturk", ("Machine", "Confidence", "SuggestedBy")),
        ("amti", ("Machine", "Confidence", "SuggestedBy")),
    ],
)
def test_csv_names_the_machine(files: Desk, format_name: str, names: tuple[str, ...]) -> None:
    """The columns are there only if a result needs them."""
    done = files.run("export_results", PEOPLE, MACHINES, f"--format={format_name}")
    alone = files.run("export_results", PEOPLE, f"--format={format_name}")

    table = list(csv.DictReader(io.StringIO(done.out)))
    assert [[row[name] for name in names] for row in table] == [
        ["", "", ""],
        ["", "", MACHINE],
        [MACHINE, "0.75", ""],
    ]
    (head, *_) = csv.reader(io.StringIO(alone.out))
    assert [name in head for name in names] == [False, False, True]


def test_the_web_sites_csv_comes_back_with_the_machine(files: Desk) -> None:
    """import_results.py reads the columns that export_results.py adds; a machine has no status."""
    files.run("export_results", PEOPLE, MACHINES, "--format=mturk", "--output_file=table.csv")

    done = files.run("import_results", "--results_file=table.csv")

    keys = ("machine", "confidence", "suggested_by", "status")
    assert [[line.get(key) for key in keys] for line in done.lines] == [
        [None, None, None, "Approved"],
        [None, None, MACHINE, "Approved"],
        [MACHINE, 0.75, None, None],
    ]


def test_a_database_names_the_machine_also_one_of_an_older_version(files: Desk) -> None:
    """The columns are added to the table that is there."""
    to = f"--to=sqlite:///{files.folder / 'results.sqlite3'}"
    files.run("export_results", PEOPLE, to)
    with closing(sqlite3.connect(files.folder / "results.sqlite3")) as connection:
        for name in ("machine", "confidence", "suggested_by"):
            connection.execute(f"ALTER TABLE results DROP COLUMN {name}")

    done = files.run("export_results", PEOPLE, MACHINES, to)

    assert done.err == "1 result added, 2 updated.\n"
    query = "SELECT machine, confidence, suggested_by, status FROM results ORDER BY assignment_id"
    with closing(sqlite3.connect(files.folder / "results.sqlite3")) as connection:
        assert connection.execute(query).fetchall() == [
            (None, None, None, "Approved"),
            (None, None, MACHINE, "Approved"),
            (MACHINE, 0.75, None, None),
        ]


def test_answers_of_machines_have_no_xml(files: Desk) -> None:
    """They are counted and left out."""
    files.write("results.txt", to_lines(result(xml="<a/>")))

    done = files.run("export_results", PEOPLE, MACHINES, "--format=xml", "--output_file=answers")

    assert (done.code, done.err) == (0, "1 answer of machines left out: they have no XML.\n")
    assert [path.name for path in (files.folder / "answers").rglob("*.xml")] == [
        "assignment-3ASSIGNMENT1.xml"
    ]


def test_nobody_decides_on_answers_of_machines(files: Desk) -> None:
    """They earn nothing, so they are not in a decision file."""
    files.write("all.txt", to_lines(result(status="Submitted"), machine_result()))

    done = files.run(
        "review_hits",
        "--results_file=all.txt",
        "--decisions_file=decisions.csv",
        "--rule=approve all",
    )

    assert done.err.startswith("1 answer of machines left out: they earn nothing.\n")
    table = list(csv.DictReader(io.StringIO(files.read("decisions.csv"))))
    assert [row["assignment_id"] for row in table] == ["3ASSIGNMENT1"]


def test_results_of_people_are_not_collected_over_a_machines(files: Desk) -> None:
    """get_results.py would drop what the crowd does not know."""
    files.launch(1)

    said = files.fails(
        "get_results", "--hit_ids_file=hit_ids.txt", "--output_file=machine_results.jsonl"
    )

    assert said == (
        "machine_results.jsonl:1: an answer of answer_hits.py; name another file for "
        "the results of people"
    )


def test_the_workers_file_names_machines(files: Desk) -> None:
    """Their times are not people's: they count for no median."""
    labels = [
        result(1, worker_id=f"A{n}", assignment_id=f"3A{n}", output={"label": "animal"})
        for n in "12"
    ]
    files.write("results.txt", to_lines(*labels))

    done = files.run(
        *("aggregate_results", PEOPLE, MACHINES, "--field=output.label"),
        *("--workers_file=workers.csv", "--method=majority"),
    )

    assert json.loads(done.out)["votes"] == {"animal": 3}
    table = list(csv.DictReader(io.StringIO(files.read("workers.csv"))))
    assert [(row["worker_id"], row["machine"], row["median_seconds"]) for row in table] == [
        ("A1", "", "22"),
        ("A2", "", "22"),
        ("MMACHINE", MACHINE, ""),
    ]


def test_machines_of_a_workers_file_get_no_qualification_and_no_message(files: Desk) -> None:
    """They are not on the crowd, which would refuse their ids."""
    worker = files.crowd().make_worker("Ada")
    table = f"worker_id,machine,accuracy\n{worker},,0.9\nMMACHINE,{MACHINE},0.95\n"
    files.write("workers.csv", table)

    done = files.run(
        *("manage_qualifications", "from_results", "--workers_file=workers.csv"),
        *("--name=Good", "--good=0.8"),
    )

    assert done.code == 0, done.err
    assert "workers.csv: 1 of 1 worker has accuracy 0.8 or more" in done.err
    assert [recipient.worker_id for recipient in notices.read_workers("workers.csv")] == [worker]


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"machine": ""}, "machine is not the name of a machine"),
        ({"machine": 1}, "machine is not the name of a machine"),
        ({"suggested_by": []}, "suggested_by is not the name of a machine"),
        ({"confidence": 1.5}, "confidence is not a number from 0 to 1"),
        ({"confidence": True}, "confidence is not a number from 0 to 1"),
    ],
)
def test_a_line_with_wrong_fields_is_named(
    files: Desk, changes: dict[str, Any], fault: str
) -> None:
    """With the file that it is in."""
    files.write("machine_results.jsonl", to_lines(machine_result(**changes)))

    said = files.fails("export_results", PEOPLE, MACHINES, "--format=csv")

    assert said == f"machine_results.jsonl:1: not a line of results: {fault}"
