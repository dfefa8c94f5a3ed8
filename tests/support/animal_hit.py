"""A HIT that asks for an animal, and a worker who signs in, accepts it and answers in a browser."""

from typing import TYPE_CHECKING

from tests.support.hit_frames import expect

if TYPE_CHECKING:
    from playwright.sync_api import FrameLocator, Page

# A HIT page as many are: a form with its action written out, and a line of script for the id.
FORM = """<!DOCTYPE html><title>Animal</title><h1>Which animal?</h1>
<form method="post" action="https://www.mturk.com/mturk/externalSubmit">
<input type="hidden" name="assignmentId" id="assignment">
<label>Animal <input name="word"></label> <button>Send</button></form>
<script>
document.getElementById("assignment").value = new URLSearchParams(location.search).get("assignmentId")
</script>"""


def accept(page: "Page") -> "FrameLocator":
    """Preview the first group and accept its HIT; return the frame of the HIT."""
    page.get_by_role("link", name="Preview").first.click()
    expect(page.get_by_role("heading", name="Preview")).to_be_visible()
    page.get_by_role("button", name="Accept").click()
    expect(page.get_by_role("timer")).to_be_visible()
    return page.frame_locator("iframe")


def answer(frame: "FrameLocator", word: str) -> None:
    """Fill in FORM and submit it."""
    frame.get_by_label("Animal").fill(word)
    frame.get_by_role("button", name="Send").click()


def sign_in(page: "Page", url: str, nickname: str = "Ada") -> None:
    """Sign in to the sandbox with a nickname."""
    page.goto(url)
    page.get_by_label("Nickname").fill(nickname)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="HITs you can do")).to_be_visible()
