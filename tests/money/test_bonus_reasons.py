"""What workers see of a bonus."""

from tests.support.crowds import MINUTE
from tests.support.worker_sites import Visitor, World, words

REASON = "Careful work: <b>both</b> dogs named"


def bonus(world: World, assignment_id: str, amount: str, reason: str) -> None:
    """Send a bonus for an assignment."""
    assignment = world.perform("GetAssignment", AssignmentId=assignment_id)["Assignment"]
    world.perform(
        "SendBonus",
        WorkerId=assignment["WorkerId"],
        AssignmentId=assignment_id,
        BonusAmount=amount,
        Reason=reason,
    )


def finish(world: World, visitor: Visitor, title: str) -> str:
    """Do a HIT of this title and return the assignment's id."""
    assignment_id = visitor.accept(world.launch(Title=title)["HITTypeId"])
    visitor.submit(assignmentId=assignment_id)
    return assignment_id


def test_the_worker_reads_the_reason_of_a_bonus(world: World) -> None:
    """The reason is under Earnings, under My work beside its HIT, and in a message; as text, and
    only the worker's own.
    """
    ada, ben = world.visitor("Ada"), world.visitor("Ben")
    dogs = finish(world, ada, "Dogs")
    world.clock.advance(MINUTE)
    cats = finish(world, ada, "Cats")
    bonus(world, dogs, "0.25", REASON)
    bonus(world, dogs, "0.05", "And quick")

    earnings, my_work, messages = (ada.get(path) for path in ("/earnings", "/my_work", "/messages"))

    for page in (earnings, my_work, messages):
        assert "Careful work: &lt;b&gt;both&lt;/b&gt; dogs named" in page.text
        assert "And quick" in page.text
    assert "Dogs Vision lab · 2026-01-01 00:01 UTC And quick $0.05" in words(earnings)
    of_cats, _, of_dogs = words(my_work).partition("Finished Cats")[2].partition(" Dogs ")
    assert "bonus" not in of_cats
    assert "$0.05 bonus: And quick" in of_dogs
    assert "A bonus of $0.25 Vision lab" in words(messages)
    assert cats not in earnings.text
    for path in ("/earnings", "/my_work", "/messages"):
        assert "And quick" not in ben.get(path).text
