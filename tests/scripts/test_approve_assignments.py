"""approve_assignments.py: pays for work that is named."""

from tests.support.crowds import DAY
from tests.support.script_fixtures import Desk

IDS = "--assignment_ids_file=ids.txt"
ONE = "for $0.05 ($0.05 in rewards, $0.00 in fees)"


def prepared(desk: Desk, count: int) -> list[str]:
    """So many submitted assignments, which ids.txt names."""
    crowd = desk.crowd()
    worker = crowd.make_worker("Ada")
    done = [crowd.do(worker, crowd.make_hit()) for _ in range(count)]
    desk.write("ids.txt", "".join(f"{assignment_id}\n" for assignment_id in done))
    desk.calls.clear()
    return done


def status(desk: Desk, assignment_id: str) -> str:
    return str(desk.crowd().assignment(assignment_id)["AssignmentStatus"])


def test_the_named_are_approved_and_no_others(desk: Desk) -> None:
    """Blank lines, comments and repetitions in the file do no harm."""
    first, second = prepared(desk, 2)
    desk.write("ids.txt", f"# good work\n{first}  # Ada's\n\n{first}\n")

    done = desk.run("approve_assignments", IDS, "--yes", "--feedback=Thanks!")

    assert (done.code, done.out, done.err) == (0, "", f"Approved 1 assignment {ONE}.\n")
    assert (status(desk, first), status(desk, second)) == ("Approved", "Submitted")
    assert desk.crowd().assignment(first)["RequesterFeedback"] == "Thanks!"


def test_work_approved_earlier_is_reported_and_not_a_failure(desk: Desk) -> None:
    """Running it twice is harmless."""
    first, second = prepared(desk, 2)
    desk.crowd().client.approve_assignment(AssignmentId=first)

    done = desk.run("approve_assignments", IDS, "--yes")

    assert done.code == 0
    assert done.err == f"{first}: is Approved already, skipped\nApproved 1 assignment {ONE}.\n"
    assert status(desk, second) == "Approved"
    assert desk.run("approve_assignments", IDS).code == 0  # nothing left to ask about


def test_rejected_work_is_left_rejected(desk: Desk) -> None:
    """A rejection is not overridden by chance."""
    (rejected,) = prepared(desk, 1)
    desk.crowd().client.reject_assignment(AssignmentId=rejected, RequesterFeedback="no")

    done = desk.run("approve_assignments", IDS, "--yes")

    assert done.err == f"{rejected}: is Rejected already, skipped\nApproved 0 assignments.\n"
    assert status(desk, rejected) == "Rejected"


def test_an_unknown_id_is_reported_and_the_others_are_approved(desk: Desk) -> None:
    """Work in progress is unknown as well."""
    (good,) = prepared(desk, 1)
    crowd = desk.crowd()
    held = crowd.accept(crowd.make_worker("Bob"), crowd.make_hit())
    desk.write("ids.txt", f"3UNKNOWN\n{held}\n{good}\n")

    done = desk.run("approve_assignments", IDS, "--yes")

    assert done.code == 1
    unknown, unseen, summary = done.err.splitlines()
    assert unknown.startswith("3UNKNOWN: Assignment 3UNKNOWN does not exist.")
    assert unseen.startswith(f"{held}: Assignment {held} does not exist.")
    assert summary == f"Approved 1 assignment {ONE}."


def test_it_asks_first(desk: Desk) -> None:
    """Nothing is paid without a yes."""
    (assignment_id,) = prepared(desk, 1)

    assert desk.fails("approve_assignments", IDS).startswith(
        f"Approve 1 assignment {ONE} on the sandbox of the local crowd? There is no terminal"
    )
    assert status(desk, assignment_id) == "Submitted"


def test_what_time_approved_meanwhile_is_approved(desk: Desk) -> None:
    """Between the look and the act: it is as it was meant to be."""
    prepared(desk, 1)
    desk.before["ApproveAssignment"] = lambda: desk.clock.advance(4 * DAY)

    done = desk.run("approve_assignments", IDS, "--yes")

    assert (done.code, done.err) == (0, f"Approved 1 assignment {ONE}.\n")


def test_a_file_of_something_else_is_refused_before_anything_is_sent(desk: Desk) -> None:
    """A results file is not an ids file."""
    desk.write("ids.txt", '3GOOD\n{"assignment_id": "3A"}\n')

    assert desk.fails("approve_assignments", IDS, "--yes").startswith("ids.txt:2: '{\"assignment")
    assert desk.calls == []


def test_as_a_process_it_says_and_does_the_same(desk: Desk) -> None:
    """Without a terminal, with -f."""
    (assignment_id,) = prepared(desk, 1)

    done = desk.process("approve_assignments", IDS, "-f")

    assert (done.code, done.out, done.err) == (0, "", f"Approved 1 assignment {ONE}.\n")
    assert status(desk, assignment_id) == "Approved"
