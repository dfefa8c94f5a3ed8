"""get_all_hits.py: everything, as one JSON array."""

import json

from tests.support.script_fixtures import Desk, Done


def test_an_account_without_results_is_an_empty_array(desk: Desk) -> None:
    """Valid JSON also when there is nothing."""
    assert desk.run("get_all_hits") == Done(0, "[]\n", "")
    desk.launch(1, 2)
    assert desk.run("get_all_hits") == Done(0, "[]\n", "")


def test_every_result_of_every_batch_is_in_the_array(desk: Desk) -> None:
    """Rejected work as well, each element as get_results.py prints it."""
    hits = [*desk.launch(1), *desk.launch(2, name="others.txt")]
    crowd = desk.crowd()
    worker = crowd.make_worker("Ada")
    done = [crowd.do(worker, hit, [("output", '{"a": "é"}')]) for hit in hits]
    crowd.client.reject_assignment(AssignmentId=done[1], RequesterFeedback="no")

    run = desk.run("get_all_hits")

    assert (run.code, run.err) == (0, "")
    assert {result["assignment_id"]: result["status"] for result in json.loads(run.out)} == {
        done[0]: "Submitted",
        done[1]: "Rejected",
    }
    assert json.loads(run.out) == desk.run("get_results", "--rejected").lines


def test_prod_is_another_account(desk: Desk) -> None:
    """The live site has its own HITs."""
    crowd = desk.crowd(live=True)
    crowd.do(crowd.make_worker("Ada"), crowd.make_hit(), [("output", "1")])

    assert json.loads(desk.run("get_all_hits").out) == []
    assert len(json.loads(desk.run("get_all_hits", "--prod").out)) == 1


def test_a_hit_deleted_during_the_run_is_reported_and_the_array_ends(desk: Desk) -> None:
    """The array is whole, and the exit code tells that something is missing."""
    hit, other = desk.launch(1, 2)
    crowd = desk.crowd()
    worker = crowd.make_worker("Ada")
    done = [crowd.do(worker, hit_id, [("output", "1")]) for hit_id in (hit, other)]
    crowd.client.approve_assignment(AssignmentId=done[0])

    def delete() -> None:
        crowd.client.update_expiration_for_hit(HITId=hit, ExpireAt=0)
        crowd.client.delete_hit(HITId=hit)

    desk.before["ListAssignmentsForHIT"] = delete
    run = desk.run("get_all_hits", "--concurrency=1")

    assert run.code == 1
    assert run.err.startswith(f"{hit}: Hit {hit} does not exist.")
    assert [result["hit_id"] for result in json.loads(run.out)] == [other]
