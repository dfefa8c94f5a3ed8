"""get_results.py when there is nothing to print: it says why."""

from tests.support.script_fixtures import Desk

IDS = "--hit_ids_file=hit_ids.txt"


def explanation(desk: Desk, *argv: str) -> str:
    """What is said of no results."""
    done = desk.run("get_results", *argv)
    assert (done.code, done.out) == (0, "")
    return done.err


def test_nothing_was_done_yet(desk: Desk) -> None:
    """HITs that nobody worked on are counted with what can still be done."""
    desk.launch(1, 2, 3, 4)

    assert explanation(desk, IDS) == "0 results: 4 HITs, 8 assignments available, 0 submitted\n"
    assert explanation(desk) == "0 results: 4 HITs, 8 assignments available, 0 submitted\n"


def test_work_in_progress_is_reported(desk: Desk) -> None:
    """Who follows a HIT that a worker just accepted reads that it is being done."""
    (hit_id,) = desk.launch(1)
    desk.crowd().accept(desk.crowd().make_worker(), hit_id)

    assert explanation(desk, IDS) == (
        "0 results: 1 HIT, 1 assignment available, 1 in progress, 0 submitted\n"
    )


def test_rejected_work_is_reported_with_the_flag_that_prints_it(desk: Desk) -> None:
    """Rejected work is left out unless asked for, which looks like nothing."""
    (hit_id,) = desk.launch(1)
    assignment = desk.crowd().do(desk.crowd().make_worker(), hit_id)
    desk.crowd().client.reject_assignment(AssignmentId=assignment, RequesterFeedback="Empty.")

    assert explanation(desk, IDS).endswith(", 0 submitted, 1 rejected (--rejected adds them)\n")
    assert len(desk.run("get_results", IDS, "--rejected").lines) == 1


def test_an_account_without_hits(desk: Desk) -> None:
    """Without ids it is all HITs of the account, of which there may be none on this site."""
    assert explanation(desk) == "0 results: 0 HITs, 0 assignments available, 0 submitted\n"


def test_results_that_are_there_need_no_words(desk: Desk) -> None:
    """One result is enough."""
    first, _ = desk.launch(1, 2)
    desk.crowd().do(desk.crowd().make_worker(), first)

    done = desk.run("get_results", IDS)

    assert (len(done.lines), done.err) == (1, "")
