"""The list of HITs brings itself up to date under the reader's eyes and hands."""

from typing import TYPE_CHECKING

from tests.support.animal_hit import sign_in
from tests.support.hit_frames import expect
from tests.support.worker_sites import World

if TYPE_CHECKING:
    from playwright.sync_api import Page


def test_new_hits_appear_without_a_reload(world: World, page: "Page", url: str) -> None:
    """After a minute the list has what is new; the focus, the place and what was typed stay."""
    for number in range(12):
        world.launch(Title=f"Task {number}")
    page.clock.install()
    page.set_viewport_size({"width": 800, "height": 500})
    sign_in(page, url)
    accept = page.get_by_role("button", name="Accept Task 3")
    accept.focus()
    page.get_by_role("searchbox").evaluate("field => { field.value = 'half a wo'; }")
    place = accept.evaluate("button => button.getBoundingClientRect().top")
    assert page.evaluate("scrollY") > 0
    world.launch(Title="Brand new")
    page.clock.fast_forward("01:10")

    expect(page.get_by_role("heading", name="Brand new")).to_be_attached()
    expect(accept).to_be_focused()
    assert abs(accept.evaluate("button => button.getBoundingClientRect().top") - place) < 2
    expect(page.get_by_role("searchbox")).to_have_value("half a wo")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Task 3")).to_be_visible()
    expect(page.get_by_role("timer")).to_be_visible()


def test_hits_that_are_taken_disappear(world: World, page: "Page", url: str) -> None:
    """A group with nothing left goes, and the list says that nothing is left, with own times."""
    hit = world.launch()
    held = world.launch(Title="Held")
    page.clock.install()
    sign_in(page, url)
    page.goto(f"{url}/groups/{held['HITTypeId']}")
    page.get_by_role("button", name="Accept").click()
    expect(page.get_by_role("timer")).to_be_visible()
    page.goto(url)
    expect(page.get_by_role("heading", name="Name the animal")).to_be_visible()
    world.visitor("Ben").accept(hit["HITTypeId"])
    page.clock.fast_forward("01:10")

    expect(page.get_by_text("Nothing to do right now.")).to_be_visible()
    expect(page.locator("time")).to_have_attribute("title", "2026-01-01 00:10 UTC")


def test_a_list_that_cannot_be_fetched_stays(world: World, page: "Page", url: str) -> None:
    """Without the network, or signed out elsewhere, nothing on the page changes."""
    world.launch()
    page.clock.install()
    sign_in(page, url)
    page.context.set_offline(True)
    page.clock.fast_forward("01:10")
    page.context.set_offline(False)
    page.context.clear_cookies()
    with page.expect_response(lambda response: "/sign_in" in response.url):
        page.clock.fast_forward("01:10")

    expect(page.get_by_role("heading", name="Name the animal")).to_be_visible()
