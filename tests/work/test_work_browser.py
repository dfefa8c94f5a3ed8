"""The page around a HIT: focus, the bar, two tabs, two people at one browser."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from tests.support.animal_hit import FORM, accept, answer, sign_in
from tests.support.hit_frames import expect
from tests.support.worker_sites import World, fields_of

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

LONG = FORM + "<div style='height: 2500px'></div><p>The end"


def test_the_keyboard_is_in_the_hit_when_it_opens(world: World, page: "Page", url: str) -> None:
    """One Tab reaches the first field of each HIT, the next one's too."""
    hits = [world.launch(FORM) for _ in range(2)]
    sign_in(page, url)
    accept(page)
    first = page.url
    for word in ("cat", "dog"):
        expect(page.locator("iframe")).to_be_focused()
        expect(page.frame_locator("iframe").get_by_label("Animal")).to_be_visible()
        page.keyboard.press("Tab")
        expect(page.frame_locator("iframe").get_by_label("Animal")).to_be_focused()
        page.keyboard.type(word)
        expect(page.frame_locator("iframe").get_by_label("Animal")).to_have_value(word)
        page.keyboard.press("Enter")
        page.wait_for_url(lambda now: now != first, wait_until="commit", timeout=30_000)

    expect(page.get_by_text("That was the last HIT of this group")).to_be_visible()
    done = [fields_of(world.answers(hit["HITId"])[0][1]) for hit in hits]
    assert done == [[("word", "cat")], [("word", "dog")]]


@pytest.mark.parametrize("height", [0, 2600])
@pytest.mark.parametrize("width", [390, 1280])
def test_the_clock_stays_in_view(
    world: World, browser: "Browser", url: str, width: int, height: int
) -> None:
    """However long the HIT, the bar is at the top of the window, and takes a quarter at most; a
    reload keeps the place.
    """
    world.launch(LONG, height=height)
    context = browser.new_context(viewport={"width": width, "height": 844})
    page = context.new_page()
    sign_in(page, url)
    frame = accept(page)
    frame.get_by_text("The end").scroll_into_view_if_needed()

    expect(page.get_by_role("timer")).to_be_in_viewport(ratio=1)
    expect(page.get_by_role("button", name="Return", exact=True)).to_be_in_viewport(ratio=1)
    assert page.locator(".bar").bounding_box()["height"] < 844 / 4
    if height:
        place = page.evaluate("scrollY")
        assert place > 1500
        page.reload()
        expect(page.get_by_role("timer")).to_be_in_viewport()
        page.wait_for_function(f"scrollY === {place}")
    context.close()


def test_a_second_tab_does_not_say_that_its_answer_was_taken(
    world: World, page: "Page", url: str
) -> None:
    """The refusal of another answer is not green, takes no other HIT, and changes nothing."""
    hits = [world.launch(FORM) for _ in range(2)]
    sign_in(page, url)
    accept(page)
    other = page.context.new_page()
    other.goto(page.url)
    address = page.url
    page.get_by_label("Take the next HIT automatically").uncheck()
    answer(page.frame_locator("iframe"), "cat")
    expect(page.locator("#said")).to_have_text("Thank you. Your answer is submitted.")
    expect(page.locator("#said")).to_have_class("ribbon good")
    answer(other.frame_locator("iframe"), "dog")

    expect(other.locator("#kept-words")).to_contain_text("This one was ignored.")
    expect(other.locator("#said")).to_have_text(
        "This HIT is submitted. What you enter here now is not saved."
    )
    expect(other.locator("#said")).not_to_have_class("good")
    assert other.url == address
    assert [fields_of(xml) for _, xml in world.answers(hits[0]["HITId"])] == [[("word", "cat")]]
    assert world.slots(hits[1]["HITId"]) == (1, 0)


def test_another_worker_at_the_same_browser_is_reported_as_the_reason(
    world: World, page: "Page", url: str
) -> None:
    """The first worker's open HIT says that somebody else signed in, and still counts for them."""
    hit = world.launch(FORM, MaxAssignments=2)
    sign_in(page, url)
    accept(page)
    other = page.context.new_page()
    other.goto(f"{url}/my_work")
    other.get_by_role("button", name="Sign out").click()
    expect(other.get_by_label("Nickname")).to_be_visible()
    sign_in(other, url, "Ben")
    answer(page.frame_locator("iframe"), "cat")

    expect(page.locator("#said")).to_have_text(
        "Somebody else is now signed in on this browser. What you submit here still counts for you."
    )
    assert [fields_of(xml) for _, xml in world.answers(hit["HITId"])] == [[("word", "cat")]]
    other.goto(f"{url}/my_work")
    expect(other.get_by_text("Nothing yet.")).to_be_visible()


def test_return_and_take_another(world: World, page: "Page", url: str) -> None:
    """The dialog's second button returns the HIT and opens the next one."""
    hits = [world.launch(FORM) for _ in range(2)]
    sign_in(page, url)
    accept(page)
    first = page.url
    page.get_by_role("button", name="Return", exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name="Return and take another").click()
    page.wait_for_url(lambda now: now != first)

    expect(page.locator("#said")).to_have_text(
        "You returned the HIT. This does not count against you. "
        "This is another HIT of the same group."
    )
    assert [world.slots(hit["HITId"]) for hit in hits] == [(1, 0), (0, 1)]


def test_thanks_and_refusals_have_a_main_landmark(
    world: World, page: "Page", url: str, open_page: Callable[[], "Page"]
) -> None:
    """The page that follows an answer has a main landmark, and in it a status or an alert."""
    world.launch(FORM)
    sign_in(page, url)
    frame = accept(page)
    page.get_by_label("Take the next HIT automatically").uncheck()
    answer(frame, "cat")

    expect(frame.get_by_role("main").get_by_role("status")).to_contain_text("Thank you")
    elsewhere = open_page()
    elsewhere.goto(f"{url}/mturk/externalSubmit")
    expect(elsewhere.get_by_role("main").get_by_role("alert")).to_contain_text("Not submitted")
