"""Practice HITs: each worker does them first, and reads after each what is right, and why."""

import json
import re
from typing import Any

import pytest

from local_crowd.operations.errors import NotPossible, RequestError
from local_crowd.operations.work import worker_actions
from tests.support.crowds import DAY, HIT_TYPE
from tests.support.practice_hits import ITEMS, Practised
from tests.support.worker_sites import Visitor, World, words

SECRETS = re.compile("Quail|plume|Count &lt;b&gt;")


def hit_of(world: World, assignment: str) -> str:
    """The HIT of an assignment."""
    with world.sandbox.reading() as call:
        return str(worker_actions.find_assignment(call, assignment).hit_id)


def practise(visitor: Visitor, hit_type: str, **fields: str) -> str:
    """Accept the next HIT and submit it; return the page after it."""
    return words(visitor.submit(assignmentId=visitor.accept(hit_type), **fields))


def test_each_worker_practises_first_and_reads_why(world: World) -> None:
    """In the order of the items, and then the other HITs; a second worker from the start too."""
    group = Practised(world)
    for name in ("Ada", "Bo"):
        visitor = world.visitor(name)
        preview = visitor.get(f"/groups/{group.hit_type}").text
        assert group.items[0] in preview
        first = visitor.accept(group.hit_type)
        shown = visitor.get(f"/work/{first}").text
        assert "Practice HIT 1 of 2" in shown
        frame = visitor.get(f"/hit_page/{group.items[0]}?assignmentId={first}").text
        assert not SECRETS.search(preview + shown + frame)

        wrong = visitor.submit(assignmentId=first, word="hen")
        second = visitor.accept(group.hit_type)
        right = visitor.submit(assignmentId=second, word="cat", output='{"size": 3}')
        third = visitor.accept(group.hit_type)

        assert words(wrong) == (
            "Not right Your answer hen Right answer Quail Its plume gives it away. "
            "Your answer is submitted. It is paid like the others, right or not."
        )
        assert wrong.headers["Crowd-Outcome"] == "handed-in"
        assert words(right).startswith("Right Count <b>again</b>. Your answer is submitted.")
        assert [hit_of(world, one) for one in (first, second, third)] == [
            *group.items,
            group.others[0],
        ]
        assert "Practice" not in visitor.get(f"/work/{third}").text
        assert words(visitor.submit(assignmentId=third, word="x")).startswith("Thank you")


def test_there_is_a_place_for_everybody_and_none_to_spare(world: World) -> None:
    """An assignment for each worker who came; one that was returned is gone until they come again."""
    group = Practised(world, workers=12)
    assert group.counters(group.items[0]) == ("Reviewable", 0, 0)
    visitors = [world.visitor(f"Worker {number}") for number in range(12)]
    held = [visitor.accept(group.hit_type) for visitor in visitors]
    assert group.counters(group.items[0]) == ("Unassignable", 12, 0)

    visitors[0].post(f"/work/{held[0]}/return")
    for visitor, assignment in list(zip(visitors, held, strict=True))[1:]:
        visitor.submit(assignmentId=assignment, word="Quail")

    assert group.counters(group.items[0]) == ("Reviewable", 11, 0)
    again = visitors[0].accept(group.hit_type)
    assert hit_of(world, again) == group.items[0]
    late = world.visitor("Thirteenth").post(f"/groups/{group.hit_type}/accept")
    assert late.location == f"/sandbox/groups/{group.hit_type}"
    assert group.counters(group.items[0]) == ("Unassignable", 12, 0)
    listed = world.visitor("Somebody").get("/").text
    assert "3 HITs" in words_of(listed), "practice HITs are not counted as left"


def words_of(page: str) -> str:
    """The text of a page."""
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def test_nobody_skips_practice(world: World) -> None:
    """Not by a HIT's id, not by a second HIT in another tab, and not by a panel's next HIT."""
    group = Practised(world)
    ada = world.visitor("Ada")
    with world.sandbox.reading() as call:
        worker = call.db.exec_driver_sql("SELECT worker_id FROM workers WHERE nickname='Ada'")
        ada_id = str(worker.scalar_one())

    for hit in (group.others[0], group.items[1]):
        with pytest.raises(NotPossible) as refused, world.sandbox.writing() as call:
            worker_actions.accept(call, ada_id, hit)
        assert refused.value.reason == "practice"
    first = ada.accept(group.hit_type)
    assert ada.accept(group.hit_type) == first, "it is to be finished before the next"
    assert ada.accept(group.hit_type, hit_id=group.items[0]) == first


def test_practice_is_offered_only_while_other_hits_are_left(world: World) -> None:
    """Nobody works for nothing: without other HITs there is no practice HIT either."""
    group = Practised(world)
    for hit in group.others:
        world.perform("UpdateExpirationForHIT", HITId=hit, ExpireAt=0)

    ada = world.visitor("Ada")

    assert ada.get(f"/groups/{group.hit_type}").location == "/sandbox/"
    assert ada.post(f"/groups/{group.hit_type}/accept").location == "/sandbox/"
    by_id = ada.post(f"/groups/{group.hit_type}/accept", {"hit_id": group.items[0]})
    assert by_id.location == f"/sandbox/groups/{group.hit_type}"
    assert group.counters(group.items[0]) == ("Reviewable", 0, 0)


def test_time_that_is_over_frees_the_place(world: World) -> None:
    """An abandoned practice HIT is due again, and leaves no free assignment behind."""
    group = Practised(world)
    ada = world.visitor("Ada")
    ada.accept(group.hit_type)
    world.clock.advance(HIT_TYPE["AssignmentDurationInSeconds"] + 1)

    assert world.perform("ListHITs")
    assert group.counters(group.items[0]) == ("Reviewable", 0, 0)
    assert hit_of(world, ada.accept(group.hit_type)) == group.items[0]


def test_a_deleted_practice_hit_is_not_due(world: World) -> None:
    """The next one is."""
    group = Practised(world)
    world.perform("DeleteHIT", HITId=group.items[0])

    assert hit_of(world, world.visitor("Ada").accept(group.hit_type)) == group.items[1]


def test_a_repeated_submission_shows_the_same_and_another_nothing(world: World) -> None:
    """Who lost the page gets it again; who changes the answer afterwards does not."""
    group = Practised(world)
    ada = world.visitor("Ada")
    assignment = ada.accept(group.hit_type)
    first = ada.submit(assignmentId=assignment, word="hen")

    assert words(ada.submit(assignmentId=assignment, word="hen")) == words(first)
    other = words(ada.submit(assignmentId=assignment, word="Quail"))
    assert other.startswith("Already submitted")
    assert not SECRETS.search(other)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"PracticeItems": []}, "PracticeItems has 0 items. From 1 to 50 are allowed."),
        (
            {"PracticeItems": [{"Answers": "[1]"}]},
            "Answers is not a JSON object with the right value of each field.",
        ),
        ({"PracticeItems": [{"Answers": "{"}]}, "Answers is not a JSON object"),
    ],
)
def test_practice_that_cannot_be_stored_is_refused(
    world: World, changes: dict[str, Any], message: str
) -> None:
    """With what is wrong."""
    request = {"Name": "batch", "MaxWorkers": 1, "PracticeItems": ITEMS}
    with pytest.raises(Exception, match=re.escape(message)):
        world.perform("CreatePractice", **request | changes)


def test_a_practice_has_one_id_for_its_name_and_requester(world: World) -> None:
    """So that a call whose response was lost can be repeated; others' practice does not exist."""
    group = Practised(world)
    request = {"Name": "batch", "MaxWorkers": 1, "PracticeItems": ITEMS}

    assert world.perform("CreatePractice", **request) == {"PracticeId": group.practice}
    other = world.requester("Other")
    with pytest.raises(RequestError, match=r"Practice .* does not exist"):
        world.sandbox.perform(other, "CreateHITType", HIT_TYPE | {"PracticeId": group.practice})
    with pytest.raises(RequestError, match="no practice item 0 without a HIT"):
        world.perform(
            "CreateHITWithHITType",
            HITTypeId=group.hit_type,
            LifetimeInSeconds=DAY,
            PracticeItem=0,
            Question=world.perform("GetHIT", HITId=group.items[0])["HIT"]["Question"],
        )


def test_other_groups_have_no_practice(world: World) -> None:
    """Nor do HITs of the same properties without it."""
    Practised(world)
    plain = world.launch()

    assert hit_of(world, world.visitor("Ada").accept(plain["HITTypeId"])) == plain["HITId"]
    assert json.dumps(world.perform("GetHIT", HITId=plain["HITId"]), default=str)
