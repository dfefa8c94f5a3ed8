"""Files with ids of another kind than the flag takes: the scripts say which kind they are."""

import pytest

from tests.support.script_fixtures import Desk

IDS = "--hit_ids_file=hit_ids.txt"
BY_HIT = (
    ("approve_hits", "--yes"),
    ("delete_hits", "--yes"),
    ("get_results",),
    ("reject_hits", "--yes", "--feedback=Empty."),
    ("show_costs",),
    ("show_hit_progress",),
)
BY_ASSIGNMENT = (
    ("approve_assignments", "--yes"),
    ("reject_assignments", "--yes", "--feedback=Empty."),
)
BY_WORKER = (("block_workers", "--yes", "--reason=Random answers."), ("unblock_workers", "--yes"))


def last_words(desk: Desk, flag: str, item: str, *argv: str) -> list[str]:
    """What a script says that is given a file with this id; nothing may be done."""
    desk.write("other_ids.txt", f"{item}\n")
    done = desk.run(argv[0], f"--{flag}=other_ids.txt", *argv[1:])
    assert done.code in (1, 2)
    return done.err.splitlines()


@pytest.mark.parametrize("argv", BY_HIT, ids=lambda argv: argv[0])
def test_assignments_and_workers_in_place_of_hits(desk: Desk, argv: tuple[str, ...]) -> None:
    """--hit_ids_file with assignment ids or worker ids."""
    (hit_id,) = desk.launch(1)
    worker = desk.crowd().make_worker()
    assignment = desk.crowd().do(worker, hit_id)

    assert f"{assignment} is an assignment id; --hit_ids_file takes HIT ids" in last_words(
        desk, "hit_ids_file", assignment, *argv
    )
    assert f"{worker} looks like a worker id; --hit_ids_file takes HIT ids" in last_words(
        desk, "hit_ids_file", worker, *argv
    )


@pytest.mark.parametrize("argv", BY_ASSIGNMENT, ids=lambda argv: argv[0])
def test_hits_and_workers_in_place_of_assignments(desk: Desk, argv: tuple[str, ...]) -> None:
    """--assignment_ids_file with HIT ids, which names the scripts that take those."""
    (hit_id,) = desk.launch(1)

    assert (
        f"{hit_id} is a HIT id; --assignment_ids_file takes assignment ids. approve_hits.py and "
        "reject_hits.py take a --hit_ids_file"
    ) in last_words(desk, "assignment_ids_file", hit_id, *argv)
    assert "AB3CDEFGH looks like a worker id; --assignment_ids_file takes assignment ids" in (
        last_words(desk, "assignment_ids_file", "AB3CDEFGH", *argv)
    )


@pytest.mark.parametrize("argv", BY_WORKER, ids=lambda argv: argv[0])
def test_hits_in_place_of_workers(desk: Desk, argv: tuple[str, ...]) -> None:
    """--worker_ids_file with HIT ids is refused before anything is sent."""
    (hit_id,) = desk.launch(1)
    desk.calls.clear()

    (words,) = last_words(desk, "worker_ids_file", hit_id, *argv)

    assert words.endswith(f"other_ids.txt: {hit_id} is not a worker id, which begins with A")
    assert desk.calls == []


def test_an_id_of_nothing_is_only_named(desk: Desk) -> None:
    """What the crowd does not know at all is not guessed at."""
    desk.launch(1)

    assert len(last_words(desk, "hit_ids_file", "3" + "X" * 29, "get_results")) == 1
