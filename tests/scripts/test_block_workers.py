"""block_workers.py: keeps workers out."""

from tests.support.crowds import why
from tests.support.script_fixtures import Desk

IDS = "--worker_ids_file=workers.txt"
WHY = "--reason=Random answers."


def workers(desk: Desk, *names: str) -> list[str]:
    """The ids of workers, which workers.txt names."""
    worker_ids = [desk.crowd().make_worker(name) for name in names]
    desk.write("workers.txt", "".join(f"{worker_id}\n" for worker_id in worker_ids))
    return worker_ids


def test_a_blocked_worker_can_accept_nothing_of_yours(desk: Desk) -> None:
    """It really blocks, with the reason, and nobody else."""
    ada, bob = workers(desk, "Ada", "Bob")
    desk.write("workers.txt", f"{ada}  # again\n")
    crowd = desk.crowd()
    hit = crowd.make_hit()

    done = desk.run("block_workers", IDS, WHY, "--yes")

    assert (done.code, done.out, done.err) == (0, "", "Blocked 1 worker.\n")
    assert why(lambda: crowd.accept(ada, hit)) == "blocked"
    assert crowd.client.list_worker_blocks()["WorkerBlocks"] == [
        {"WorkerId": ada, "Reason": "Random answers."}
    ]
    crowd.accept(bob, hit)


def test_an_unknown_worker_is_reported_and_the_others_are_blocked(desk: Desk) -> None:
    """The exit code tells."""
    (ada,) = workers(desk, "Ada")
    desk.write("workers.txt", f"AUNKNOWN\n{ada}\n")

    done = desk.run("block_workers", IDS, WHY, "--yes")

    assert done.code == 1
    unknown, summary = done.err.splitlines()
    assert unknown.startswith(
        'AUNKNOWN: The value "AUNKNOWN" is not valid for the parameter WorkerId.'
    )
    assert summary == "Blocked 1 worker."


def test_it_asks_first_and_shows_the_reason(desk: Desk) -> None:
    """How many, where and why; nothing is sent without a yes."""
    (ada,) = workers(desk, "Ada")

    assert desk.fails("block_workers", IDS, WHY) == (
        "Block 1 worker on the sandbox of the local crowd, with the reason 'Random answers.'? "
        "There is no terminal to ask on; add --yes to go ahead."
    )
    assert desk.calls == []
    desk.crowd().accept(ada, desk.crowd().make_hit())


def test_a_reason_must_be_given(desk: Desk) -> None:
    """As Amazon requires; one of blanks is none."""
    workers(desk, "Ada")

    assert desk.run("block_workers", IDS, "--yes").code == 2
    assert desk.run("block_workers", IDS, "--yes", "--reason= ").code == 2
    assert desk.calls == []


def test_the_live_site_is_blocked_apart(desk: Desk) -> None:
    """--prod blocks there, and not in the sandbox."""
    live = desk.crowd(live=True)
    ada = live.make_worker("Ada")
    desk.write("workers.txt", ada)

    assert desk.run("block_workers", IDS, WHY, "--yes", "--prod").code == 0
    assert len(live.client.list_worker_blocks()["WorkerBlocks"]) == 1
    assert desk.crowd().client.list_worker_blocks()["WorkerBlocks"] == []


def test_an_empty_file_blocks_nobody_and_asks_nothing(desk: Desk) -> None:
    """There is nothing to confirm."""
    desk.write("workers.txt", "# nobody\n")

    done = desk.run("block_workers", IDS, WHY)

    assert (done.code, done.err) == (0, "Blocked 0 workers.\n")
