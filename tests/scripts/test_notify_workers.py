"""notify_workers.py: writes to each worker once, and names who was not reached."""

import json
import random
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import pytest

from amt import notifying
from amt.notices import NoticeTemplate, Recipient, compose
from local_crowd.operations.work import messages
from local_crowd.wire.protocol import Response
from tests.support.faulty_crowd import FaultyCrowd
from tests.support.forked_scripts import forked_scripts, kill_at_random_moments
from tests.support.script_fixtures import Desk

RECORD = "workers.csv.notified.jsonl"
TEXT = ("--subject=Part {{ part }}", "--message=Dear {{ name }}, part {{ row.part }} is open.")
LOOK = ("notify_workers", "--workers_file=workers.csv", *TEXT)
NOTIFY = (*LOOK, "--yes")


def make_workers(desk: Desk, count: int) -> list[str]:
    """Workers whose work was approved; workers.csv names them and one part for all."""
    crowd = desk.crowd()
    hit_id = crowd.make_hit(MaxAssignments=count)
    workers = [crowd.make_worker(f"worker {number}") for number in range(count)]
    for worker_id in workers:
        crowd.client.approve_assignment(AssignmentId=crowd.do(worker_id, hit_id))
    write(desk, *(f"{worker_id},friend,2" for worker_id in workers))
    desk.calls.clear()
    return workers


def write(desk: Desk, *rows: str, columns: str = "worker_id,name,part") -> None:
    desk.write("workers.csv", "\n".join([columns, *rows]) + "\n")


def inbox(desk: Desk, worker_id: str) -> list[tuple[str, str]]:
    """What a worker was written, without messages about bonuses and the like."""
    with desk.crowd().site.reading() as call:
        listed = messages.list_of_worker(call, worker_id)
        return [(row.subject, row.message_text) for row in listed]


def test_the_same_message_takes_a_call_for_100_workers(desk: Desk) -> None:
    """A worker with a message of their own takes a call of their own."""
    workers = make_workers(desk, 104)
    rows = [f"{worker_id},friend,2" for worker_id in workers]
    write(desk, *rows[:103], f"{workers[103]},Ada,2")

    done = desk.run(*NOTIFY)

    assert (done.code, done.out) == (0, "")
    assert done.err == (
        f"To {workers[0]}: Part 2\n\nDear friend, part 2 is open.\n\nWrote to 104 workers.\n"
    )
    assert desk.calls == ["NotifyWorkers"] * 3
    assert inbox(desk, workers[5]) == [("Part 2", "Dear friend, part 2 is open.")]
    assert inbox(desk, workers[103]) == [("Part 2", "Dear Ada, part 2 is open.")]


def test_again_writes_to_nobody_twice(desk: Desk) -> None:
    """Not even when the row was changed; workers who are new in the file, and another message, are
    sent.
    """
    workers = make_workers(desk, 3)
    rows = [f"{worker_id},friend,2" for worker_id in workers]
    write(desk, *rows[:2])
    desk.run(*NOTIFY)
    write(desk, f"{workers[0]},Ada,2", *rows[1:])
    desk.calls.clear()

    done = desk.run(*NOTIFY)

    assert "2 workers have got this message already." in done.err
    assert done.err.endswith("Wrote to 1 worker.\n")
    assert [len(inbox(desk, worker_id)) for worker_id in workers] == [1, 1, 1]
    assert desk.run(*NOTIFY).err.endswith("Nobody was written to.\n")
    assert desk.calls == ["NotifyWorkers"]
    assert desk.run(*LOOK[:3], "--message=Thank you", "--yes").err.endswith("Wrote to 3 workers.\n")
    assert [len(inbox(desk, worker_id)) for worker_id in workers] == [2, 2, 2]


def test_who_was_not_reached_is_named_and_tried_again(desk: Desk) -> None:
    """With the crowd's reason; exit code 1."""
    (worker_id,) = make_workers(desk, 1)
    stranger = desk.crowd().make_worker("stranger")
    write(desk, f"{worker_id},friend,2", f"{stranger},friend,2")

    done = desk.run(*NOTIFY)

    assert done.code == 1
    assert done.err.splitlines()[-2:] == [
        (
            f"{stranger}: not reached: You have reviewed no work of worker {stranger}, so no "
            "message can be sent."
        ),
        "Wrote to 1 worker.",
    ]
    crowd = desk.crowd()
    crowd.client.approve_assignment(AssignmentId=crowd.do(stranger, crowd.make_hit()))
    assert desk.run(*NOTIFY).code == 0
    assert len(inbox(desk, stranger)) == len(inbox(desk, worker_id)) == 1


def test_a_message_of_ones_own_that_was_not_delivered_is_sent_the_next_time(desk: Desk) -> None:
    """The second call is equal to the first, and the crowd must not take it for its repetition."""
    crowd = desk.crowd()
    stranger = crowd.make_worker("stranger")
    write(desk, f"{stranger},Ada,2")
    assert desk.run(*NOTIFY).code == 1
    crowd.client.approve_assignment(AssignmentId=crowd.do(stranger, crowd.make_hit()))

    done = desk.run(*NOTIFY)

    assert (done.code, done.err.splitlines()[-1]) == (0, "Wrote to 1 worker.")
    assert inbox(desk, stranger) == [("Part 2", "Dear Ada, part 2 is open.")]


def test_a_file_of_ids_and_a_message_file(desk: Desk) -> None:
    """Ids alone, with comments, do as well."""
    workers = make_workers(desk, 2)
    desk.write("ids.txt", "# mine, all of them\n" + "".join(f"{item}\n" for item in workers))
    desk.write("message.txt", "Hello {{ worker_id }} & <all>,\n\nthanks.\n")

    done = desk.run(
        *("notify_workers", "--workers_file=ids.txt", "--subject=Hi", "--yes"),
        "--message_file=message.txt",
    )

    assert done.code == 0
    assert inbox(desk, workers[1]) == [("Hi", f"Hello {workers[1]} & <all>,\n\nthanks.")]
    assert Path("ids.notified.jsonl").exists()


@pytest.mark.parametrize(
    ("rows", "subject", "message", "faults"),
    [
        (
            ["A1,x,1", "B1,x,1", "A1,y,1"],
            *("Hi", "Hello"),
            ["workers.csv:3: 'B1' is not a worker's id", "workers.csv:4: A1 is on line 2 already"],
        ),
        (
            ["A1,x,1"],
            *("Hi {{ first_name }}", "Hello"),
            ["workers.csv:2: A1: --subject: 'first_name' is undefined"],
        ),
        (
            ["A1,x,1"],
            *("Hi {{ name", "Hello"),
            ["--subject:1: unexpected end of template, expected 'end of print statement'."],
        ),
        (
            ["A1,x,1", f"A2,{'x' * 200},1"],
            *("{{ name }}!", "Hello"),
            ["workers.csv:3: A2: the subject has 201 characters; 1 to 200 are allowed"],
        ),
        (
            ["A1, ,1"],
            *("Hi", "{{ name }}"),
            ["workers.csv:2: A1: the text has 0 characters; 1 to 4,096 are allowed"],
        ),
        (
            ["A1,x"],
            *("Hi", "Hello"),
            ["workers.csv:2: 2 cells, but line 1 names 3 columns; there is none for 'part'"],
        ),
    ],
)
def test_every_fault_is_named_before_the_first_call(
    desk: Desk, rows: list[str], subject: str, message: str, faults: list[str]
) -> None:
    """Each with its line; nobody is written to."""
    write(desk, *rows)

    done = desk.run(*NOTIFY[:2], f"--subject={subject}", f"--message={message}", "--yes")

    assert (done.code, desk.calls) == (2, [])
    assert done.err.partition(": ")[2].splitlines() == faults


def test_a_table_needs_the_workers_ids(desk: Desk) -> None:
    """Named worker_id, or WorkerId as in the web site's files."""
    write(desk, "A1,x,1", columns="worker,name,part")

    assert desk.fails(*NOTIFY) == "workers.csv:1: no column 'worker_id'"


def test_it_asks_first(desk: Desk) -> None:
    """A message cannot be taken back; without a terminal nobody is written to."""
    make_workers(desk, 2)

    done = desk.run(*LOOK)

    assert done.code == 2
    assert done.err.splitlines()[-1].partition(": ")[2] == (
        "Write to 2 workers, in 1 call, on the sandbox of the local crowd? There is no terminal to "
        "ask on; add --yes to go ahead."
    )
    assert (desk.calls, Path(RECORD).exists()) == ([], False)


@pytest.mark.parametrize(("hours", "code"), [(0, 0), (25, 1)])
def test_a_call_that_was_cut_short_is_not_made_twice(desk: Desk, hours: int, code: int) -> None:
    """The crowd recognizes it for a day; after that the workers are named, and not written to."""
    workers = make_workers(desk, 2)
    desk.run(*NOTIFY)
    lines = [json.loads(line) for line in desk.read(RECORD).splitlines()]
    assert [sorted(line) for line in lines[1:]] == [
        ["call", "subject", "template", "text", "time", "workers"],
        ["call", "unreached"],
    ]
    if hours:
        lines[1]["time"] = "2020-01-01T00:00:00+00:00"
    desk.write(RECORD, "".join(f"{json.dumps(line)}\n" for line in lines[:2]))

    done = desk.run(*NOTIFY)

    assert done.code == code
    assert [len(inbox(desk, worker_id)) for worker_id in workers] == [1, 1]
    if hours:
        assert done.err.splitlines()[0] == (
            f"{workers[0]}: may have got this message at 2020-01-01 00:00:00+00:00, so it is not "
            f"sent again ({RECORD}); put the worker into another file to send it anyway"
        )


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('{"call": 7, "unreached": {}}', "the call 7 is finished and was never begun"),
        ('{"row": 1}', "not a line of a notice record"),
    ],
)
def test_a_damaged_record_is_refused(desk: Desk, line: str, message: str) -> None:
    """With its line; nobody is written to."""
    make_workers(desk, 1)
    desk.run(*NOTIFY)
    desk.write(RECORD, f"{desk.read(RECORD)}{line}\n")

    assert desk.fails(*NOTIFY) == f"{RECORD}:4: {message}"


def test_equal_messages_share_a_notice_and_the_order_is_kept() -> None:
    """The rows are grouped by what they are told, 100 workers at most."""
    recipients = [Recipient(n, f"A{n}", {"x": str(n % 2)}) for n in range(250)]

    notices = compose("w.csv", recipients, NoticeTemplate("s", "{{ x }}", "--message"))

    assert [(notice.text, len(notice.worker_ids)) for notice in notices] == [
        *(("0", 100), ("0", 25), ("1", 100), ("1", 25))
    ]
    assert notices[1].worker_ids[0] == "A200"


def test_lost_responses_on_a_served_crowd_do_not_matter(desk: Desk) -> None:
    """A call that is repeated sends nothing again."""
    with FaultyCrowd(desk.folder / "crowd", seed=5, clock=desk.clock) as faulty:
        faulty.config(desk.folder).chmod(0o600)
        workers = make_workers(desk, 20)
        write(desk, *(f"{worker_id},{worker_id},2" for worker_id in workers))
        faulty.faults["reset after"] = 0.3

        done = desk.run(*NOTIFY)

    assert done.code == 0, done.err
    assert faulty.faulted["reset after"] > 3
    assert {len(inbox(desk, worker_id)) for worker_id in workers} == {1}


def test_amazons_crowd_gets_no_call_again_whose_response_was_lost(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It ignores the Idempotency-Key, so boto3 must not repeat the call by itself."""
    monkeypatch.setattr(notifying, "recognizes_calls", lambda _: False)
    with FaultyCrowd(desk.folder / "crowd", clock=desk.clock) as faulty:
        faulty.config(desk.folder).chmod(0o600)
        workers = make_workers(desk, 2)
        write(desk, *(f"{worker_id},{worker_id},2" for worker_id in workers))
        answer = faulty.answer

        def answer_as_amazon(path: str, headers: Mapping[str, str], body: bytes) -> Response:
            """Without the key; the response to the second call is lost."""
            faulty.faults["reset after"] = 1.0 if faulty.calls["NotifyWorkers"] == 0 else 0.0
            known = {name: value for name, value in headers.items() if name != "Idempotency-Key"}
            return answer(path, known, body)

        monkeypatch.setattr(faulty, "answer", answer_as_amazon)

        lost = desk.run(*NOTIFY, "--concurrency=1")
        again = desk.run(*NOTIFY)

    assert lost.code == 2
    assert lost.err.splitlines()[-2] == "Wrote to 1 worker."
    assert again.code == 1
    assert f"{workers[1]}: may have got this message" in again.err
    assert [len(inbox(desk, worker_id)) for worker_id in workers] == [1, 1]


@pytest.mark.slow
def test_killed_at_any_moment_everybody_is_written_to_once(desk: Desk) -> None:
    """Killed at 50 random moments, with a message of their own for each worker."""
    workers = make_workers(desk, 130)
    write(desk, *(f"{worker_id},{worker_id},2" for worker_id in workers))
    argv = (*NOTIFY, "--concurrency=3")
    with forked_scripts(desk.folder) as scripts:
        moments = kill_at_random_moments(scripts, argv, desk.folder / RECORD, 50, random.Random(13))
        code, messages = scripts.run(*argv)

    assert code == 0, messages
    assert len(moments) >= 40
    assert Counter(len(inbox(desk, worker_id)) for worker_id in workers) == {1: 130}
