"""<crowd-entity-annotation>, which stands alone: done with mouse, keys and fingers."""

import json
from typing import TYPE_CHECKING, Any

import pytest

from local_crowd.operations.hits import layouts
from tests.support.crowds import HIT, CrowdUnderTest
from tests.support.hit_frames import Desk, expect

if TYPE_CHECKING:
    from playwright.sync_api import FrameLocator, Page

pytestmark = pytest.mark.parametrize("open_crowd", ["http"], indirect=True)

SCRIPT = '<!DOCTYPE html><script src="https://assets.crowd.aws/crowd-html-elements.js"></script>'
LABELS = (
    "[{'label': 'person', 'shortDisplayName': 'per', 'fullDisplayName': 'Person'}, "
    "{'label': 'place', 'fullDisplayName': 'It\\'s a place'}]"
)
TEXT = "🦙 Ada flew to Lima in May."
ADA = {"endOffset": 5, "label": "person", "startOffset": 2}
LIMA = {"endOffset": 18, "label": "place", "startOffset": 14}


@pytest.fixture
def desk(crowd: CrowdUnderTest, page: "Page") -> Desk:
    """A worker who has yet to sign in."""
    return Desk(crowd, page)


def annotation(within: str = "", attributes: str = "", text: str = TEXT) -> str:
    """A page with one element, as Amazon's samples write it."""
    return (
        f'{SCRIPT}<crowd-entity-annotation name="marks" header="Highlight names" text="{text}" '
        f'labels="{LABELS}" {attributes}>{within}</crowd-entity-annotation>'
    )


def task_answers(desk: Desk) -> Any:
    """What the one field of the answer holds: a list of one object."""
    answers = desk.answers()
    assert list(answers) == ["taskAnswers"]
    (answer,) = json.loads(answers["taskAnswers"])
    return answer


def submit(frame: "FrameLocator") -> None:
    """Press the element's own button."""
    frame.get_by_role("button", name="Submit").click()


def select(frame: "FrameLocator", words: str) -> None:
    """Select words of the text, as a long press with a finger does."""
    frame.get_by_role("textbox").evaluate(
        """(text, words) => {
          const at = text.firstChild.data.indexOf(words);
          getSelection().setBaseAndExtent(text.firstChild, at, text.firstChild, at + words.length);
        }""",
        words,
    )


def test_with_the_mouse(desk: Desk) -> None:
    """A double click marks a word under the chosen label; offsets count characters, not halves."""
    frame = desk.accept(
        annotation(
            "<full-instructions header='All'>In full</full-instructions>"
            "<short-instructions>In short</short-instructions>"
        )
    )
    expect(frame.get_by_role("heading", name="Highlight names")).to_be_visible()
    expect(frame.get_by_text("In short")).to_be_visible()
    text = frame.get_by_role("textbox", name="Text to mark")
    place = text.evaluate(
        """(text) => {
          const range = document.createRange();
          range.setStart(text.firstChild, text.firstChild.data.indexOf('Lima') + 1);
          const [word, box] = [range.getBoundingClientRect(), text.getBoundingClientRect()];
          return { x: word.x - box.x, y: word.y + word.height / 2 - box.y };
        }"""
    )
    frame.get_by_role("radio", name="It's a place").check()
    text.dblclick(position=place)
    expect(frame.get_by_role("list", name="Marked parts")).to_contain_text("Lima – It's a place")
    submit(frame)

    assert task_answers(desk) == {"marks": {"entities": [LIMA]}}


def test_with_the_keyboard(desk: Desk) -> None:
    """Shift and the arrows select, a digit labels, Delete takes away; the text stays as it is."""
    frame = desk.accept(annotation())
    text = frame.get_by_role("textbox")
    text.focus()
    text.press("Home")
    for _ in range(2):
        text.press("ArrowRight")
    for _ in range(4):
        text.press("Shift+ArrowRight")
    text.press("2")
    marked = frame.get_by_role("list", name="Marked parts")
    expect(marked).to_contain_text("Ada – It's a place")
    text.press("Delete")
    expect(marked.get_by_role("listitem")).to_have_count(0)
    for _ in range(3):
        text.press("Shift+ArrowLeft")
    text.press("1")
    expect(frame.get_by_text("Marked: Ada, Person.")).to_be_visible()
    text.press_sequentially("xyz")
    expect(text).to_have_text(TEXT)
    submit(frame)

    assert task_answers(desk) == {"marks": {"entities": [ADA]}}


def test_with_fingers(desk: Desk) -> None:
    """What a long press selected is marked by a button, and taken away by another."""
    frame = desk.accept(annotation())
    button = frame.get_by_role("button", name="Mark the selected text")
    expect(button).to_be_disabled()
    select(frame, " Ada ")
    button.click()
    expect(button).to_be_disabled()
    frame.get_by_role("button", name="Remove Ada, Person").click()
    frame.get_by_role("radio", name="It's a place").check()
    select(frame, "Lima")
    button.click()
    expect(frame.get_by_role("list", name="Marked parts").get_by_role("listitem")).to_have_count(1)
    submit(frame)

    assert task_answers(desk) == {"marks": {"entities": [LIMA]}}


def test_marks_that_are_given(desk: Desk) -> None:
    """initial-value marks parts at the start; a mark of the same words replaces one."""
    value = "[{ label: 'place', startOffset: 2, endOffset: 5 }, {label: 'none', startOffset: 0}]"
    frame = desk.accept(annotation(attributes=f'initial-value="{value}"'))
    expect(frame.locator("mark")).to_have_text("Ada")
    frame.get_by_role("textbox").focus()
    frame.locator("mark").evaluate("(mark) => getSelection().selectAllChildren(mark)")
    frame.get_by_role("textbox").press("1")
    expect(frame.get_by_role("list", name="Marked parts")).to_contain_text("Ada – Person")
    submit(frame)

    assert task_answers(desk) == {"marks": {"entities": [ADA]}}


def test_more_questions_in_its_form(desk: Desk) -> None:
    """A page may put questions into the element's own form, as Amazon's sample does."""
    more = (
        "<div id='more'><crowd-radio-group><crowd-radio-button name='tech' value='tech'>Tech"
        "</crowd-radio-button></crowd-radio-group><label>Why <input name='why' required></label>"
        "</div>"
    )
    frame = desk.accept(
        annotation(more)
        + """<script>document.addEventListener('all-crowd-elements-ready', () => {
          document.querySelector('crowd-entity-annotation').shadowRoot.querySelector('crowd-form')
            .form.appendChild(more);
        });</script>"""
    )
    submit(frame)
    expect(frame.get_by_text("One answer is missing or not valid.")).to_be_visible()
    frame.get_by_label("Why").fill("so")
    frame.get_by_role("radio", name="Tech").click()
    submit(frame)

    assert task_answers(desk) == {
        "marks": {"entities": []},
        "tech": {"tech": True},
        "why": "so",
    }


def test_questions_that_stay_within_it(desk: Desk) -> None:
    """What stands within the element is shown and submitted with it."""
    frame = desk.accept(annotation("<crowd-input name='n' label='Note'></crowd-input>"))
    frame.get_by_label("Note").fill("ok")
    submit(frame)
    assert task_answers(desk) == {"marks": {"entities": []}, "n": "ok"}


def test_in_a_form(desk: Desk) -> None:
    """Within crowd-form it is a field like others: one button, one answer."""
    frame = desk.accept(
        SCRIPT + "<crowd-form>" + annotation().removeprefix(SCRIPT) + "</crowd-form>"
    )
    select(frame, "Ada")
    frame.get_by_role("button", name="Mark the selected text").click()
    expect(frame.get_by_role("button", name="Submit")).to_have_count(1)
    submit(frame)
    assert task_answers(desk) == {"marks": {"entities": [ADA]}}


def test_as_a_layout(desk: Desk) -> None:
    """A layout of the element alone is not put within a form: it submits its own answer."""
    page = annotation(text="${text}").removeprefix("<!DOCTYPE html>")
    with desk.crowd.site.writing() as call:
        layout_id = call.new_id()
        layouts.add(call, layout_id, desk.crowd.requester_id, "marks.html", page, 0)
    hit = desk.crowd.client.create_hit(
        **{name: value for name, value in HIT.items() if name != "Question"}
        | {"Title": "A layout"},
        HITLayoutId=layout_id,
        HITLayoutParameters=[{"Name": "text", "Value": TEXT}],
    )["HIT"]
    frame = desk.accept(hit["Question"])
    select(frame, "Ada")
    frame.get_by_role("button", name="Mark the selected text").click()
    submit(frame)
    assert task_answers(desk) == {"marks": {"entities": [ADA]}}


def test_a_preview_sends_nothing(desk: Desk) -> None:
    """In a preview the text can be read, and Submit is off."""
    frame = desk.preview(annotation())
    expect(frame.get_by_text("This is a preview. Accept the HIT to submit.")).to_be_visible()
    expect(frame.get_by_role("button", name="Submit")).to_be_disabled()


def test_on_a_phone_nothing_is_cut_off(desk: Desk) -> None:
    """390 pixels wide, nothing needs scrolling sideways, long words neither."""
    desk.page.set_viewport_size({"width": 390, "height": 800})
    frame = desk.accept(annotation(text="unbroken" * 30 + " and " * 60))
    expect(frame.get_by_role("button", name="Submit")).to_be_visible()
    wide = frame.locator("html").evaluate("(html) => [html.scrollWidth, innerWidth]")
    assert wide == [390, 390]
