"""The counts of HITs that lists show are right, whatever happens to HITs and assignments."""

import random
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local_crowd.operations.errors import NotPossible
from local_crowd.operations.work import worker_actions, worker_lists
from tests.support.crowds import DAY, HOUR, CrowdUnderTest
from tests.support.recount import find_wrong_counts

WORKERS = 5


class Chance:
    """Does one thing or another to a crowd; what is refused changes nothing."""

    def __init__(self, crowd: CrowdUnderTest, seed: int) -> None:
        self.crowd = crowd
        self.random = random.Random(seed)
        self.hits = [crowd.make_hit(MaxAssignments=slots) for slots in (1, 2, 3)]
        self.workers = [crowd.make_worker(f"worker {number}") for number in range(WORKERS)]
        self.held: list[tuple[str, str]] = []

    def act(self, *names: str) -> None:
        """Do one of the named things."""
        with suppress(NotPossible, ClientError):
            getattr(self, f"_{self.random.choice(names)}")()

    def _hit(self) -> str:
        return self.random.choice(self.hits)

    def _create(self) -> None:
        slots, title = self.random.randint(1, 3), self.random.choice("ab")
        hit_id = self.crowd.make_hit(
            MaxAssignments=slots, Title=title, LifetimeInSeconds=self.random.choice((HOUR, DAY))
        )
        self.hits.append(hit_id)

    def _accept(self) -> None:
        worker, hit_id = self.random.choice(self.workers), self._hit()
        self.held.append((worker, self.crowd.accept(worker, hit_id)))

    def _accept_next(self) -> None:
        worker, hit_id = self.random.choice(self.workers), self._hit()
        hit_type_id = self.crowd.hit(hit_id)["HITTypeId"]
        with self.crowd.site.writing() as call:
            if held := worker_actions.accept_next(call, worker, hit_type_id):
                self.held.append((worker, held.assignment_id))

    def _submit(self) -> None:
        if self.held:
            self.crowd.submit(self.held.pop(self.random.randrange(len(self.held)))[1])

    def _give_back(self) -> None:
        if self.held:
            self.crowd.give_back(*self.held.pop(self.random.randrange(len(self.held))))

    def _decide(self) -> None:
        assignments = self.crowd.client.list_assignments_for_hit(
            HITId=self._hit(), AssignmentStatuses=["Submitted"]
        )["Assignments"]
        for assignment in assignments:
            asked: dict[str, Any] = {
                "AssignmentId": assignment["AssignmentId"],
                "RequesterFeedback": ".",
            }
            client = self.crowd.client
            self.random.choice((client.approve_assignment, client.reject_assignment))(**asked)

    def _expire(self) -> None:
        self.crowd.client.update_expiration_for_hit(HITId=self._hit(), ExpireAt=0)

    def _extend(self) -> None:
        later = self.crowd.clock.now + self.random.choice((HOUR, DAY))
        self.crowd.client.update_expiration_for_hit(HITId=self._hit(), ExpireAt=later)

    def _add_assignments(self) -> None:
        self.crowd.client.create_additional_assignments_for_hit(
            HITId=self._hit(), NumberOfAdditionalAssignments=1
        )

    def _delete(self) -> None:
        self.crowd.client.delete_hit(HITId=self._hit())

    def _change_type(self) -> None:
        of = self.crowd.hit(self._hit())["HITTypeId"]
        self.crowd.client.update_hit_type_of_hit(HITId=self._hit(), HITTypeId=of)

    def _wait(self) -> None:
        self.crowd.clock.advance(self.random.choice((60, 700, HOUR)))


EVERYTHING = tuple(name[1:] for name in vars(Chance) if name[0] == "_" and name[1] not in "_h")


@pytest.mark.parametrize("seed", range(3))
def test_counts_follow_whatever_happens(crowd: CrowdUnderTest, seed: int) -> None:
    """After each of 120 actions taken at random, every count is what is there."""
    chance = Chance(crowd, seed)
    for number in range(120):
        chance.act(*EVERYTHING)
        assert find_wrong_counts(crowd.site) == [], number


def test_counts_of_many_at_once(crowd: CrowdUnderTest) -> None:
    """Eight threads accept, submit and return the same HITs; PostgreSQL adds up its rows between."""
    chances = [Chance(crowd, seed) for seed in range(8)]
    every = [hit_id for chance in chances for hit_id in chance.hits]
    for chance in chances:
        chance.hits = every

    def work(chance: Chance) -> None:
        for _ in range(30):
            chance.act("accept", "accept_next", "submit", "give_back")

    with ThreadPoolExecutor(len(chances)) as pool:
        list(pool.map(work, chances))

    assert find_wrong_counts(crowd.site) == []


def test_a_worker_who_passed_hits_is_given_one_that_came_back(crowd: CrowdUnderTest) -> None:
    """A search begins behind what the worker has passed, and still finds what others returned."""
    ada, ben = crowd.make_worker("Ada"), crowd.make_worker("Ben")
    hits = [crowd.make_hit(MaxAssignments=2) for _ in range(3)]
    hit_type_id = crowd.hit(hits[0])["HITTypeId"]
    held = crowd.accept(ben, hits[0])
    crowd.accept(crowd.make_worker("Cem"), hits[0])
    for hit_id in hits[1:]:
        crowd.accept(ada, hit_id)
    with crowd.site.writing() as call:
        worker_lists.note_passed(call, ada, hit_type_id)
        assert worker_lists.find_next_hit(call, ada, hit_type_id) is None
    crowd.give_back(ben, held)

    with crowd.site.reading() as call:
        assert worker_lists.find_next_hit(call, ada, hit_type_id) == hits[0]
        assert worker_lists.count_progress(call, ada, hit_type_id) == (0, 1)
        assert worker_lists.find_next_hit(call, ben, hit_type_id) == hits[1]
