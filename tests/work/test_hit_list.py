"""The list of HITs: its order, the search in titles."""

import pytest

from local_crowd.operations.work import worker_lists
from tests.support.worker_sites import Visitor, World, words


def titles(visitor: Visitor, query: str = "") -> list[str]:
    """Return the titles on the list, in its order."""
    page = visitor.get(f"/{query}").text
    return [part.split(">")[1].split("<")[0] for part in page.split('<h2><a href="')[1:]]


@pytest.fixture
def ada(world: World) -> Visitor:
    """A worker who can choose among three groups."""
    world.launch(Title="Name the Dog", Reward="0.10", AssignmentDurationInSeconds=600)
    world.launch(Title="Name the cat", Reward="0.50", AssignmentDurationInSeconds=60)
    world.launch(Title="100% of_it", Reward="0.10", AssignmentDurationInSeconds=3600)
    return world.visitor("Ada")


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("", ["100% of_it", "Name the cat", "Name the Dog"]),
        ("?sort=newest", ["100% of_it", "Name the cat", "Name the Dog"]),
        ("?sort=reward", ["Name the cat", "100% of_it", "Name the Dog"]),
        ("?sort=time", ["Name the cat", "Name the Dog", "100% of_it"]),
        ("?sort=%00&sort=reward", ["100% of_it", "Name the cat", "Name the Dog"]),
        ("?q=dog+NAME", ["Name the Dog"]),
        ("?q=name&sort=reward", ["Name the cat", "Name the Dog"]),
        ("?q=%25", ["100% of_it"]),
        ("?q=f_i", ["100% of_it"]),
        ("?q=++", ["100% of_it", "Name the cat", "Name the Dog"]),
        ("?q=%00dog%ff", []),
        ("?q=" + "dog" * 2000, []),
    ],
)
def test_sorting_and_searching(ada: Visitor, query: str, shown: list[str]) -> None:
    """Newest first unless another order is asked for; every word must be in the title."""
    assert titles(ada, query) == shown


def test_nothing_found_says_so(ada: Visitor) -> None:
    """What was typed stands there as text, and the whole list is a click away."""
    page = ada.get("/?q=%3Cb%3Efish")

    assert "No HIT has “<b>fish” in its title." in words(page).replace("&lt;", "<")
    assert "<b>fish" not in page.text


def test_the_order_and_the_search_come_before_the_limit(world: World) -> None:
    """The best of all groups are shown, not the best of the newest."""
    worker_id = "A1"
    for number in range(3):
        world.launch(Title=f"Task {number}", Reward=f"0.{9 - number}0")
    with world.sandbox.reading() as call:
        best = worker_lists.list_groups(call, worker_id, 1, worker_lists.REWARD)
        groups = worker_lists.list_groups(call, worker_id, 1, search="task 1")

    assert [row.title for row in (*best, *groups)] == ["Task 0", "Task 1"]
