"""Ways to be paid for waiting without waiting, and to wait without pay."""

from tests.support.live_site import People
from tests.support.panel_participants import do, find_ending, go_on
from tests.support.practice_hits import Practised
from tests.support.waiting_rooms import launch_hit, list_counted, waiter, waiting_link


def test_a_hidden_page_of_another_link_counts_no_second_again(people: People) -> None:
    """Pausing one link's wait after it was counted leaves nothing to count for the other."""
    _, _, first = waiting_link(people)
    _, _, second = waiting_link(people)
    ada, again = waiter(people, first), waiter(people, second)
    ada.start()
    again.start()

    for _ in range(6):
        ada.beat("pause", after=5)
        again.beat("pause")
        ada.beat()
        again.beat()

    assert sum(list_counted(people)) == 30


def test_who_reaches_the_limit_while_paused_waits_no_longer(people: People) -> None:
    """The HITs are done in another tab."""
    _, _, path = waiting_link(people, limit="1")
    ada = waiter(people, path)
    ada.start()
    assert ada.beat("pause", after=5)["status"] == "paused"
    launch_hit(people)
    do(ada.visitor)
    people.clock.advance(5)

    assert ada.beat()["status"] == "closed"
    assert ada.wait(30)["waited"] == "5 seconds"


def test_practice_that_is_full_is_not_announced(people: People) -> None:
    """Whoever comes too late for it gets the code for nothing left, and is paid for waiting."""
    practised = Practised(people, workers=1)
    _, path = people.panel_link(practised.hit_type, limit="9", wait="15m", wait_reward="0.10")
    assert go_on(people.participant(path, "first")).startswith("/work/")

    ada = waiter(people, path)
    assert find_ending(ada.visitor)[0] == "NONE3"
    ada.start()
    assert not ada.is_ready()
    assert ada.beat(after=5)["status"] == "counting"

    hit = launch_hit(people)
    _, other = people.panel_link(
        practised.hit_type, hit["HITTypeId"], limit="9", wait="15m", wait_reward="0.10"
    )
    assert go_on(people.participant(other)).startswith("/work/")
