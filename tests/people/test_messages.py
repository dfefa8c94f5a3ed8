"""Workers and requesters write to each other about a HIT, on their pages."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from local_crowd.operations.people import accounts
from local_crowd.operations.work import worker_actions
from local_crowd.operations.work.messages import MAX_PER_DAY, MAX_TEXT_LENGTH
from local_crowd.store.tables import messages
from tests.support.crowds import DAY
from tests.support.live_site import People
from tests.support.requester_sites import Requester, RequesterWorld
from tests.support.worker_sites import Visitor, words

QUESTION = "Is a <wolf> a dog?"
OFTEN = f"You have sent {MAX_PER_DAY} messages within a day. You can write again tomorrow."


@pytest.fixture
def world(tmp_path: Path) -> Iterator[RequesterWorld]:
    """A crowd whose requester signs in to pages."""
    world = RequesterWorld(tmp_path / "crowd")
    yield world
    world.app.close()


@pytest.fixture
def lab(world: RequesterWorld) -> Requester:
    """The requester of the HITs, signed in."""
    return world.member()


def ask(visitor: Visitor, hit_id: str, text: str = QUESTION) -> TestResponse:
    """Send the form for asking about a HIT."""
    return visitor.post(f"/hits/{hit_id}/ask", {"text": text})


def first_form(page: TestResponse) -> str:
    """Return the path of the newest message's answer form, below the site."""
    match = re.search(r'action="/sandbox(/[^"]+/answer)"', page.text)
    assert match
    return match[1]


def unread(page: TestResponse) -> int:
    """Return the count beside Messages in the navigation."""
    match = re.search(r"Messages (\d+) unread", words(page))
    return int(match[1]) if match else 0


class TestAsking:
    """A worker writes to the requester of a HIT."""

    def test_a_question_and_its_answer(self, world: RequesterWorld, lab: Requester) -> None:
        """The requester reads who asks and about which HIT, answers; the worker answers again."""
        ada, hit, _ = world.holder(Title="Wolves")
        assert "About the HIT “Wolves”" in words(ada.get(f"/hits/{hit['HITId']}/ask"))

        assert ask(ada, hit["HITId"]).location == "/sandbox/messages"

        inbox = lab.get("/requester/messages")
        assert unread(inbox) == 1
        assert f"Wolves {world.worker()} · 2026-01-01 00:00 UTC · about Wolves New" in words(inbox)
        assert "Is a &lt;wolf&gt; a dog?" in inbox.text
        assert f'href="/sandbox/requester/hits/{hit["HITId"]}"' in inbox.text
        sent = lab.post(first_form(inbox), {"text": "Yes,\r\nit is."})
        assert sent.location == "/sandbox/requester/messages"
        assert unread(lab.get("/requester/")) == 0

        got = ada.get("/messages")
        assert unread(got) == 1
        assert "Re: Wolves Vision lab" in words(got)
        assert "Yes,\nit is." in got.text
        assert "You to Vision lab" in words(got)
        assert ada.post(first_form(got), {"text": "Thanks"}).status_code == 303
        assert unread(ada.get("/")) == 0
        again = lab.get("/requester/messages")
        assert unread(again) == 1
        assert f"Re: Wolves {world.worker()}" in words(again)

    def test_each_page_of_a_hit_leads_to_the_form(self, world: RequesterWorld) -> None:
        """The preview, the HIT in progress, and the HIT under My work when it is finished."""
        ada, hit, assignment_id = world.holder(MaxAssignments=2)
        link = f'href="/sandbox/hits/{hit["HITId"]}/ask"'

        assert link in ada.get(f"/work/{assignment_id}").text
        assert link in world.visitor("Ben").get(f"/groups/{hit['HITTypeId']}").text
        ada.submit(assignmentId=assignment_id)
        assert link in ada.get("/my_work").text

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("", "Write something first."),
            (" \u200b\n", "Write something first."),
            (
                "x" * (MAX_TEXT_LENGTH + 1),
                "Your message has 4,097 characters. At most 4,096 are allowed.",
            ),
        ],
    )
    def test_an_invalid_message_is_refused(
        self, world: RequesterWorld, text: str, message: str
    ) -> None:
        """The form shows the reason and the typed text, and nothing is sent."""
        ada, hit, _ = world.holder()

        refused = ask(ada, hit["HITId"], text)

        assert (refused.status_code, message in words(refused)) == (400, True)
        assert count(world) == 0

    def test_messages_per_day_are_limited(self, world: RequesterWorld, lab: Requester) -> None:
        """Questions and answers count together, to all requesters; a day later one can write."""
        ada, hit, _ = world.holder()
        for number in range(MAX_PER_DAY):
            assert ask(ada, hit["HITId"], str(number)).status_code == 303
        lab.post(first_form(lab.get("/requester/messages")), {"text": "Yes?"})

        refused = ask(ada, hit["HITId"])
        answered = ada.post(first_form(ada.get("/messages")), {"text": "One more"})

        for page in (refused, answered):
            assert (page.status_code, OFTEN in words(page)) == (400, True)
        assert "One more" in answered.text
        assert ask(world.visitor("Ben"), hit["HITId"]).status_code == 303
        world.clock.advance(DAY)
        assert ask(ada, hit["HITId"]).status_code == 303

    def test_a_blocked_worker_cannot_write(self, world: RequesterWorld, lab: Requester) -> None:
        """A blocked worker can neither ask nor reply."""
        ada, hit, _ = world.holder()
        ask(ada, hit["HITId"])
        lab.post(first_form(lab.get("/requester/messages")), {"text": "No."})
        form = first_form(ada.get("/messages"))
        world.perform("CreateWorkerBlock", WorkerId=world.worker(), Reason="rude")

        refusals = [ask(ada, hit["HITId"]), ada.post(form, {"text": "x"})]

        for page in refusals:
            assert (page.status_code, "You cannot work for this requester." in words(page)) == (
                403,
                True,
            )
        assert count(world) == 2

    def test_a_worker_cannot_ask_about_a_hit_that_they_cannot_see(
        self, world: RequesterWorld
    ) -> None:
        """The rules of a preview apply; but workers who worked on the HIT can always ask."""
        ada, mine, _ = world.holder()
        adults = {
            "QualificationTypeId": "00000000000000000060",
            "Comparator": "EqualTo",
            "IntegerValues": [1],
            "ActionsGuarded": "DiscoverPreviewAndAccept",
        }
        hidden = world.launch(Title="Hidden", QualificationRequirements=[adults])

        page = ada.get(f"/hits/{hidden['HITId']}/ask")

        assert page.status_code == 403
        assert "Hidden" not in words(page)
        assert ask(ada, hidden["HITId"]).status_code == 403
        assert ask(ada, "3" + "Z" * 29).status_code == 404
        world.perform("UpdateExpirationForHIT", HITId=mine["HITId"], ExpireAt=world.clock.now - 1)
        assert ask(ada, mine["HITId"]).status_code == 303


class TestReading:
    """Unread messages are counted, and only opening the page counts them as read."""

    def test_reading_is_a_form_not_a_get(self, world: RequesterWorld, lab: Requester) -> None:
        """A page that another opens changes nothing; the button marks what the page shows."""
        ada, hit, _ = world.holder()
        ask(ada, hit["HITId"])
        lab.post(first_form(lab.get("/requester/messages")), {"text": "Yes."})
        shown = re.findall(r'name="message" value="(\w+)"', ada.get("/messages").text)

        assert [unread(ada.get(path)) for path in ("/", "/messages", "/earnings")] == [1, 1, 1]
        assert ada.bare_post("/messages/read", {"message": shown}).status_code == 400
        assert unread(ada.get("/")) == 1
        world.visitor("Eve").post("/messages/read", {"message": shown})
        lab.post("/requester/messages/read", {"message": shown})
        assert unread(ada.get("/")) == 1
        ada.post("/messages/read", {"message": shown})
        assert unread(ada.get("/")) == 0

    def test_the_requester_marks_as_read(self, world: RequesterWorld, lab: Requester) -> None:
        """The same on the requester's page, for the requester's own messages."""
        ada, hit, _ = world.holder()
        ask(ada, hit["HITId"])
        shown = re.findall(r'name="message" value="(\w+)"', lab.get("/requester/messages").text)
        other = world.member("Another lab")

        other.post("/requester/messages/read", {"message": shown})
        ada.post("/messages/read", {"message": shown})
        assert unread(lab.get("/requester/")) == 1
        lab.post("/requester/messages/read", {"message": shown})
        assert unread(lab.get("/requester/")) == 0

    def test_nobody_reads_or_answers_anothers(self, world: RequesterWorld, lab: Requester) -> None:
        """Another worker's and another requester's messages are not there; nor can one's own be
        answered.
        """
        ada, hit, _ = world.holder()
        ask(ada, hit["HITId"])
        question = first_form(lab.get("/requester/messages"))
        lab.post(question, {"text": "Yes."})
        answer = first_form(ada.get("/messages"))
        other, eve = world.member("Another lab"), world.visitor("Eve")

        assert "No messages." in words(other.get("/requester/messages"))
        assert "No messages." in words(eve.get("/messages"))
        refusals = [
            other.post(question, {"text": "x"}),
            eve.post(answer, {"text": "x"}),
            ada.post(question.removeprefix("/requester"), {"text": "x"}),
            lab.post(f"/requester{answer}", {"text": "x"}),
        ]
        for page in refusals:
            assert page.status_code == 404
            assert "This message does not exist." in words(page)
        assert count(world) == 2

    def test_an_inbox_of_many_pages(self, world: RequesterWorld, lab: Requester) -> None:
        """A page shows fifty messages, the first page the newest."""
        hit = world.launch(MaxAssignments=9)
        for number in range(51):
            worker = world.visitor(f"Ada {number // 20}")
            ask(worker, hit["HITId"], f"Number {number}.")
            world.clock.advance(1)

        first = words(lab.get("/requester/messages"))
        second = words(lab.get("/requester/messages?page=2"))

        assert "Number 50." in first
        assert "Number 0." not in first
        assert "Number 0." in second


class TestLeaving:
    """An account is closed."""

    def test_messages_go_with_the_account(self, people: People) -> None:
        """The worker's messages are erased, and nobody can reply to a closed account."""
        hit = people.launch()
        ada = people.member()
        with people.sandbox.writing() as call:
            account = accounts.find(call, "Ada")
            assert account
            worker_id = account.worker_id
        assert ask(ada, hit["HITId"]).status_code == 303

        with people.sandbox.writing() as call:
            for assignment_id in accounts.list_accepted_assignments(call, worker_id):
                worker_actions.return_assignment(call, worker_id, assignment_id)
            accounts.close(call, worker_id)

        assert count(people) == 0
        assert ask(ada, hit["HITId"]).location.startswith("/sign_in")

    def test_a_panels_participant_has_no_messages(self, people: People) -> None:
        """Participants write to the researcher at the panel: here there is no such page for them."""
        hit = people.launch()
        ada = people.participant(people.panel_link(hit["HITTypeId"])[1])

        for path in ("/messages", f"/hits/{hit['HITId']}/ask"):
            assert ada.get(path).location == f"{people.root}/panel"


def count(world: RequesterWorld | People) -> int:
    """Return how many messages there are."""
    with world.sandbox.reading() as call:
        return call.db.scalar(select(func.count()).select_from(messages)) or 0
