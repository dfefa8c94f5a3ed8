"""A worker with a phone reads the main pages in each language: nothing is English, nothing is cut off."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from local_crowd.pages.languages.catalogues import NAMES
from tests.support.hit_frames import expect
from tests.support.live_site import PASSWORD, People
from tests.support.question_forms import choice, form, required, style, text
from tests.support.shown_texts import FIND_CUT, find_english
from tests.support.worker_sites import serving

if TYPE_CHECKING:
    from playwright.sync_api import Browser, FrameLocator, Page

PHONE = {"width": 390, "height": 844}
ADULT = "00000000000000000060"
SUBMIT = "form > button:not([disabled])"
PAGES = (
    "my_work",
    "earnings",
    "qualifications",
    "messages",
    "account",
    "account/close",
    "no_such_page",
)
# Words of requesters, which are no texts of ours.
TITLE = "Zwei Wörter to type, s'il vous plaît"
QUESTIONS = form(
    required(text('<IsNumeric minValue="3" maxValue="9"/>'), "number", "A1"),
    required(choice("a", "b", "c", settings=style("checkbox", 2, 2)), "two", "A2"),
)
# Pages of Crowd HTML Elements, a page without a form, and one with an element that nobody knows.
LOAD = '<script src="https://assets.crowd.aws/crowd-html-elements.js"></script>'
ELEMENTS = (
    f"""{LOAD}<crowd-form><crowd-instructions><short-summary>A4</short-summary></crowd-instructions>
    <crowd-classifier name="c" categories="['A5', 'A6']"><classification-target>A7
    </classification-target><full-instructions>A8</full-instructions><worker-comment></worker-comment>
    </crowd-classifier><crowd-text-area name="d" char-counter></crowd-text-area>
    <crowd-slider name="e" editable></crowd-slider></crowd-form>""",
    f"""{LOAD}<crowd-form><crowd-entity-annotation name="f" labels="['A5']" text="A9">
    </crowd-entity-annotation></crowd-form>""",
    *(
        f"""{LOAD}<crowd-form><crowd-{kind} name="g" src="/static/icon.svg" labels="['A5']">
        </crowd-{kind}></crowd-form>"""
        for kind in ("bounding-box", "keypoint", "polygon", "polyline", "instance-segmentation")
    ),
    '<p>A9 <input name="h">',
    f"{LOAD}<crowd-form><crowd-unknown></crowd-unknown></crowd-form>",
)


@dataclass
class Crowd:
    """A crowd, its address, the paths of some of its pages, and its invitations."""

    people: People
    address: str
    pages: list[str]
    study: str  # path of a panel's link


@pytest.fixture(scope="module")
def crowd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crowd]:
    people = People(tmp_path_factory.mktemp("languages") / "crowd")
    skill = people.perform(
        "CreateQualificationType", Name="Q1", Description="Q1 D", QualificationTypeStatus="Active"
    )["QualificationType"]["QualificationTypeId"]
    question = {"Question": QUESTIONS, "MaxAssignments": 99, "AutoApprovalDelayInSeconds": 0}
    hit = people.launch(Title=TITLE, **question)
    people.launch(
        Title="A3",
        QualificationRequirements=[
            {"QualificationTypeId": skill, "Comparator": "GreaterThan", "IntegerValues": [7]},
            {"QualificationTypeId": ADULT, "Comparator": "EqualTo", "IntegerValues": [1]},
        ],
    )
    consent = people.perform("CreateConsent", Name="c", Text="# A1\n\n*A2*")["ConsentId"]
    asked = people.launch(Title="B2", ConsentId=consent)["HITTypeId"]
    shown = [people.launch(html, Title=f"B{len(html)}")["HITTypeId"] for html in ELEMENTS]
    pages = [
        *PAGES,
        f"consent/{asked}",
        *(f"groups/{hit_type_id}" for hit_type_id in shown),
        f"qualifications/{skill}",
        f"hits/{hit['HITId']}/ask",
    ]
    with serving(people.app) as sandbox:
        study = people.panel_link(hit["HITTypeId"])[1]
        yield Crowd(people, sandbox.removesuffix("/sandbox"), pages, study)
    people.app.close()


@pytest.fixture
def phone(browser: "Browser", request: pytest.FixtureRequest) -> Iterator["Page"]:
    """A page on a phone whose language is the test's parameter."""
    context = browser.new_context(viewport=PHONE, locale=request.getfixturevalue("code"))
    context.set_default_timeout(60_000)
    yield context.new_page()
    context.close()


class Reader:
    """Reads pages in one language, and keeps what is wrong with them."""

    def __init__(self, page: "Page", code: str) -> None:
        self.page, self.code = page, code
        self.wrong: list[tuple[str, str]] = []

    def read(self, name: str) -> None:
        """Note what is English or cut off on the page and in the frame of its HIT."""
        for frame in self.page.frames:
            found = find_english(frame, self.code) + frame.evaluate(FIND_CUT)
            self.wrong.extend((name, what) for what in found)
        assert self.page.locator("html").get_attribute("lang") == self.code

    def visit(self, *addresses: str) -> None:
        """Read each of the pages."""
        for address in addresses:
            self.page.goto(address)
            self.read(address)


def answer(frame: "FrameLocator") -> None:
    """Answer QUESTIONS."""
    frame.locator("input[type=text]").fill("5")
    for box in frame.locator("input[type=checkbox]").all()[:2]:
        box.check()
    frame.locator(SUBMIT).click()


@pytest.mark.parametrize("code", [code for code in NAMES if code != "en"])
def test_a_worker_reads_every_main_page_in_their_language(
    crowd: Crowd, phone: "Page", code: str
) -> None:
    """From the invitation through a HIT with errors to the earnings, and out again."""
    reader = Reader(phone, code)
    reader.visit(crowd.address + crowd.people.invitation())
    phone.fill("#name", "Lee")
    phone.fill("#password", "short text")
    phone.evaluate("document.querySelector('#password').value = 'short'")
    phone.locator("main form").evaluate("(form) => form.submit()")
    phone.locator("#problem").wait_for()
    reader.read("sign up, refused")
    phone.fill("#name", f"Lee {code}")
    phone.fill("#password", PASSWORD)
    phone.locator("main button.wide").click()
    phone.locator(".group").first.wait_for()
    reader.read("the list")

    phone.get_by_role("link", name=TITLE).last.click()
    phone.frame_locator("iframe").locator("fieldset").first.wait_for()
    reader.read("preview")
    phone.locator(".bar .primary").click()
    frame = phone.frame_locator("iframe")
    frame.locator(SUBMIT).click()
    expect(frame.locator(".fault").first).not_to_be_empty()
    phone.locator("#return button:visible").click()
    phone.locator("dialog[open]").wait_for()
    reader.read("the HIT, with errors")
    phone.locator("dialog button[value=keep]").click()
    answer(frame)
    phone.locator(".note").wait_for()  # the list: the next HIT was asked for, and there is none
    reader.read("thanks")

    reader.visit(*(f"{crowd.address}/{path}" for path in crowd.pages))
    phone.goto(crowd.address)
    phone.locator(".who button").click()
    phone.wait_for_url("**/sign_in")
    reader.read("signed out")
    reader.visit(f"{crowd.address}/sandbox/sign_in")
    reader.visit(f"{crowd.address}{crowd.study}?PROLIFIC_PID=lee-{code}")
    phone.locator("main button.wide").click()
    frame.locator("fieldset").first.wait_for()
    answer(frame)
    phone.locator("#code").wait_for()
    reader.read("the code for the panel")
    assert reader.wrong == []

    phone.get_by_role("button", name="English").click()
    expect(phone.locator("html")).to_have_attribute("lang", "en")
    assert "Completion code" in find_english(phone, code)
