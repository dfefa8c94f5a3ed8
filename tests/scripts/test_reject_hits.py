"""reject_hits.py: refuses to pay for a batch's submitted work."""

import pytest

from tests.support.crowds import DAY
from tests.support.script_fixtures import Desk

IDS = "--hit_ids_file=hit_ids.txt"
WHY = "--feedback=The answers were left empty."


def submitted(desk: Desk, *hits: str) -> list[str]:
    crowd = desk.crowd()
    worker = crowd.make_worker("Ada")
    return [crowd.do(worker, hit) for hit in hits]


def test_all_submitted_work_is_rejected_with_the_feedback(desk: Desk) -> None:
    """It really is, and the worker reads why."""
    done = submitted(desk, *desk.launch(1, 2))

    result = desk.run("reject_hits", IDS, WHY, "--yes")

    assert (result.code, result.out, result.err) == (0, "", "Rejected 2 assignments.\n")
    for assignment_id in done:
        assignment = desk.crowd().assignment(assignment_id)
        assert assignment["AssignmentStatus"] == "Rejected"
        assert assignment["RequesterFeedback"] == "The answers were left empty."


def test_approved_work_stays_approved(desk: Desk) -> None:
    """Only what is submitted is touched."""
    first, second = submitted(desk, *desk.launch(1, 2))
    desk.crowd().client.approve_assignment(AssignmentId=first)

    assert desk.run("reject_hits", IDS, WHY, "-f").err == "Rejected 1 assignment.\n"
    assert desk.crowd().assignment(first)["AssignmentStatus"] == "Approved"
    assert desk.crowd().assignment(second)["AssignmentStatus"] == "Rejected"


def test_the_question_shows_what_workers_will_read(desk: Desk) -> None:
    """And that they are not paid; nothing is done without a yes."""
    (done,) = submitted(desk, *desk.launch(1))

    assert desk.fails("reject_hits", IDS, WHY) == (
        "Reject 1 assignment on the sandbox of the local crowd, with the feedback 'The answers "
        "were left empty.'? The worker is not paid the $0.05. There is no terminal to ask on; add "
        "--yes to go ahead."
    )
    assert desk.crowd().assignment(done)["AssignmentStatus"] == "Submitted"


def test_workers_must_be_told_why(desk: Desk) -> None:
    """--feedback is required, and must say something."""
    (done,) = submitted(desk, *desk.launch(1))

    result = desk.run("reject_hits", IDS, "--yes")
    assert (result.code, "--feedback" in result.err) == (2, True)
    assert desk.run("reject_hits", IDS, "--yes", "--feedback= ").code == 2
    assert desk.crowd().assignment(done)["AssignmentStatus"] == "Submitted"


def test_work_approved_automatically_is_reported_and_stays_paid(desk: Desk) -> None:
    """Between the look and the act it was approved; that cannot be taken back."""
    (done,) = submitted(desk, *desk.launch(1))
    desk.before["RejectAssignment"] = lambda: desk.clock.advance(2 * DAY)

    result = desk.run("reject_hits", IDS, WHY, "--yes")

    assert result.code == 1
    assert result.err.startswith(f"{done}: This Assignment is currently in the state 'Approved'.")
    assert result.err.endswith("Rejected 0 assignments.\n")


@pytest.mark.parametrize("flag", ["--prod", "--crowd=mturk"])
def test_a_flag_against_the_record_is_an_error_before_anything_is_sent(
    desk: Desk, flag: str
) -> None:
    """Nothing is rejected on another site than the batch's."""
    desk.launch(1)

    assert "leave out" in desk.fails("reject_hits", IDS, WHY, "--yes", flag)
    assert desk.calls == []


def test_an_unknown_hit_is_reported(desk: Desk) -> None:
    """And the exit code tells."""
    desk.write("ids.txt", "3UNKNOWN\n")

    result = desk.run("reject_hits", "--hit_ids_file=ids.txt", WHY, "--yes")

    assert result.code == 1
    assert result.err.startswith("3UNKNOWN: Hit 3UNKNOWN does not exist.")
