"""Invited workers and panels' participants, each in a real browser."""

import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest

from tests.support.animal_hit import FORM
from tests.support.contrast import LOW_CONTRAST
from tests.support.hit_frames import expect
from tests.support.live_site import PASSWORD, PID, People
from tests.support.worker_sites import serving

if TYPE_CHECKING:
    from playwright.sync_api import Page

PHONE = {"width": 360, "height": 700}


@pytest.fixture
def url(live: People) -> Iterator[str]:
    """The live site's address while it is served, without a slash at its end."""
    with serving(live.app) as sandbox:
        yield sandbox.removesuffix("/sandbox")


def sign_up(page: "Page", address: str, name: str = "Ada") -> None:
    """Fill in an invitation's form as a person does."""
    page.goto(address)
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_label("Country").select_option(label="United States")
    page.get_by_label("State").select_option(label="Pennsylvania")
    page.get_by_role("button", name="Create the account").click()


def answer(page: "Page") -> None:
    """Submit the HIT on the page."""
    frame = page.frame_locator("iframe")
    frame.get_by_label("Animal").fill("cat")
    frame.get_by_role("button", name="Send").click()


def test_an_invited_worker_signs_up_works_leaves_and_comes_back(
    live: People, url: str, open_page: Callable[[], "Page"]
) -> None:
    """The worker goes from the link to the earnings by the pages' buttons, then signs out and in."""
    live.launch(FORM, AutoApprovalDelayInSeconds=0, Reward="0.25")
    page = open_page()
    sign_up(page, url + live.invitation())
    page.get_by_role("button", name="Accept").click()
    answer(page)
    expect(page.get_by_text("That was the last HIT of this group for you.")).to_be_visible()
    page.get_by_role("link", name="Earnings").click()
    expect(page.locator(".sum dd")).to_have_text("$0.25")
    page.get_by_role("link", name="Profile").click()
    expect(page.get_by_label("State")).to_have_value("PA")

    page.get_by_role("button", name="Sign out", exact=True).click()
    page.get_by_label("Name or e-mail address").fill("ada")
    page.get_by_label("Password").fill("a few bad words")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_have_text(
        "That name, e-mail address or password is wrong."
    )
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="HITs you can do")).to_be_visible()


def test_the_browser_asks_for_a_longer_password(
    live: People, url: str, open_page: Callable[[], "Page"]
) -> None:
    """A short password is not sent; a taken name is reported, and the other fields keep their values."""
    live.member("Ada")
    page = open_page()
    page.goto(url + live.invitation())
    page.get_by_label("Name").fill("Ada")
    page.get_by_label("Password").fill("short")
    page.get_by_label("Country").select_option("FR")
    page.get_by_role("button", name="Create the account").click()
    expect(page.locator("#password:invalid")).to_have_count(1)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Create the account").click()

    expect(page.get_by_role("alert")).to_contain_text("is taken")
    expect(page.get_by_label("Name")).to_have_value("Ada")
    expect(page.get_by_label("Country")).to_have_value("FR")
    expect(page.get_by_label("Password")).to_have_value("")


def test_a_participant_does_the_study_and_is_led_back(
    live: People, url: str, open_page: Callable[[], "Page"]
) -> None:
    """Start, two HITs one after the other, the code, and by itself back to the panel's address."""
    for _ in range(2):
        hit = live.launch(FORM)
    _, path = live.panel_link(hit["HITTypeId"], limit="2")
    page = open_page()
    asked: list[str] = []
    page.route("https://app.prolific.com/**", lambda route: _arrived(route, asked))
    page.clock.install()
    page.goto(f"{url}{path}?PROLIFIC_PID={PID}&STUDY_ID=a&SESSION_ID=b")
    expect(page.get_by_role("link", name="My work")).to_have_count(0)
    page.get_by_role("button", name="Start").click()
    expect(page.get_by_role("timer")).to_be_visible()
    first = page.url
    answer(page)
    page.wait_for_url(lambda now: "/work/" in now and now != first)
    answer(page)

    expect(page.get_by_role("heading", name="Thank you, you are done")).to_be_visible()
    expect(page.get_by_label("Completion code")).to_have_value("DONE1")
    expect(page.get_by_text("You will be redirected in")).to_be_visible()
    page.clock.run_for(16_000)
    page.wait_for_url("https://app.prolific.com/submissions/complete?cc=DONE1")
    assert asked == ["https://app.prolific.com/submissions/complete?cc=DONE1"]


def _arrived(route, asked: list[str]) -> None:
    asked.append(route.request.url)
    route.fulfill(body="<title>Prolific</title>", content_type="text/html")


def test_the_code_can_be_copied_and_one_can_stay(
    live: People, url: str, open_page: Callable[[], "Page"]
) -> None:
    """The button copies the code; the page does not redirect a participant who copies it or stays."""
    hit = live.launch()
    _, path = live.panel_link(hit["HITTypeId"])
    live.participant(path).post("/panel/next")  # takes all there is
    page = open_page()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.clock.install()
    page.goto(f"{url}{path}?PROLIFIC_PID=x")
    page.get_by_role("button", name="Start").click()
    expect(page.get_by_role("heading", name="There is nothing left to do")).to_be_visible()
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_text("The code is copied.")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == "NONE3"
    page.clock.run_for(60_000)

    assert page.url == f"{url}/panel"
    with page.expect_navigation(url=f"{url}/panel"):
        page.get_by_role("button", name="Check again").click()
    page.get_by_role("button", name="Stay here").click()
    page.clock.run_for(60_000)
    assert page.url == f"{url}/panel"
    expect(page.get_by_role("link", name="Back to app.prolific.com")).to_have_attribute(
        "href", "https://app.prolific.com/submissions/complete?cc=NONE3"
    )


def test_without_scripts_the_code_and_the_way_back_are_there(
    live: People, url: str, browser
) -> None:
    """The last page works without scripts."""
    _, path = live.panel_link(live.launch(MaxAssignments=1)["HITTypeId"])
    live.participant(path, "y").post("/panel/next")
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{url}{path}?PROLIFIC_PID=x")
    page.get_by_role("button", name="Start").click()

    expect(page.get_by_label("Completion code")).to_have_value("NONE3")
    expect(page.get_by_role("link", name="Back to app.prolific.com")).to_be_visible()
    expect(page.get_by_role("button", name="Copy")).to_have_count(0)
    context.close()


@pytest.mark.parametrize("size", [PHONE, {"width": 1200, "height": 800}], ids=["phone", "desktop"])
def test_the_pages_fit_and_can_be_read(
    live: People, url: str, open_page: Callable[[], "Page"], size: dict[str, int]
) -> None:
    """No page is wider than the screen, each has one main heading and a label for each field, and
    no text is too pale.
    """
    page = open_page()
    page.set_viewport_size(size)
    invitation = live.invitation()
    hit = live.launch("<!DOCTYPE html><p>Which?", AutoApprovalDelayInSeconds=0)
    _, panel = live.panel_link(hit["HITTypeId"])
    ada = live.member("W" * 40)
    ada.submit(assignmentId=ada.accept(hit["HITTypeId"]))
    live.manage("export_payments", "--mark_paid")
    (reset,) = live.manage("reset_password", "W" * 40)
    addresses = [
        *("/sign_in", invitation, f"{panel}?", f"{panel}?PROLIFIC_PID=x"),
        live.path(reset["url"]),
        *("/earnings", "/account", "/account/close"),
    ]
    looked = 0
    for address in addresses:
        if address == "/earnings":
            page.goto(url + "/sign_in")
            page.get_by_label("Name or e-mail address").fill("W" * 40)
            page.get_by_label("Password").fill(PASSWORD)
            page.get_by_role("button", name="Sign in").click()
            expect(page.get_by_role("heading", name="HITs you can do")).to_be_visible()
        page.goto(url + address)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), address
        assert page.locator("h1").count() == 1, address
        unlabelled = "[...document.querySelectorAll('input:not([type=hidden]), select')]"
        assert page.evaluate(f"{unlabelled}.filter((f) => !f.labels.length).length") == 0, address
        seen, pale = page.evaluate(LOW_CONTRAST)
        assert pale == [], address
        looked += seen
    assert looked > 50
    assert re.search("/account/close$", page.url)
