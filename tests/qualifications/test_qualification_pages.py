"""Qualifications as workers see them, as WSGI gives it: status and words. Scripts do not run."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from werkzeug.test import TestResponse

from tests.support.crowds import DAY, MINUTE, CrowdUnderTest
from tests.support.live_site import People
from tests.support.qualification_samples import (
    ADULT,
    HITS_APPROVED,
    LOCALE,
    PERCENT_APPROVED,
    SANDBOX_MASTERS,
    SKILL,
    TESTED,
    ask,
    question_form,
    require,
    score,
    take,
)
from tests.support.question_forms import form, question
from tests.support.worker_sites import Visitor, World, words

PREVIEW = "ASSIGNMENT_ID_NOT_AVAILABLE"
UNKNOWN = "3" + "Z" * 29
GONE = "This qualification does not exist, or its requester has deleted it."
RIGHT = {"answer.nextmove": "D", "answer.favoritefruit": "apples"}
WRONG = {"answer.nextmove": "D", "answer.favoritefruit": "pears"}


@pytest.fixture
def make_type(world: World) -> Callable[..., str]:
    """Create a qualification type, SKILL with changes, and return its id."""

    def make_type(**changes: Any) -> str:
        response = world.perform("CreateQualificationType", **SKILL | changes)
        return str(response["QualificationType"]["QualificationTypeId"])

    return make_type


def sees(answer: TestResponse, status: int, *texts: str) -> None:
    """Assert that the page has this status and contains these texts."""
    assert answer.status_code == status
    for text in texts:
        assert text in words(answer)


def worker_id_of(visitor: Visitor) -> str:
    """Return the visitor's worker id, as their page shows it."""
    return words(visitor.get("/my_work")).partition("Your worker ID is ")[2].split(".")[0]


def begin(visitor: Visitor, type_id: str) -> str:
    """Start the type's test, and return the path of its page."""
    answer = visitor.post(f"/qualifications/{type_id}/request")
    assert answer.status_code == 303
    path = answer.location.removeprefix(visitor.root)
    assert path.startswith("/qualification_tests/"), path
    return path


def flashed(visitor: Visitor, answer: TestResponse, *texts: str) -> None:
    """Assert that the response redirects to a page with these texts."""
    assert answer.status_code == 303
    sees(visitor.get(answer.location.removeprefix(visitor.root)), 200, *texts)


class TestTheList:
    """The qualifications that a worker has, requested and can request."""

    def test_it_shows_what_the_worker_has(self, world: World, make_type: Any) -> None:
        """It shows names, values and times, the reason of a revocation, and the system's values."""
        ada, kept, lost = world.visitor("Ada"), make_type(), make_type(Name="Dutch")
        who = worker_id_of(ada)
        for type_id, value in ((kept, 42), (lost, 7)):
            world.perform(
                "AssociateQualificationWithWorker",
                QualificationTypeId=type_id,
                WorkerId=who,
                IntegerValue=value,
            )
        world.perform(
            "DisassociateQualificationFromWorker",
            QualificationTypeId=lost,
            WorkerId=who,
            Reason="The study is over.",
        )

        page = ada.get("/qualifications")
        sees(
            page,
            200,
            "Approved HITs 0",
            "Approval rate 100 %",
            "Country Not set",
            "Content that may offend Not accepted",
            "English Vision lab · since 2026-01-01 00:00 UTC",
            "42 value You have it",
            "The study is over. 7 value Revoked",
        )
        assert words(page).count("You have it") == 1
        assert "requested" not in words(page).lower().partition("qualifications you can")[0]

    def test_the_systems_values_follow_work_and_profile(self, world: World) -> None:
        """Approved HITs are counted, and the profile's country is named."""
        ada, _, assignment_id = world.holder()
        ada.submit(assignmentId=assignment_id, word="cat")
        world.perform("ApproveAssignment", AssignmentId=assignment_id)
        ada.post("/account", {"country": "US", "state": "PA", "adult": "on"})

        sees(
            ada.get("/qualifications"),
            200,
            "Approved HITs 1",
            "Country United States, Pennsylvania",
            "Content that may offend Accepted",
        )

    def test_it_offers_what_can_be_requested(self, world: World, make_type: Any) -> None:
        """It offers active types, with or without a test, but none that is deleted or that the worker has."""
        ada = world.visitor("Ada")
        make_type(Name="By hand", Keywords="one, two")
        make_type(**TESTED | {"Name": "Tested"})
        make_type(Name="Closed", QualificationTypeStatus="Inactive")
        world.perform("DeleteQualificationType", QualificationTypeId=make_type(Name="Deleted"))
        free_type = make_type(Name="Free", AutoGranted=True)
        ada.post(f"/qualifications/{free_type}/request")

        offered = words(ada.get("/qualifications")).partition("Qualifications you can request")[2]
        assert "By hand Vision lab" in offered
        assert "Can write and edit English one two" in offered
        assert "Tested Vision lab · a test of 10 minutes" in offered
        assert all(name not in offered for name in ("Closed", "Deleted", "Free"))

    def test_a_blocked_worker_is_offered_nothing_of_that_requester(
        self, world: World, make_type: Any
    ) -> None:
        """Types of a requester who blocked the worker are not listed, and requests are refused."""
        ada, type_id = world.visitor("Ada"), make_type()
        world.perform("CreateWorkerBlock", WorkerId=worker_id_of(ada), Reason="Spam")

        assert "English" not in words(ada.get("/qualifications")).replace("English Deutsch", "")
        asked = ada.post(f"/qualifications/{type_id}/request")
        flashed(ada, asked, "You cannot work for this requester.")

    def test_it_is_for_who_signed_in(self, world: World, make_type: Any) -> None:
        """Every page redirects to sign in; a forged form does nothing."""
        type_id = make_type()
        stranger, ada = world.visitor(), world.visitor("Ada")

        for path in ("/qualifications", f"/qualifications/{type_id}"):
            assert stranger.get(path).location.startswith("/sandbox/sign_in?next=")
        assert stranger.post(f"/qualifications/{type_id}/request").location == "/sandbox/sign_in"
        assert ada.bare_post(f"/qualifications/{type_id}/request").status_code == 400
        assert world.perform("ListQualificationRequests")["NumResults"] == 0


class TestAsking:
    """A request, from the button to the decision."""

    def test_a_request_waits_and_is_rejected(self, world: World, make_type: Any) -> None:
        """After the rejection the worker sees the reason, and when they can request it again."""
        ada, type_id = world.visitor("Ada"), make_type(RetryDelayInSeconds=DAY)
        path = f"/qualifications/{type_id}"
        sees(
            ada.get(path), 200, "The requester decides who gets it.", "request it again after 1 day"
        )
        flashed(
            ada,
            ada.post(f"{path}/request"),
            "You requested the qualification. The requester will decide.",
        )
        sees(ada.get("/qualifications"), 200, "waiting for the requester Waiting")
        sees(ada.get(path), 200, "The requester will review your request and decide.")
        assert "Request" not in words(ada.get(path)).partition("English")[2]

        (waiting,) = world.perform("ListQualificationRequests")["QualificationRequests"]
        world.perform(
            "RejectQualificationRequest",
            QualificationRequestId=waiting["QualificationRequestId"],
            Reason="Show us a sample first.",
        )
        again = "you can request it again 2026-01-02 00:00 UTC Show us a sample first. Rejected"
        sees(ada.get("/qualifications"), 200, again)
        sees(
            ada.get(path),
            200,
            "The requester rejected your request",
            "Show us a sample first. You can request it again 2026-01-02 00:00 UTC, in 1 day.",
        )
        flashed(ada, ada.post(f"{path}/request"), "You can request it again in 1440 minutes.")
        assert "Request English" not in words(ada.get("/qualifications"))

        world.clock.advance(DAY)
        sees(ada.get("/qualifications"), 200, "you can request it again now", "Request English")
        sees(ada.get(path), 200, "Request again")
        flashed(ada, ada.post(f"{path}/request"), "You requested the qualification.")

    def test_a_granted_request_is_a_qualification(self, world: World, make_type: Any) -> None:
        """After AcceptQualificationRequest the worker has it, with the requester's value."""
        ada, type_id = world.visitor("Ada"), make_type()
        ada.post(f"/qualifications/{type_id}/request")
        (waiting,) = world.perform("ListQualificationRequests")["QualificationRequests"]
        world.perform(
            "AcceptQualificationRequest",
            QualificationRequestId=waiting["QualificationRequestId"],
            IntegerValue=9,
        )

        path = f"/qualifications/{type_id}"
        sees(ada.get(path), 200, "You have this qualification, with the value 9.", "only once")
        flashed(
            ada, ada.post(f"{path}/request"), "You can request it only once, and you already have."
        )

    def test_an_auto_granted_qualification_is_granted_at_once(
        self, world: World, make_type: Any
    ) -> None:
        """With AutoGranted the request grants the qualification."""
        ada, type_id = world.visitor("Ada"), make_type(AutoGranted=True, AutoGrantedValue=3)

        asked = ada.post(f"/qualifications/{type_id}/request")
        flashed(ada, asked, "You now have the qualification.", "with the value 3.")

    def test_an_inactive_one_says_so(self, world: World, make_type: Any) -> None:
        """An inactive type has no button, and a request is refused with a message."""
        ada, type_id = world.visitor("Ada"), make_type(QualificationTypeStatus="Inactive")
        path = f"/qualifications/{type_id}"

        sees(ada.get(path), 200, "It cannot be requested now.")
        asked = ada.post(f"{path}/request")
        flashed(ada, asked, "This qualification cannot be requested now.")

    def test_what_does_not_exist_is_not_found(self, world: World, make_type: Any) -> None:
        """Unknown, deleted and system types are a 404 page."""
        ada, deleted = world.visitor("Ada"), make_type()
        world.perform("DeleteQualificationType", QualificationTypeId=deleted)

        for type_id in (UNKNOWN, deleted, HITS_APPROVED, SANDBOX_MASTERS):
            sees(ada.get(f"/qualifications/{type_id}"), 404, GONE)
            sees(ada.post(f"/qualifications/{type_id}/request"), 404, GONE)


class TestTakingATest:
    """A test: its page, its clock, its score."""

    def test_a_test_with_a_key_is_graded_at_once(self, world: World, make_type: Any) -> None:
        """The worker sees the score at once; fields that the test does not have are ignored."""
        ada, type_id = world.visitor("Ada"), make_type(**TESTED)
        sees(
            ada.get(f"/qualifications/{type_id}"),
            200,
            "You have 10 minutes once you start",
            "You see your score immediately.",
            "You can take the test only once.",
        )
        path = begin(ada, type_id)
        page = ada.get(path)
        sees(page, 200, "Test: English", "Time left 10 minutes")
        assert 'data-seconds-left="600"' in page.text
        assert 'name="answer.nextmove" value="D"' in page.text

        done = ada.post(path, RIGHT | {"answer.other": "x"})
        flashed(ada, done, "Your test is graded. Your score is 100.", "with the value 100.")
        score = world.perform(
            "GetQualificationScore", QualificationTypeId=type_id, WorkerId=worker_id_of(ada)
        )
        assert score["Qualification"]["IntegerValue"] == 100

    def test_a_test_without_a_key_is_reviewed(self, world: World, make_type: Any) -> None:
        """After submission it waits for the requester, who gets the answer as it was typed."""
        essay = question_form({"essay": ()})
        ada, type_id = (
            world.visitor("Ada"),
            make_type(Test=essay, TestDurationInSeconds=600),
        )
        sees(ada.get(f"/qualifications/{type_id}"), 200, "The requester reviews your answers.")
        done = ada.post(begin(ada, type_id), {"answer.essay": "Ünder <way>"})
        flashed(ada, done, "The requester will review it.", "will review your test and decide.")

        (waiting,) = world.perform("ListQualificationRequests")["QualificationRequests"]
        assert "&#220;nder &lt;way&gt;" in waiting["Answer"]

    def test_reloading_keeps_the_clock_running(self, world: World, make_type: Any) -> None:
        """Requesting again, or returning from the list, opens the same test with less time."""
        ada, type_id = world.visitor("Ada"), make_type(**TESTED)
        path = begin(ada, type_id)
        world.clock.advance(4 * MINUTE)

        assert begin(ada, type_id) == path
        assert 'data-seconds-left="360"' in ada.get(path).text
        assert f'href="/sandbox{path}"' in ada.get("/qualifications").text
        sees(ada.get(f"/qualifications/{type_id}"), 200, "Continue the test")

    def test_a_late_test_is_not_taken(self, world: World, make_type: Any) -> None:
        """After the deadline the page and the answer are refused; the list says that time ran out."""
        ada, type_id = world.visitor("Ada"), make_type(**TESTED, RetryDelayInSeconds=15 * MINUTE)
        path = begin(ada, type_id)
        world.clock.advance(10 * MINUTE - 1)
        assert ada.get(path).status_code == 200
        world.clock.advance(1)

        late = ("The time is over", "so your answers were not accepted.", "Your qualifications")
        sees(ada.get(path), 409, *late)
        sees(ada.post(path, RIGHT), 409, *late)
        sees(
            ada.get("/qualifications"),
            200,
            "you can request it again 2026-01-01 00:15 UTC Time ran out",
        )
        sees(ada.get(f"/qualifications/{type_id}"), 200, "the time ran out before you submitted it")
        world.clock.advance(5 * MINUTE)
        sees(ada.get(f"/qualifications/{type_id}"), 200, "Take the test again")
        assert begin(ada, type_id) != path

    def test_a_second_answer_changes_nothing(self, world: World, make_type: Any) -> None:
        """A second submission, by Back or in another window, is refused, and the first score stays."""
        ada, type_id = world.visitor("Ada"), make_type(**TESTED)
        path = begin(ada, type_id)
        ada.post(path, WRONG)

        sees(ada.post(path, RIGHT), 409, "This test is over. Nothing has changed.")
        sees(ada.get(path), 409, "This test is over")
        sees(ada.get(f"/qualifications/{type_id}"), 200, "with the value 33.")

    def test_a_retaken_test_replaces_the_score(self, world: World, make_type: Any) -> None:
        """The page warns that a new score replaces the old one, and it does."""
        ada, type_id = world.visitor("Ada"), make_type(**TESTED, RetryDelayInSeconds=0)
        ada.post(begin(ada, type_id), RIGHT)
        sees(ada.get(f"/qualifications/{type_id}"), 200, "replaces your current score, even if")
        ada.post(begin(ada, type_id), WRONG)

        sees(ada.get(f"/qualifications/{type_id}"), 200, "with the value 33.")

    def test_a_test_is_its_workers_alone(self, world: World, make_type: Any) -> None:
        """Another worker who knows the URL can neither see nor submit it."""
        ada, ben, type_id = world.visitor("Ada"), world.visitor("Ben"), make_type(**TESTED)
        path = begin(ada, type_id)

        sees(ben.get(path), 404, "You are not taking this test.")
        sees(ben.post(path, RIGHT), 404, "You are not taking this test.")
        assert ada.bare_post(path, data=RIGHT).status_code == 400
        assert world.visitor().get(path).location.startswith("/sandbox/sign_in")
        assert ada.get(path).status_code == 200

    def test_what_a_requester_writes_can_only_be_read(self, world: World, make_type: Any) -> None:
        """Text is escaped, formatted content keeps its allowed tags, and no foreign script runs."""
        content = (
            "<Text>&lt;script&gt;alert(1)&lt;/script&gt;</Text><FormattedContent><![CDATA["
            '<b>bold</b><img src="https://example.org/a.png" alt="a"/>]]></FormattedContent>'
        )
        test = form(question(content=content))
        ada = world.visitor("Ada")
        type_id = make_type(Name="<b>Name", Description="<i>x", Test=test, TestDurationInSeconds=60)
        page = ada.get(begin(ada, type_id))

        assert "<b>bold</b>" in page.text
        assert "<script>alert" not in page.text
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page.text
        assert "<b>Name" not in page.text
        policy = page.headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'self'; object-src 'none'; base-uri 'none'")
        assert "frame-ancestors 'none'; img-src 'self' http: https:" in policy
        assert "script-src" not in policy
        for path in ("/qualifications", f"/qualifications/{type_id}"):
            assert "<i>x" not in ada.get(path).text


class TestHitsThatAskForMore:
    """HITs for workers with certain qualifications: shown, previewed, accepted, hidden."""

    def test_the_list_says_what_is_missing(self, world: World, make_type: Any) -> None:
        """Each requirement that is not met, the worker's own value, and where to change it."""
        english, dutch = make_type(), make_type(Name="Dutch", QualificationTypeStatus="Active")
        ada = world.visitor("Ada")
        hit = world.launch(
            Title="Edit",
            QualificationRequirements=[
                require(english, "GreaterThan", 5),
                require(dutch, "DoesNotExist"),
                require(LOCALE, "In", "US-PA", "CA"),
                require(HITS_APPROVED, "GreaterThanOrEqualTo", 10),
                require(PERCENT_APPROVED, "GreaterThanOrEqualTo", 95),
                require(ADULT, "EqualTo", 1),
                require(SANDBOX_MASTERS, "Exists"),
            ],
        )
        world.launch(Title="Open to all")

        page = ada.get("/")
        others = words(page).partition("HITs you do not qualify for")
        assert "Open to all" in others[0]
        assert "Accept Open to all" in others[0]
        assert "Accept" not in others[2]
        assert "Preview Edit" in others[2]
        sees(
            page,
            200,
            "English: more than 5 – you do not have it. Request it",
            "Country: one of US-PA, CA – your profile has no country. Go to your profile",
            "Approved HITs: at least 10 – you have 0.",
            "Content that may offend – you have not accepted it in your profile.",
            "Masters – you do not have it.",
        )
        assert "Approval rate" not in words(page)  # which is met, as is that there is no Dutch
        assert "Dutch" not in words(page)
        links = f'href="/sandbox/qualifications/{english}"', 'href="/sandbox/account"'
        assert all(link in page.text for link in links)
        assert SANDBOX_MASTERS not in page.text
        # A click on Accept that another window still shows.
        asked = ada.post(f"/groups/{hit['HITTypeId']}/accept")
        sees(asked, 403, "You do not qualify for these HITs", "English: more than 5")
        assert world.slots(hit["HITId"]) == (1, 0)

    def test_a_preview_says_why_it_cannot_be_accepted(self, world: World, make_type: Any) -> None:
        """By default only accepting is guarded: the preview shows the page, and no button."""
        ada, type_id = world.visitor("Ada"), make_type()
        hit = world.launch(QualificationRequirements=[require(type_id)])
        path = f"/groups/{hit['HITTypeId']}"

        page = ada.get(path)
        sees(
            page,
            200,
            "You cannot accept this HIT because you do not meet these requirements: English – you do",
        )
        assert "/hit_page/" in page.text
        assert ">Accept<" not in page.text
        frame = f"/hit_page/{hit['HITId']}?" + urlencode({"assignmentId": PREVIEW})
        sees(ada.get(frame), 200, "Which?")

    def test_a_guarded_preview_is_not_shown(self, world: World, make_type: Any) -> None:
        """With PreviewAndAccept the list, the group's URL and the HIT's id show no preview."""
        ada, ben, type_id = world.visitor("Ada"), world.visitor("Ben"), make_type()
        guarded = require(type_id, ActionsGuarded="PreviewAndAccept")
        hit = world.launch("<p>the secret", QualificationRequirements=[guarded])
        group, frame = (
            f"/groups/{hit['HITTypeId']}",
            f"/hit_page/{hit['HITId']}?" + urlencode({"assignmentId": PREVIEW}),
        )
        world.perform(
            "AssociateQualificationWithWorker",
            QualificationTypeId=type_id,
            WorkerId=worker_id_of(ben),
        )

        assert "Preview" not in words(ada.get("/"))
        sees(ada.get("/"), 200, "HITs you do not qualify for", "English – you do not have it.")
        for answer in (ada.get(group), ada.post(f"{group}/accept")):
            sees(answer, 403, "You do not qualify for these HITs", "English – you do not have it.")
        by_id = ada.post(f"{group}/accept", {"hit_id": hit["HITId"]})
        sees(by_id, 403, "You do not qualify for these HITs")
        sees(ada.get(frame), 403, "You do not qualify to preview this HIT.")
        assert "the secret" not in ada.get(frame).text
        assert "the secret" in ben.get(frame).text
        assert ben.get(group).status_code == 200
        assert world.slots(hit["HITId"]) == (1, 0)

    def test_a_hidden_group_is_not_there(self, world: World, make_type: Any) -> None:
        """With DiscoverPreviewAndAccept neither the list nor a URL reveals that the HITs exist."""
        ada, type_id = world.visitor("Ada"), make_type(Name="Spring team")
        hides = require(type_id, ActionsGuarded="DiscoverPreviewAndAccept")
        hit = world.launch(Title="Hidden work", QualificationRequirements=[hides])
        group = f"/groups/{hit['HITTypeId']}"

        assert "Hidden work" not in words(ada.get("/"))
        for answer in (
            ada.get(group),
            ada.post(f"{group}/accept"),
            ada.post(f"{group}/accept", {"hit_id": hit["HITId"]}),
            ada.get(f"/mturk/preview?groupId={hit['HITTypeId']}", follow_redirects=True),
        ):
            sees(answer, 404, "This page does not exist.")
            assert "Spring team" not in words(answer)
        assert "Hidden work" not in words(ada.get(f"/qualifications/{type_id}"))
        world.perform(
            "AssociateQualificationWithWorker",
            QualificationTypeId=type_id,
            WorkerId=worker_id_of(ada),
        )
        assert "Accept Hidden work" in words(ada.get("/"))

    def test_a_hit_of_another_group_is_refused_in_its_own_words(
        self, world: World, make_type: Any
    ) -> None:
        """A forged form that accepts a guarded HIT by way of an open group gets 403."""
        ada, type_id = world.visitor("Ada"), make_type()
        guarded = world.launch(Title="Guarded", QualificationRequirements=[require(type_id)])
        easy = world.launch(Title="Easy")

        answer = ada.post(f"/groups/{easy['HITTypeId']}/accept", {"hit_id": guarded["HITId"]})
        sees(answer, 403, "You do not qualify to accept this HIT. It asks for English")
        assert world.slots(guarded["HITId"]) == (1, 0)

    def test_a_qualification_names_the_hits_that_ask_for_it(
        self, world: World, make_type: Any
    ) -> None:
        """Its page lists them with their requirement, and whether the worker meets it."""
        ada, type_id = world.visitor("Ada"), make_type(**TESTED)
        for title, least in (("Easy", 30), ("Hard", 80)):
            wants = require(type_id, "GreaterThanOrEqualTo", least)
            world.launch(Title=title, QualificationRequirements=[wants])
        world.launch(Title="For all")
        done = ada.post(begin(ada, type_id), WRONG)

        flashed(
            ada,
            done,
            "Your score is 33.",
            "Easy Vision lab · English: at least 30 $0.05 You meet this",
            "Hard Vision lab · English: at least 80 $0.05 Not met",
        )
        assert "For all" not in words(ada.get(f"/qualifications/{type_id}"))

    def test_a_nickname_can_say_where_it_lives(self, world: World) -> None:
        """A worker of the sandbox, without an account, has a profile that opens HITs."""
        ada = world.visitor("Ada")
        hit = world.launch(
            QualificationRequirements=[
                require(LOCALE, "EqualTo", "US-PA"),
                require(ADULT, "EqualTo", 1),
            ]
        )
        sees(ada.get("/"), 200, "Country: US-PA – your profile has no country.")
        assert "E-mail" not in words(ada.get("/account"))
        saved = ada.post("/account", {"country": "US", "state": "PA", "adult": "on"})

        assert saved.status_code == 303
        ada.accept(hit["HITTypeId"])


def test_the_operator_makes_masters(people: People) -> None:
    """make_master and remove_master, by name or worker id: HITs for Masters open and close."""
    masters = "2F1QJWKUDD8XADTFD2Q0G6UTO95ALH"
    hit = people.launch(MaxAssignments=2, QualificationRequirements=[require(masters, "Exists")])
    ada = people.member("Ada")
    who = worker_id_of(ada)
    assert people.manage("make_master", "Ada") == [
        {"worker_id": who, "site": "live", "master": True}
    ]
    sees(ada.get("/qualifications"), 200, "Masters Local crowd · since", "You have it")
    assert "Accept Name the animal" in words(ada.get("/"))
    assert people.manage("remove_master", who) == [
        {"worker_id": who, "site": "live", "master": False}
    ]

    sees(ada.get("/qualifications"), 200, "Revoked")
    sees(ada.post(f"/groups/{hit['HITTypeId']}/accept"), 403, "Masters – you do not have it.")
    message = people.refused("make_master", "Eve")
    assert message == "There is no open account Eve; list_workers shows them all."


def test_a_master_of_the_sandbox_needs_no_account(people: People) -> None:
    """A nickname's worker id is enough, on its own site."""
    people.site_name = "sandbox"
    ada = people.someone()
    ada.sign_in("Ada")
    people.manage("make_master", worker_id_of(ada), "--site", "sandbox")

    sees(ada.get("/qualifications"), 200, "Masters Local crowd", "You have it")


def test_the_documents_examples_run(crowd: CrowdUnderTest) -> None:
    """What docs/qualifications.md shows in Python does what it says, in its order."""
    text = (Path(__file__).parents[2] / "docs" / "qualifications.md").read_text("utf-8")
    make, tested, give, decide = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    names: dict[str, Any] = {"client": crowd.client, "worker_id": crowd.make_worker()}

    exec(make, names)
    exec(tested, names)
    exec(give, names)
    asked = ask(crowd, names["worker_id"], names["team_id"])
    assert asked.status == "Submitted"
    exec(decide, names)
    assert score(crowd, names["team_id"], names["worker_id"])["IntegerValue"] == 10
    begun = ask(crowd, names["worker_id"], names["english_id"])
    take(crowd, names["worker_id"], begun.request_id, past="went")
    assert score(crowd, names["english_id"], names["worker_id"])["IntegerValue"] == 100


def test_people_from_a_panel_have_no_qualification_pages(people: People) -> None:
    """A panel's participant sees only their link's HITs, and is redirected to /panel."""
    hit = people.launch()
    _, path = people.panel_link(hit["HITTypeId"])
    visitor = people.participant(path)

    for page in (
        "/qualifications",
        f"/qualifications/{UNKNOWN}",
        f"/qualification_tests/{UNKNOWN}",
    ):
        assert visitor.get(page).location == "/panel"
