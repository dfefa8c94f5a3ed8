"""ExcludedWorkerIds: workers who cannot do a HIT, such as one that shows their own answers."""

import pytest
from botocore.exceptions import ClientError

from local_crowd.operations.errors import NotPossible
from local_crowd.operations.privacy import forgetting
from local_crowd.operations.work import worker_actions, worker_lists
from tests.support.crowds import CrowdUnderTest


def left(crowd: CrowdUnderTest, worker: str, hit_id: str) -> tuple[int, list[int], str | None]:
    """How many HITs are left in the group, in the list of groups, and the next of them."""
    hit_type_id = crowd.hit(hit_id)["HITTypeId"]
    with crowd.site.reading() as call:
        return (
            worker_lists.count_progress(call, worker, hit_type_id).left,
            [group.left for group in worker_lists.list_groups(call, worker, 10)],
            worker_lists.find_next_hit(call, worker, hit_type_id),
        )


def test_an_excluded_worker_gets_every_other_hit(crowd: CrowdUnderTest) -> None:
    """The HIT is passed over and not counted for that worker, and stays for all others."""
    ada, bea = crowd.make_worker("Ada"), crowd.make_worker("Bea")
    first = crowd.make_hit(ExcludedWorkerIds=[ada, "A1UNKNOWN", ada])
    second = crowd.make_hit()

    assert left(crowd, ada, first) == (1, [1], second)
    assert left(crowd, bea, first) == (2, [2], first)
    crowd.do(ada, second)
    assert left(crowd, ada, first) == (0, [], None)
    crowd.do(bea, first)


def test_an_excluded_worker_can_neither_accept_nor_preview_by_its_id(
    crowd: CrowdUnderTest,
) -> None:
    """Whatever their qualifications; nothing is taken."""
    ada = crowd.make_worker("Ada")
    hit_id = crowd.make_hit(ExcludedWorkerIds=[ada])

    with pytest.raises(NotPossible) as refused:
        crowd.accept(ada, hit_id)
    with pytest.raises(NotPossible) as unseen, crowd.site.reading() as call:
        worker_actions.find_question(call, hit_id, None, ada)

    assert refused.value.reason == unseen.value.reason == "excluded"
    assert str(refused.value) == ("This HIT is about work that you did, so only others can do it.")
    assert crowd.stands(hit_id)[0] == "Assignable"


def test_the_number_of_excluded_workers_is_limited(crowd: CrowdUnderTest) -> None:
    """And nobody hears of who is excluded: a HIT does not name them."""
    ada = crowd.make_worker("Ada")
    with pytest.raises(ClientError, match="At most 1000 are allowed"):
        crowd.make_hit(ExcludedWorkerIds=[f"A{number}" for number in range(1001)])

    hit_id = crowd.make_hit(ExcludedWorkerIds=[ada])

    assert ada not in str(crowd.hit(hit_id))


def test_an_exclusion_stays_when_the_worker_is_forgotten(crowd: CrowdUnderTest) -> None:
    """It is said among what stays."""
    ada = crowd.make_worker("Ada")
    crowd.make_hit(ExcludedWorkerIds=[ada])

    with crowd.site.writing() as call:
        forgotten = forgetting.forget_worker(call, ada, answers=True)

    assert [(item.what, item.number) for item in forgotten.kept] == [("exclusions from HITs", 1)]
