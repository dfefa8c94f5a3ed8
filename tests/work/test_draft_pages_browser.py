"""Each kind of HIT page takes part: its entries are kept, its answer waits for the crowd."""

import json
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.draft_pages import (
    AWAY,
    FORM,
    LAST,
    RESTORED,
    SAVED,
    Arrive,
    accept,
    bar,
    send_now,
    wait_until_kept,
)
from tests.support.hit_frames import expect
from tests.support.live_site import PID, People
from tests.support.question_forms import choice, form, question, required
from tests.support.worker_frame import render
from tests.support.worker_sites import World, fields_of, serving

if TYPE_CHECKING:
    from playwright.sync_api import Page

READY = (
    "<script>document.querySelector('[name=assignmentId]').value ="
    " new URLSearchParams(location.search).get('assignmentId');</script>"
)
# How pages hand themselves in: the page's script, and what is pressed.
WAYS = {
    "submit()": "go.onclick = () => form.submit()",
    "requestSubmit()": "go.onclick = () => form.requestSubmit()",
    "prototype": "go.onclick = () => HTMLFormElement.prototype.submit.call(form)",
    "a late listener": "go.onclick = () => form.requestSubmit();"
    "addEventListener('submit', () => { form.elements.word.value += '!'; })",
    "by GET": "go.onclick = () => { form.method = 'get'; form.submit(); }",
    "multipart": "go.onclick = () => { form.enctype = 'multipart/form-data'; form.submit(); }",
    "fields in the address": "go.onclick = () => { form.action += '?more=1'; form.submit(); }",
    "a form made on the spot": "go.onclick = () => { const made = form.cloneNode(true);"
    "document.body.append(made); made.submit(); }",
}


def scripted(script: str) -> str:
    """A page whose button does what its script says."""
    return (
        '<!DOCTYPE html><form action="https://www.mturk.com/mturk/externalSubmit" method="post">'
        '<input type="hidden" name="assignmentId"><label>Word <input name="word"></label></form>'
        f"<button id=go>Go</button>{READY}<script>const form = document.forms[0];"
        f"const go = document.getElementById('go'); {script}</script>"
    )


def away_and_back(page: "Page", submit: Callable[[], None]) -> None:
    """Submit while the crowd cannot be reached; then it can be reached again."""
    page.route("**/externalSubmit*", lambda route: route.abort())
    submit()
    expect(bar(page)).to_contain_text(AWAY)
    page.unroute("**/externalSubmit*")
    expect(page.get_by_text(LAST)).to_be_visible()


def answer_of(world: World, hit: Any) -> list[tuple[str, str]]:
    """The fields of the one answer that came."""
    ((_, xml),) = world.answers(hit["HITId"])
    return fields_of(xml)


@pytest.mark.parametrize("way", WAYS)
def test_however_a_page_submits(world: World, arrive: Arrive, way: str) -> None:
    """Whatever a page's own script does to hand a form in, nothing is lost."""
    hit = world.launch(scripted(WAYS[way]))
    page = arrive("Ada")
    frame = accept(page)
    frame.get_by_label("Word").fill("cat")
    expect(bar(page)).to_have_text(SAVED)
    page.reload()
    expect(frame.get_by_label("Word")).to_have_value("cat")
    away_and_back(page, frame.get_by_role("button", name="Go").click)

    word = ("word", "cat!" if "late" in way else "cat")
    more = [("more", "1")] if "address" in way else []
    assert answer_of(world, hit) == [*more, word]


def test_a_page_may_hold_its_form_back(world: World, arrive: Arrive) -> None:
    """A listener that prevents the event is obeyed, wherever it was put."""
    hit = world.launch(
        scripted(
            "let tries = 0; go.onclick = () => form.requestSubmit();"
            "addEventListener('submit', (event) => { if (!tries++) event.preventDefault(); })"
        )
    )
    page = arrive("Ada")
    frame = accept(page)
    frame.get_by_label("Word").fill("cat")
    frame.get_by_role("button", name="Go").click()
    expect(bar(page)).to_have_text(SAVED)
    assert world.answers(hit["HITId"]) == []
    frame.get_by_role("button", name="Go").click()
    expect(page.get_by_text(LAST)).to_be_visible()
    assert answer_of(world, hit) == [("word", "cat")]


def test_fields_that_appear_late_and_rich_text_are_put_back(world: World, arrive: Arrive) -> None:
    """A field that a script makes later has its text again; so has an editable element. Passwords
    and what a page excludes are not kept, and a page that submits at a change does not when its
    fields are put back.
    """
    hit = world.launch(
        FORM + '<div contenteditable id="essay" role="textbox" aria-label="Essay"></div>'
        '<label>Code <input type="password" name="code"></label>'
        '<label>Once <input name="once" data-keep="no"></label><button id="more">More</button>'
        "<script>document.getElementById('more').onclick = () => {"
        "document.forms[0].insertAdjacentHTML('beforeend', '<label>Late <input name=late></label>')"
        "}; document.forms[0].size[0].onchange = () => document.forms[0].submit();</script>"
    )
    page = arrive("Ada")
    frame = accept(page)
    frame.get_by_role("textbox", name="Essay").press_sequentially("Once")
    frame.get_by_role("button", name="More").click()
    for name in ("Late", "Code", "Once"):
        frame.get_by_label(name, exact=True).fill(name.lower())
    wait_until_kept(page, "late")
    page.route("**/externalSubmit", lambda route: route.abort())
    expect(bar(page)).to_have_text(SAVED)
    frame.get_by_label("Small").check()
    expect(bar(page)).to_contain_text(AWAY)
    page.evaluate(  # as if it had been left before it submitted
        "drafts.save(document.getElementById('main').dataset.assignment, Object.assign("
        "drafts.load(document.getElementById('main').dataset.assignment), {answer: ''}))"
    )
    for _ in range(2):
        page.reload()
        expect(bar(page)).to_have_text(RESTORED)
        expect(frame.get_by_role("textbox", name="Essay")).to_have_text("Once")
        expect(frame.get_by_label("Small")).to_be_checked()
        frame.get_by_role("button", name="More").click()
        expect(frame.get_by_label("Late")).to_have_value("late")
        expect(frame.get_by_label("Code")).to_have_value("")
        expect(frame.get_by_label("Once", exact=True)).to_have_value("")
    assert world.answers(hit["HITId"]) == []


def test_a_question_form(world: World, arrive: Arrive) -> None:
    """Its page has a policy of its own, and takes part."""
    xml = form(
        required(),
        question(choice("a", "b"), "one", "<Text>One?</Text>"),
    )
    hit = world.launch(Question=xml)
    page = arrive("Ada")
    frame = accept(page)
    frame.get_by_role("textbox").fill("cat")
    frame.get_by_label("B", exact=True).check()
    wait_until_kept(page, "true")
    page.reload()
    expect(frame.get_by_role("textbox")).to_have_value("cat")
    expect(frame.get_by_label("B", exact=True)).to_be_checked()
    away_and_back(page, frame.get_by_role("button", name="Submit").click)

    ((_, answer),) = world.answers(hit["HITId"])
    assert re.findall("<(?:FreeText|SelectionIdentifier)>(.*?)<", answer) == ["cat", "b"]


def test_crowd_elements(world: World, arrive: Arrive) -> None:
    """<crowd-form> and its fields."""
    hit = world.launch(
        '<!DOCTYPE html><script src="https://assets.crowd.aws/crowd-html-elements.js"></script>'
        '<crowd-form><crowd-input name="word" label="Word"></crowd-input>'
        '<crowd-text-area name="story" label="Story"></crowd-text-area>'
        '<crowd-checkbox name="sure">Sure</crowd-checkbox>'
        '<crowd-slider name="level" min="0" max="9" aria-label="Level"></crowd-slider>'
        '<crowd-radio-group><crowd-radio-button name="s">Small</crowd-radio-button>'
        '<crowd-radio-button name="l">Large</crowd-radio-button></crowd-radio-group>'
        "<crowd-classifier-multi-select name=\"kind\" categories=\"['x', 'y', 'z']\" header='Kind'>"
        "<classification-target>A cat</classification-target></crowd-classifier-multi-select>"
        "</crowd-form>"
    )
    page = arrive("Ada")
    frame = accept(page)
    frame.get_by_label("Word").fill("cat")
    frame.get_by_label("Story").fill("long")
    frame.get_by_role("checkbox", name="Sure").check()
    frame.get_by_role("slider").fill("7")
    frame.get_by_role("radio", name="Large").click()
    frame.get_by_role("checkbox", name="y", exact=True).check()
    frame.get_by_role("checkbox", name="z", exact=True).check()
    wait_until_kept(page, r"[\"y\",\"z\"]")
    page.reload()
    expect(frame.get_by_role("checkbox", name="z", exact=True)).to_be_checked()
    away_and_back(page, frame.get_by_role("button", name="Submit").click)

    (answer,) = json.loads(dict(answer_of(world, hit))["taskAnswers"].replace("&quot;", '"'))
    assert answer == {
        "word": "cat",
        "story": "long",
        "sure": {"on": True},
        "level": 7,
        "s": {"on": False},
        "l": {"on": True},
        "kind": {"labels": ["y", "z"]},
    }


def test_our_templates(world: World, arrive: Arrive) -> None:
    """What setOutput is given is kept, and onRestore gives it back: one field for two pictures."""
    html = render("image_sentence.html", ["/files/a.jpg", "/files/b.jpg"])
    hit = world.launch(html)
    page = arrive("Ada")
    page.route("**/files/*.jpg", lambda route: route.fulfill(status=200, body=""))
    frame = accept(page)
    sentence = frame.get_by_label("Your sentence for this picture")
    sentence.fill("A first sentence, long enough.")
    frame.get_by_role("button", name="Next").click()
    sentence.fill("A second sentence, long enough.")
    wait_until_kept(page, "A second sentence, long enough.")
    for _ in range(2):
        page.reload()
        expect(sentence).to_have_value("A first sentence, long enough.")
        expect(bar(page)).to_have_text(RESTORED)
    frame.get_by_role("button", name="Next").click()
    expect(sentence).to_have_value("A second sentence, long enough.")
    away_and_back(page, frame.get_by_role("button", name="Submit").click)

    output = json.loads(dict(answer_of(world, hit))["output"])
    assert [item["description"] for item in output] == [
        "A first sentence, long enough.",
        "A second sentence, long enough.",
    ]


def test_a_restored_output_is_not_yet_an_answer(world: World, arrive: Arrive) -> None:
    """A page that puts nothing together this time does not submit what it had put together before."""
    body = render("simpleamt.html")
    world.launch(
        f"<!DOCTYPE html>{body}<button id=b>Note</button><script>simpleamt.setupSubmit();"
        "document.getElementById('submit-btn').disabled = false;"
        "document.getElementById('b').onclick = () => simpleamt.setOutput({a: 1});</script>"
    )
    page = arrive("Ada")
    frame = accept(page)
    frame.get_by_role("button", name="Note").click()
    expect(bar(page)).to_have_text(SAVED)
    page.reload()
    expect(bar(page)).to_have_text(RESTORED)
    frame.get_by_role("button", name="Submit").click()

    expect(frame.get_by_role("alert")).to_contain_text("did not prepare your answer")


def test_a_file_is_sent_by_the_page_itself(world: World, arrive: Arrive) -> None:
    """A form with a chosen file is posted as it always was, and the bar says so."""
    hit = world.launch(
        FORM.replace('<form method="post"', '<form method="post" enctype="multipart/form-data"')
        .replace("<button", '<label>File <input type="file" name="file"></label><button')
        .replace("</form>", "</form>" + READY)
    )
    page = arrive("Ada")
    page.get_by_role("link", name="Preview").click()
    frame = accept(page)
    page.get_by_label("Take the next HIT automatically").uncheck()
    frame.get_by_label("Animal").fill("cat")
    file = {"name": "a.txt", "mimeType": "text/plain", "buffer": b"x"}
    frame.get_by_label("File").set_input_files(file)
    page.route("**/externalSubmit", lambda route: route.abort())
    with page.expect_event("requestfailed"):
        frame.get_by_role("button", name="Send").click()
    expect(bar(page)).to_contain_text("This HIT sends files")
    page.unroute("**/externalSubmit")
    page.reload()
    expect(frame.get_by_label("Animal")).to_have_value("cat")
    frame.get_by_label("File").set_input_files(file)
    frame.get_by_role("button", name="Send").click()

    expect(frame.get_by_role("heading", name="Thank you")).to_be_visible()
    expect(page.locator("#said")).to_have_text("Thank you. Your answer is submitted.")
    assert dict(answer_of(world, hit))["word"] == "cat"


def test_a_panels_participant(live: People, open_page: Callable[[], "Page"]) -> None:
    """Somebody from a panel has the entries back after a reload, and the answer waits, too."""
    hit = live.launch(FORM)
    _, path = live.panel_link(hit["HITTypeId"])
    with serving(live.app) as sandbox:
        page = open_page()
        page.goto(f"{sandbox.removesuffix('/sandbox')}{path}?PROLIFIC_PID={PID}")
        page.get_by_role("button", name="Start").click()
        frame = page.frame_locator("iframe")
        frame.get_by_label("Animal").fill("cat")
        expect(bar(page)).to_have_text(SAVED)
        page.reload()
        expect(frame.get_by_label("Animal")).to_have_value("cat")
        page.route("**/externalSubmit", lambda route: route.abort())
        frame.get_by_role("button", name="Send").click()
        send_now(page, "**/externalSubmit")
        expect(page.get_by_role("heading", name="Thank you, you are done")).to_be_visible()

    assert ("word", "cat") in answer_of(live, hit)
