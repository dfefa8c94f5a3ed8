"""export_results.py --to: results in the tables of a database; docs/sql.md, whose queries run here."""

import json
import re
import sqlite3
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.support.result_databases import Read, to_json
from tests.support.results_lines import result, to_lines
from tests.support.script_fixtures import Desk

ROOT = Path(__file__).parents[2]
FROM = "--results_file=results.txt"
IDS = "--hit_ids_file=hit_ids.txt"


def store(desk: Desk, url: str, *flags: str) -> str:
    """Store results.txt; what was said."""
    done = desk.run("export_results", FROM, f"--to={url}", *flags)
    assert (done.code, done.out) == (0, "")
    return done.err


def to_time(value: Any) -> datetime:
    """A time as either database returns it."""
    time = datetime.fromisoformat(value) if isinstance(value, str) else value
    return time.astimezone(UTC) if time.tzinfo else time.replace(tzinfo=UTC)


def test_a_batch_and_its_results_are_stored_and_refreshed(
    desk: Desk, database: str, read: Read
) -> None:
    """The second run changes what has changed, and adds what is new."""
    hits = desk.launch({"text": "a dog"}, {"text": "a cat"})
    crowd = desk.crowd()
    for hit in hits:
        crowd.do(crowd.make_worker(f"Ada {hit}"), hit, [("label", "animal")])
    desk.write("results.txt", desk.run("get_results", IDS).out)

    first = store(desk, database, IDS)
    desk.run("approve_hits", IDS, "--yes")
    crowd.do(crowd.make_worker("Bea"), hits[0], [("label", "dog")])
    desk.write("results.txt", desk.run("get_results", IDS).out)
    second = store(desk, database, IDS)

    assert first == "2 results added, 0 updated.\n"
    assert second == "1 result added, 2 updated.\n"
    query = "SELECT batch, row, status, input, answers, submit_time, worker_id FROM results"
    rows = read(f"{query} ORDER BY row, submit_time, status")
    header = json.loads((desk.folder / "hit_ids.batch.jsonl").read_text().partition("\n")[0])
    assert {row[0] for row in rows} == {header["batch"]}
    assert sorted((row[1], row[2]) for row in rows) == [
        (0, "Approved"),
        (0, "Submitted"),
        (1, "Approved"),
    ]
    assert to_json(rows[-1][3]) == {"text": "a cat"}
    assert to_json(rows[-1][4]) == {"label": "animal"}
    lines = [json.loads(line) for line in (desk.folder / "results.txt").read_text().splitlines()]
    stored = {row[6]: to_time(row[5]) for row in rows}
    assert stored == {line["worker_id"]: to_time(line["submit_time"]) for line in lines}
    ((batch, title, reward, site, count),) = read(
        "SELECT batch, title, reward, site, rows FROM batches"
    )
    assert (batch, title, f"{reward:.2f}", site, count) == (
        header["batch"],
        json.loads(header["properties"])["Title"],
        header["reward"],
        "sandbox",
        2,
    )


def test_results_without_a_batch_record_keep_the_batch_that_is_known(
    desk: Desk, database: str, read: Read
) -> None:
    """So results can be refreshed without the ids file."""
    (hit,) = desk.launch({"text": "a dog"})
    desk.crowd().do(desk.crowd().make_worker("Ada"), hit, [("label", "animal")])
    desk.write("results.txt", desk.run("get_results", IDS).out)
    store(desk, database, IDS)

    store(desk, database)

    assert read("SELECT count(*) FROM results WHERE batch IS NOT NULL") == [(1,)]


def test_texts_that_a_database_cannot_hold_are_replaced(
    desk: Desk, database: str, read: Read
) -> None:
    """U+0000 and half a surrogate pair become U+FFFD; a backslash and an emoji stay as they are."""
    answers = {"a\0": "x\0y", "half": "\ud83d", "whole": "\U0001f600 \\u0000"}
    desk.write("results.txt", to_lines(result(answers=answers, worker_id="A\0B")))

    store(desk, database)

    ((stored, worker),) = read("SELECT answers, worker_id FROM results")
    assert to_json(stored) == {"a\ufffd": "x\ufffdy", "half": "\ufffd", "whole": answers["whole"]}
    assert worker == "A\ufffdB"


def test_a_result_that_is_there_twice_counts_once(desk: Desk, database: str, read: Read) -> None:
    """The later line is the one that stays."""
    desk.write("results.txt", to_lines(result(), result(status="Rejected")))

    said = store(desk, database)

    assert said == "1 result added, 0 updated.\n"
    assert read("SELECT status FROM results") == [("Rejected",)]


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        (
            result(submit_time="yesterday"),
            "3ASSIGNMENT1: submit_time 'yesterday' is not a time; write it as 2026-01-31T12:00:00Z",
        ),
        (result(row=2**63), f"3ASSIGNMENT1: row {2**63} is too large for a database"),
    ],
)
def test_a_result_that_has_no_row_is_refused_before_anything_is_stored(
    desk: Desk, tmp_path: Path, line: dict[str, Any], fault: str
) -> None:
    """The database is not even created."""
    desk.write("results.txt", to_lines(result(2), line))

    assert desk.fails("export_results", FROM, "--to=sqlite:///new.sqlite3") == fault
    assert not (tmp_path / "new.sqlite3").exists()


def test_results_of_another_batch_are_refused(desk: Desk) -> None:
    """Else they would be counted to this batch."""
    desk.launch({"text": "a dog"})
    desk.write("results.txt", to_lines(result()))

    assert desk.fails("export_results", FROM, IDS, "--to=sqlite:///new.sqlite3") == (
        "3ASSIGNMENT1: its HIT 3HIT1 is not in the batch record; leave out --hit_ids_file, or give "
        "the one of these results"
    )


def test_ids_without_a_batch_record_are_refused(desk: Desk) -> None:
    """What is said of a batch comes from its record."""
    desk.write("results.txt", to_lines(result()))
    desk.write("hit_ids.txt", "3HIT1\n")

    assert desk.fails("export_results", FROM, IDS, "--to=sqlite:///new.sqlite3") == (
        "hit_ids.txt: has no batch record for the database; leave out --hit_ids_file"
    )


@pytest.mark.parametrize(
    ("flags", "fault"),
    [
        (
            ["--to=mysql://secret@host/db"],
            (
                "mysql: not the URL of a database; write postgresql://user@host/database or "
                "sqlite:///results.sqlite3"
            ),
        ),
        (
            ["--to=results.sqlite3"],
            (
                "results.sqlite3: not the URL of a database; write postgresql://user@host/database or "
                "sqlite:///results.sqlite3"
            ),
        ),
        (
            ["--to=sqlite:///none/there/x.sqlite3"],
            "sqlite:///none/there/x.sqlite3: unable to open database file; nothing was stored",
        ),
        (
            ["--to=sqlite:///x", "--output_file=y"],
            "leave out --output_file: --to names where the results go",
        ),
        (
            ["--to=sqlite:///x", "--raw"],
            "--raw is for CSV; --to always writes each value as it is",
        ),
    ],
)
def test_a_database_that_cannot_be_used_is_one_line(
    desk: Desk, flags: list[str], fault: str
) -> None:
    """A password in the URL is not repeated."""
    desk.write("results.txt", to_lines(result()))

    assert desk.fails("export_results", FROM, *flags) == fault


@pytest.mark.postgresql
def test_a_server_that_does_not_run_is_one_line(desk: Desk, tmp_path: Path) -> None:
    """The password in the URL is not shown."""
    desk.write("results.txt", to_lines(result()))

    fault = desk.fails(
        "export_results", FROM, f"--to=postgresql://ada:secret@/results?host={tmp_path}"
    )

    assert fault.startswith("postgresql+psycopg://ada:***@/results?host=")
    assert "failed: " in fault
    assert fault.endswith("; nothing was stored")


def test_the_data_of_a_crowd_is_not_written_to(desk: Desk, tmp_path: Path) -> None:
    """Nor are tables of another program that have our tables' names."""
    desk.crowd()
    desk.write("results.txt", to_lines(result()))
    with sqlite3.connect(tmp_path / "other.sqlite3") as other:
        other.execute("CREATE TABLE results (id INTEGER)")
    other.close()

    crowd = desk.fails("export_results", FROM, "--to=sqlite:///crowd/sandbox.sqlite3")
    others = desk.fails("export_results", FROM, "--to=sqlite:///other.sqlite3")

    assert crowd == "sqlite:///crowd/sandbox.sqlite3: is the data of a crowd; name another database"
    assert others == (
        "sqlite:///other.sqlite3: its table results is another one, without the column "
        "assignment_id; name another database, or rename that table"
    )


def test_every_query_of_the_documentation_gives_what_it_says(
    desk: Desk, database: str, read: Read
) -> None:
    """Three workers label two rows: they agree on one of them; one answer is rejected."""
    hits = desk.launch({"text": "a dog"}, {"text": "a cat"}, MaxAssignments=3)
    crowd = desk.crowd()
    for name, labels in (("Ada", "dog cat"), ("Bea", "dog cat"), ("Cy", "wolf cat")):
        worker = crowd.make_worker(name)
        for hit, label in zip(hits, labels.split(), strict=True):
            crowd.do(worker, hit, [("label", label)])
    desk.write("results.txt", desk.run("get_results", IDS).out)
    lines = [json.loads(line) for line in (desk.folder / "results.txt").read_text().splitlines()]
    (wolf,) = (line for line in lines if line["answers"]["label"] == "wolf")
    for line in lines:
        if line is wolf:
            crowd.client.reject_assignment(
                AssignmentId=line["assignment_id"], RequesterFeedback="a dog is no wolf"
            )
        else:
            crowd.client.approve_assignment(AssignmentId=line["assignment_id"])
    desk.write("results.txt", desk.run("get_results", IDS, "--rejected").out)
    store(desk, database, IDS)

    section = (ROOT / "docs/sql.md").read_text().partition("\n## Batch files")[0]
    queries = re.findall(r"```sql\n(.*?)```", section, re.DOTALL)
    answers, votes, doubtful, costs, workers = [read(query) for query in queries]

    assert [tuple(row[1:]) for row in answers] == [(0, 3, 2), (1, 3, 3)]
    assert votes == [(0, "dog", 2), (1, "cat", 3)]
    assert [(row, to_json(value), count) for row, value, count in doubtful] == [
        (0, {"text": "a dog"}, 2)
    ]
    assert [(name, count, f"{cost:.2f}") for name, count, cost in costs] == [
        ("Name an animal", 5, "0.25")
    ]
    assert sorted(tuple(row[1:]) for row in workers) == [(2, 0), (2, 0), (2, 1)]
    assert workers[0][0] == wolf["worker_id"]
