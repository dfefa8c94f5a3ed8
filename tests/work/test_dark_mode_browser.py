"""Workers' pages, question forms and our templates on a dark screen, and in forced colours."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest

from tests.support.animal_hit import FORM as HIT_FORM
from tests.support.animal_hit import accept, answer
from tests.support.contrast import LOW_CONTRAST
from tests.support.hit_frames import expect
from tests.support.question_forms import choice, form, question, required
from tests.support.worker_frame import render
from tests.support.worker_sites import World

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Frame, Page

DARK = """() => getComputedStyle(document.body).backgroundColor.match(/[0-9]+/g).map(Number)
  .every((part) => part < 80)"""


@pytest.fixture(name="in_colours")
def in_colours_fixture(browser: "Browser", url: str) -> Iterator[Callable[..., "Page"]]:
    """Signs Ada in, in a browser with these colours."""
    contexts = []

    def in_colours(**colours: str) -> "Page":
        context = browser.new_context(viewport={"width": 390, "height": 844}, **colours)
        contexts.append(context)
        page = context.new_page()
        page.goto(url)
        page.get_by_label("Nickname").fill("Ada")
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("heading", name="HITs you can do")).to_be_visible()
        return page

    yield in_colours
    for context in contexts:
        context.close()


def check_dark(name: str, page: "Page | Frame") -> None:
    """Assert that a page is dark, and its text has the contrast that WCAG's AA asks for."""
    page.wait_for_load_state()
    seen, too_close = page.evaluate(LOW_CONTRAST)
    assert (name, too_close) == (name, [])
    assert seen >= 2, name
    assert page.evaluate(DARK), name


def test_the_workers_pages_are_dark(
    world: World, in_colours: Callable[..., "Page"], url: str
) -> None:
    """From the list to the messages, the bar above a HIT and the thanks within its frame too."""
    world.launch(HIT_FORM, Keywords="animal")
    page = in_colours(color_scheme="dark")
    check_dark("list", page)
    frame = accept(page)
    check_dark("work", page)
    page.get_by_label("Take the next HIT automatically").uncheck()
    answer(frame, "cat")
    expect(frame.get_by_role("heading", name="Thank you")).to_be_visible()
    check_dark("thanks", page.frames[1])
    for path in ("my_work", "messages", "earnings", "account", "qualifications", "sign_in", "no"):
        page.goto(f"{url}/{path}")
        check_dark(path, page)


@pytest.mark.parametrize("template", ["simple.html", "image_sentence.html"])
def test_our_templates_are_dark(
    world: World, in_colours: Callable[..., "Page"], template: str
) -> None:
    """A HIT of one of our templates follows the worker's screen, as do its disabled fields."""
    row = {"category": "dog"} if template == "simple.html" else []
    world.launch(render(template, row))
    page = in_colours(color_scheme="dark")
    accept(page)
    expect(page.frame_locator("iframe").get_by_role("heading")).to_be_visible()
    check_dark(template, page.frames[1])


def test_a_question_form_is_dark(world: World, in_colours: Callable[..., "Page"]) -> None:
    """So is a QuestionForm, whose page the crowd makes."""
    world.launch(Question=form(required(name="Word"), question(choice("a", "b"), "pick")))
    page = in_colours(color_scheme="dark")
    page.get_by_role("button", name="Accept").click()
    expect(page.frame_locator("iframe").get_by_role("button", name="Submit")).to_be_visible()
    check_dark("form", page.frames[1])


def test_a_hit_of_others_stays_light(world: World, in_colours: Callable[..., "Page"]) -> None:
    """A page that says nothing of dark screens is shown as its author saw it, dark on white."""
    world.launch("<!DOCTYPE html><p>Which?")
    page = in_colours(color_scheme="dark")
    accept(page)
    expect(page.frame_locator("iframe").get_by_text("Which?")).to_be_visible()

    scheme = "getComputedStyle(document.documentElement).colorScheme"
    assert page.frames[1].evaluate(scheme) == "normal"
    assert (
        page.locator("iframe").evaluate("frame => getComputedStyle(frame).backgroundColor")
        == "rgb(255, 255, 255)"
    )


def test_forced_colours_keep_what_backgrounds_say(
    world: World, in_colours: Callable[..., "Page"], url: str
) -> None:
    """The status of work and the page one is on are told by lines where backgrounds are gone."""
    ada, _, assignment_id = world.holder()
    ada.submit(assignmentId=assignment_id)
    page = in_colours(forced_colors="active")
    page.goto(f"{url}/my_work")

    expect(page.locator(".status")).to_have_css("border-top-width", "1px")
    expect(page.locator("nav [aria-current]")).to_have_css("text-decoration-line", "underline")
