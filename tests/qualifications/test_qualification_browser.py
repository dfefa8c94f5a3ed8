"""Workers who have to qualify first, each in a real browser, against the server people start."""

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from tests.support.animal_hit import FORM, answer
from tests.support.contrast import LOW_CONTRAST
from tests.support.crowds import MINUTE
from tests.support.hit_frames import expect
from tests.support.qualification_samples import SKILL, answer_key, require
from tests.support.question_forms import choice, form, required
from tests.support.worker_sites import World, fields_of

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

TEST = form(
    "<Overview><Title>English as it is written</Title><FormattedContent><![CDATA["
    "<p>Read <b>everything</b>.</p>]]></FormattedContent></Overview>",
    required(choice("went", "goed"), "past", "Past tense"),
    required(choice("mice", "mouses"), "plural", "Plural"),
)
TESTED = SKILL | {
    "Keywords": "language",
    "Test": TEST,
    "AnswerKey": answer_key({"past": {("went",): 50}, "plural": {("mice",): 50}}),
    "TestDurationInSeconds": 5 * MINUTE,
}


@pytest.fixture
def english(world: World) -> str:
    """The id of a type with a test, which a HIT asks for 80 of."""
    qualification_type = world.perform("CreateQualificationType", **TESTED)["QualificationType"]
    type_id = str(qualification_type["QualificationTypeId"])
    wants = require(type_id, "GreaterThanOrEqualTo", 80)
    world.launch(FORM, MaxAssignments=2, QualificationRequirements=[wants])
    return type_id


def sign_in(page: "Page", url: str, nickname: str) -> None:
    """Sign in, and see the list."""
    page.goto(url)
    page.get_by_label("Nickname").fill(nickname)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="HITs you can do")).to_be_visible()


def begin_test(page: "Page") -> None:
    """From the list, by what the HIT lacks, to the test."""
    expect(page.get_by_role("button", name="Accept")).to_have_count(0)
    expect(page.locator(".barrier")).to_contain_text("English: at least 80 – you do not have it.")
    page.get_by_role("link", name="Request it").click()
    expect(page.get_by_text("You have 5 minutes once you start")).to_be_visible()
    page.get_by_role("button", name="Take the test").click()
    expect(page.get_by_role("timer")).to_have_text(re.compile("^(05:00|04:5.)$"))


def submit(page: "Page", *chosen: str) -> None:
    """Choose these selections and submit the test."""
    for text in chosen:
        page.get_by_role("radio", name=text).check()
    page.get_by_role("button", name="Submit").click()


@pytest.mark.usefixtures("english")
def test_passing_the_test_opens_the_hit_and_failing_does_not(
    world: World, open_page: Callable[[], "Page"], url: str
) -> None:
    """Both see what is missing, and take the test; one accepts the HIT and does it, the other reads
    the score and that it is not enough.
    """
    ada, ben = open_page(), open_page()
    sign_in(ada, url, "Ada")
    begin_test(ada)
    expect(ada.locator(".formatted b")).to_have_text("everything")
    submit(ada, "WENT")  # the other question is still open
    expect(
        ada.get_by_text("One answer is missing or not valid. Nothing was sent yet.")
    ).to_be_visible()
    submit(ada, "MICE")
    expect(ada.get_by_text("Your test is graded. Your score is 100.")).to_be_visible()
    expect(ada.locator(".status")).to_have_text("You meet this")
    ada.get_by_role("link", name="Name the animal").click()
    ada.get_by_role("button", name="Accept").click()
    expect(ada.get_by_role("timer")).to_be_visible()
    answer(ada.frame_locator("iframe"), "cat")
    expect(ada.get_by_text("That was the last HIT of this group for you.")).to_be_visible()

    sign_in(ben, url, "Ben")
    begin_test(ben)
    submit(ben, "WENT", "MOUSES")
    expect(ben.get_by_text("Your test is graded. Your score is 50.")).to_be_visible()
    expect(ben.locator(".status")).to_have_text("Not met")
    expect(ben.get_by_text("You can request it only once, and you already have.")).to_be_visible()
    ben.get_by_role("link", name="Name the animal").click()
    expect(ben.locator(".ribbon")).to_contain_text("English: at least 80 – you have 50.")
    expect(ben.get_by_role("button", name="Accept")).to_have_count(0)

    (hit,) = world.perform("ListHITs")["HITs"]
    assert [fields_of(xml) for _, xml in world.answers(hit["HITId"])] == [[("word", "cat")]]
    assert world.slots(hit["HITId"]) == (1, 0)


def test_the_time_of_a_test_runs_out(world: World, page: "Page", url: str, english: str) -> None:
    """The clock counts and warns; at its end the test cannot be submitted, and the server says so
    too.
    """
    sign_in(page, url, "Ada")
    page.clock.install()
    begin_test(page)
    page.get_by_role("radio", name="WENT").check()
    expect(page.locator("#said")).to_be_hidden()
    page.clock.fast_forward("04:05")
    expect(page.get_by_role("timer")).to_have_text(re.compile("^00:5.$"))
    expect(page.locator("#said")).to_have_text("Less than a minute left. Submit what you have.")
    page.clock.fast_forward("01:00")
    expect(page.locator("#said")).to_contain_text("The time is over.")
    expect(page.get_by_role("button", name="Submit")).to_be_disabled()
    expect(page.get_by_role("radio", name="WENT")).to_be_checked()

    world.clock.advance(5 * MINUTE)
    page.evaluate("document.getElementById('test').submit()")
    expect(page.get_by_role("heading", name="The time is over")).to_be_visible()
    page.get_by_role("link", name="Your qualifications").click()
    expect(page.locator(".status")).to_have_text("Time ran out")
    page.goto(f"{url}/qualifications/{english}")
    expect(page.get_by_role("button", name="Take the test")).to_have_count(0)


@pytest.mark.usefixtures("english")
def test_a_test_that_does_not_arrive_can_be_submitted_again(page: "Page", url: str) -> None:
    """Without a network the answers stay on the page, which says so; later Submit sends them."""
    sign_in(page, url, "Ada")
    begin_test(page)
    page.context.set_offline(True)
    submit(page, "WENT", "MICE")
    expect(page.locator("#said")).to_contain_text("Your answers could not reach the crowd.")
    expect(page.get_by_role("radio", name="MICE")).to_be_checked()
    with page.expect_event("dialog") as asked:
        page.once("dialog", lambda dialog: dialog.dismiss())
        page.evaluate("setTimeout(() => location.reload())")
    assert asked.value.type == "beforeunload"
    expect(page.get_by_role("radio", name="MICE")).to_be_checked()
    page.context.set_offline(False)
    page.get_by_role("button", name="Submit").click()

    expect(page.get_by_text("Your test is graded. Your score is 100.")).to_be_visible()


def test_pages_fit_a_telephone_and_can_be_read(
    world: World, browser: "Browser", url: str, english: str
) -> None:
    """At 390 pixels no page scrolls sideways, and all text has the contrast of WCAG AA."""
    long = "Antidisestablishmentarianism" * 4
    named = {"Name": long, "Description": long, "Keywords": long}
    qualification_type = world.perform("CreateQualificationType", **SKILL | named)[
        "QualificationType"
    ]
    guarded = require(qualification_type["QualificationTypeId"], ActionsGuarded="PreviewAndAccept")
    hit = world.launch(Title=long, QualificationRequirements=[guarded])
    context = browser.new_context(viewport={"width": 390, "height": 844})
    page = context.new_page()
    sign_in(page, url, "Ada")
    measured: list[tuple[int, int, list[str]]] = []

    def measure() -> None:
        page.wait_for_load_state()
        width = page.evaluate("document.documentElement.scrollWidth")
        measured.append((width, *page.evaluate(LOW_CONTRAST)))

    def visit(path: str) -> None:
        page.goto(url + path)
        measure()

    measure()
    visit("/qualifications")
    visit(f"/qualifications/{qualification_type['QualificationTypeId']}")
    page.get_by_role("button", name="Request").click()
    expect(page.get_by_text("You requested the qualification.")).to_be_visible()
    measure()
    visit(f"/groups/{hit['HITTypeId']}")
    visit(f"/qualifications/{english}")
    page.get_by_role("button", name="Take the test").click()
    submit(page, "WENT")
    expect(page.get_by_text("Nothing was sent yet.")).to_be_visible()
    measure()
    submit(page, "MICE")
    expect(page.get_by_text("Your test is graded")).to_be_visible()
    measure()
    visit("/qualifications")
    context.close()

    assert len(measured) == 9
    assert {width for width, _, _ in measured} == {390}
    assert [low for _, _, low in measured if low] == []
    assert min(seen for _, seen, _ in measured) > 10
