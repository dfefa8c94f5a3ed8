"""The other scripts work on a batch's directory as they do on any batch of launch_hits.py."""

import csv
import os
from pathlib import Path

from tests.support.declared_batches import (
    FOLDER,
    answer,
    count_hits,
    list_rows,
    read_lines,
    write_batch,
)
from tests.support.script_fixtures import Desk

IDS = f"--hit_ids_file={FOLDER}/hit_ids.txt"
RESULTS = f"--results_file={FOLDER}/results.jsonl"


def test_a_batch_is_followed_paid_and_archived_by_the_other_scripts(desk: Desk) -> None:
    """Each takes the ids file, or the results, as they are."""
    name = write_batch(desk, rows_per_hit=2, merge={"method": "majority"})
    desk.run("run_batch", name)
    first, second = list_rows(desk)
    answer(desk, first, "Ada", p1="yes", p2="yes")
    answer(desk, first, "Bea", p1="yes", p2="no")
    answer(desk, second, "Ada", p3="no")
    paid = answer(desk, second, "Bea", p3="no")
    desk.run("run_batch", name, "--once")
    desk.write("bonuses.csv", f"assignment_id,amount,reason\n{paid},0.10,good\n")

    progress = desk.run("show_hit_progress", IDS)
    approved = desk.run("approve_hits", IDS, "--yes")
    bonuses = desk.run("pay_bonuses", "--bonuses_file=bonuses.csv", "--yes")
    archived = desk.run(
        "archive_batch", IDS, "--archive_file=shoes.zip", f"--add={FOLDER}/labels.jsonl"
    )
    verified = desk.run("archive_batch", "--verify=shoes.zip")
    labels = desk.run("aggregate_results", RESULTS, "--field=output.same", "--method=majority")
    exported = desk.run("export_results", RESULTS, "--format=csv")
    again = desk.run("run_batch", name, "--once")

    codes = [
        done.code for done in (progress, approved, bonuses, archived, verified, exported, again)
    ]
    assert codes == [0] * 7, (archived.err, exported.err)
    assert "2 / 2: 2" in progress.out
    assert "4 assignments" in approved.err
    assert "answers: 4" in archived.out
    own = read_lines(desk, "labels.jsonl")
    assert [(line["row"], line["label"], line["votes"]) for line in labels.lines] == [
        (line["row"], line["label"], line["votes"]) for line in own
    ]
    table = list(csv.DictReader(exported.out.splitlines()))
    assert [line["answer.output.same"] for line in table] == ["yes", "yes", "yes", "no", "no", "no"]
    assert len(Path(FOLDER, "results.jsonl").read_text().splitlines()) == 6


def test_files_with_other_lines_are_refused(desk: Desk) -> None:
    """Results of get_results.py, which have no row_id, are not the batch's own; the line is named."""
    name = write_batch(desk, assignments=1, rows_per_hit=3)
    desk.run("run_batch", name)
    answer(desk, next(iter(list_rows(desk))), "Ada", p1="yes", p2="yes", p3="no")
    fetched = desk.run("get_results", IDS)
    faults = {}

    for file, line in (("results.jsonl", fetched.out), ("labels.jsonl", '{"row_id": "p1"}\n')):
        path = Path(FOLDER, file)
        path.write_text(line)
        faults[file] = desk.run("run_batch", name, "--once")
        path.unlink()

    for file, done in faults.items():
        assert done.code == 2
        assert done.err.partition(": ")[2] == (
            f"{FOLDER}/{file}:1: not a line that run_batch.py wrote; restore the file from a copy\n"
        )


def test_a_directory_that_cannot_be_made_is_named(desk: Desk) -> None:
    """As with a full disk; nothing is launched."""
    Path("batches").mkdir()
    desk.write(f"batches/.shoes-1.new{os.getpid()}", "")

    done = desk.run("run_batch", write_batch(desk))

    assert done.code == 2
    assert done.err.endswith(f": {FOLDER}: cannot be made: File exists\n")
    assert count_hits(desk) == 0


def test_decisions_are_on_assignments(desk: Desk) -> None:
    """Results with a line for each row are no file to decide on: an assignment would be there twice."""
    name = write_batch(desk, assignments=1, rows_per_hit=3)
    desk.run("run_batch", name)
    answer(desk, next(iter(list_rows(desk))), "Ada", p1="yes", p2="yes", p3="no")
    desk.run("run_batch", name, "--once")
    desk.run("get_results", IDS, "--output_file=fetched.jsonl")
    rule, decisions = "--rule=approve all", "--decisions_file=decisions.csv"

    refused = desk.run("review_hits", RESULTS, rule, decisions)
    reviewed = desk.run("review_hits", "--results_file=fetched.jsonl", rule, decisions)

    assert refused.code == 2
    assert refused.err.endswith(
        ": has a line for each row, and decisions are on whole assignments; give the results of "
        "get_results.py with the batch's hit_ids.txt\n"
    )
    assert reviewed.code == 0
