"""From one HIT to the next: what the worker is told, and which HIT comes."""

from werkzeug.test import TestResponse

from tests.support.live_site import People
from tests.support.worker_sites import TOKEN, Visitor, World, words


def hand_in_and_go_on(visitor: Visitor, hit_type_id: str, hit_id: str, assignment_id: str) -> str:
    """Submit an answer, accept the next of the group, and return the words of its page."""
    visitor.submit(assignmentId=assignment_id)
    gone_on = visitor.post(f"/groups/{hit_type_id}/accept", {"after": hit_id})
    return words(visitor.get(gone_on.location.removeprefix(visitor.root)))


def return_for_another(visitor: Visitor, hit_id: str, assignment_id: str) -> TestResponse:
    """Press "Return and take another", go where it leads, and return the page of the next HIT."""
    form = {"another": "yes", "after": hit_id}
    returned = visitor.post(f"/work/{assignment_id}/return", form)
    assert returned.status_code == 307  # a browser sends the form again
    accepted = visitor.post(returned.location.removeprefix(visitor.root), form)
    assert "/work/" in accepted.location
    return visitor.get(accepted.location.removeprefix(visitor.root))


def test_the_next_page_says_that_the_last_answer_arrived(world: World) -> None:
    """It counts what is done and what is left of the group, and a reload does not say it again."""
    hits = [world.launch() for _ in range(3)]
    group = hits[0]["HITTypeId"]
    ada = world.visitor("Ada")
    shown = []
    for hit in hits:
        assignment_id = ada.accept(group, hit_id=hit["HITId"])
        shown.append(hand_in_and_go_on(ada, group, hit["HITId"], assignment_id))

    thanks = "Thank you. Your answer is submitted. You have done"
    assert f"{thanks} 1 HIT of this group; this one and 1 more are left." in shown[0]
    assert f"{thanks} 2 HITs of this group; this one is the last." in shown[1]
    assert f"{thanks} 3 HITs of this group. That was the last HIT of this group" in shown[2]
    assert thanks not in words(ada.get("/"))


def test_an_answer_that_did_not_arrive_is_not_thanked_for(world: World) -> None:
    """Going on after a HIT that was returned, or is still in progress, thanks for nothing."""
    hits = [world.launch(MaxAssignments=2) for _ in range(2)]
    group = hits[0]["HITTypeId"]
    ada = world.visitor("Ada")
    ada.accept(group, hit_id=hits[0]["HITId"])

    gone_on = ada.post(f"/groups/{group}/accept", {"after": hits[0]["HITId"]})

    assert "Thank you" not in words(ada.get(gone_on.location.removeprefix("/sandbox")))


def test_a_participant_reads_how_far_they_are(live: People) -> None:
    """By a panel's link the next HIT's page says how many of the study are submitted."""
    hits = [live.launch() for _ in range(2)]
    ada = live.participant(live.panel_link(hits[0]["HITTypeId"], limit="2")[1])
    token = TOKEN.search(ada.get("/panel").text)
    assert token
    first = ada.bare_post("/panel/next", {"csrf_token": token[1]}).location
    ada.submit(assignmentId=first.rpartition("/")[2])

    form = {"csrf_token": token[1], "after": hits[0]["HITId"]}
    second = ada.bare_post("/panel/next", form).location

    assert "Thank you. Your answer is submitted: 1 of 2." in words(ada.get(second))


class TestReturning:
    """After a return other HITs come first."""

    def test_return_and_take_another(self, world: World) -> None:
        """One button returns the HIT and accepts the next, without scripts too."""
        hits = [world.launch() for _ in range(2)]
        ada = world.visitor("Ada")
        first = ada.accept(hits[0]["HITTypeId"])

        second = return_for_another(ada, hits[0]["HITId"], first)

        assert "Thank you" not in words(second)
        assert [world.slots(hit["HITId"]) for hit in hits] == [(1, 0), (0, 1)]

    def test_return_and_take_another_of_nothing(self, world: World) -> None:
        """When no other HIT is there, the one returned is offered again rather than none."""
        ada, hit, first = world.holder()

        return_for_another(ada, hit["HITId"], first)

        assert world.slots(hit["HITId"]) == (0, 1)

    def test_what_one_returned_comes_last(self, world: World) -> None:
        """To its worker alone: to preview and to accept, after the others of the group."""
        hits = [world.launch() for _ in range(3)]
        group = hits[0]["HITTypeId"]
        ada, ben = world.visitor("Ada"), world.visitor("Ben")
        for hit in hits[:2]:
            ada.post(f"/work/{ada.accept(group, hit_id=hit['HITId'])}/return")

        assert hits[2]["HITId"] in ada.get(f"/groups/{group}").text
        assert hits[0]["HITId"] in ben.get(f"/groups/{group}").text
        ada.accept(group)
        assert [world.slots(hit["HITId"]) for hit in hits] == [(1, 0), (1, 0), (0, 1)]
        ada.accept(group)
        assert world.slots(hits[0]["HITId"]) == (0, 1)
