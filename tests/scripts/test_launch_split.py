"""launch_hits.py --split: several HITs of a row, one after another, for different workers."""

import json
from datetime import UTC, datetime, timedelta
from operator import itemgetter
from typing import Any
from zipfile import ZipFile

import pytest

from amt.crowd import Crowd
from amt.splitting import split_evenly
from local_crowd.operations.errors import NotPossible
from tests.support.launches import FLAGS, RECORD, made, record
from tests.support.script_fixtures import PROPERTIES, Desk, Done

SPLIT = (*FLAGS, "--split")


@pytest.fixture
def amazon(files: Desk, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """A desk whose crowd charges Amazon's fees; the input has two rows, MaxAssignments is 11."""
    monkeypatch.setattr(Crowd, "charges_fees", property(lambda _: True))
    files.write("input.jsonl", '{"n": 0}\n{"n": 1}\n')
    set_properties(files, MaxAssignments=11)
    return files


def set_properties(desk: Desk, **changes: Any) -> None:
    desk.write("properties.json", json.dumps(PROPERTIES | changes))


def launch(desk: Desk, *flags: str) -> Done:
    """Launch, or launch the next part; the calls are those of this run."""
    desk.calls.clear()
    return desk.run("launch_hits", *SPLIT, *flags)


def submit(desk: Desk, hit_id: str, names: list[str]) -> None:
    crowd = desk.crowd()
    for name in names:
        crowd.do(crowd.make_worker(name), hit_id)


def hit_ids(desk: Desk) -> list[list[str]]:
    """The ids of the HITs of each part, by row."""
    parts: list[list[str]] = [[], []]
    for line in sorted(record(desk)[1:], key=itemgetter("row")):
        parts[line["part"]].append(line["hit_id"])
    return parts


def names(count: int, prefix: str = "worker") -> list[str]:
    return [f"{prefix} {number}" for number in range(count)]


def test_rows_are_split_into_the_fewest_even_parts() -> None:
    """Of at most nine assignments each."""
    assert [split_evenly(count) for count in (10, 18, 19, 30)] == [
        [5, 5],
        [9, 9],
        [7, 6, 6],
        [8, 8, 7, 7],
    ]


def test_nobody_can_do_two_hits_of_a_row(amazon: Desk) -> None:
    """The second part follows when the first is submitted, and excludes everybody who did any of it.

    Until then the scripts see what there is; then all answers to a row are together.
    """
    done = launch(amazon)

    assert done.code == 1  # the batch is not complete
    assert (
        "4 HITs, 22 assignments: at most $1.32 ($1.10 in rewards, $0.22 in fees), on the sandbox of "
        "the local crowd" in done.err
    )
    assert "Each row has 2 HITs, of 6, 5 assignments" in done.err
    assert (
        "2 of 4 HITs are created. When the assignments of part 1 of 2 are submitted, run the same "
        "command again to create the next.\n" in done.err
    )
    first, second = hit_ids(amazon)[0]
    assert [amazon.crowd().hit(hit_id)["MaxAssignments"] for hit_id in (first, second)] == [6, 6]
    submit(amazon, first, names(6))
    submit(amazon, second, names(4))
    crowd = amazon.crowd()
    held = crowd.accept(crowd.make_worker("slow"), second)
    waiting = launch(amazon)
    assert waiting.code == 1
    assert waiting.err.endswith(
        "part 2 of 2 is not launched yet: of earlier parts, 1 assignment can be accepted and 1 is in "
        "progress. Run the same command again when they are submitted or expired.\n"
    )
    assert {"CreateHITWithHITType", "AssociateQualificationWithWorker"}.isdisjoint(amazon.calls)
    crowd.submit(held)
    crowd.client.update_expiration_for_hit(HITId=second, ExpireAt=0)

    assert launch(amazon).code == 0

    assert amazon.calls.count("AssociateQualificationWithWorker") == 7
    third, fourth = hit_ids(amazon)[1]
    assert amazon.read("hit_ids.txt").split() == [first, third, second, fourth]
    for name, hit_id in (("worker 0", third), ("worker 5", fourth), ("slow", fourth)):
        with pytest.raises(NotPossible):
            crowd.accept(crowd.make_worker(name), hit_id)
    submit(amazon, third, names(5, "other"))
    results = amazon.run("get_results", "--hit_ids_file=hit_ids.txt").lines
    amazon.write("results.txt", "".join(f"{json.dumps(result)}\n" for result in results))
    aggregated = amazon.run(
        "aggregate_results", "--results_file=results.txt", "--field=answers.word"
    )
    assert [(row["row"], row["hit_id"], row["votes"]) for row in aggregated.lines] == [
        (0, first, {"cat": 11}),
        (1, second, {"cat": 4}),  # the fifth worker has submitted an empty form
    ]
    assert [result["row"] for result in results] == [*[0] * 11, *[1] * 5]
    workers = [result["worker_id"] for result in results if result["row"] == 0]
    assert len(set(workers)) == 11
    assert launch(amazon).code == 0
    assert "CreateHITWithHITType" not in amazon.calls


def test_other_scripts_take_a_split_batch(amazon: Desk) -> None:
    """Progress counts its HITs, and an archive has each row once."""
    launch(amazon)
    archive = ("archive_batch", "--hit_ids_file=hit_ids.txt", "--archive_file=study.zip")

    progress = amazon.run("show_hit_progress", "--hit_ids_file=hit_ids.txt")
    archived = amazon.run(*archive)

    assert progress.out.startswith("0 / 6: 2\n")
    assert "2 of 4 HITs were launched\n" in archived.err
    assert archived.code == 0
    with ZipFile("study.zip") as files:
        assert sorted(files.read("input.jsonl").splitlines()) == [b'{"n": 0}', b'{"n": 1}']
    assert amazon.run("archive_batch", "--verify=study.zip").code == 0


def test_a_part_that_another_follows_cannot_be_extended(amazon: Desk) -> None:
    """The workers of the later part are not excluded from the earlier one."""
    launch(amazon)
    extend = ("extend_hits", "--hit_ids_file=hit_ids.txt", "--yes")
    assert amazon.run(*extend, "--seconds=60").code == 0
    for hit_id in hit_ids(amazon)[0]:
        submit(amazon, hit_id, names(6))
    launch(amazon)

    assert amazon.fails(*extend, "--seconds=90") == (
        "hit_ids.batch.jsonl: this batch is split, and workers of part 2 could accept HITs of earlier "
        "parts if these were extended; launch another batch for more answers"
    )


@pytest.mark.parametrize("age", [timedelta(0), timedelta(days=2)])
def test_an_interrupted_part_is_finished(amazon: Desk, age: timedelta) -> None:
    """No row gets two HITs of a part, also when the crowd has forgotten the tokens of the calls."""
    launch(amazon)
    for hit_id in hit_ids(amazon)[0]:
        submit(amazon, hit_id, names(6))
    header, *lines = record(amazon)
    header["time"] = (datetime.now(UTC) - age).isoformat(timespec="seconds")
    assert launch(amazon).code == 0
    amazon.write(RECORD, "".join(f"{json.dumps(line)}\n" for line in (header, *lines)))
    (amazon.folder / "hit_ids.txt").unlink()

    assert launch(amazon).code == 0

    assert len(made(amazon)) == 4
    assert list(map(len, hit_ids(amazon))) == [2, 2]


def test_the_record_says_that_it_is_split(amazon: Desk) -> None:
    """Without the flag it goes on; a batch that was begun without it says what it would save."""
    launch(amazon)
    assert amazon.run("launch_hits", *FLAGS).code == 1
    assert record(amazon)[0]["parts"] == [6, 5]
    whole = FLAGS[:-1]
    unsplit = amazon.run("launch_hits", *whole, "--hit_ids_file=whole.txt")
    assert (
        "With --split it would be $1.32 in all: the fee is higher from 10 assignments on.\n"
        in unsplit.err
    )

    done = amazon.run("launch_hits", *whole, "--hit_ids_file=whole.txt", "--split")

    assert done.code == 2
    assert done.err.endswith(
        "whole.batch.jsonl: this batch was begun without --split; leave it out\n"
    )


def test_a_deleted_hit_stops_the_next_part(amazon: Desk) -> None:
    """Nobody knows any more who worked on it."""
    launch(amazon)
    first, second = hit_ids(amazon)[0]
    client = amazon.crowd().client
    for hit_id in (first, second):
        client.update_expiration_for_hit(HITId=hit_id, ExpireAt=0)
    client.delete_hit(HITId=first)

    done = launch(amazon)

    assert done.code == 1
    assert f"{first}: Hit {first} does not exist.\n" in done.err
    assert done.err.endswith(
        "part 2 of 2 is not launched: it is not known who worked on earlier parts\n"
    )


def test_max_cost_is_for_all_parts(amazon: Desk) -> None:
    """And the check comes before the first call."""
    done = launch(amazon, "--max_cost=1.31")

    assert done.code == 2
    assert done.err.endswith("this can cost $1.32, more than --max_cost $1.31\n")
    assert amazon.calls == []


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        (
            {
                "QualificationRequirements": [{"QualificationTypeId": "3A", "Comparator": "Exists"}]
                * 10
            },
            "--split needs a qualification requirement, and there are 10 already; remove one",
        ),
        (
            {"HITReviewPolicy": {"PolicyName": "SimplePlurality/2011-09-01"}},
            (
                "--split: HITReviewPolicy compares the answers to one HIT, and a row would have "
                "several; leave out one of the two"
            ),
        ),
    ],
)
def test_what_cannot_be_split_is_refused(amazon: Desk, changes: dict[str, Any], fault: str) -> None:
    """Before anything is launched."""
    set_properties(amazon, MaxAssignments=11, **changes)

    done = launch(amazon)

    assert (done.code, done.err.partition(": ")[2]) == (2, f"{fault}\n")
    assert amazon.calls == []


def test_split_is_not_needed_where_it_saves_nothing(files: Desk) -> None:
    """On a crowd without fees, or with at most nine assignments: one HIT for each row, as usual."""
    set_properties(files, MaxAssignments=11)

    done = launch(files)

    assert done.code == 0
    assert done.err.startswith(
        "--split is not needed on the sandbox of the local crowd, which charges no fees; HITs are "
        "launched whole.\n"
    )
    assert "parts" not in record(files)[0]
    assert [hit["MaxAssignments"] for hit in made(files)] == [11] * 3


def test_few_assignments_need_no_split(amazon: Desk) -> None:
    """The fee is the same."""
    set_properties(amazon, MaxAssignments=9)

    done = launch(amazon)

    assert done.code == 0
    assert "--split is not needed: MaxAssignments is 9.\n" in done.err
