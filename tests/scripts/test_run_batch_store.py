"""run_batch.py with `store`: results and labels in a database, and docs/sql.md, whose queries run here."""

import re
from pathlib import Path

from tests.support.declared_batches import FOLDER, answer, list_rows, write_batch
from tests.support.result_databases import Read, to_json
from tests.support.script_fixtures import ROOT, Desk


def launch_and_answer(desk: Desk, name: str) -> None:
    """Two workers answer both HITs of three rows; a third one answers the last."""
    desk.run("run_batch", name)
    first, second = list_rows(desk)
    answer(desk, first, "Ada", p1="yes", p2="yes")
    answer(desk, first, "Bea", p1="yes", p2="no")
    answer(desk, second, "Ada", p3="no")


def test_results_and_labels_are_stored_by_each_round(desk: Desk, database: str, read: Read) -> None:
    """A line for each row and worker, once; the next round adds what is new."""
    name = write_batch(desk, rows_per_hit=2, store=database)
    launch_and_answer(desk, name)
    desk.run("run_batch", name, "--once")
    first = read("SELECT count(*) FROM results")

    answer(desk, list(list_rows(desk))[1], "Bea", p3="no")
    desk.run("run_batch", name, "--follow")

    assert first == [(5,)]
    rows = read("SELECT row_id, row, output, input FROM results ORDER BY row, submit_time")
    assert [(row[0], row[1], to_json(row[2])["same"]) for row in rows] == [
        ("p1", 0, "yes"),
        ("p1", 0, "yes"),
        ("p2", 1, "yes"),
        ("p2", 1, "no"),
        ("p3", 2, "no"),
        ("p3", 2, "no"),
    ]
    assert to_json(rows[0][3]) == [["Air 90", "99"], ["Air Max 90", "101"]]
    labels = read(
        "SELECT row_id, CAST(label AS text), confidence, answers FROM labels ORDER BY row"
    )
    assert [(row[0], row[3]) for row in labels] == [("p1", 2), ("p2", 2), ("p3", 2)]
    assert to_json(labels[0][1]) == "yes"
    assert read("SELECT name, rows FROM batches") == [("shoes-1", 3)]


def test_a_database_that_is_down_stops_nothing(desk: Desk) -> None:
    """The files are written; the next round stores what the database lacks."""
    folder = Path("results")
    name = write_batch(desk, rows_per_hit=2, store="sqlite:///results/results.sqlite3")
    launch_and_answer(desk, name)

    down = desk.run("run_batch", name, "--once")
    folder.mkdir()
    up = desk.run("run_batch", name, "--once")

    assert (down.code, up.code) == (0, 0)
    assert "unable to open database file" in down.err
    assert "what is missing there is stored by a later round or run" in down.err
    assert "5 answers to 3 rows" in down.err
    assert "unable" not in up.err
    assert (folder / "results.sqlite3").exists()


def test_every_query_about_batch_files_gives_what_it_says(
    desk: Desk, database: str, read: Read
) -> None:
    """Two workers agree on one row and disagree on another; the third waits for an answer."""
    name = write_batch(
        desk, rows_per_hit=2, store=database, merge={"method": "majority"}, title="Same shoes?"
    )
    launch_and_answer(desk, name)
    desk.run("run_batch", name, "--once")

    section = (ROOT / "docs/sql.md").read_text().partition("\n## Batch files")[2]
    queries = re.findall(r"```sql\n(.*?)```", section, re.DOTALL)
    labels, progress, look, workers, costs = [read(query) for query in queries]

    assert [(row, text.strip('"') if text else None) for row, text, *_ in labels] == [
        ("p1", "yes"),
        ("p2", None),
    ]
    assert [tuple(row) for row in progress] == [("shoes-1", 3, 3, 2, 1)]
    assert [(row, why) for row, _, why in look] == [("p2", "tie of no, yes")]
    assert sorted(tuple(row[1:]) for row in workers) == [(1, 1), (1, 1)]
    assert [(name, count, f"{cost:.2f}") for name, count, cost in costs] == [
        ("Same shoes?", 3, "0.15")
    ]


def test_exported_results_are_the_rows_that_are_stored(
    desk: Desk, database: str, read: Read
) -> None:
    """export_results.py --to updates them: none is added or left out, and the batch keeps its name."""
    name = write_batch(desk, rows_per_hit=2, store=database)
    launch_and_answer(desk, name)
    desk.run("run_batch", name, "--once")
    query = "SELECT row_id, worker_id, answers FROM results ORDER BY row, submit_time"
    stored = read(query)

    exported = desk.run(
        "export_results",
        f"--results_file={FOLDER}/results.jsonl",
        f"--hit_ids_file={FOLDER}/hit_ids.txt",
        f"--to={database}",
    )

    assert exported.err == "0 results added, 5 updated.\n"
    assert read(query) == stored
    assert read("SELECT name, rows FROM batches") == [("shoes-1", 3)]
