"""unblock_workers.py: lets workers in again."""

from tests.support.script_fixtures import Desk

IDS = "--worker_ids_file=workers.txt"


def blocked(desk: Desk, name: str) -> str:
    """A blocked worker, whom workers.txt names."""
    crowd = desk.crowd()
    worker = crowd.make_worker(name)
    crowd.client.create_worker_block(WorkerId=worker, Reason="x")
    desk.write("workers.txt", worker)
    desk.calls.clear()
    return worker


def test_an_unblocked_worker_can_accept_again(desk: Desk) -> None:
    """With or without a reason."""
    crowd = desk.crowd()
    for name, reason in (("Ada", ()), ("Bob", ("--reason=It was a mistake.",))):
        worker = blocked(desk, name)
        done = desk.run("unblock_workers", IDS, "--yes", *reason)
        assert (done.code, done.out, done.err) == (0, "", "Unblocked 1 worker.\n")
        crowd.accept(worker, crowd.make_hit())
    assert crowd.client.list_worker_blocks()["WorkerBlocks"] == []


def test_unblocking_a_worker_who_is_not_blocked_succeeds(desk: Desk) -> None:
    """As Amazon has it: the worker is not blocked afterwards."""
    desk.write("workers.txt", desk.crowd().make_worker())

    assert desk.run("unblock_workers", IDS, "--yes").code == 0


def test_an_unknown_worker_is_reported_and_the_others_continue(desk: Desk) -> None:
    """The exit code tells."""
    worker = blocked(desk, "Ada")
    desk.write("workers.txt", f"AUNKNOWN\n{worker}\n")

    done = desk.run("unblock_workers", IDS, "--yes")

    assert done.code == 1
    assert done.err.startswith("AUNKNOWN: WorkerId is invalid.")
    assert done.err.endswith("Unblocked 1 worker.\n")


def test_it_asks_first(desk: Desk) -> None:
    """How many and where; nothing is sent without a yes."""
    blocked(desk, "Ada")

    assert desk.fails("unblock_workers", IDS) == (
        "Unblock 1 worker on the sandbox of the local crowd? "
        "There is no terminal to ask on; add --yes to go ahead."
    )
    assert desk.calls == []
