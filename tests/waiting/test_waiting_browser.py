"""The waiting room in a browser: the HIT opens by itself, the question, the languages on a phone."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest

from local_crowd.pages.languages.catalogues import NAMES
from tests.support.hit_frames import expect
from tests.support.live_site import PID, People
from tests.support.shown_texts import FIND_CUT, find_english
from tests.support.waiting_rooms import launch_hit, list_pay, waiting_link
from tests.support.worker_sites import serving

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, Response

# What the page does when it comes to the front; a headless browser shows all of its pages.
TO_THE_FRONT = "document.dispatchEvent(new Event('visibilitychange'))"
TO_THE_BACK = f"""
    Object.defineProperty(document, 'hidden', {{ value: true, configurable: true }}); {TO_THE_FRONT}"""
BACK_AGAIN = f"delete document.hidden; {TO_THE_FRONT}"
PHONE = {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> Iterator[People]:
    """Return a crowd whose clock the tests set."""
    people = People(tmp_path_factory.mktemp("waiting") / "crowd")
    yield people
    people.app.close()


@pytest.fixture(scope="module")
def address(people: People) -> Iterator[str]:
    """Serve the crowd and a link that pays for waiting; yield the link's URL, up to the participant."""
    _, _, path = waiting_link(people)
    with serving(people.app) as sandbox:
        yield f"{sandbox.removesuffix('/sandbox')}{path}?PROLIFIC_PID="


def begin(page: "Page", url: str) -> None:
    """Arrive by the link, find nothing, and wait."""
    page.goto(url)
    page.locator("main form button").click()
    page.locator(".wait button").click()
    page.locator("#waiting").wait_for()


def beat(page: "Page", script: str = TO_THE_FRONT) -> None:
    """Let the page send a beat now, and wait for the response."""
    action = "pause" if script == TO_THE_BACK else "beat"

    def is_it(response: "Response") -> bool:
        return f"action={action}" in (response.request.post_data or "")

    with page.expect_response(is_it):
        page.evaluate(script)


def test_the_next_hit_opens_by_itself(
    people: People, address: str, open_page: Callable[[], "Page"]
) -> None:
    """Counted while the page is in front; after the question only when it is answered."""
    page = open_page()
    begin(page, address + PID)
    said, waited = page.get_by_role("status"), page.locator("#waited")
    expect(said).to_have_text("You are waiting. The next HIT opens here by itself.")
    people.clock.advance(10)
    beat(page)
    expect(waited).to_have_text("10 seconds")

    beat(page, TO_THE_BACK)
    people.clock.advance(10)
    beat(page, BACK_AGAIN)
    people.clock.advance(10)
    beat(page)
    expect(waited).to_have_text("20 seconds")

    people.clock.advance(180)
    beat(page)
    expect(said).to_contain_text("Are you still there?")
    expect(page).to_have_title("Are you still there? · Waiting for the next HIT · Local crowd")
    expect(page.get_by_role("button", name="Yes, I am still here")).to_be_focused()
    launch_hit(people)
    page.evaluate(TO_THE_FRONT)  # it looks for a HIT now
    expect(page.get_by_role("button", name="Take the HIT")).to_be_visible()
    page.keyboard.press("Enter")
    page.wait_for_url("**/work/*")
    amounts = [amount for amount, _ in list_pay(people)]
    assert sum(amounts) == 4


def test_the_page_says_when_it_is_over(
    people: People, address: str, open_page: Callable[[], "Page"]
) -> None:
    """A closed tab is paid for; who stops sees the code and is not led away before they have read it."""
    page = open_page()
    begin(page, f"{address}{PID[:-1]}2")
    beat(page)
    people.clock.advance(10)
    beat(page)
    page.get_by_role("button", name="Stop waiting").click()
    expect(page.locator(".wait")).to_contain_text("You have waited 10 seconds so far, for $0.02.")
    expect(page.get_by_label("Completion code")).to_have_value("NONE3")
    expect(page.locator("#leaving")).to_be_hidden()


def test_the_rules_are_in_the_worker_s_language(
    people: People, address: str, browser: "Browser"
) -> None:
    """On a phone nothing is English, and nothing is cut off."""
    wrong = []
    for number, code in enumerate(code for code in NAMES if code != "en"):
        context = browser.new_context(viewport=PHONE, locale=code)
        context.set_default_timeout(60_000)
        page = context.new_page()
        page.goto(f"{address}{PID[:-1]}{number + 3}")
        page.locator("main form button").click()
        page.locator(".wait").wait_for()
        wrong += find_english(page.main_frame, code) + page.evaluate(FIND_CUT)
        page.locator(".wait button").click()
        page.locator("summary").click()
        people.clock.advance(180)
        page.evaluate(TO_THE_FRONT)
        page.locator("#here").wait_for()
        wrong += find_english(page.main_frame, code) + page.evaluate(FIND_CUT)
        context.close()

    assert wrong == []
