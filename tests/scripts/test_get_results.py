"""get_results.py: the answers of HITs, fetched once."""

import json
import os
import signal
import subprocess
import threading
from pathlib import Path
from typing import Any

import pytest

from tests.support.crowds import DAY
from tests.support.script_fixtures import Desk

IDS = "--hit_ids_file=hit_ids.txt"
INTO = "--output_file=results.jsonl"
LISTING = "ListAssignmentsForHIT"


def answer(desk: Desk, hit_id: str, name: str, output: Any = '"cat"') -> str:
    """A worker does a HIT; the assignment's id. A text is posted as it is, else as JSON."""
    crowd = desk.crowd()
    desk.clock.advance(1)  # results are in the order of submission
    text = output if isinstance(output, str) else json.dumps(output)
    return crowd.do(crowd.make_worker(name), hit_id, [("comment", "hm"), ("output", text)])


def collect(desk: Desk, *argv: str) -> list[Any]:
    """The results that are printed; nothing may be said of them."""
    done = desk.run("get_results", *argv)
    assert (done.code, done.err) == (0, "")
    return done.lines


def listings(desk: Desk) -> int:
    """How many HITs had their assignments listed since the last time."""
    count = desk.calls.count(LISTING)
    desk.calls.clear()
    return count


def test_a_line_for_each_assignment_with_its_input(desk: Desk) -> None:
    """In the order of the ids file, each with the row that it answers."""
    first, second = desk.launch({"word": "dog"}, {"word": "cat"})
    b = answer(desk, second, "Ada", {"a": 'two\nlines & <b> "é"'})
    a1 = answer(desk, first, "Ada", {"a": 1})
    a2 = answer(desk, first, "Bob", {"a": 2})

    results = collect(desk, IDS)

    assert [result["assignment_id"] for result in results] == [a1, a2, b]
    assert [result["output"] for result in results] == [
        {"a": 1},
        {"a": 2},
        {"a": 'two\nlines & <b> "é"'},
    ]
    assert [(result["row"], result["input"]) for result in results] == [
        (0, {"word": "dog"}),
        (0, {"word": "dog"}),
        (1, {"word": "cat"}),
    ]
    assert results[2]["hit_id"] == second
    assert results[2]["status"] == "Submitted"
    assert list(results[0])[:5] == ["assignment_id", "hit_id", "worker_id", "output", "submit_time"]


def test_what_is_not_json_is_kept_and_named(desk: Desk) -> None:
    """One odd answer affects no other, and the exit code is 0."""
    (hit,) = desk.launch(1)
    odd = answer(desk, hit, "Ada", "[" * 50_000)
    answer(desk, hit, "Bob", {"a": 1})

    done = desk.run("get_results", IDS)

    assert done.code == 0
    assert [result["output"] for result in done.lines] == ["[" * 50_000, {"a": 1}]
    assert done.err.startswith(f"{odd}: its output is not JSON")


def test_rejected_work_comes_when_asked_for(desk: Desk) -> None:
    """Submitted and approved always, rejected with --rejected."""
    (hit,) = desk.launch(1, MaxAssignments=3)
    ids = [answer(desk, hit, name) for name in ("Ada", "Bob", "Cy")]
    client = desk.crowd().client
    client.approve_assignment(AssignmentId=ids[0])
    client.reject_assignment(AssignmentId=ids[1], RequesterFeedback="empty")

    assert [result["status"] for result in collect(desk, IDS)] == ["Approved", "Submitted"]
    results = collect(desk, IDS, "--rejected")
    assert [result["status"] for result in results] == ["Approved", "Rejected", "Submitted"]
    assert results[1]["requester_feedback"] == "empty"


def test_an_unknown_id_is_reported_and_the_others_continue(desk: Desk) -> None:
    """The exit code tells that something is missing."""
    (hit,) = desk.launch(1)
    answer(desk, hit, "Ada")
    desk.write("ids.txt", f"3UNKNOWN\n\n{hit}\n")

    done = desk.run("get_results", "--hit_ids_file=ids.txt")

    assert done.code == 1
    assert [result["hit_id"] for result in done.lines] == [hit]
    assert done.err.startswith("3UNKNOWN: Hit 3UNKNOWN does not exist.")


def test_without_ids_all_hits_of_the_account(desk: Desk) -> None:
    """Every batch's; without a record they have no input."""
    ids = [*desk.launch(1), *desk.launch(2, name="others.txt")]
    for hit in ids:
        answer(desk, hit, "Ada")

    results = collect(desk)

    assert {result["hit_id"] for result in results} == set(ids)
    assert {result["input"] for result in results} == {None}


def test_what_cannot_have_changed_is_not_fetched_again(desk: Desk) -> None:
    """Only HITs whose counters disagree with the file are asked for."""
    ids = desk.launch(*range(5))
    client = desk.crowd().client
    done = [answer(desk, hit, "Ada") for hit in ids[:3]]
    client.approve_assignment(AssignmentId=done[0])
    first = collect(desk, IDS, INTO)
    assert listings(desk) == 3  # two have no answers at all

    assert collect(desk, IDS, INTO) == first
    assert listings(desk) == 0

    client.approve_assignment(AssignmentId=done[1])
    answer(desk, ids[2], "Bob")
    answer(desk, ids[4], "Bob")
    again = collect(desk, IDS, INTO)
    assert listings(desk) == 3
    assert [(result["hit_id"], result["status"]) for result in again] == [
        (ids[0], "Approved"),
        (ids[1], "Approved"),
        (ids[2], "Submitted"),
        (ids[2], "Submitted"),
        (ids[4], "Submitted"),
    ]
    assert desk.read("results.jsonl").splitlines() == [
        json.dumps(result, ensure_ascii=False) for result in again
    ]


def test_a_rejection_is_watched_while_it_can_be_overridden(desk: Desk) -> None:
    """A rejection may become an approval, with no counter to tell, for 30 days."""
    (hit,) = desk.launch(1, MaxAssignments=1)
    client = desk.crowd().client
    done = answer(desk, hit, "Ada")
    client.reject_assignment(AssignmentId=done, RequesterFeedback="no")
    assert [result["status"] for result in collect(desk, IDS, INTO, "--rejected")] == ["Rejected"]

    client.approve_assignment(AssignmentId=done, OverrideRejection=True)

    assert [result["status"] for result in collect(desk, IDS, INTO)] == ["Approved"]


def test_rejected_work_of_before_stays_and_its_fate_is_told(desk: Desk) -> None:
    """What was collected with --rejected is not thrown away by a run without."""
    (hit,) = desk.launch(1, MaxAssignments=2)
    client = desk.crowd().client
    client.reject_assignment(AssignmentId=answer(desk, hit, "Ada"), RequesterFeedback="no")
    collect(desk, IDS, INTO, "--rejected")
    answer(desk, hit, "Bob")

    assert [result["status"] for result in collect(desk, IDS, INTO)] == ["Rejected", "Submitted"]


def test_results_of_deleted_hits_and_other_batches_stay(desk: Desk) -> None:
    """The file is never the poorer for a run."""
    first, second = desk.launch(1, 2)
    other = desk.launch(3, name="others.txt")[0]
    done = [answer(desk, hit, "Ada") for hit in (first, second, other)]
    collect(desk, "--hit_ids_file=others.txt", INTO)
    collect(desk, IDS, INTO)
    client = desk.crowd().client
    client.approve_assignment(AssignmentId=done[0])
    client.update_expiration_for_hit(HITId=first, ExpireAt=0)
    client.delete_hit(HITId=first)

    result = desk.run("get_results", IDS, INTO)

    assert result.code == 1
    assert "does not exist" in result.err
    assert {line["hit_id"] for line in result.lines} == {first, second, other}
    kept = [json.loads(line) for line in desk.read("results.jsonl").splitlines()]
    assert kept == result.lines


def test_a_hit_deleted_during_the_run_is_reported_and_counted(desk: Desk) -> None:
    """Refused at the listing, not at the survey: what was collected of it stays."""
    (hit,) = desk.launch(1)
    client = desk.crowd().client
    client.approve_assignment(AssignmentId=answer(desk, hit, "Ada"))
    collect(desk, IDS, INTO)
    client.approve_assignment(AssignmentId=answer(desk, hit, "Bob"))

    def delete() -> None:
        client.update_expiration_for_hit(HITId=hit, ExpireAt=0)
        client.delete_hit(HITId=hit)

    desk.before[LISTING] = delete
    done = desk.run("get_results", IDS, INTO)

    assert done.code == 1
    assert done.err.startswith(f"{hit}: Hit {hit} does not exist.")
    assert len(desk.read("results.jsonl").splitlines()) == 1


def test_files_of_old_and_of_other_editors_are_read(desk: Desk) -> None:
    """Five fields, as simple-amt wrote; a byte order mark, CRLF and blank lines."""
    (hit,) = desk.launch(1)
    done = answer(desk, hit, "Ada", {"a": 1})
    old = {"assignment_id": "3OLD", "hit_id": "3GONE", "worker_id": "A", "output": 1}
    same = {"assignment_id": done, "hit_id": hit, "worker_id": "A", "output": 1}
    text = f"\ufeff{json.dumps(old)}\r\n\r\n{json.dumps(same)}"
    (desk.folder / "results.jsonl").write_bytes(text.encode())

    results = collect(desk, IDS, INTO)

    assert [line["assignment_id"] for line in results] == [done, "3OLD"]
    assert results[1] == old
    assert collect(desk, IDS, INTO) == results
    assert "\ufeff" not in desk.read("results.jsonl")


@pytest.mark.parametrize(
    ("content", "line"),
    [
        ("3HITID\n", 1),
        ('{"assignment_id": "3A", "hit_id": "3H"}\n{"hit_id": "3H"}\n', 2),
        ("[1]\n", 1),
        ('"text"\n', 1),
        ("5\n", 1),
        ('{"assignment_id": "3A", "hit_id": ["3H"]}\n', 1),
        ('{"assignment_id": "3A"', 1),
        ("[" * 50_000 + "\n", 1),
    ],
)
def test_a_file_of_something_else_is_refused_and_untouched(
    desk: Desk, content: str, line: int
) -> None:
    """It would be overwritten, so it is named with its line before anything is fetched."""
    desk.launch(1)
    desk.write("results.jsonl", content)

    message = desk.fails("get_results", IDS, INTO)

    assert message == f"results.jsonl:{line}: not a line of results"
    assert desk.read("results.jsonl") == content
    assert desk.calls == []


def test_a_results_file_that_is_a_directory_is_one_line(desk: Desk) -> None:
    """In the operating system's words."""
    desk.launch(1)

    assert desk.fails("get_results", IDS, "--output_file=.") == ".: Is a directory"


@pytest.mark.parametrize("redirection", [">", ">>"])
def test_output_file_may_be_the_one_that_is_printed_to(desk: Desk, redirection: str) -> None:
    """`--output_file=F > F`, as before, brings F up to date, though the shell empties it first."""
    ids = desk.launch(1, 2)
    for hit in ids:
        answer(desk, hit, "Ada", {"a": hit})
    shell = f"{' '.join(desk.command('get_results', IDS, '--output_file=F'))} {redirection} F"

    for _ in range(2):
        done = subprocess.run(
            ["bash", "-c", shell], cwd=desk.folder, capture_output=True, text=True, check=False
        )

        assert (done.returncode, done.stderr) == (0, "")
        lines = [json.loads(line) for line in desk.read("F").splitlines()]
        assert [line["output"] for line in lines] == [{"a": hit} for hit in ids]
    assert sorted(path.name for path in desk.folder.glob("F*")) == ["F"]


def test_head_does_not_stop_the_file(desk: Desk) -> None:
    """`| head` ends the printing; the file is brought up to date all the same."""
    ids = desk.launch(*range(3))
    for hit in ids:
        answer(desk, hit, "Ada", {"a": "long" * 20_000})
    shell = (
        f"{' '.join(desk.command('get_results', IDS, INTO))} | head -c 1; exit ${{PIPESTATUS[0]}}"
    )

    done = subprocess.run(
        ["bash", "-c", shell], cwd=desk.folder, capture_output=True, text=True, check=False
    )

    assert (done.returncode, done.stdout, done.stderr) == (0, "{", "")
    assert len(desk.read("results.jsonl").splitlines()) == 3


def test_results_go_to_stdout_and_words_to_stderr(desk: Desk) -> None:
    """A process of its own prints lines of JSON alone."""
    (hit,) = desk.launch(1)
    answer(desk, hit, "Ada", "no json")
    desk.write("ids.txt", f"{hit}\n3UNKNOWN\n")

    done = desk.process("get_results", "--hit_ids_file=ids.txt")

    assert done.code == 1
    assert [line["output"] for line in done.lines] == ["no json"]
    assert done.err.count("\n") == 2


@pytest.mark.skipif(os.name != "posix", reason="signals are POSIX's")
def test_interrupted_it_keeps_what_was_fetched_and_what_was_there(desk: Desk) -> None:
    """Ctrl-C: the file has all from before, and what came until then."""
    ids = desk.launch(*range(12))  # more than are in flight: 4 with one call at a time
    for hit in ids:
        answer(desk, hit, "Ada", {"a": 1})
    collect(desk, IDS, INTO)
    for hit in ids:
        answer(desk, hit, "Bob", {"a": 2})
    # In this process: the handler is the script's own, and the signal arrives at a known call.
    desk.before[LISTING] = lambda: os.kill(os.getpid(), signal.SIGINT)

    done = desk.run("get_results", IDS, INTO, "--concurrency=1")

    assert done.code == 130
    assert done.err == "Interrupted.\n"
    outputs: dict[str, list[Any]] = {hit: [] for hit in ids}
    for line in desk.read("results.jsonl").splitlines():
        outputs[json.loads(line)["hit_id"]].append(json.loads(line)["output"])
    assert outputs[ids[0]] == [{"a": 1}, {"a": 2}]
    assert {len(hit_outputs) for hit_outputs in outputs.values()} == {1, 2}


def test_many_threads_find_each_its_own_row(desk: Desk) -> None:
    """The record is read by all threads at once, and no input goes to another's answer."""
    ids = desk.launch(*[{"n": n, "text": "x" * n} for n in range(60)])
    for number, hit in enumerate(ids):
        answer(desk, hit, "Ada", {"n": number})

    results = collect(desk, IDS)

    assert [result["input"]["n"] for result in results] == list(range(60))
    assert [result["output"]["n"] for result in results] == list(range(60))
    assert threading.active_count() < 10


def test_the_record_tells_crowd_and_site(desk: Desk) -> None:
    """A live batch's results come from the live site without being told; --prod may be said."""
    hit = desk.launch(1, flags=("--prod", "--yes"))[0]
    crowd = desk.crowd(live=True)
    crowd.do(crowd.make_worker("Ada"), hit, [("output", "1")])

    assert [result["hit_id"] for result in collect(desk, IDS)] == [hit]
    assert [result["hit_id"] for result in collect(desk, IDS, "--prod")] == [hit]


@pytest.mark.parametrize("flag", ["--prod", "--crowd=mturk", "--crowd=http://x"])
def test_a_flag_against_the_record_is_an_error_before_anything_is_sent(
    desk: Desk, flag: str
) -> None:
    """HITs are where they were launched."""
    desk.launch(1)

    message = desk.fails("get_results", IDS, flag)

    assert message == (
        f"hit_ids.batch.jsonl: this batch is on the sandbox site of local; leave out "
        f"{flag.replace('=', ' ')}"
    )
    assert desk.calls == []


def test_a_file_that_only_its_owner_reads_stays_so(desk: Desk) -> None:
    """Workers' ids and answers are nobody else's matter."""
    (hit,) = desk.launch(1)
    answer(desk, hit, "Ada")
    Path("results.jsonl").touch(0o600)

    collect(desk, IDS, INTO)

    assert Path("results.jsonl").stat().st_mode & 0o777 == 0o600


def test_auto_approval_is_a_change(desk: Desk) -> None:
    """Work that was approved by time alone is fetched again, with its new status."""
    (hit,) = desk.launch(1, MaxAssignments=1)
    answer(desk, hit, "Ada")
    assert [result["status"] for result in collect(desk, IDS, INTO)] == ["Submitted"]

    desk.clock.advance(2 * DAY)

    assert [result["status"] for result in collect(desk, IDS, INTO)] == ["Approved"]
