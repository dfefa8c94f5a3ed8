"""MaxHITsPerWorker: how many HITs of a HIT type a worker may hold or have submitted."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest

from local_crowd.operations.errors import NotPossible
from local_crowd.operations.work import worker_actions, worker_lists
from tests.support.crowds import CrowdUnderTest
from tests.support.qualification_samples import require
from tests.support.script_fixtures import Desk

HITS_OF_TYPE = "000000HITSOFHITTYPE0"
REFUSAL = "You do not qualify to accept this HIT. It asks for Worker_NumberHITsOfHITType: less than"


def at_most(number: int) -> dict[str, Any]:
    """Properties of a HIT that a worker can have `number` of."""
    return {"QualificationRequirements": [require(HITS_OF_TYPE, "LessThan", number)]}


def accept_next(crowd: CrowdUnderTest, worker: str, hit_type_id: str) -> str | None:
    """The assignment of the next HIT of the group."""
    with crowd.site.writing() as call:
        held = worker_actions.accept_next(call, worker, hit_type_id)
        return held.assignment_id if held else None


def type_of(crowd: CrowdUnderTest, hit_id: str) -> str:
    """The HIT type of a HIT."""
    return crowd.client.get_hit(HITId=hit_id)["HIT"]["HITTypeId"]


def test_a_worker_gets_as_many_as_allowed_and_no_more(crowd: CrowdUnderTest) -> None:
    """Held and submitted ones count, by this HIT and by the next; other workers have their own."""
    hits = [crowd.make_hit(**at_most(2)) for _ in range(4)]
    ada, bea = crowd.make_worker("Ada"), crowd.make_worker("Bea")
    crowd.do(ada, hits[0])
    crowd.accept(ada, hits[1])

    with pytest.raises(NotPossible) as refused:
        crowd.accept(ada, hits[2])
    with pytest.raises(NotPossible):
        accept_next(crowd, ada, type_of(crowd, hits[0]))

    assert refused.value.reason == "unqualified"
    assert str(refused.value) == f"{REFUSAL} 2 (you have 2)."
    assert crowd.stands(hits[2]) == ("Assignable", 1, 0, 0)
    crowd.accept(bea, hits[2])


def test_what_was_returned_or_ran_out_does_not_count(crowd: CrowdUnderTest) -> None:
    """A rejected answer does: the worker has done that HIT."""
    hits = [crowd.make_hit(**at_most(1), AssignmentDurationInSeconds=60) for _ in range(4)]
    worker = crowd.make_worker("Ada")
    returned = crowd.accept(worker, hits[0])
    with crowd.site.writing() as call:
        worker_actions.return_assignment(call, worker, returned)
    crowd.accept(worker, hits[1])
    crowd.clock.advance(61)
    done = crowd.do(worker, hits[2])
    crowd.client.reject_assignment(AssignmentId=done, RequesterFeedback="empty")

    with pytest.raises(NotPossible, match="you have 1"):
        crowd.accept(worker, hits[3])


def test_other_hit_types_do_not_count(crowd: CrowdUnderTest) -> None:
    """The limit is of each HIT type, whoever it belongs to."""
    first = crowd.make_hit(**at_most(1))
    other = crowd.make_hit(**at_most(1), Title="Another study")
    unlimited = crowd.make_hit()
    worker = crowd.make_worker("Ada")

    for hit in (first, other, unlimited):
        crowd.do(worker, hit)


def test_exactly_the_limit_when_a_worker_accepts_many_at_once(crowd: CrowdUnderTest) -> None:
    """Eight requests of one worker, half for HITs by their id and half for the next one."""
    hits = [crowd.make_hit(**at_most(3)) for _ in range(8)]
    hit_type_id = type_of(crowd, hits[0])
    worker = crowd.make_worker("Ada")
    start = Barrier(8)

    def accept(number: int) -> str:
        start.wait()
        try:
            if number % 2:
                return "accepted" if accept_next(crowd, worker, hit_type_id) else "nothing"
            crowd.accept(worker, hits[number])
        except NotPossible as refused:
            return refused.reason
        return "accepted"

    with ThreadPoolExecutor(8) as pool:
        outcomes = Counter(pool.map(accept, range(8)))

    with crowd.site.reading() as call:
        held = len(worker_lists.list_in_progress(call, worker))
    # Two requests may have been for the same HIT: the second gets it again, or is told that its only
    # assignment is taken.
    assert held == 3
    assert outcomes["accepted"] >= 3
    assert set(outcomes) <= {"accepted", "unqualified", "taken"}


def test_a_group_can_be_hidden_from_who_has_done_enough(crowd: CrowdUnderTest) -> None:
    """With ActionsGuarded, as for every requirement."""
    guarded = {"ActionsGuarded": "DiscoverPreviewAndAccept"}
    requirement = require(HITS_OF_TYPE, "LessThan", 1) | guarded
    hits = [crowd.make_hit(QualificationRequirements=[requirement]) for _ in range(2)]
    ada, bea = crowd.make_worker("Ada"), crowd.make_worker("Bea")
    crowd.do(ada, hits[0])

    with crowd.site.reading() as call:
        assert worker_lists.list_groups(call, ada, 10) == []
        assert len(worker_lists.list_groups(call, bea, 10)) == 1


def test_the_property_limits_a_batch(desk: Desk) -> None:
    """launch_hits.py makes the requirement; a worker gets as many of the batch."""
    hits = desk.launch(1, 2, 3, MaxHITsPerWorker=2)
    worker = desk.crowd().make_worker("Ada")
    for hit in hits[:2]:
        desk.crowd().do(worker, hit)

    with pytest.raises(NotPossible, match="less than 2"):
        desk.crowd().accept(worker, hits[2])


def test_mechanical_turk_cannot_limit_it(desk: Desk) -> None:
    """It says so before anything is launched, with file and line, and what to do instead."""
    desk.write("page.html", '{% include "simpleamt.html" %}')
    desk.write("input.jsonl", "1\n")
    desk.write(
        "properties.json",
        '{"Title": "T", "Description": "D", "Reward": 0.05, "AssignmentDurationInSeconds": 60,\n'
        '"MaxHITsPerWorker": 2}',
    )

    fault = desk.fails(
        "launch_hits",
        "--html_template=page.html",
        "--hit_properties_file=properties.json",
        "--input_json_file=input.jsonl",
        "--hit_ids_file=ids.txt",
        "--crowd=mturk",
    )

    assert fault == (
        "properties.json:2: MaxHITsPerWorker: Mechanical Turk cannot limit the HITs of a worker; "
        "assign a qualification to workers who have done enough, and require that it DoesNotExist"
    )
