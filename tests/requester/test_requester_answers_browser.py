"""Reviewing in a real browser: keys, pictures, dark screens, forced colours."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support.contrast import LOW_CONTRAST
from tests.support.hit_frames import expect
from tests.support.requester_browser import enter, measure
from tests.support.requester_sites import BATCH, RequesterWorld, page_with_input

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, Request, Route

SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="30" onload="top.hurt = 1">'
    '<script>top.hurt = 1</script><rect width="40" height="30"/></svg>'
)
ANSWERS = f"requester/batches/{BATCH}/answers"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[RequesterWorld]:
    """A crowd in which nothing has happened yet."""
    world = RequesterWorld(tmp_path / "crowd")
    world.member()
    yield world
    world.app.close()


@pytest.fixture
def lab(open_page: Callable[[], "Page"], url: str) -> "Page":
    """The Vision lab, signed in."""
    page = open_page()
    enter(page, url)
    return page


def test_answers_are_reviewed_by_keys(world: RequesterWorld, lab: "Page", url: str) -> None:
    """j and k go from answer to answer; a and r lead to the page that asks, as the buttons do."""
    ids = [world.do(world.row(n), word=f"cat {n}") for n in range(3)]
    lab.goto(f"{url}/{ANSWERS}")
    answers = lab.get_by_role("article")
    expect(lab.get_by_text("Keyboard shortcuts: j next answer, k previous answer")).to_be_visible()
    for key, place in (("j", 0), ("j", 1), ("j", 2), ("j", 2), ("k", 1)):
        lab.keyboard.press(key)
        expect(answers.nth(place)).to_be_focused()

    lab.keyboard.press("r")
    expect(lab.get_by_role("heading", name="Reject 1 answer?")).to_be_visible()
    assert world.status(ids[1]) == "Submitted"
    expect(lab.get_by_label("Reason")).to_be_focused()
    lab.keyboard.type("No jar, as far as I see")
    lab.get_by_role("button", name="Reject 1 answer").click()
    expect(lab.get_by_role("status")).to_have_text("1 answer rejected.")
    lab.wait_for_load_state()  # the keys work when the page's script has run

    lab.keyboard.press("j")
    lab.keyboard.press("a")
    expect(lab.get_by_role("heading", name="Approve 1 answer?")).to_be_visible()
    assert world.status(ids[0]) == "Submitted"
    expect(lab.get_by_role("button", name="Approve 1 answer for $0.05")).to_be_focused()
    lab.keyboard.press("Enter")
    expect(lab.get_by_role("status")).to_have_text("1 answer approved for $0.05.")
    assert [world.status(assignment_id) for assignment_id in ids] == [
        "Approved",
        "Rejected",
        "Submitted",
    ]


def test_keys_are_left_to_fields_and_to_the_browser(
    world: RequesterWorld, lab: "Page", url: str
) -> None:
    """While a field has the focus a letter is a letter, and Ctrl and A chooses all."""
    answer_id = world.do(world.row())
    lab.goto(f"{url}/requester/answers/{answer_id}")
    here = lab.url
    lab.get_by_label("What it is for").focus()
    lab.keyboard.type("jar a k r")
    lab.get_by_label("Amount in dollars").focus()
    lab.keyboard.type("ar")
    expect(lab.get_by_label("What it is for")).to_have_value("jar a k r")
    expect(lab.get_by_label("Amount in dollars")).to_have_value("ar")

    lab.goto(f"{url}/{ANSWERS}")
    lab.keyboard.press("j")
    lab.keyboard.press("Control+a")
    lab.keyboard.press("Alt+r")
    lab.get_by_label(f"Choose the answer {answer_id}").focus()
    lab.keyboard.press("a")
    expect(lab.get_by_role("heading", name="Answers", exact=True)).to_be_visible()

    lab.goto(here)
    lab.keyboard.press("a")  # the only answer there is needs no j
    expect(lab.get_by_role("heading", name="Approve 1 answer?")).to_be_visible()


def test_keys_can_be_turned_off(world: RequesterWorld, lab: "Page", url: str) -> None:
    """And stay so; who talks to the computer needs no letters that act."""
    world.do(world.row())
    lab.goto(f"{url}/{ANSWERS}")
    lab.get_by_role("button", name="Turn keyboard shortcuts off").click()
    lab.goto(f"{url}/{ANSWERS}")
    lab.keyboard.press("j")
    lab.keyboard.press("a")
    expect(lab.get_by_role("article")).not_to_be_focused()
    expect(lab.get_by_text("Keyboard shortcuts: j next answer")).to_be_hidden()

    lab.get_by_role("button", name="Turn keyboard shortcuts on").click()
    lab.keyboard.press("j")
    expect(lab.get_by_role("article")).to_be_focused()


def test_pictures_of_answers_wait_to_be_asked_for(
    world: RequesterWorld, lab: "Page", url: str
) -> None:
    """The input's picture is fetched, without a referrer; a worker's only after a click, so that
    nobody learns who reviews, when and from where. An SVG is a picture: no script of it runs.
    """
    fetched: list[Request] = []

    def serve(route: "Route", request: "Request") -> None:
        fetched.append(request)
        route.fulfill(body=SVG, content_type="image/svg+xml")

    messages: list[str] = []
    lab.on("console", lambda message: messages.append(message.text))
    lab.context.route(re.compile("^https:"), serve)
    files = world.directory / "files"
    files.mkdir(exist_ok=True)
    (files / "own.svg").write_text(SVG)
    row = {"photo": "https://in.example/1.svg", "own": "/files/own.svg"}
    worker = {"photo": "https://out.example/2.svg", "more": ["https://out.example/3.svg"]}
    world.do(world.row(0, html=page_with_input(row)), output=json.dumps(worker))
    lab.goto(f"{url}/{ANSWERS}")
    lab.wait_for_function("[...document.images].every((one) => one.complete)")
    widths = "[...document.querySelectorAll('main img')].map((one) => one.naturalWidth)"

    assert [request.url for request in fetched] == ["https://in.example/1.svg"]
    assert lab.evaluate(widths) == [40, 40]
    lab.get_by_role("link", name="Show the picture https://out.example/2.svg").click()
    expect(lab.get_by_role("img", name="photo: https://out.example/2.svg")).to_be_visible()
    lab.wait_for_function("[...document.images].every((one) => one.complete)")
    assert [request.url for request in fetched[1:]] == ["https://out.example/2.svg"]
    lab.get_by_role("button", name="Show the pictures in the answers").click()
    expect(lab.get_by_role("img", name="more: https://out.example/3.svg")).to_be_visible()
    lab.wait_for_function("[...document.images].every((one) => one.complete)")
    assert [request.url for request in fetched[2:]] == ["https://out.example/3.svg"]
    assert [request.header_value("referer") for request in fetched] == [None] * 3
    assert lab.evaluate(widths) == [40, 40, 40, 40]
    assert lab.evaluate("window.hurt") is None
    assert messages == []


def test_without_scripts_a_picture_is_a_link(
    world: RequesterWorld, browser: "Browser", url: str
) -> None:
    """Also then nothing of a worker's is fetched before the click, which opens it elsewhere."""
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    enter(page, url)
    world.do(world.row(), output=json.dumps({"photo": "https://out.example/2.svg"}))
    asked: list[str] = []
    page.on("request", lambda sent: asked.append(sent.url))
    page.goto(f"{url}/{ANSWERS}")
    link = page.get_by_role("link", name="Show the picture")

    expect(link).to_have_attribute("href", "https://out.example/2.svg")
    expect(link).to_have_attribute("target", "_blank")
    expect(page.get_by_text("Turn keyboard shortcuts off")).to_be_hidden()
    assert [address for address in asked if not address.startswith(url)] == []
    context.close()


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_of_values_fit_light_and_dark(
    world: RequesterWorld, browser: "Browser", url: str, width: int, scheme: "str"
) -> None:
    """Tables, links and long words stay within the page, and their text has WCAG's AA contrast."""
    long = "Antidisestablishmentarianism" * 4
    box = {"label": long, "x": 1, "y": 2, "width": 30, "height": 40, long: "b", "c": "d", "e": "f"}
    row = {
        "boxes": [box, box],
        "page": f"https://example.org/{long}",
        "tags": [long],
        long: {long: 1},
    }
    first = world.do(world.row(0, html=page_with_input(row)), output=json.dumps(row))
    world.perform("RejectAssignment", AssignmentId=world.do(world.row(1)), RequesterFeedback="No")
    world.do(world.row(2, html=page_with_input(row)), "Ben", output=json.dumps(row))
    world.perform("ApproveAssignment", AssignmentId=first)
    ben = world.worker("Ben")
    world.perform("CreateWorkerBlock", WorkerId=ben, Reason="Known")
    context = browser.new_context(
        viewport={"width": width, "height": 844},
        color_scheme=scheme,  # type: ignore[arg-type]  # one of two
    )
    page = context.new_page()
    enter(page, url)
    paths = ("", f"batches/{BATCH}", f"batches/{BATCH}/answers?show=all", f"answers/{first}",
             "workers", f"workers/{ben}", "qualifications")  # fmt: skip
    for path in paths:
        page.goto(f"{url}/requester/{path}")
        wide, seen, too_close, unnamed = measure(page)
        assert (path, wide, too_close, unnamed) == (path, width, [], [])
        assert seen >= 4
        if path == "workers":  # the whole table is in sight
            hidden = "(t) => t.scrollWidth - t.clientWidth"
            assert page.get_by_role("region", name="Workers").evaluate(hidden) <= 0
    context.close()


def test_bars_differ_in_forced_colours(world: RequesterWorld, lab: "Page", url: str) -> None:
    """Where a system gives the colours, each part of a bar has a pattern, in its legend too."""
    ids = [world.do(world.row(n)) for n in range(3)]
    world.perform("ApproveAssignment", AssignmentId=ids[0])
    world.perform("RejectAssignment", AssignmentId=ids[1], RequesterFeedback="No")
    lab.emulate_media(forced_colors="active")
    lab.goto(f"{url}/requester/batches/{BATCH}")
    drawn = """() => ["approved", "rejected", "submitted"].map((name) => {
      const [bar, dot] = document.querySelectorAll(`.pattern[fill="url(#bar-${name})"]`);
      return [bar, dot].map((one) => getComputedStyle(one).display).join()
        + getComputedStyle(bar.previousElementSibling).fill;
    })"""

    canvas = lab.evaluate("getComputedStyle(document.querySelector('.progress svg rect')).fill")
    assert lab.evaluate(drawn) == [f"inline,inline{canvas}"] * 3
    pictures = {lab.locator(".dot").nth(n).screenshot(animations="disabled") for n in range(3)}
    assert len(pictures) == 3
    assert lab.evaluate(LOW_CONTRAST)[1] == []
