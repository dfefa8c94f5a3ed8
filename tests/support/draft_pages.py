"""Workers whose browser keeps drafts: a form to fill in, and the text of the bar below it."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.hit_frames import expect

if TYPE_CHECKING:
    from playwright.sync_api import FrameLocator, Page

FORM = """<!DOCTYPE html><title>Animal</title><h1>Which animal?</h1>
<form method="post" action="https://www.mturk.com/mturk/externalSubmit">
<input type="hidden" name="assignmentId" value="left to the crowd">
<label>Animal <input name="word"></label>
<label>Story <textarea name="story"></textarea></label>
<label><input type="checkbox" name="sure" value="yes"> Sure</label>
<label><input type="radio" name="size" value="s"> Small</label>
<label><input type="radio" name="size" value="l"> Large</label>
<label>Colour <select name="colour"><option>red<option>blue</select></label>
<button name="with" value="send">Send</button></form>"""
AWAY = "Your answer could not reach the crowd. It is saved in this browser"
RESTORED = "What you entered earlier is restored. Check it before you submit."
SAVED = "What you enter is saved in this browser until you submit."
LAST = "That was the last HIT of this group for you."

Arrive = Callable[..., "Page"]


@pytest.fixture
def arrive(open_page: Callable[[], "Page"], url: str) -> Arrive:
    """Return a function that signs somebody in, in a new browser or in that of a page."""

    def arrive(nickname: str, page: "Page | None" = None) -> "Page":
        page = page or open_page()
        page.goto(f"{url}/sign_in")
        page.get_by_label("Nickname").fill(nickname)
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("heading", name="HITs you can do")).to_be_visible()
        return page

    return arrive


def accept(page: "Page") -> "FrameLocator":
    """Accept the first group's HIT; return the frame of the HIT."""
    page.get_by_role("button", name="Accept").first.click()
    expect(page.get_by_role("timer")).to_be_visible()
    return page.frame_locator("iframe")


def send_now(page: "Page", pattern: str) -> None:
    """Press Send now, which sends at once to a crowd that is away; then let it be reached.

    In the other order a busy machine presses too late: the page sends by itself after seconds.
    """
    expect(bar(page)).to_contain_text(AWAY)
    with page.expect_request(pattern):
        page.get_by_role("button", name="Send now").click()
    expect(bar(page)).to_contain_text(AWAY)
    page.unroute(pattern)


def bar(page: "Page") -> Any:
    """Return what the bar below the HIT says about the worker's draft."""
    return page.locator("#kept-words")


def wait_until_kept(page: "Page", text: str) -> None:
    """Wait until a draft in the browser contains this text."""
    page.wait_for_function(
        """text => Object.entries(localStorage).some(
        ([name, value]) => name.includes('draft') && value.includes(text))""",
        arg=text,
    )
    expect(bar(page)).to_have_text(SAVED)


def wait_until_forgotten(page: "Page") -> None:
    """Wait until the browser keeps no draft."""
    page.wait_for_function(
        "() => !Object.keys(localStorage).some((name) => name.includes('draft'))"
    )


def kept(page: "Page") -> str:
    """Return all drafts that the browser keeps, as text."""
    return str(
        page.evaluate(
            "JSON.stringify(Object.entries(localStorage).filter(([k]) => k.includes('draft')))"
        )
    )
