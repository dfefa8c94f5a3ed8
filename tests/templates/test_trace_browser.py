"""Pages with data-trace: what they record, in every kind of form, and what the worker is told."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from amt import answers
from amt.templates import Template
from tests.support.crowds import CrowdUnderTest
from tests.support.hit_frames import Desk, expect

if TYPE_CHECKING:
    from playwright.sync_api import FrameLocator, Page

pytestmark = pytest.mark.parametrize("open_crowd", ["http"], indirect=True)

SENTENCE = (
    "This page records how long you take, how often you leave it, and how much you type and paste in "
    "each field, but never what."
)
TRACE_SCRIPT = Path("hit_templates/trace.js")
PASTE = """(field) => {
  const data = new DataTransfer();
  data.setData('text', 'pasted text');
  field.dispatchEvent(new ClipboardEvent('paste', { bubbles: true, composed: true, clipboardData: data }));
}"""
SHIM = """<!DOCTYPE html><html lang="en" {trace}><title>t</title>
<label>Word <input name="word" form="results-form"></label>{{% include "simpleamt.html" %}}
<script>simpleamt.setupSubmit(); document.getElementById('submit-btn').disabled = false;</script>"""
OWN_FORM = """<!DOCTYPE html><html lang="en"><title>t</title><body data-trace="We count keys.">
<script>{script}</script><label>Word <input name="word"></label>"""
CROWD_FORM = """<!DOCTYPE html><html lang="en"><title>t</title><body data-trace>
<script src="https://assets.crowd.aws/crowd-html-elements.js"></script><script>{script}</script>
<crowd-form><crowd-input name="word" label="Word"></crowd-input></crowd-form>"""


@pytest.fixture
def desk(crowd: CrowdUnderTest, page: "Page") -> Desk:
    """A worker who has yet to sign in."""
    return Desk(crowd, page)


def shim_page(tmp_path: Path, trace: str) -> str:
    """Return the page of a template with the include."""
    (tmp_path / "page.html").write_text(SHIM.format(trace=trace))
    return Template(str(tmp_path / "page.html"), ["hit_templates"]).render({"n": 1})


def work(desk: Desk, frame: "FrameLocator") -> Any:
    """Type 4 keys, paste 11 characters, submit; return the fields of the answer."""
    field = frame.get_by_label("Word")
    field.press_sequentially("hors")
    field.evaluate(PASTE)
    desk.page.keyboard.insert_text("pasted text")
    frame.get_by_role("button", name="Submit").click()
    return desk.answers()


@pytest.mark.parametrize("kind", ["shim", "own form", "crowd-form"])
def test_a_page_with_data_trace_records_counts_and_no_text(
    desk: Desk, tmp_path: Path, kind: str
) -> None:
    """The worker reads so above Submit; typed and pasted text is nowhere in the trace."""
    script = TRACE_SCRIPT.read_text()
    sources = {
        "shim": shim_page(tmp_path, "data-trace"),
        "own form": OWN_FORM.replace("{script}", script),
        "crowd-form": CROWD_FORM.replace("{script}", script),
    }
    frame = desk.accept(sources[kind])
    sentence = frame.get_by_text("We count keys." if kind == "own form" else SENTENCE)
    expect(sentence).to_be_visible()
    button = frame.get_by_role("button", name="Submit")
    assert sentence.bounding_box()["y"] < button.bounding_box()["y"]  # type: ignore[index]

    fields = work(desk, frame)

    text = fields["_trace"]
    trace = answers.take_trace(fields)
    assert trace["fields"] == {
        "word": {"keys": 4, "appeared": 15, "by_script": 0, "pastes": [11], "length": 15}
    }
    assert 0 <= trace["front"] <= trace["seconds"]
    assert isinstance(trace["left"], int)
    assert "hors" not in text
    assert "pasted text" not in text
    assert "hors" in json.dumps(fields)


def test_a_page_without_data_trace_records_nothing(desk: Desk, tmp_path: Path) -> None:
    """Nor does it contain the script, or a sentence about it."""
    page = shim_page(tmp_path, "")
    assert "formdata" not in page

    frame = desk.accept(page)
    expect(frame.get_by_label("Word")).to_be_visible()
    assert frame.get_by_text(SENTENCE).count() == 0

    assert work(desk, frame) == {"output": "", "word": "horspasted text"}


def test_many_fields_fit_into_4_kb(desk: Desk) -> None:
    """What does not fit is left out, and said."""
    fields = "".join(f'<label>Word {n} <input name="{n}é{"x" * 50}"></label>' for n in range(60))
    page = OWN_FORM.replace("{script}", TRACE_SCRIPT.read_text()).replace(
        "<label>", f"{fields}<label>"
    )
    frame = desk.accept(page)
    frame.locator("body").evaluate(
        "() => { for (const field of document.querySelectorAll('input')) field.focus(); }"
    )
    frame.get_by_role("button", name="Submit").click()

    text = desk.answers()["_trace"]

    assert 3500 < len(text.encode()) <= 4000
    assert json.loads(text)["cut"] is True
