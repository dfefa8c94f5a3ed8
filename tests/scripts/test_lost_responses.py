"""Calls that the crowd carried out, and whose response was lost on its way: they are done.

The crowd resets connections after the commit; boto3 repeats the call, and the crowd refuses what it
has done already.
"""

from collections import Counter
from collections.abc import Iterator

import pytest

from tests.support.faulty_crowd import FaultyCrowd
from tests.support.script_fixtures import Desk

COUNT = 30
PAID = "$1.50 ($1.50 in rewards, $0.00 in fees)"
LOST = {"reset after": 0.25}
HITS = "--hit_ids_file=hit_ids.txt"
ASSIGNMENTS = "--assignment_ids_file=assignment_ids.txt"
WHY = "--feedback=The answers were left empty."


@pytest.fixture
def faulty(desk: Desk) -> Iterator[FaultyCrowd]:
    """The desk's crowd as a server, which loses responses as soon as `faults` says so."""
    with FaultyCrowd(desk.folder / "crowd", seed=5, clock=desk.clock) as crowd:
        crowd.config(desk.folder).chmod(0o600)
        yield crowd


@pytest.fixture
def hits(desk: Desk, faulty: FaultyCrowd) -> list[str]:
    """HITs that nobody has worked on; hit_ids.txt names them."""
    return desk.launch(*range(COUNT), MaxAssignments=1)


@pytest.fixture
def work(desk: Desk, hits: list[str]) -> list[str]:
    """Submitted work on each HIT; assignment_ids.txt names it."""
    crowd = desk.crowd()
    worker = crowd.make_worker("Ada")
    done = [crowd.do(worker, hit) for hit in hits]
    desk.write("assignment_ids.txt", "".join(f"{assignment_id}\n" for assignment_id in done))
    return done


def reviews(desk: Desk, work: list[str]) -> Counter[tuple[str, str | None]]:
    """How often each status occurs with each feedback."""
    assignments = [desk.crowd().assignment(assignment_id) for assignment_id in work]
    return Counter(
        (assignment["AssignmentStatus"], assignment.get("RequesterFeedback"))
        for assignment in assignments
    )


@pytest.mark.parametrize(
    ("command", "message", "review"),
    [
        (("approve_hits", HITS), "Approved", ("Approved", None)),
        (("approve_hits", HITS, "--feedback=Thanks!"), "Approved", ("Approved", "Thanks!")),
        (("approve_assignments", ASSIGNMENTS), "Approved", ("Approved", None)),
        (("reject_hits", HITS, WHY), "Rejected", ("Rejected", WHY.partition("=")[2])),
        (("reject_assignments", ASSIGNMENTS, WHY), "Rejected", ("Rejected", WHY.partition("=")[2])),
    ],
)
def test_reviews_whose_response_was_lost_are_done(
    desk: Desk,
    faulty: FaultyCrowd,
    work: list[str],
    command: tuple[str, ...],
    message: str,
    review: tuple[str, str | None],
) -> None:
    """All of them count, none is named as refused, and the exit code is 0."""
    faulty.faults.update(LOST)

    done = desk.run(*command, "--yes")

    cost = f" for {PAID}" if message == "Approved" else ""
    assert (done.code, done.err) == (0, f"{message} {COUNT} assignments{cost}.\n")
    assert faulty.faulted["reset after"] > 3
    assert reviews(desk, work) == {review: COUNT}


def test_deleted_hits_whose_response_was_lost_are_deleted(
    desk: Desk, faulty: FaultyCrowd, hits: list[str]
) -> None:
    """Expired and deleted, each counted once."""
    faulty.faults.update(LOST)

    done = desk.run("delete_hits", HITS, "--yes")

    assert (done.code, done.err) == (0, f"Deleted {COUNT} HITs.\n")
    assert faulty.calls["DeleteHIT"] > COUNT
    assert desk.crowd().client.list_hits()["HITs"] == []


@pytest.mark.parametrize("script", ["block_workers", "unblock_workers"])
def test_blocks_whose_response_was_lost_are_set_and_lifted(
    desk: Desk, faulty: FaultyCrowd, script: str
) -> None:
    """The crowd takes both calls again without a word."""
    crowd = desk.crowd()
    workers = [crowd.make_worker(f"Worker {number}") for number in range(COUNT)]
    desk.write("workers.txt", "".join(f"{worker_id}\n" for worker_id in workers))
    if script == "unblock_workers":
        for worker in workers:
            crowd.client.create_worker_block(WorkerId=worker, Reason="x")
    faulty.faults.update(LOST)

    done = desk.run(script, "--worker_ids_file=workers.txt", "--reason=Random answers.", "--yes")

    assert done.code == 0, done.err
    assert done.err.endswith(f"locked {COUNT} workers.\n")
    assert faulty.faulted["reset after"] > 3
    blocked = crowd.client.list_worker_blocks(MaxResults=100)["WorkerBlocks"]
    assert len(blocked) == (COUNT if script == "block_workers" else 0)


def test_extensions_and_bonuses_whose_response_was_lost_are_done_once(
    desk: Desk, faulty: FaultyCrowd, work: list[str]
) -> None:
    """Their tokens tell; no HIT gets two more, no worker is paid twice."""
    rows = [f"{assignment_id},1.00,Good work" for assignment_id in work]
    desk.write("bonuses.csv", "\n".join(["assignment_id,amount,reason", *rows]))
    faulty.faults.update(LOST)

    extended = desk.run("extend_hits", HITS, "--assignments=1", "--seconds=60", "--yes")
    paid = desk.run("pay_bonuses", "--bonuses_file=bonuses.csv", "--yes")

    assert (extended.code, paid.code) == (0, 0), (extended.err, paid.err)
    assert f"{COUNT} of {COUNT} HITs are extended." in extended.err
    assert f"{COUNT} of {COUNT} bonuses are paid." in paid.err
    listed = desk.crowd().client.list_hits(MaxResults=100)["HITs"]
    assert {hit["MaxAssignments"] for hit in listed} == {2}
    for assignment_id in work:
        bonuses = desk.crowd().client.list_bonus_payments(AssignmentId=assignment_id)[
            "BonusPayments"
        ]
        assert len(bonuses) == 1
