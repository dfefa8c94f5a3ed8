"""A requester who signs in with a browser, and measurements of a page there."""

from typing import TYPE_CHECKING, Any

from tests.support.contrast import LOW_CONTRAST
from tests.support.hit_frames import expect
from tests.support.requester_sites import PASSWORD

if TYPE_CHECKING:
    from playwright.sync_api import Page


def enter(page: "Page", url: str) -> None:
    """Sign in as the Vision lab."""
    page.goto(f"{url}/requester/")
    page.get_by_label("Requester name or access key").fill("Vision lab")
    page.get_by_label("Password or secret key").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Batches")).to_be_visible()


UNNAMED = """() => [...document.querySelectorAll("input, textarea, select, button, iframe, a")]
  .filter((one) => one.type !== "hidden" && !one.closest("[hidden]"))
  .filter((one) => !(one.labels && one.labels.length) && !one.getAttribute("aria-label")
    && !one.title && !one.textContent.trim() && !one.querySelector("img[alt]:not([alt=''])"))
  .map((one) => one.outerHTML)"""


def measure(page: "Page") -> tuple[Any, ...]:
    """Return the width of the page, its amount of text, what is hard to read, and what has no name."""
    page.wait_for_load_state()  # it may be on its way still
    width = page.evaluate("document.documentElement.scrollWidth")
    landmarks = page.locator("main").count(), page.locator("h1").count()
    assert landmarks == (1, 1), page.url
    return (width, *page.evaluate(LOW_CONTRAST), page.evaluate(UNNAMED))
