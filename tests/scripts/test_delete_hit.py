"""delete_hit.py: takes one HIT away."""

from tests.support.script_fixtures import Desk, Done


def test_the_hit_is_expired_and_deleted_and_no_other(desk: Desk) -> None:
    """An open HIT goes at once."""
    crowd = desk.crowd()
    hit_id, other = crowd.make_hit(), crowd.make_hit()

    assert desk.run("delete_hit", f"--hit_id={hit_id}", "--yes") == Done(0, "", "Deleted 1 HIT.\n")
    assert [hit["HITId"] for hit in crowd.client.list_hits()["HITs"]] == [other]


def test_unreviewed_work_is_reported_and_left_alone(desk: Desk) -> None:
    """The HIT is not even expired."""
    crowd = desk.crowd()
    hit = crowd.make_hit(MaxAssignments=2)
    crowd.do(crowd.make_worker(), hit)

    done = desk.run("delete_hit", f"--hit_id={hit}", "--yes")

    assert done.code == 1
    assert done.err.startswith(f"{hit}: has 1 submitted assignment to approve or reject first\n")
    assert crowd.stands(hit) == ("Assignable", 1, 0, 0)


def test_a_hit_that_does_not_exist_is_reported(desk: Desk) -> None:
    """Also what can be no id at all."""
    for name in ("3UNKNOWN", "no-id"):
        done = desk.run("delete_hit", f"--hit_id={name}", "--yes")
        assert done.code == 1
        assert done.err.startswith(f"{name}: ")


def test_it_asks_first(desk: Desk) -> None:
    """Nothing is done without a yes; the HIT must be named."""
    hit = desk.crowd().make_hit()

    assert desk.fails("delete_hit", f"--hit_id={hit}").startswith("Delete 1 HIT and all their")
    assert desk.run("delete_hit").code == 2
    assert desk.crowd().hit(hit)["HITStatus"] == "Assignable"
