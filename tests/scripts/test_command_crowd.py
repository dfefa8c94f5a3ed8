"""examples/command_crowd: a batch file whose HITs a program answers, from the file to the end."""

import json
import zipfile
from pathlib import Path

from examples.command_crowd.crowd import create
from tests.support.declared_batches import FOLDER, read_lines, write_batch
from tests.support.plug_in_modules import COMMAND_CROWD, WORKER, use_command_crowd
from tests.support.script_fixtures import Desk

IDS = f"--hit_ids_file={FOLDER}/hit_ids.txt"
JOURNAL = "programs/sandbox.jsonl"


def test_a_program_answers_a_batch_that_every_script_takes(desk: Desk) -> None:
    """run_batch.py --follow, then progress, bonuses, results, review, archive and deletion."""
    use_command_crowd(desk)
    settings = json.loads(desk.read("config.json"))
    name = write_batch(desk, assignments=3, rows_per_hit=2, crowd=COMMAND_CROWD)

    followed = desk.run("run_batch", name, "--follow")
    labels = [(line["row_id"], line["label"]) for line in read_lines(desk, "labels.jsonl")]
    progress = desk.run("show_hit_progress", IDS)
    collected = desk.run("get_results", IDS)
    first = collected.lines[0]["assignment_id"]
    desk.write("bonuses.csv", f"assignment_id,amount,reason\n{first},0.10,Good work\n")
    paid = desk.run("pay_bonuses", "--bonuses_file=bonuses.csv", "--yes")
    Path("bonuses.csv.paid.jsonl").unlink()  # of a lost record, too, nothing is paid twice
    again = desk.run("pay_bonuses", "--bonuses_file=bonuses.csv", "--yes")
    approved = desk.run("approve_hits", IDS, "--yes")
    costs = desk.run("show_costs", IDS)
    archived = desk.run("archive_batch", IDS, "--archive_file=batch.zip")
    deleted = desk.run("delete_hits", IDS, "--yes")

    assert followed.err.endswith(f"9 answers to 3 rows, 3 labels; 2 of 2 HITs finished. {FOLDER}\n")
    assert labels == [("p1", "yes"), ("p2", "yes"), ("p3", "yes")]
    assert "available 0, pending 0, submitted 6, approved 0, rejected 0" in progress.out
    assert {line["worker_id"] for line in collected.lines} == {f"AMACHINE{n}" for n in (1, 2, 3)}
    assert [paid.code, again.code] == [0, 0]
    journal = [json.loads(line) for line in desk.read(JOURNAL).splitlines()]
    assert [kind for kind, *_ in journal].count("Bonus") == 1
    assert "Approved 6 assignments for $0.30" in approved.err
    assert "bonuses are not counted" in costs.err
    assert "the archive has no bonuses.jsonl" in archived.err
    with zipfile.ZipFile("batch.zip") as archive:
        assert "bonuses.jsonl" not in "".join(archive.namelist())
    assert "Deleted 2 HITs" in deleted.err
    assert settings["crowd"] == COMMAND_CROWD
    assert [done.code for done in (progress, collected, approved, costs, archived, deleted)] == [
        0
    ] * 6


def test_the_journal_survives_a_kill(desk: Desk) -> None:
    """A line that was cut short is gone, and what it said is done again, under the same ids."""
    use_command_crowd(desk)
    name = write_batch(desk, assignments=1)
    desk.run("run_batch", name)
    ids = desk.read(f"{FOLDER}/hit_ids.txt")
    record = desk.read(f"{FOLDER}/hit_ids.batch.jsonl").splitlines(keepends=True)
    journal = Path(JOURNAL).read_bytes().splitlines(keepends=True)
    Path(JOURNAL).write_bytes(b"".join(journal[:-1]) + journal[-1][:50])  # the third HIT
    desk.write(f"{FOLDER}/hit_ids.batch.jsonl", "".join(record[:2]))  # the first HIT is known
    Path(f"{FOLDER}/hit_ids.txt").unlink()

    done = desk.run("run_batch", name, "--once")

    assert desk.read(f"{FOLDER}/hit_ids.txt") == ids
    assert "3 answers to 3 rows, 3 labels; 3 of 3 HITs finished" in done.err


def test_two_processes_share_the_journal(desk: Desk) -> None:
    """Each call reads what others have written since."""
    settings = {"command": WORKER, "directory": "programs"}
    one, other = (create(live=False, settings=settings) for _ in range(2))
    type_id = one.create_hit_type(Title="T", Description="D", Reward="0.05")["HITTypeId"]

    made = other.create_hit_with_hit_type(HITTypeId=type_id, LifetimeInSeconds=60, Question="")

    assert one.get_hit(HITId=made["HIT"]["HITId"])["HIT"] == made["HIT"]
