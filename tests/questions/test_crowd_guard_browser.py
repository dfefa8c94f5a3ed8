"""Pages whose crowd- elements cannot work: they say so, in the preview too, and hand nothing in."""

from typing import TYPE_CHECKING

import pytest

from local_crowd.operations.hits import layouts
from tests.support.crowds import HIT, CrowdUnderTest
from tests.support.hit_frames import Desk, expect

if TYPE_CHECKING:
    from playwright.sync_api import FrameLocator, Page

pytestmark = pytest.mark.parametrize("open_crowd", ["http"], indirect=True)

SCRIPT = '<!DOCTYPE html><script src="https://assets.crowd.aws/crowd-html-elements.js"></script>'
AMAZONS = "https://www.mturk.com/mturk/externalSubmit"
FORM = f"<form action='{AMAZONS}'><input type=hidden name=assignmentId value=x>"
RETURN = " Nothing can be submitted: please return the HIT and tell its requester."
UNKNOWN = "<crowd-hologram name='k' src='x' labels='[]'></crowd-hologram>"
CANNOT_SHOW = "This page needs <crowd-hologram>, which this crowd cannot show."


@pytest.fixture
def desk(crowd: CrowdUnderTest, page: "Page") -> Desk:
    """A worker who has yet to sign in."""
    return Desk(crowd, page)


def expect_no_way_to_submit(desk: Desk, frame: "FrameLocator") -> None:
    """Try everything that submits a page, and find that nothing was sent."""
    sent: list[str] = []
    desk.page.on("request", lambda r: sent.append(r.url) if r.method == "POST" else None)
    for button in frame.get_by_role("button").all():
        expect(button).to_be_disabled()
    frame.locator("html").evaluate(
        """() => {
          for (const form of document.querySelectorAll('form, crowd-form')) {
            for (const name of ['requestSubmit', 'submit']) if (form[name]) form[name]();
          }
        }"""
    )
    expect(frame.get_by_role("alert").first).to_be_visible()
    assert sent == []
    assert desk.answer_xmls() == []


@pytest.mark.parametrize(
    "html",
    [
        pytest.param(SCRIPT + UNKNOWN, id="alone"),
        pytest.param(f"{SCRIPT}<crowd-form>{UNKNOWN}</crowd-form>", id="in crowd-form"),
        pytest.param(f"{SCRIPT}{FORM}{UNKNOWN}<button>Go</button></form>", id="in a form"),
        pytest.param(f"{SCRIPT}{UNKNOWN}<crowd-form><p>x</p></crowd-form>", id="beside a form"),
        pytest.param(
            f"{SCRIPT}<crowd-form><crowd-hologram src='x'></crowd-hologram></crowd-form>",
            id="without a name",
        ),
        pytest.param(f"{FORM}{UNKNOWN}<input type=submit></form>", id="without Amazon's script"),
        pytest.param(
            f"{SCRIPT}{FORM}<div id=d></div><button>Go</button></form><script>"
            "onload = () => setTimeout(() => { d.innerHTML = '<crowd-' + 'hologram name=k>' })"
            "</script>",
            id="made by a script",
        ),
    ],
)
def test_an_unknown_element_keeps_the_page_from_being_submitted(desk: Desk, html: str) -> None:
    """Wherever it stands, it is named, and neither a button nor a script sends an answer."""
    frame = desk.accept(html)
    expect(frame.get_by_text(CANNOT_SHOW + RETURN)).to_be_visible()
    expect_no_way_to_submit(desk, frame)


def test_the_preview_says_so_already(desk: Desk) -> None:
    """Who looks at the HIT learns it before accepting; every element is named once."""
    frame = desk.preview(
        f"{SCRIPT}<crowd-form>{UNKNOWN}{UNKNOWN}<crowd-map></crowd-map>"
        "<crowd-globe></crowd-globe><crowd-alert>Mind the gap</crowd-alert></crowd-form>"
    )
    expect(
        frame.get_by_text(
            "This page needs <crowd-hologram>, <crowd-map> and <crowd-globe>, which this crowd "
            "cannot show. Nothing can be submitted: please do not accept the HIT, and tell its "
            "requester."
        )
    ).to_be_visible()
    expect(frame.get_by_text("Mind the gap")).to_be_visible()


def test_without_amazons_script_known_elements_do_not_work_either(desk: Desk) -> None:
    """A page that forgot to load the script has no fields to fill in, at Amazon too."""
    frame = desk.accept(f"{FORM}<crowd-input name='word'></crowd-input><button>Go</button></form>")
    expect(frame.get_by_text("This page needs <crowd-input>")).to_be_visible()
    expect_no_way_to_submit(desk, frame)


def test_a_layout_with_an_unknown_element(desk: Desk) -> None:
    """The form that the crowd puts around a layout does not submit an empty answer."""
    with desk.crowd.site.writing() as call:
        layout_id = call.new_id()
        layouts.add(call, layout_id, desk.crowd.requester_id, "k.html", SCRIPT + UNKNOWN, 0)
    own = {name: value for name, value in HIT.items() if name != "Question"}
    hit = desk.crowd.client.create_hit(**own, HITLayoutId=layout_id)["HIT"]

    frame = desk.accept(hit["Question"])
    expect(frame.get_by_text(CANNOT_SHOW + RETURN)).to_be_visible()
    expect_no_way_to_submit(desk, frame)


@pytest.mark.parametrize(
    ("html", "fault"),
    [
        (
            "<crowd-form><crowd-classifier name='c' categories='Cat, Dog'></crowd-classifier>",
            'The <crowd-classifier> "c" has no categories.',
        ),
        (
            "<crowd-form></crowd-form><crowd-input name='word'></crowd-input>",
            'The <crowd-input> "word" is outside of any form.',
        ),
        (
            "<crowd-entity-annotation text='Lima' labels='none'></crowd-entity-annotation>",
            "The <crowd-entity-annotation> has no valid labels.",
        ),
        (
            "<crowd-entity-annotation labels='[\"a\"]'></crowd-entity-annotation>",
            "The <crowd-entity-annotation> has no text.",
        ),
        (
            "<crowd-keypoint name='eyes' labels='[\"Left\"]'></crowd-keypoint>",
            'The <crowd-keypoint> "eyes" has no picture (src).',
        ),
    ],
)
def test_an_element_that_lacks_what_it_needs(desk: Desk, html: str, fault: str) -> None:
    """An answer that would be lost or could not be given is not asked for."""
    frame = desk.accept(SCRIPT + html)
    expect(frame.get_by_text(fault + RETURN)).to_be_visible()
    frame.get_by_role("button", name="Submit").dispatch_event("click")
    expect(frame.get_by_text(fault + RETURN)).to_be_visible()
    assert desk.answer_xmls() == []


def test_elements_that_come_later_work(desk: Desk) -> None:
    """A page with elements of its own, defined late, is free as soon as they are there."""
    frame = desk.accept(
        f"{FORM}<crowd-own></crowd-own><input name=a value=1><button>Go</button></form>"
        "<p id=later>Later</p><script>later.onclick = () => customElements.define('crowd-own', "
        "class extends HTMLElement { connectedCallback() { this.textContent = 'There' } });"
        f"document.querySelector('form').assignmentId.value = new URLSearchParams(location.search)"
        ".get('assignmentId')</script>"
    )
    expect(frame.get_by_text("This page needs <crowd-own>")).to_be_visible()
    frame.get_by_text("Later").click()
    expect(frame.get_by_text("There", exact=True)).to_be_visible()
    expect(frame.get_by_text("This page needs <crowd-own>")).not_to_be_visible()
    frame.get_by_role("button", name="Go").click()
    assert desk.answers() == {"a": "1"}


def test_fields_in_a_plain_form_are_submitted(desk: Desk) -> None:
    """Amazon's fields in HTML's own form: their answers come with it, and are asked for."""
    frame = desk.accept(
        f"{SCRIPT}{FORM}<crowd-input name='word' label='Word' required></crowd-input>"
        "<crowd-checkbox name='seen' value='dim'>Dim</crowd-checkbox><input name=a value=1>"
        "<button>Go</button></form><script>document.querySelector('form').assignmentId.value = "
        "new URLSearchParams(location.search).get('assignmentId')</script>"
    )
    frame.get_by_role("button", name="Go").click()
    expect(frame.get_by_text("Please fill this in.")).to_be_visible()
    assert desk.answer_xmls() == []
    frame.get_by_label("Word").fill("Lima")
    frame.get_by_role("button", name="Go").click()

    assert desk.answers() == {"a": "1", "word": "Lima", "seen.dim": "false"}


def test_fields_of_a_page_without_a_form_are_submitted(desk: Desk) -> None:
    """They get a form with a Submit button, and the crowd adds none of its own around the page."""
    frame = desk.accept(
        f"{SCRIPT}<crowd-input name='word' label='Word'></crowd-input><input name=a value=1>"
    )
    frame.get_by_label("Word").fill("Lima")
    expect(frame.get_by_role("button", name="Submit")).to_have_count(1)
    frame.get_by_role("button", name="Submit").click()

    assert desk.answers() == {"taskAnswers": '[{"word":"Lima","a":"1"}]'}
