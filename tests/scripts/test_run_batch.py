"""run_batch.py: a batch file becomes HITs, and the answers become labels."""

import re
from pathlib import Path

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from amt.batches import Batch
from amt.declared import following, outages
from amt.declared.rounds import Progress
from tests.support.declared_batches import (
    FOLDER,
    allow_pushes,
    answer,
    count_hits,
    list_rows,
    read_events,
    read_lines,
    write_batch,
)
from tests.support.receivers import Receiver
from tests.support.script_fixtures import ROOT, Desk


def test_a_batch_file_becomes_hits_results_and_labels(desk: Desk) -> None:
    """A HIT has `rows_per_hit` rows; a row is labelled when its HIT has all its answers."""
    name = write_batch(desk, rows_per_hit=2)

    launched = desk.run("run_batch", name)
    hits = list_rows(desk)
    first, second = hits
    answer(desk, first, "Ada", p1="yes", p2="yes", comment="p2 is odd")
    answer(desk, first, "Ben", p1="yes", p2="no")
    answer(desk, second, "Ada", p3="no")
    done = desk.run("run_batch", name, "--once")

    assert launched.code == done.code == 0
    assert "2 HITs, 4 assignments: at most $0.20" in launched.err
    assert hits == {first: ["p1", "p2"], second: ["p3"]}
    assert desk.read(f"{FOLDER}/hit_ids.txt").split() == [first, second]
    assert desk.read(f"{FOLDER}/batch.json") == desk.read(name)
    results = read_lines(desk, "results.jsonl")
    assert [(line["row_id"], line["row"], line["output"]) for line in results] == [
        ("p1", 0, {"same": "yes"}),
        ("p2", 1, {"same": "yes"}),
        ("p1", 0, {"same": "yes"}),
        ("p2", 1, {"same": "no"}),
        ("p3", 2, {"same": "no"}),
    ]
    assert results[0]["comment"] == "p2 is odd"
    labels = read_lines(desk, "labels.jsonl")
    assert [(line["row_id"], line["label"], line["answers"]) for line in labels] == [
        ("p1", "yes", 2),
        ("p2", None, 2),
    ]
    assert "5 answers to 3 rows, 1 label, 1 row without one; 1 of 2 HITs finished" in done.err


def test_a_second_run_continues_the_batch(desk: Desk) -> None:
    """The same file launches nothing again and repeats no line; a round without news is a list of HITs."""
    name = write_batch(desk, assignments=1)
    desk.run("run_batch", name)
    one, two, three = list_rows(desk)
    answer(desk, one, "Ada", p1="yes")
    desk.run("run_batch", name, "--once")
    desk.calls.clear()
    desk.run("run_batch", name, "--once")
    assert set(desk.calls) <= {"ListHITs", "GetHIT"}
    assert len(desk.calls) <= 2
    answer(desk, two, "Ada", p2="no")
    answer(desk, three, "Ada", p3="no")

    done = desk.run("run_batch", name, "--follow")

    assert done.code == 0
    assert list(list_rows(desk)) == [one, two, three]
    assert count_hits(desk) == 3
    assert [line["row_id"] for line in read_lines(desk, "results.jsonl")] == ["p1", "p2", "p3"]
    assert [line["label"] for line in read_lines(desk, "labels.jsonl")] == ["yes", "no", "no"]
    assert "HITs, " not in done.err


def test_events_are_written_with_what_they_tell_of(desk: Desk, hook: Receiver) -> None:
    """Each answer, each label and the end is an event, whose id stays the same."""
    name = write_batch(desk, assignments=1, push={"url": allow_pushes(desk, hook)})
    desk.run("run_batch", name)
    for hit_id, (row,) in list_rows(desk).items():
        answer(desk, hit_id, "Ada", **{row: "yes"})

    desk.run("run_batch", name, "--once")
    before = read_events(desk)
    Path(f"{FOLDER}/events.jsonl").unlink()
    desk.run("run_batch", name, "--once")
    after = read_events(desk)

    assert [event["type"] for event in before] == ["answer"] * 3 + ["label"] * 3 + ["done"]
    assert before[0]["data"]["worker"].startswith("P")
    assert before[3]["data"]["row"] == "p1"
    assert before[3]["data"]["label"] == "yes"
    assert [(e["id"], e["data"]) for e in after] == [(e["id"], e["data"]) for e in before]


def test_a_faulty_file_launches_nothing(desk: Desk) -> None:
    """Faults of the file and of the HIT properties have their JSON pointers; no directory is made."""
    faulty = desk.run("run_batch", write_batch(desk, rewards=1, push={"on": ["label"]}))
    cents = desk.run("run_batch", write_batch(desk, reward=0.055, properties={"Country": "XX"}))

    assert (faulty.code, cents.code) == (2, 2)
    assert faulty.err.partition(": ")[2] == (
        "batch.json:\n/push/url: is missing\n/rewards: unknown key; did you mean reward?\n"
    )
    assert cents.err.partition(": ")[2] == (
        "batch.json:\n/reward: 0.055 has fractions of a cent\n"
        "/properties/Country: 'XX' is not a code such as US or US-CA (ISO 3166); did you mean SX?\n"
    )
    assert not Path("batches").exists()


def test_waves_never_open_more_assignments_than_allowed(desk: Desk) -> None:
    """`open_at_most` counts what is available and what workers hold; the rest follows."""
    name = write_batch(desk, open_at_most=4, assignments=2)

    desk.run("run_batch", name)
    first, second = list_rows(desk)
    answer(desk, first, "Ada", p1="yes")
    desk.run("run_batch", name, "--once")
    still_two = count_hits(desk)
    has_ids = Path(f"{FOLDER}/hit_ids.txt").exists()
    answer(desk, first, "Ben", p1="yes")
    answer(desk, second, "Ada", p2="no")
    desk.run("run_batch", name, "--once")

    assert (still_two, has_ids) == (2, False)
    assert count_hits(desk) == 3
    assert len(desk.read(f"{FOLDER}/hit_ids.txt").split()) == 3


def test_one_more_worker_is_asked_about_doubtful_rows(desk: Desk) -> None:
    """Until the row is sure, or has the most answers."""
    name = write_batch(
        desk,
        assignments=2,
        confidence=0.7,
        most=4,
        rows_per_hit=3,
        merge={"method": "majority"},
    )
    desk.run("run_batch", name)
    (hit,) = list_rows(desk)
    answer(desk, hit, "Ada", p1="yes", p2="yes", p3="yes")
    answer(desk, hit, "Ben", p1="yes", p2="no", p3="no")

    desk.run("run_batch", name, "--once")
    labels = [line["row_id"] for line in read_lines(desk, "labels.jsonl")]
    answer(desk, hit, "Cem", p1="no", p2="yes", p3="no")
    desk.run("run_batch", name, "--once")
    answer(desk, hit, "Dan", p1="no", p2="yes", p3="yes")
    done = desk.run("run_batch", name, "--follow")

    assert labels == ["p1"]
    assert desk.crowd().hit(hit)["MaxAssignments"] == 4
    lines = read_lines(desk, "labels.jsonl")
    assert [(line["row_id"], line["label"], line["answers"]) for line in lines[1:]] == [
        ("p2", "yes", 4),
        ("p3", None, 4),
    ]
    assert done.code == 0


def test_following_asks_for_new_answers_only(desk: Desk) -> None:
    """One call finds what was submitted since the last one, whatever its HIT."""
    name = write_batch(desk, assignments=1)
    desk.run("run_batch", name)
    hits = list_rows(desk)

    def answer_all() -> None:
        for hit_id, (row,) in hits.items():
            answer(desk, hit_id, "Ada", **{row: "yes"})

    desk.calls.clear()
    desk.before["ListAssignmentsForHITType"] = answer_all
    done = desk.run("run_batch", name, "--follow")

    assert "3 answers to 3 rows, 3 labels; 3 of 3 HITs finished" in done.err
    assert set(desk.calls) <= {"ListHITs", "GetHIT", "ListAssignmentsForHITType"}


def test_an_outage_of_the_crowd_is_waited_for(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is said once; what was fetched before stays."""
    name = write_batch(desk, assignments=1)
    desk.run("run_batch", name)
    for hit_id, (row,) in list_rows(desk).items():
        answer(desk, hit_id, "Ada", **{row: "yes"})
    monkeypatch.setattr(following, "POLL_SECONDS", 0)
    faults = [
        EndpointConnectionError(endpoint_url="http://127.0.0.1:1/"),
        ClientError(
            {"Error": {"Code": "ServiceFault"}, "ResponseMetadata": {"HTTPStatusCode": 503}},
            "ListHITs",
        ),
    ]

    def fail() -> None:
        if faults:
            desk.before["ListHITs"] = fail
            raise faults.pop(0)

    desk.before["ListHITs"] = fail
    done = desk.run("run_batch", name, "--follow")

    assert done.err.count("waiting until it responds") == 1
    assert "3 answers to 3 rows" in done.err


def test_a_crowd_that_is_down_at_the_start_is_waited_for(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With --follow, and wherever the launch is then: each row is in one HIT once."""
    monkeypatch.setattr(outages, "PAUSE_SECONDS", 0)
    monkeypatch.setattr(following, "POLL_SECONDS", 0)
    name = write_batch(desk, assignments=1)
    down = EndpointConnectionError(endpoint_url="http://127.0.0.1:1/")

    def fail() -> None:
        raise down

    def answer_all() -> None:
        for hit_id, (row,) in list_rows(desk).items():
            answer(desk, hit_id, "Ada", **{row: "yes"})
        fail()

    desk.before = {
        "CreateHITType": fail,
        "CreateHITWithHITType": fail,
        "ListHITs": answer_all,
    }
    done = desk.run("run_batch", name, "--follow")
    desk.before["ListHITs"] = fail
    once = desk.run("run_batch", name, "--once")

    assert done.code == 0
    assert done.err.count("waiting until it responds") == 3
    assert "3 answers to 3 rows, 3 labels; 3 of 3 HITs finished" in done.err
    assert count_hits(desk) == len(list_rows(desk)) == 3
    assert (once.code, once.err.count("waiting")) == (2, 0)


def test_an_unknown_field_to_merge_is_refused(desk: Desk) -> None:
    """So is a task with several fields, none of which has the task's name, if none is named."""
    Path("tasks").mkdir()
    desk.write("tasks/look.html", '<input name="colour"><input name="size">')

    misspelt = desk.run("run_batch", write_batch(desk, merge={"field": "sane"}))
    unclear = desk.run("run_batch", write_batch(desk, task="look", context={}))

    assert misspelt.err.endswith(
        "/merge/field: same has no field sane; did you mean same?; it has same\n"
    )
    assert unclear.err.endswith("/merge/field: is missing; look has the fields colour, size\n")


def test_finished_rows_without_a_label_have_a_line_that_says_why(
    desk: Desk, hook: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Expired, deleted, or answered with nothing: a reader sees that no answer comes any more."""
    # The desk's clock is ahead by the seconds of the answers: a later round sees what expired.
    monkeypatch.setattr(following, "ROUND_SECONDS", 0.2)
    rows = {f"p{number}": ["a", "b"] for number in range(1, 6)}
    name = write_batch(
        desk,
        rows=rows,
        context={},
        push={"url": allow_pushes(desk, hook), "on": ["label", "done"]},
    )
    desk.run("run_batch", name)
    answered, empty, _, _, deleted = list_rows(desk)
    answer(desk, answered, "Ada", p1="yes")
    answer(desk, empty, "Ada", p2="")
    desk.run("run_batch", name, "--once")
    desk.run("expire_hits", f"--hit_ids_file={FOLDER}/hit_ids.txt", "--yes")
    desk.crowd().client.delete_hit(HITId=deleted)

    done = desk.run("run_batch", name, "--follow")
    again = desk.run("run_batch", name, "--once")

    words = "2 answers to 5 rows, 1 label, 4 rows without one; 5 of 5 HITs finished"
    assert words in done.err
    assert words in again.err
    lines = {line["row_id"]: line for line in read_lines(desk, "labels.jsonl")}
    why = {
        "p1": "only one answer",
        "p2": "no answer that can be merged",
        **dict.fromkeys(("p3", "p4", "p5"), "no answer"),
    }
    assert {row: line["why"] for row, line in lines.items()} == why
    assert [row for row, line in lines.items() if line["label"] is None] == ["p5", "p2", "p3", "p4"]
    assert all(line["needs_a_look"] for line in lines.values())
    *labels, end = read_events(desk)
    assert {event["data"]["row"]: event["data"]["why"] for event in labels} == why
    assert (end["data"]["labels"], end["data"]["without_label"]) == (1, 4)


def test_other_content_under_the_same_id_is_refused(desk: Desk) -> None:
    """The places that differ are named; nothing is launched or changed."""
    desk.run("run_batch", write_batch(desk))
    before = desk.read(f"{FOLDER}/batch.json")
    rows = {"p1": [["Air 90", "99"], ["Air Max 90", "102"]], "p3": [["a", "b"], ["c", "d"]]}

    done = desk.run("run_batch", write_batch(desk, rows=rows, reward=0.1))

    assert done.code == 2
    assert done.err.partition(": ")[2] == (
        "batches/shoes-1: is of another batch with the id shoes-1; give yours another id.\n"
        "/rows/p1/1/1: differs\n/rows/p2: differs\n/rows/p3/0/0: differs\n/rows/p3/0/1: differs\n"
        "/rows/p3/1/0: differs\n/rows/p3/1/1: differs\n/reward: differs\n"
    )
    assert desk.read(f"{FOLDER}/batch.json") == before
    assert count_hits(desk) == 3


def test_two_runs_of_a_batch_do_not_meet(desk: Desk) -> None:
    """The second one says that the first one is there."""
    name = write_batch(desk)
    desk.run("run_batch", name)

    with Batch(Path(f"{FOLDER}/hit_ids.batch.jsonl")).claim():
        done = desk.run("run_batch", name, "--once")

    assert done.code == 2
    assert "another run is using this file; wait until it finishes" in done.err


def test_a_program_does_the_same_without_the_script(desk: Desk) -> None:
    """The code of docs/batches.md, as it stands there."""
    (code,) = re.findall(
        r"```python\n(.*?)```", (ROOT / "docs/batches.md").read_text("utf-8"), re.DOTALL
    )
    write_batch(desk, assignments=1)

    def answer_all() -> None:
        for hit_id, (row,) in list_rows(desk).items():
            answer(desk, hit_id, "Ada", **{row: "yes"})

    desk.before["ListHITs"] = answer_all
    names: dict[str, object] = {}
    exec(compile(code, "batches.md", "exec"), names)

    assert names["progress"] == Progress(3, 3, 3, 3, 3, is_done=True)
