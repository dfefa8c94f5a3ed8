"""Pages with Crowd HTML Elements, done by a worker in a browser; the answers as boto3 reads them."""

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.crowds import CrowdUnderTest
from tests.support.hit_frames import Desk, expect

if TYPE_CHECKING:
    from playwright.sync_api import FrameLocator, Page

pytestmark = pytest.mark.parametrize("open_crowd", ["http"], indirect=True)

SCRIPT = '<!DOCTYPE html><script src="https://assets.crowd.aws/crowd-html-elements.js"></script>'
LOOK_AGAIN = "One answer is missing or not valid. Nothing was sent yet."


@pytest.fixture
def desk(crowd: CrowdUnderTest, page: "Page") -> Desk:
    """A worker who has yet to sign in."""
    return Desk(crowd, page)


def crowd_form(html: str, attributes: str = "") -> str:
    """A page with a <crowd-form>."""
    return f"{SCRIPT}<crowd-form {attributes}>{html}</crowd-form>"


def submit(frame: "FrameLocator") -> None:
    """Press the button."""
    frame.get_by_role("button", name="Submit").click()


def task_answers(desk: Desk) -> Any:
    """What the one field of the answer holds: a list of one object."""
    answers = desk.answers()
    assert list(answers) == ["taskAnswers"]
    (answer,) = json.loads(answers["taskAnswers"])
    return answer


def test_texts(desk: Desk) -> None:
    """Texts are there under their names, in any script; what was left empty is not."""
    frame = desk.accept(
        crowd_form(
            '<crowd-input name="tag1" label="Word 1"></crowd-input>'
            '<crowd-input name="tag2" label="Word 2" value="given"></crowd-input>'
            '<crowd-input name="tag3" label="Word 3"></crowd-input>'
            '<crowd-input label="Nameless"></crowd-input>'
            '<crowd-text-area name="essay" label="Essay" rows="3" char-counter></crowd-text-area>'
        )
    )
    frame.get_by_label("Word 1").fill('é "🐈" </script>')
    frame.get_by_label("Nameless").fill("lost")
    frame.get_by_label("Essay").fill("one\ntwo")
    expect(frame.get_by_text("7 characters")).to_be_visible()
    submit(frame)

    assert task_answers(desk) == {
        "tag1": 'é "🐈" </script>',
        "tag2": "given",
        "essay": "one\ntwo",
    }


def test_checkboxes(desk: Desk) -> None:
    """A name with several values is one object; each value says whether it was ticked."""
    frame = desk.accept(
        crowd_form(
            '<crowd-checkbox name="image_attributes" value="blurry"> Blurry </crowd-checkbox>'
            '<crowd-checkbox name="image_attributes" value="dim"> Too Dim </crowd-checkbox>'
            '<crowd-checkbox name="image_attributes" value="exposed"> Bright </crowd-checkbox>'
            '<crowd-checkbox name="on" checked="true">Given</crowd-checkbox>'
            '<crowd-checkbox name="off" value="Red" checked="false">Red</crowd-checkbox>'
            '<crowd-checkbox name="bare"></crowd-checkbox>'
        )
    )
    frame.get_by_role("checkbox", name="Blurry").check()
    frame.get_by_role("checkbox", name="Too Dim").check()
    frame.get_by_role("checkbox", name="bare").check()
    submit(frame)

    assert task_answers(desk) == {
        "image_attributes": {"blurry": True, "dim": True, "exposed": False},
        "on": {"on": True},
        "off": {"Red": False},
        "bare": {"on": True},
    }


def test_radio_buttons(desk: Desk) -> None:
    """In a group one is chosen, by mouse or keys; each button says whether it is the one."""
    frame = desk.accept(
        crowd_form(
            "<crowd-radio-group>"
            '<crowd-radio-button name="btn1" value="yes">Yes</crowd-radio-button>'
            '<div><crowd-radio-button name="btn2" value="no">No</crowd-radio-button></div>'
            '<crowd-radio-button name="btn3" disabled>Never</crowd-radio-button>'
            '<crowd-radio-button name="btn4">Maybe</crowd-radio-button>'
            "</crowd-radio-group>"
            '<crowd-radio-button name="alone" value="a">Alone</crowd-radio-button>'
        )
    )
    group = frame.get_by_role("radiogroup")
    expect(group.locator("[tabindex='0']")).to_have_count(1)
    group.get_by_role("radio", name="Yes").click()
    expect(group.get_by_role("radio", name="Yes")).to_be_checked()
    group.get_by_role("radio", name="Yes").press("ArrowDown")
    expect(group.get_by_role("radio", name="No")).to_be_checked()
    expect(group.get_by_role("radio", name="Yes")).not_to_be_checked()
    group.get_by_role("radio", name="No").press("ArrowRight")
    expect(group.get_by_role("radio", name="Maybe")).to_be_focused()
    frame.get_by_role("radio", name="Alone").press(" ")
    submit(frame)

    assert task_answers(desk) == {
        "btn1": {"yes": False},
        "btn2": {"no": False},
        "btn3": {"on": False},
        "btn4": {"on": True},
        "alone": {"a": True},
    }


def test_sliders(desk: Desk) -> None:
    """A slider's answer is a number; a required one that has no value of its own must be moved."""
    frame = desk.accept(
        crowd_form(
            '<crowd-slider name="howMuch" min="1" max="10" step="1" pin required></crowd-slider>'
            '<crowd-slider name="loud" value="30" required></crowd-slider>'
            '<crowd-slider name="exact" min="0" max="1" step="0.1" editable></crowd-slider>'
        )
    )
    submit(frame)
    expect(frame.get_by_text("Please move the slider.")).to_be_visible()
    expect(frame.get_by_role("slider", name="howMuch")).to_be_focused()
    frame.get_by_role("slider", name="howMuch").press("ArrowRight")
    expect(frame.get_by_text("Please move the slider.")).not_to_be_visible()
    frame.get_by_role("spinbutton").fill("0.7")
    submit(frame)

    assert task_answers(desk) == {"howMuch": 2, "loud": 30, "exact": 0.7}


@pytest.mark.parametrize("image", [False, True])
def test_a_classifier(desk: Desk, image: bool) -> None:
    """One category is chosen, and a choice is needed; instructions are at hand."""
    kind = "crowd-image-classifier" if image else "crowd-classifier"
    picture = "data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw=="
    frame = desk.accept(
        crowd_form(
            f'<{kind} name="category" header="What is it?" src="{picture}" '
            "categories=\"['Cat', 'It\\'s a dog', 'Ginkgo &quot;銀杏&quot;', 'o'clock']\">"
            "<classification-target>A text to classify</classification-target>"
            '<full-instructions header="All of them"><p>In full</p></full-instructions>'
            "<short-instructions>In short</short-instructions>"
            '<worker-comment header="Why?" link-text="Say why">Tell us</worker-comment>'
            f"</{kind}>"
        )
    )
    expect(frame.get_by_text("In short")).to_be_visible()
    expect(frame.get_by_text("In full")).not_to_be_visible()
    frame.get_by_role("button", name="View full instructions").click()
    expect(frame.get_by_role("dialog", name="All of them")).to_contain_text("Close")
    expect(frame.get_by_text("In full")).to_be_visible()
    frame.get_by_role("button", name="Close").click()
    expect(frame.get_by_text("In full")).not_to_be_visible()
    if image:
        expect(frame.get_by_role("img", name="The picture to classify")).to_be_visible()
    else:
        expect(frame.get_by_text("A text to classify")).to_be_visible()

    submit(frame)
    expect(frame.get_by_text("Please choose one.")).to_be_visible()
    expect(frame.get_by_text(LOOK_AGAIN)).to_be_visible()
    group = frame.get_by_role("group", name="What is it?")
    expect(group.get_by_role("radio")).to_have_count(4)
    expect(group.get_by_role("radio", name="o'clock")).to_be_visible()
    group.get_by_role("radio", name="It's a dog").check()
    group.get_by_role("radio", name='Ginkgo "銀杏"').check()
    if image:
        frame.get_by_text("Say why").click()
        frame.get_by_label("Why?").fill(" the leaves ")
    submit(frame)

    comment = {"workerComment": "the leaves"} if image else {}
    assert task_answers(desk) == {"category": {"label": 'Ginkgo "銀杏"', **comment}}


def test_a_classifier_of_several(desk: Desk) -> None:
    """Several categories make a list, and what excludes the others does so."""
    frame = desk.accept(
        crowd_form(
            '<crowd-classifier-multi-select name="animals" header="Which?" '
            'categories="[&quot;Cat&quot;, &quot;Dog&quot;, &quot;B\\u00fcffel&quot;]" '
            "exclusion-category=\"{ text: 'None of them' }\"></crowd-classifier-multi-select>"
        )
    )
    none = frame.get_by_role("checkbox", name="None of them")
    none.check()
    frame.get_by_role("checkbox", name="Büffel").check()
    expect(none).not_to_be_checked()
    frame.get_by_role("checkbox", name="Cat").check()
    submit(frame)

    assert task_answers(desk) == {"animals": {"labels": ["Cat", "Büffel"]}}


def test_htmls_own_fields(desk: Desk) -> None:
    """Fields of plain HTML belong to the answer, and are held to HTML's own constraints."""
    frame = desk.accept(
        crowd_form(
            '<label>Weather <textarea name="weather"></textarea></label>'
            '<label>Mood <select name="mood" required><option value="">-</option>'
            "<option>Good</option></select></label>"
            '<label><input type="radio" name="r" value="a">A</label>'
            '<label><input type="radio" name="r" value="b">B</label>'
            '<label><input type="checkbox" name="c">C</label>'
            '<input type="hidden" name="h" value="1"><input name="off" disabled value="2">'
            '<input name="twice" value="x"><input name="twice" value="y">'
            '<input type="button" name="button" value="z"><input name="__proto__" value="p">'
        )
    )
    submit(frame)
    expect(frame.get_by_text(LOOK_AGAIN)).to_be_visible()
    expect(frame.get_by_label("Mood")).to_be_focused()
    frame.get_by_label("Mood").select_option("Good")
    frame.get_by_label("B", exact=True).check()
    submit(frame)

    assert task_answers(desk) == {
        "weather": "",
        "mood": "Good",
        "r": {"a": False, "b": True},
        "c": {"on": False},
        "h": "1",
        "twice": ["x", "y"],
        "__proto__": "p",
    }


def test_a_form_may_ask_for_flat_answers(desk: Desk) -> None:
    """answer-format="flatten-objects" makes a field of every member, as in batches of Amazon's."""
    frame = desk.accept(
        crowd_form(
            '<crowd-input name="word" label="Word"></crowd-input>'
            '<crowd-checkbox name="seen" value="dim">Dim</crowd-checkbox>'
            '<crowd-classifier name="category" categories="[\'Cat\']"></crowd-classifier>',
            'answer-format="flatten-objects"',
        )
    )
    frame.get_by_label("Word").fill("a\nb")
    frame.get_by_role("radio", name="Cat").check()
    submit(frame)

    assert desk.answers() == {"word": "a b", "seen.dim": "false", "category.label": "Cat"}


@pytest.mark.parametrize(
    ("element", "typed", "fault"),
    [
        ('<crowd-input name="x" label="X" required></crowd-input>', " ", "Please fill this in."),
        (
            '<crowd-input name="x" label="X" min-length="3"></crowd-input>',
            "ab",
            "Please enter at least 3 characters.",
        ),
        (
            '<crowd-input name="x" label="X" type="email" error-message="An address!"></crowd-input>',
            "ab",
            "An address!",
        ),
        (
            '<crowd-text-area name="x" label="X" required></crowd-text-area>',
            "",
            "Please fill this in.",
        ),
        ('<crowd-checkbox name="x" required>X</crowd-checkbox>', None, "Please tick this box."),
    ],
)
def test_what_is_missing_is_reported(
    desk: Desk, element: str, typed: str | None, fault: str
) -> None:
    """A fault is announced at its field, which gets the focus; nothing is sent until it is mended."""
    frame = desk.accept(crowd_form(element))
    field = frame.get_by_role("checkbox" if typed is None else "textbox", name="X")
    if typed is not None:
        field.fill(typed)
    submit(frame)
    expect(frame.get_by_role("alert").filter(has_text=fault)).to_be_visible()
    expect(field).to_be_focused()
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(field).to_have_accessible_description(fault)
    assert desk.answer_xmls() == []

    if typed is None:
        field.check()
    else:
        field.fill("ada@example.com")
    expect(frame.get_by_text(fault)).not_to_be_visible()
    submit(frame)
    assert task_answers(desk) == {"x": {"on": True} if typed is None else "ada@example.com"}


def test_characters_that_are_not_allowed_are_not_taken(desk: Desk) -> None:
    """auto-validate with allowed-pattern leaves out what does not match while it is typed."""
    frame = desk.accept(
        crowd_form(
            '<crowd-input name="n" label="N" auto-validate allowed-pattern="[0-9]" max-length="4">'
            "</crowd-input>"
        )
    )
    frame.get_by_label("N").press_sequentially("1a2b3-4567")
    submit(frame)
    assert task_answers(desk) == {"n": "1234"}


def test_a_pages_own_submit_handler_completes_the_answer(desk: Desk) -> None:
    """`onsubmit` runs before the answer is gathered, also when the page calls submit() itself, and
    can keep it from being sent.
    """
    frame = desk.accept(
        crowd_form('<input type="hidden" name="found" id="found"><crowd-input name="n" label="N">')
        + """</crowd-input><button id="mine">Done</button><p id="log"></p><script>
        const form = document.querySelector('crowd-form');
        form.onsubmit = function (event) {
          const field = document.querySelector('crowd-input');
          document.getElementById('found').value = JSON.stringify([field.value, event.type]);
          if (!field.value) { document.getElementById('log').textContent = 'empty'; return false; }
        };
        document.getElementById('mine').onclick = () => form.submit();
        </script>"""
    )
    frame.get_by_role("button", name="Done").click()
    expect(frame.get_by_text("empty")).to_be_visible()
    assert desk.answer_xmls() == []
    frame.get_by_label("N").fill("3")
    frame.get_by_role("button", name="Done").click()

    assert task_answers(desk) == {"found": '["3","submit"]', "n": "3"}


def test_a_button_of_the_pages_own_submits(desk: Desk) -> None:
    """With a submit button there is no second one; another resets, and a plain one does nothing."""
    frame = desk.accept(
        crowd_form(
            '<crowd-input name="n" label="N" value="first"></crowd-input>'
            '<crowd-button form-action="submit" variant="primary">Send it</crowd-button>'
            '<crowd-button form-action="reset">Start anew</crowd-button>'
            '<crowd-button id="plain">Plain</crowd-button><button>Native</button>'
            '<crowd-button href="https://example.com/">Read</crowd-button>'
            '<crowd-button form-action="submit" disabled>Off</crowd-button>'
        )
    )
    expect(frame.get_by_role("button", name="Submit")).to_have_count(0)
    expect(frame.get_by_role("link", name="Read")).to_have_attribute("target", "_blank")
    expect(frame.get_by_role("button", name="Off")).to_be_disabled()
    frame.get_by_label("N").fill("second")
    frame.get_by_role("button", name="Plain").click()
    frame.get_by_role("button", name="Native").click()
    frame.get_by_role("button", name="Start anew").click()
    expect(frame.get_by_label("N")).to_have_value("first")
    assert desk.answer_xmls() == []
    frame.get_by_role("button", name="Send it").click()

    assert task_answers(desk) == {"n": "first"}


def test_instructions_and_a_card(desk: Desk) -> None:
    """Instructions open in a dialog that has what the page gives; a card shows its heading; an icon
    is fetched by the page, whose origin is opaque.
    """
    frame = desk.accept(
        crowd_form(
            '<crowd-instructions link-text="How to" link-type="button">'
            "<short-summary>Sum</short-summary>"
            "<negative-example>Wrong one</negative-example>"
            "<negative-example>Wrong two</negative-example></crowd-instructions>"
            '<crowd-card heading="Read this"><p>On the card</p></crowd-card>'
            '<crowd-icon-button icon="star" title="Star"></crowd-icon-button>'
        )
    )
    expect(frame.get_by_role("heading", name="Read this")).to_be_visible()
    expect(frame.get_by_text("On the card")).to_be_visible()
    expect(frame.get_by_role("button", name="Star").locator("svg path")).to_have_count(1)
    expect(frame.get_by_text("Wrong two")).not_to_be_visible()
    frame.get_by_role("button", name="How to").click()
    dialog = frame.get_by_role("dialog", name="Instructions")
    expect(dialog.get_by_role("heading")).to_have_text(["Instructions", "Summary", "Bad examples"])
    expect(frame.get_by_text("Wrong two")).to_be_visible()
    desk.page.keyboard.press("Escape")
    expect(frame.get_by_text("Wrong two")).not_to_be_visible()


def test_a_preview_cannot_be_submitted(desk: Desk) -> None:
    """In a preview the page is there to be read, says so, and sends nothing."""
    frame = desk.preview(crowd_form('<crowd-input name="n" label="N"></crowd-input>'))
    expect(frame.get_by_text("This is a preview. Accept the HIT to submit.")).to_be_visible()
    expect(frame.get_by_role("button", name="Submit")).to_be_disabled()
    frame.locator("crowd-form").evaluate("(form) => form.submit()")

    expect(frame.get_by_label("N")).to_be_visible()
    assert desk.answer_xmls() == []


def test_an_element_that_is_not_known_is_reported(desk: Desk) -> None:
    """A page whose task cannot be shown says so, instead of submitting an answer without it."""
    frame = desk.accept(
        crowd_form('<crowd-hologram name="boxes" src="x" labels="[]"></crowd-hologram>')
    )
    expect(
        frame.get_by_text(
            "This page needs <crowd-hologram>, which this crowd cannot show. "
            "Nothing can be submitted: please return the HIT and tell its requester."
        )
    ).to_be_visible()
    expect(frame.get_by_role("button", name="Submit")).to_be_disabled()


def test_a_page_made_by_scripts(desk: Desk) -> None:
    """Elements that a script makes later, and changes, are part of the form."""
    frame = desk.accept(
        SCRIPT
        + """<div id="root"></div><script>
        window.addEventListener('load', () => {
          document.getElementById('root').innerHTML = '<crowd-form><crowd-radio-group>'
            + '<crowd-radio-button name="a">A</crowd-radio-button></crowd-radio-group></crowd-form>';
          const input = document.createElement('crowd-input');
          input.name = 'word';
          input.setAttribute('label', 'Before');
          document.querySelector('crowd-form').prepend(input);
          input.setAttribute('label', 'Word');
          input.value = 'given';
          const button = document.createElement('crowd-radio-button');
          button.name = 'b';
          button.append('B');
          document.querySelector('crowd-radio-group').append(button);
          document.querySelector('crowd-radio-button').checked = true;
        });
        </script>"""
    )
    expect(frame.get_by_label("Word")).to_have_value("given")
    expect(frame.get_by_role("radio", name="A")).to_be_checked()
    frame.get_by_role("radio", name="B").click()
    submit(frame)
    assert task_answers(desk) == {"word": "given", "a": {"on": False}, "b": {"on": True}}


def test_an_answer_is_sent_once(desk: Desk) -> None:
    """However often Submit is pressed while the answer is on its way."""
    sent: list[str] = []
    desk.page.on("request", lambda r: sent.append(r.url) if r.method == "POST" else None)
    frame = desk.accept(crowd_form('<crowd-input name="n" label="N" value="1"></crowd-input>'))
    sent.clear()
    frame.locator("crowd-form").evaluate("(form) => { form.submit(); form.submit() }")

    assert task_answers(desk) == {"n": "1"}
    assert [url for url in sent if re.search("externalSubmit", url)] == [
        f"{desk.url}/mturk/externalSubmit"
    ]


def test_a_page_opened_by_itself_shows_its_answer(desk: Desk) -> None:
    """Without a crowd around it a template can be tried: the answer is shown, not sent."""
    frame = desk.accept(crowd_form('<crowd-input name="n" label="N" value="é"></crowd-input>'))
    address = frame.locator("html").evaluate("() => location.href").partition("&turkSubmitTo")[0]
    desk.page.goto(address)
    desk.page.get_by_role("button", name="Submit").click()
    expect(desk.page.get_by_role("alert").last).to_contain_text('taskAnswers = [{"n":"é"}]')


def test_on_a_phone_nothing_is_cut_off(desk: Desk) -> None:
    """390 pixels wide, the page of a classifier needs no scrolling sideways."""
    desk.page.set_viewport_size({"width": 390, "height": 800})
    frame = desk.accept(
        crowd_form(
            '<crowd-classifier name="c" header="Which of all of these?" '
            f"categories=\"['{'long ' * 20}', '{'unbroken' * 12}', 'c']\">"
            f"<classification-target>{'word ' * 80}</classification-target>"
            "<short-instructions>Short</short-instructions></crowd-classifier>"
        )
    )
    expect(frame.get_by_role("button", name="Submit")).to_be_visible()
    wide = frame.locator("html").evaluate("(html) => [html.scrollWidth, innerWidth]")
    assert wide == [390, 390]
