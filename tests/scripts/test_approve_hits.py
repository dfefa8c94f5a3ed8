"""approve_hits.py: pays for all submitted work of a batch."""

import os
import pty
import subprocess
import termios

import pytest

from tests.support.crowds import DAY
from tests.support.script_fixtures import Desk

IDS = "--hit_ids_file=hit_ids.txt"
ONE = "for $0.05 ($0.05 in rewards, $0.00 in fees)"
TWO = "for $0.10 ($0.10 in rewards, $0.00 in fees)"


def statuses(desk: Desk, hit_id: str) -> list[str]:
    listed = desk.crowd().client.list_assignments_for_hit(HITId=hit_id)["Assignments"]
    return sorted(assignment["AssignmentStatus"] for assignment in listed)


def submitted(desk: Desk, *hits: str, output: str = '"cat"') -> list[str]:
    crowd = desk.crowd()
    worker = crowd.make_worker("Ada")
    return [crowd.do(worker, hit, [("output", output)]) for hit in hits]


def test_all_submitted_work_is_approved(desk: Desk) -> None:
    """The feedback reaches the workers, and HITs nobody has done are not asked for."""
    ids = desk.launch(1, 2, 3)
    done = submitted(desk, *ids[:2])

    result = desk.run("approve_hits", IDS, "--yes", "--feedback=Thanks!")

    assert (result.code, result.out, result.err) == (0, "", f"Approved 2 assignments {TWO}.\n")
    assert [
        desk.crowd().assignment(assignment_id)["AssignmentStatus"] for assignment_id in done
    ] == ["Approved"] * 2
    assert desk.crowd().assignment(done[0])["RequesterFeedback"] == "Thanks!"
    assert desk.calls.count("ListAssignmentsForHIT") == 2
    assert desk.run("approve_hits", IDS).err == "Approved 0 assignments.\n"


@pytest.mark.parametrize("output", ["no json", "", "{", "<b>"])
def test_nothing_is_ever_rejected(desk: Desk, output: str) -> None:
    """Work that cannot be read is paid: a template's fault is not the worker's."""
    (hit,) = desk.launch(1)
    submitted(desk, hit, output=output)

    assert desk.run("approve_hits", IDS, "-f").code == 0
    assert statuses(desk, hit) == ["Approved"]
    assert "RejectAssignment" not in desk.calls


def test_reviewed_work_is_left_as_it_is(desk: Desk) -> None:
    """Rejected work stays rejected."""
    (hit,) = desk.launch(1)
    (done,) = submitted(desk, hit)
    desk.crowd().client.reject_assignment(AssignmentId=done, RequesterFeedback="no")

    assert desk.run("approve_hits", IDS, "--yes").err == "Approved 0 assignments.\n"
    assert statuses(desk, hit) == ["Rejected"]


def test_it_asks_first_how_many_and_where(desk: Desk) -> None:
    """Without a terminal nothing is done, and the question is in the message."""
    hits = desk.launch(1, 2)
    submitted(desk, *hits)

    assert desk.fails("approve_hits", IDS) == (
        f"Approve 2 assignments {TWO} on the sandbox of the local crowd? "
        "There is no terminal to ask on; add --yes to go ahead."
    )
    assert statuses(desk, hits[0]) == ["Submitted"]


def test_the_record_selects_the_live_site_and_the_question_shows_it(desk: Desk) -> None:
    """The batch record contains the batch's site; the question names the live site in capitals."""
    hit = desk.launch(1, flags=("--prod", "--yes"))[0]
    crowd = desk.crowd(live=True)
    crowd.do(crowd.make_worker("Ada"), hit)

    assert desk.fails("approve_hits", IDS).startswith(
        f"Approve 1 assignment {ONE} on the LIVE SITE of the local crowd?"
    )
    assert desk.run("approve_hits", IDS, "--yes").code == 0


def test_a_flag_against_the_record_is_an_error_before_anything_is_sent(desk: Desk) -> None:
    """Nothing is paid on another site than the batch's."""
    desk.launch(1)

    message = desk.fails("approve_hits", IDS, "--prod", "--yes")

    assert "this batch is on the sandbox site of local; leave out --prod" in message
    assert desk.calls == []


def test_work_that_time_approved_meanwhile_is_approved(desk: Desk) -> None:
    """Between the look and the act it was approved: it is as it was meant to be."""
    early, late = desk.launch(1, 2)
    submitted(desk, early)
    desk.clock.advance(DAY // 2)
    submitted(desk, late)
    desk.before["ApproveAssignment"] = lambda: desk.clock.advance(DAY // 2)

    result = desk.run("approve_hits", IDS, "--yes")

    assert (result.code, result.err) == (0, f"Approved 2 assignments {TWO}.\n")
    assert statuses(desk, early) == statuses(desk, late) == ["Approved"]


def test_feedback_that_did_not_reach_the_worker_is_reported(desk: Desk) -> None:
    """Approved by time it has no feedback: with --feedback that is not what was meant."""
    (hit,) = desk.launch(1)
    (done,) = submitted(desk, hit)
    desk.before["ApproveAssignment"] = lambda: desk.clock.advance(DAY)

    result = desk.run("approve_hits", IDS, "--yes", "--feedback=Thanks!")

    assert result.code == 1
    refused, summary = result.err.splitlines()
    assert refused.startswith(f"{done}: This Assignment is currently in the state 'Approved'.")
    assert summary == "Approved 0 assignments."


def test_an_unknown_hit_is_reported_and_the_others_are_approved(desk: Desk) -> None:
    """The exit code is 1, so that the mistake is noticed."""
    (hit,) = desk.launch(1)
    submitted(desk, hit)
    desk.write("ids.txt", f"3UNKNOWN\n{hit}\n\n")

    result = desk.run("approve_hits", "--hit_ids_file=ids.txt", "--yes")

    assert result.code == 1
    unknown, summary = result.err.splitlines()
    assert unknown.startswith("3UNKNOWN: Hit 3UNKNOWN does not exist.")
    assert summary == f"Approved 1 assignment {ONE}."


def test_expired_hits_are_looked_into(desk: Desk) -> None:
    """Work of a HIT that ended early is approved, the slots nobody took do no harm."""
    (hit,) = desk.launch(1, MaxAssignments=5)
    submitted(desk, hit)
    desk.crowd().client.update_expiration_for_hit(HITId=hit, ExpireAt=0)

    assert desk.run("approve_hits", IDS, "--yes").err == f"Approved 1 assignment {ONE}.\n"


@pytest.mark.parametrize(("typed", "code", "status"), [("y", 0, "Approved"), ("n", 2, "Submitted")])
def test_the_answer_on_a_terminal_decides(desk: Desk, typed: str, code: int, status: str) -> None:
    """A terminal sees the question and a progress bar, a pipe on stdout nothing."""
    (hit,) = desk.launch(1)
    submitted(desk, hit)
    ours, its = pty.openpty()
    termios.tcsetwinsize(its, (24, 80))
    with subprocess.Popen(
        desk.command("approve_hits", IDS),
        cwd=desk.folder,
        stdin=its,
        stdout=subprocess.PIPE,
        stderr=its,
    ) as process:
        os.close(its)
        os.write(ours, f"{typed}\n".encode())
        shown = b""
        while True:
            try:
                shown += (piece := os.read(ours, 4096))
            except OSError:  # Linux's way of saying that nobody writes any more
                break
            if not piece:
                break
        assert process.stdout is not None
        out = process.stdout.read()
        assert process.wait(60) == code
    os.close(ours)

    assert out == b""
    assert f"Approve 1 assignment {ONE} on the sandbox of the local crowd? [y/N] ".encode() in shown
    assert (b"approving: " in shown) == (typed == "y")
    assert statuses(desk, hit) == [status]


def test_what_was_paid_is_reported_when_the_money_runs_out(desk: Desk) -> None:
    """The line with the sum comes also when the rest could not be done, before the reason."""
    hits = desk.launch(1, 2, flags=("--prod", "--yes"))
    crowd = desk.crowd(live=True)
    worker = crowd.make_worker("Ada")
    for hit in hits:
        crowd.do(worker, hit)
    desk.before["ApproveAssignment"] = lambda: crowd.give_budget(5)

    result = desk.run("approve_hits", IDS, "--yes", "--concurrency=1")

    assert result.code == 2
    summary, reason = result.err.splitlines()
    assert summary == f"Approved 1 assignment {ONE}."
    assert "insufficient funds" in reason
