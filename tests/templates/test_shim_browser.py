"""The shim that every HIT page includes, in a browser: with pages of our own, and with old ones."""

from __future__ import annotations

import functools
import importlib.metadata
import json
import urllib.parse
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jinja2
import pytest

from tests.support.worker_frame import (  # noqa: F401 - fixtures
    ROOT,
    StandIn,
    expect,
    faulty_page_fixture,
    hit,
    render,
    stand_in_fixture,
)

if TYPE_CHECKING:
    from playwright.sync_api import Page, Route


def body(script: str) -> str:
    """Return a HIT page that consists of the include and a script."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(ROOT / "hit_templates"), autoescape=True
    )
    template = "<!DOCTYPE html><title>t</title>{% include 'simpleamt.html' %}<script>"
    return environment.from_string(template).render(input="") + script + "</script>"


READY = "simpleamt.setupSubmit(); const button = document.getElementById('submit-btn');"
READY += "button.disabled = false;"


@functools.cache
def jquery() -> str:
    package = importlib.metadata.distribution("XStatic-jQuery")
    return Path(str(package.locate_file("xstatic/pkg/jquery/data/jquery.min.js"))).read_text()


def only_jquery(page: Page) -> None:
    """Answer for the CDNs with jQuery alone: every other library stays away."""

    def answer(route: Route) -> None:
        address = urllib.parse.urlsplit(route.request.url)
        if address.hostname == "127.0.0.1":
            route.continue_()
        elif "jquery" in address.path and address.path.endswith(".js"):
            route.fulfill(body=jquery(), content_type="text/javascript")
        else:
            route.abort()

    page.route("**/*", answer)


@pytest.mark.parametrize(
    "row",
    [
        {"text": '</script><script>document.title = "broken out"</script><!--'},
        {"quotes": '"it\'s" `so`', "backslash": "\\u003c \\n", "cdata": "]]>", "amp": "&lt; &"},
        ["line\u2028separator", "para\u2029graph", "tab\tnew\nline", "日本語 🐶"],
        "</SCRIPT >",
        0,
        False,
        {},
    ],
)
def test_get_input_returns_the_row_as_it_was(stand_in: StandIn, page: Page, row: Any) -> None:
    """Whatever a row holds, getInput returns it unchanged and none of it runs."""
    html = render("simpleamt.html", row)
    assert "]]>" not in render("simpleamt.html", {})
    stand_in.page = f"<!DOCTYPE html><title>untouched</title>{html}"
    page.goto(stand_in.worker_address().replace("/worker?", "/hit?"))
    assert page.evaluate("simpleamt.getInput({otherwise: 1})") == row
    assert page.title() == "untouched"


@pytest.mark.parametrize("text", ["", "   \n", "not JSON", "{'single': 1}"])
def test_get_input_falls_back_to_the_default(stand_in: StandIn, page: Page, text: str) -> None:
    """Without a row, or with one that is not JSON, getInput returns the default, or else null."""
    stand_in.page = render("simpleamt.html").replace(
        'id="input"></script>', f'id="input">{text}</script>'
    )
    assert f'id="input">{text}</script>' in stand_in.page
    page.goto(f"{stand_in.address}/hit")
    assert page.evaluate("simpleamt.getInput({category: 'dog'})") == {"category": "dog"}
    assert page.evaluate("simpleamt.getInput()") is None


@pytest.mark.parametrize(
    ("query", "preview"),
    [
        ("?assignmentId=ASSIGNMENT_ID_NOT_AVAILABLE&hitId=3HIT", True),
        ("?hitId=3HIT&assignmentId=3ASSIGNMENT", False),
        ("?hitId=3HIT", False),
        ("?assignmentId=", False),
        ("", False),
    ],
)
def test_is_preview(stand_in: StandIn, page: Page, query: str, preview: bool) -> None:
    """A page is a preview only when the crowd says that no assignment is available."""
    stand_in.page = render("simpleamt.html")
    page.goto(f"{stand_in.address}/hit{query}")
    assert page.evaluate("simpleamt.isPreview()") is preview


@pytest.mark.parametrize("path", ["", "/", "/sandbox", "/sandbox/"])
def test_the_form_posts_to_the_site_it_came_from(stand_in: StandIn, page: Page, path: str) -> None:
    """The action is turkSubmitTo and /mturk/externalSubmit, with or without a slash between."""
    script = READY + "button.addEventListener('click', () => simpleamt.setOutput({a: '<&\"é'}));"
    frame = hit(stand_in, page, body(script), site=stand_in.address + path)
    frame.locator("#submit-btn").click()
    expect(frame.get_by_text("Thank you")).to_be_visible()
    fields = {
        "assignmentId": "3ASSIGNMENT",
        "output": json.dumps({"a": '<&"é'}, ensure_ascii=False),
    }
    fields["output"] = fields["output"].replace(": ", ":")
    assert stand_in.posts == [(path.rstrip("/") + "/mturk/externalSubmit", fields)]


def test_a_forged_address_is_never_the_forms_action(stand_in: StandIn, page: Page) -> None:
    """A turkSubmitTo that is not a web address never becomes the form's action."""
    frame = hit(stand_in, page, body(READY), site="javascript:document.title='forged'//")
    assert frame.locator("#results-form").get_attribute("action") is None


def test_a_preview_cannot_be_submitted(stand_in: StandIn, page: Page) -> None:
    """In a preview nothing is posted, even by a template that enables the button all the same."""
    script = READY + "simpleamt.setOutput({a: 1});"
    frame = hit(stand_in, page, body(script), assignment_id="ASSIGNMENT_ID_NOT_AVAILABLE")
    expect(frame.get_by_role("alert")).to_contain_text("Accept the HIT")
    frame.locator("#submit-btn").click()
    expect(frame.get_by_role("alert")).to_contain_text("nothing was sent")
    frame.locator("#results-form").evaluate("form => form.submit()")
    expect(frame.get_by_role("alert")).to_contain_text("nothing was sent")
    assert stand_in.posts == []


@pytest.mark.parametrize(
    "handler",
    [
        "nowhere.toBeFound();",
        "simpleamt.setOutput({half: 1}); nowhere.toBeFound();",
        "event.preventDefault(); nowhere.toBeFound();",
        "const a = {}; a.a = a; simpleamt.setOutput(a);",
    ],
)
@pytest.mark.parametrize("event", ["click", "submit"])
def test_a_handler_that_throws_sends_nothing(
    stand_in: StandIn, faulty_page: Page, handler: str, event: str
) -> None:
    """An error while Submit is handled stops it and is shown, and the next try goes through."""
    listener = f"let first = true; addEventListener('{event}', (event) => {{"
    listener += (
        f"if (first) {{ first = false; {handler} }} simpleamt.setOutput('second'); }}, true);"
    )
    frame = hit(stand_in, faulty_page, body(READY + "simpleamt.setOutput('old');" + listener))
    frame.locator("#submit-btn").click()
    expect(frame.get_by_role("alert")).to_contain_text("Nothing was sent")
    expect(frame.get_by_role("alert")).to_contain_text("this page has an error (")
    assert stand_in.posts == []
    frame.locator("#submit-btn").click()
    expect(frame.get_by_text("Thank you")).to_be_visible()
    assert stand_in.outputs == ["second"]


def test_a_template_may_hold_the_form_back(stand_in: StandIn, page: Page) -> None:
    """A submit handler that prevents the event is obeyed, and the next try goes through."""
    script = "let tries = 0; document.addEventListener('submit', (event) => {"
    script += "if (!tries++) event.preventDefault(); }); simpleamt.setOutput('fine');"
    frame = hit(stand_in, page, body(READY + script))
    frame.locator("#submit-btn").click()
    assert frame.locator("body").evaluate("() => tries") == 1
    assert stand_in.posts == []
    frame.locator("#submit-btn").click()
    expect(frame.get_by_text("Thank you")).to_be_visible()
    assert stand_in.outputs == ["fine"]


def test_an_answer_that_comes_too_late_is_not_sent_empty(stand_in: StandIn, page: Page) -> None:
    """A handler that sets the output only later posts nothing now, not an empty answer."""
    script = "button.onclick = () => setTimeout(() => simpleamt.setOutput('late'));"
    frame = hit(stand_in, page, body(READY + script))
    frame.locator("#submit-btn").click()
    expect(frame.get_by_role("alert")).to_contain_text("did not prepare your answer")
    assert stand_in.posts == []


def test_fields_of_the_template_are_an_answer(stand_in: StandIn, page: Page) -> None:
    """A template may leave the output alone and put named fields of its own into the form."""
    html = body(READY) + '<input name="color" form="results-form" aria-label="Color">'
    frame = hit(stand_in, page, html)
    frame.get_by_label("Color").fill("green")
    frame.get_by_label("Color").press("Enter")
    expect(frame.get_by_text("Thank you")).to_be_visible()
    assert stand_in.posts[0][1] == {"assignmentId": "3ASSIGNMENT", "output": "", "color": "green"}


def test_a_double_click_posts_once(stand_in: StandIn, page: Page) -> None:
    """While an answer is on its way, a second click does not send it again."""
    stand_in.open_gate.clear()
    count = "let clicks = 0; button.onclick = () => simpleamt.setOutput(++clicks);"
    # The page is asked through its console: a frame that waits for an answer runs no other script.
    frame = hit(
        stand_in,
        page,
        body(READY + count + "addEventListener('click', () => console.log(clicks));"),
    )
    with page.expect_console_message(lambda message: message.text == "2"):
        frame.locator("#submit-btn").dblclick()
    stand_in.open_gate.set()
    expect(frame.get_by_text("Thank you")).to_be_visible()
    assert stand_in.outputs == [1]


def test_a_script_posts_once(stand_in: StandIn, page: Page) -> None:
    """However a script sends the form again, the first answer is the one that is posted."""
    script = """() => {
        simpleamt.setOutput(1);
        form = document.getElementById("results-form");
        form.submit();
        simpleamt.setOutput(2);
        form.requestSubmit();
        form.submit();
    }"""
    frame = hit(stand_in, page, body(READY + "let form;"))
    frame.locator("body").evaluate(script)
    expect(frame.get_by_text("Thank you")).to_be_visible()
    assert stand_in.outputs == [1]


def test_a_worker_who_comes_back_may_send_again(stand_in: StandIn, page: Page) -> None:
    """A page that the browser brings back as it was is not stuck at "Sending your answer"."""
    script = """() => {
        simpleamt.setOutput(1);
        const form = document.getElementById("results-form");
        form.submit();
        dispatchEvent(new PageTransitionEvent("pageshow", {persisted: true}));
        simpleamt.setOutput(2);
        form.submit();
    }"""
    frame = hit(stand_in, page, body(READY))
    frame.locator("body").evaluate(script)
    expect(frame.get_by_text("Thank you")).to_be_visible()
    assert stand_in.outputs[-1] == 2


def test_setup_submit_may_be_forgotten(stand_in: StandIn, page: Page) -> None:
    """A template that never called setupSubmit posts to the right place nevertheless."""
    script = "document.getElementById('submit-btn').disabled = false; simpleamt.setOutput(5);"
    frame = hit(stand_in, page, body(script))
    frame.locator("#submit-btn").click()
    expect(frame.get_by_text("Thank you")).to_be_visible()
    assert stand_in.posts[0][1] == {"assignmentId": "3ASSIGNMENT", "output": "5"}


def test_outside_a_crowd_the_output_is_shown(page: Page, tmp_path: Path) -> None:
    """A rendered file, opened by its developer, shows what it would send and goes nowhere."""
    file = tmp_path / "simple.html"
    file.write_text(render("simple.html"), encoding="utf-8")
    page.goto(file.as_uri())
    page.get_by_label("An example of a kind of dog").fill("beagle")
    page.get_by_role("button", name="Submit").click()
    expect(page.locator("#simpleamt-note")).to_contain_text("Opened outside a crowd")
    expect(page.locator("#simpleamt-note")).to_contain_text('{"category":"dog","example":"beagle"}')
    assert page.url == file.as_uri()


def test_a_page_that_does_not_start_says_so(stand_in: StandIn, faulty_page: Page) -> None:
    """An error before setupSubmit is shown: the worker would wait in vain."""
    frame = hit(stand_in, faulty_page, body("nowhere.toBeFound();"))
    expect(frame.get_by_role("alert")).to_contain_text("nowhere is not defined")
    expect(frame.locator("#submit-btn")).to_be_disabled()


# --- templates written for the first simple-amt


def test_a_jquery_template_works_unchanged(stand_in: StandIn, page: Page) -> None:
    """The documented contract: enable, setupSubmit, a click handler, return false to stop."""
    only_jquery(page)
    row = {"words": ["oak", "elm", "eel"], "scores": {"eel": 1}}
    frame = hit(stand_in, page, render("odd_one_out.html", row))
    expect(frame.locator("li")).to_have_text(["oak", "elm", "eel"])
    frame.get_by_label("Your word").fill("ash")
    frame.locator("#submit-btn").click()
    expect(frame.get_by_text("Choose one of the words.")).to_be_visible()
    assert stand_in.posts == []
    frame.get_by_label("Your word").fill("eel")
    frame.locator("#submit-btn").click()
    expect(frame.get_by_text("Thank you")).to_be_visible()
    assert stand_in.outputs == [{"odd": "eel", "score": 1}]
    assert stand_in.posts[0][1]["assignmentId"] == "3ASSIGNMENT"


def test_a_jquery_handler_that_throws_sends_nothing(stand_in: StandIn, faulty_page: Page) -> None:
    """What used to send an empty answer now stops and says why."""
    only_jquery(faulty_page)
    frame = hit(stand_in, faulty_page, render("odd_one_out.html", {"words": ["oak", "elm", "eel"]}))
    frame.get_by_label("Your word").fill("eel")
    frame.locator("#submit-btn").click()
    expect(frame.locator("#simpleamt-note")).to_contain_text("Nothing was sent")
    expect(frame.get_by_label("Your word")).to_have_value("eel")
    assert stand_in.posts == []


def test_a_jquery_preview_stays_disabled(stand_in: StandIn, page: Page) -> None:
    """In a preview an old template shows its row and cannot be submitted."""
    only_jquery(page)
    preview = {"assignment_id": "ASSIGNMENT_ID_NOT_AVAILABLE"}
    frame = hit(stand_in, page, render("odd_one_out.html", {"words": ["oak", "eel"]}), **preview)
    expect(frame.locator("li")).to_have_text(["oak", "eel"])
    expect(frame.locator("#submit-btn")).to_be_disabled()
    expect(frame.locator("#simpleamt-note")).to_contain_text("Accept the HIT")


def test_a_template_may_submit_the_form_itself(stand_in: StandIn, page: Page) -> None:
    """jQuery's submit() goes through the same door, and not when a handler says no."""
    only_jquery(page)
    frame = hit(stand_in, page, render("longest_word.html", "some words of unequal length"))
    expect(frame.get_by_text("some words of unequal length")).to_be_visible()
    frame.get_by_role("button", name="I am done").click()
    assert stand_in.posts == []
    frame.locator("#longest").fill("unequal")
    frame.get_by_role("button", name="I am done").click()
    expect(frame.get_by_text("Thank you")).to_be_visible()
    assert stand_in.outputs == [{"longest": "unequal"}]


def test_a_library_that_does_not_load_is_reported(stand_in: StandIn, faulty_page: Page) -> None:
    """When the CDN does not answer, the page says what is missing."""
    faulty_page.route("**/*.min.*", lambda route: route.abort())
    frame = hit(stand_in, faulty_page, render("odd_one_out.html", {"words": []}))
    expect(frame.locator("#simpleamt-note")).to_contain_text("$ is not defined")
