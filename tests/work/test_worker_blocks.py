"""Blocks: who may not work for a requester."""

import pytest

from local_crowd.operations.work import worker_lists
from tests.support.crowd_fixtures import OpenCrowd
from tests.support.crowds import HIT, CrowdUnderTest, invalid, refusal, why


def listed(crowd: CrowdUnderTest) -> list[dict[str, str]]:
    response = crowd.client.list_worker_blocks()
    assert response["NumResults"] == len(response["WorkerBlocks"])
    return response["WorkerBlocks"]


def test_a_blocked_worker_accepts_nothing_of_the_requesters(crowd: CrowdUnderTest) -> None:
    """The blocked worker gets none of the requester's HITs, and all of others'."""
    worker = crowd.make_worker()
    mine = crowd.make_hit()
    theirs = crowd.site.perform(crowd.make_requester(), "CreateHIT", HIT)["HIT"]["HITId"]

    response = crowd.client.create_worker_block(WorkerId=worker, Reason="noise")

    assert set(response) == {"ResponseMetadata"}
    assert why(lambda: crowd.accept(worker, mine)) == "blocked"
    assert crowd.accept(worker, theirs)
    type_id = crowd.hit(mine)["HITTypeId"]
    with crowd.site.reading() as call:
        assert worker_lists.find_next_hit(call, worker, type_id) is None
    assert crowd.accept(crowd.make_worker("Ben"), mine)


def test_unblocking(crowd: CrowdUnderTest) -> None:
    """After DeleteWorkerBlock the worker may work again; doing it twice does no harm."""
    worker, hit_id = crowd.make_worker(), crowd.make_hit()
    crowd.client.create_worker_block(WorkerId=worker, Reason="noise")

    for _ in range(2):
        response = crowd.client.delete_worker_block(WorkerId=worker, Reason="a mistake")
        assert set(response) == {"ResponseMetadata"}

    assert listed(crowd) == []
    assert crowd.accept(worker, hit_id)


def test_blocks_are_listed(crowd: CrowdUnderTest) -> None:
    """Blocks are listed oldest first; blocking again replaces the reason and adds none."""
    ada, ben = crowd.make_worker("Ada"), crowd.make_worker("Ben")
    for worker in (ben, ada, ben):
        crowd.client.create_worker_block(WorkerId=worker, Reason=f"reason at {crowd.clock.now}")
        crowd.clock.advance(1)

    assert listed(crowd) == [
        {"WorkerId": ben, "Reason": f"reason at {crowd.clock.now - 1}"},
        {"WorkerId": ada, "Reason": f"reason at {crowd.clock.now - 2}"},
    ]


def test_blocks_are_each_requesters_own(crowd: CrowdUnderTest) -> None:
    """Another requester sees no block, and can lift none."""
    worker, other = crowd.make_worker(), crowd.make_requester()
    crowd.client.create_worker_block(WorkerId=worker, Reason="noise")

    assert crowd.site.perform(other, "ListWorkerBlocks", {})["WorkerBlocks"] == []
    crowd.site.perform(other, "DeleteWorkerBlock", {"WorkerId": worker})

    assert listed(crowd) == [{"WorkerId": worker, "Reason": "noise"}]


def test_work_in_hand_is_finished_in_spite_of_a_block(crowd: CrowdUnderTest) -> None:
    """A block hinders accepting, not submitting what is held."""
    worker = crowd.make_worker()
    assignment_id = crowd.accept(worker, crowd.make_hit())
    crowd.client.create_worker_block(WorkerId=worker, Reason="noise")

    crowd.submit(assignment_id)

    assert crowd.assignment(assignment_id)["AssignmentStatus"] == "Submitted"


@pytest.mark.parametrize("name", ["sandbox", "live"])
def test_unknown_workers(open_crowd: OpenCrowd, name: str) -> None:
    """Blocking and unblocking nobody is refused in Amazon's words."""
    crowd = open_crowd(name)
    assert refusal(crowd.client.create_worker_block, WorkerId="ANOBODY", Reason="noise") == invalid(
        'The value "ANOBODY" is not valid for the parameter WorkerId.'
    )
    assert refusal(crowd.client.delete_worker_block, WorkerId="ANOBODY") == invalid(
        "WorkerId is invalid."
    )
