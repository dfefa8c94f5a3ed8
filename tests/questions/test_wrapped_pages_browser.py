"""Pages without a form, an action or an assignmentId, done by a worker in a browser."""

from typing import TYPE_CHECKING

import pytest

from tests.support.crowds import CrowdUnderTest
from tests.support.hit_frames import Desk, expect

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.parametrize("open_crowd", ["http"], indirect=True)

WORD = '<label>Word <input name="word"></label>'
AMAZONS = "https://www.mturk.com/mturk/externalSubmit"


@pytest.fixture
def desk(crowd: CrowdUnderTest, page: "Page") -> Desk:
    """A worker who has yet to sign in."""
    return Desk(crowd, page)


@pytest.mark.parametrize(
    "html",
    [
        WORD,
        f"<!-- a <form> is added --><base target='_blank'>{WORD}",
        f"<!DOCTYPE html><html><head><title>x</title></head><body>{WORD}</body></html>",
        f"{WORD}<script>document.getElementById('mturk_form').assignmentId.value</script>",
        f'<form method="post">{WORD}<button>Submit</button></form>',
        f'<form action="#">{WORD}<button>Submit</button></form>',
        f'<form>{WORD}<input type="submit" value="Submit"></form>',
        f'<form method="post" action="{AMAZONS}">{WORD}<button>Submit</button></form>',
        f'<form action="edit" method="get" name="mturk_form">{WORD}<button>Submit</button></form>',
        f"<script>document.write('{WORD}');</script><p>Look at the word.</p>",
        (
            f'<form method="post" action="{AMAZONS}"><input type="hidden" name="assignmentId" value="">'
            f"{WORD}<button>Submit</button></form>"
        ),
        (
            f'<form id="f">{WORD}<button type="button" onclick="document.getElementById'
            "('f').submit()\">Submit</button></form>"
        ),
        (
            f"<div id=root></div><script>const f = document.createElement('form'); f.innerHTML = '{WORD}"
            "<button>Submit</button>'; document.body.append(f);</script>"
        ),
    ],
)
def test_the_answer_arrives(desk: Desk, html: str) -> None:
    """Whatever the page lacks, the crowd adds it."""
    frame = desk.accept(html)
    frame.get_by_label("Word").fill("cät")
    frame.get_by_role("button", name="Submit").click()

    assert desk.answers() == {"word": "cät"}


def test_a_page_of_text_can_be_submitted(desk: Desk) -> None:
    """Its worker has read it, and that is all that is asked."""
    frame = desk.accept("<p>x</p>")
    expect(frame.get_by_text("x", exact=True)).to_be_visible()
    frame.get_by_role("button", name="Submit").click()

    assert desk.answers() == {}


def test_a_large_page_is_shown_and_submitted(desk: Desk) -> None:
    """300,000 bytes are more than Amazon's limit, and less than ours."""
    frame = desk.accept(f"<p hidden>{'x' * 300_000}</p>{WORD}")
    frame.get_by_label("Word").fill("cat")
    frame.get_by_role("button", name="Submit").click()

    assert desk.answers() == {"word": "cat"}


def test_the_added_button_is_disabled_in_a_preview(desk: Desk) -> None:
    """As the web site's was."""
    frame = desk.preview(WORD)

    expect(frame.locator("#submitButton")).to_be_disabled()
    expect(frame.locator("#submitButton")).to_have_value("Accept the HIT before you submit")


def test_entries_of_a_wrapped_page_are_kept(desk: Desk) -> None:
    """They are back when the page is opened again."""
    frame = desk.accept(WORD)
    frame.get_by_label("Word").fill("cat")
    expect(desk.page.get_by_text("Saved in this browser")).to_be_visible()
    desk.page.reload()

    expect(frame.get_by_label("Word")).to_have_value("cat")
    frame.get_by_role("button", name="Submit").click()
    assert desk.answers() == {"word": "cat"}


SEND = """
const query = new URLSearchParams(location.search);
const send = (word) => fetch(query.get('turkSubmitTo') + '/mturk/externalSubmit', {
  method: 'POST', mode: 'no-cors',
  body: new URLSearchParams({ assignmentId: query.get('assignmentId'), word }),
}).then(() => { document.title = 'sent'; document.body.append('sent'); });
"""


@pytest.mark.parametrize(
    "html",
    [
        (
            f"<form id='f'>{WORD}<button>Submit</button></form><script>{SEND}"
            "document.getElementById('f').onsubmit = (event) => { event.preventDefault();"
            " send(event.target.elements.word.value); };</script>"
        ),
        (
            f"{WORD}<button onclick=\"send(document.querySelector('input').value)\">Submit</button>"
            f"<script>{SEND}</script>"
        ),
    ],
)
def test_a_page_whose_script_submits_still_works(desk: Desk, html: str) -> None:
    """The script sends the answer, once, and the page stays where it is."""
    frame = desk.accept(html)
    frame.get_by_label("Word").fill("cat")
    frame.get_by_role("button", name="Submit").click()

    expect(frame.get_by_text("sent")).to_be_visible()
    (xml,) = desk.answer_xmls()
    assert "<FreeText>cat</FreeText>" in xml


def test_a_form_to_another_site_is_not_told_the_assignment(desk: Desk) -> None:
    """Only what goes to the crowd gets the id."""
    frame = desk.accept(
        f'<form id="f" action="https://example.com/">{WORD}</form><p id="said"></p><script>'
        "const names = [...new FormData(document.getElementById('f')).keys()];"
        "document.getElementById('said').textContent = names.join();</script>"
    )

    expect(frame.locator("#said")).to_have_text("word")
