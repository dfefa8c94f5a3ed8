"""The page before the first HIT, on a phone."""

from typing import TYPE_CHECKING

from tests.support.contrast import LOW_CONTRAST
from tests.support.hit_frames import expect
from tests.support.shown_texts import FIND_CUT
from tests.support.worker_sites import World

if TYPE_CHECKING:
    from playwright.sync_api import Page

TEXT = f"""# Pictures of spiders

Some are **large**. <img src=x onerror="document.title='broken'">

| what | who sees it |
|---|---|
| answers | {"the lab and " * 20} |

Write to <mailto:lab@example.org>, or read https://example.org/{"a" * 80}
"""


def test_a_worker_with_a_phone_reads_and_agrees(world: World, url: str, page: "Page") -> None:
    """Nothing is cut off or hard to read, no HTML of the text comes alive, and the HIT follows."""
    consent = world.perform("CreateConsent", Name="consent.md", Text=TEXT)["ConsentId"]
    hit_type = world.launch("<p>A spider <input name='a'>", ConsentId=consent)["HITTypeId"]
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{url}/sign_in")
    page.get_by_label("Nickname").fill("Ada")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="HITs you can do")).to_be_visible()

    page.goto(f"{url}/groups/{hit_type}")
    expect(page.get_by_role("heading", name="Pictures of spiders")).to_be_visible()
    expect(page).to_have_title("Name the animal · Local crowd")
    cut = [text for text in page.evaluate(FIND_CUT) if "the lab and" not in text]  # scrolls
    assert cut == []
    assert page.evaluate(LOW_CONTRAST)[1] == []
    page.get_by_role("button", name="I agree").click()
    expect(page.frame_locator("iframe").get_by_text("A spider")).to_be_visible()
    page.get_by_role("button", name="Accept").click()
    expect(page.get_by_role("timer")).to_be_visible()

    with page.expect_popup() as opened:
        page.get_by_role("link", name="What you agreed to").click()

    expect(opened.value.get_by_text("You agreed to this")).to_be_visible()
