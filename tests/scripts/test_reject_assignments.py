"""reject_assignments.py: refuses to pay for work that is named."""

from tests.support.script_fixtures import Desk

IDS = "--assignment_ids_file=ids.txt"
WHY = "--feedback=Empty."


def prepared(desk: Desk, count: int) -> list[str]:
    """So many submitted assignments, which ids.txt names."""
    crowd = desk.crowd()
    worker = crowd.make_worker("Ada")
    done = [crowd.do(worker, crowd.make_hit()) for _ in range(count)]
    desk.write("ids.txt", "".join(f"{assignment_id}\n" for assignment_id in done))
    return done


def status(desk: Desk, assignment_id: str) -> str:
    return str(desk.crowd().assignment(assignment_id)["AssignmentStatus"])


def test_the_named_are_rejected_and_no_others(desk: Desk) -> None:
    """With the feedback, which the worker reads."""
    first, second = prepared(desk, 2)
    desk.write("ids.txt", first)

    done = desk.run("reject_assignments", IDS, WHY, "--yes")

    assert (done.code, done.out, done.err) == (0, "", "Rejected 1 assignment.\n")
    assert (status(desk, first), status(desk, second)) == ("Rejected", "Submitted")
    assert desk.crowd().assignment(first)["RequesterFeedback"] == "Empty."


def test_what_was_reviewed_before_is_reported_and_left(desk: Desk) -> None:
    """Approved work is not taken back, and twice is harmless."""
    first, second = prepared(desk, 2)
    desk.crowd().client.approve_assignment(AssignmentId=first)

    done = desk.run("reject_assignments", IDS, WHY, "--yes")
    again = desk.run("reject_assignments", IDS, WHY, "--yes")

    assert (done.code, again.code) == (0, 0)
    assert done.err == f"{first}: is Approved already, skipped\nRejected 1 assignment.\n"
    assert f"{second}: is Rejected already, skipped\n" in again.err
    assert (status(desk, first), status(desk, second)) == ("Approved", "Rejected")


def test_the_question_shows_what_workers_will_read(desk: Desk) -> None:
    """Nothing is done without a yes."""
    (assignment_id,) = prepared(desk, 1)

    assert desk.fails("reject_assignments", IDS, WHY).startswith(
        "Reject 1 assignment on the sandbox of the local crowd, with the feedback 'Empty.'? "
        "The worker is not paid the $0.05."
    )
    assert status(desk, assignment_id) == "Submitted"


def test_workers_must_be_told_why(desk: Desk) -> None:
    """--feedback is required, and must say something."""
    (assignment_id,) = prepared(desk, 1)

    assert desk.run("reject_assignments", IDS, "--yes").code == 2
    assert desk.run("reject_assignments", IDS, "--yes", "--feedback=").code == 2
    assert status(desk, assignment_id) == "Submitted"


def test_an_unknown_id_is_reported_and_the_others_are_rejected(desk: Desk) -> None:
    """The exit code tells."""
    (assignment_id,) = prepared(desk, 1)
    desk.write("ids.txt", f"3UNKNOWN\n{assignment_id}\n")

    done = desk.run("reject_assignments", IDS, WHY, "--yes")

    assert done.code == 1
    assert done.err.startswith("3UNKNOWN: Assignment 3UNKNOWN does not exist.")
    assert status(desk, assignment_id) == "Rejected"


def test_feedback_that_is_too_long_is_refused_by_the_crowd(desk: Desk) -> None:
    """Each assignment is named, and none is touched."""
    (assignment_id,) = prepared(desk, 1)

    done = desk.run("reject_assignments", IDS, f"--feedback={'x' * 1025}", "--yes")

    assert done.code == 1
    assert done.err.startswith(f"{assignment_id}: ")
    assert status(desk, assignment_id) == "Submitted"
