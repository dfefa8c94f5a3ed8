"""QuestionForms, filled in by a worker in a browser; the answers as boto3 reads them."""

import re
from typing import TYPE_CHECKING

import pytest

from tests.support.crowds import CrowdUnderTest
from tests.support.hit_frames import Desk, expect
from tests.support.question_forms import choice, form, formatted, question, required, style, text

if TYPE_CHECKING:
    from playwright.sync_api import Browser, FrameLocator, Page

pytestmark = pytest.mark.parametrize("open_crowd", ["http"], indirect=True)

ANSWER_IT = "Please answer this question."


@pytest.fixture
def desk(crowd: CrowdUnderTest, page: "Page") -> Desk:
    """A worker who has yet to sign in."""
    return Desk(crowd, page)


def submit(frame: "FrameLocator") -> None:
    """Press the button."""
    frame.get_by_role("button", name="Submit").click()


def test_every_kind_of_question_is_answered(desk: Desk) -> None:
    """Texts, choices of each style and what is typed beside them come back as Amazon gives them."""
    long = text(
        more="<DefaultText>\n given</DefaultText><NumberOfLinesSuggestion>3</NumberOfLinesSuggestion>"
    )
    frame = desk.accept(
        form(
            "<Overview><Title>Tic-Tac-Toe</Title><List><ListItem>No cheating</ListItem></List>"
            "</Overview>",
            question(identifier="short é", content="<Text>In short?</Text>"),
            question(long, "long", "<Text>At length?</Text>"),
            question(choice("a", "b"), "radio", "<Title>Which one?</Title>"),
            question(
                choice("a", "b", settings=style("dropdown")), "drop", "<Text>Which box?</Text>"
            ),
            question(choice("a", "b", settings=style("list")), "list", "<Text>Which line?</Text>"),
            question(
                choice("a", "b", "c", settings=style("checkbox", 1, 2), other="<OtherSelection/>"),
                "many",
                formatted("<p>Which <b>ones</b>?</p>"),
            ),
            question(choice("a"), "none", "<Text>Any?</Text>"),
        )
    )
    expect(frame.get_by_role("heading", name="Tic-Tac-Toe")).to_be_visible()
    expect(frame.get_by_role("listitem")).to_have_text("No cheating")
    frame.get_by_label("In short?").fill("<é> & 🐈")
    expect(frame.get_by_label("At length?")).to_have_value("\n given")
    frame.get_by_role("radiogroup", name="Which one?").get_by_label("B").check()
    frame.get_by_label("Which box?").select_option("A")
    frame.get_by_label("Which line?").select_option("B")
    many = frame.get_by_role("group", name="Which ones?")
    many.get_by_label("C").check()
    many.get_by_label("A").check()
    frame.get_by_label("Other").fill("also d")
    submit(frame)

    assert desk.answers() == {
        "short é": "<é> & 🐈",
        "long": "\r\n given",
        "radio": ["b"],
        "drop": ["a"],
        "list": ["b"],
        "many": ["a", "c", "also d"],
        "none": [],
    }


@pytest.mark.parametrize(
    ("constraints", "bad", "fault", "good"),
    [
        ('<IsNumeric minValue="100" maxValue="999"/>', "x", "Please enter a number.", "100"),
        ('<IsNumeric minValue="100"/>', "99.9", "The smallest number allowed is 100.", "1000"),
        ('<IsNumeric maxValue="999"/>', "1000", "The largest number allowed is 999.", "-.5"),
        (
            '<Length minLength="2" maxLength="2"/>',
            "🐈",
            "Please enter at least 2 characters; you entered 1.",
            "🐈🐈",
        ),
        (
            '<Length maxLength="2"/>',
            "abc",
            "At most 2 characters are allowed; you entered 3.",
            "",
        ),
        (
            '<AnswerFormatRegex regex="(^$|\\S{2,})" errorText="Two &lt;or&gt; more."/>',
            "a",
            "Two <or> more.",
            "",
        ),
        (
            '<AnswerFormatRegex regex="regex" flags="i"/><AnswerFormatRegex regex="^.{6}"/>',
            "RegEx",
            "Invalid input supplied.",
            "RegExes",
        ),
        (
            '<AnswerFormatRegex regex="^[12][0-9]{3}-[01]?\\d-[0-3]?\\d$" errorText="yyyy-mm-dd"/>',
            "1/2/2026",
            "yyyy-mm-dd",
            "2026-2-1",
        ),
    ],
)
def test_a_text_is_held_to_its_constraints(
    desk: Desk, constraints: str, bad: str, fault: str, good: str
) -> None:
    """What is wrong is said at the field, which gets the focus; what is right is submitted."""
    frame = desk.accept(form(question(text(constraints))))
    field = frame.get_by_label("Which word?")
    field.fill(bad)
    submit(frame)
    expect(field).to_be_focused()
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(frame.get_by_role("alert")).to_have_text(
        "One answer is missing or not valid. Nothing was sent yet."
    )
    expect(field).to_have_accessible_description(re.compile(re.escape(fault)))
    assert desk.answer_xmls() == []

    field.fill(good)
    expect(frame.get_by_text(fault)).not_to_be_visible()
    submit(frame)
    assert desk.answers() == {"word": good}


def test_an_invalid_pattern_keeps_nobody_from_answering(desk: Desk) -> None:
    """A pattern that JavaScript cannot read, such as one of Amazon's own samples, is passed over."""
    frame = desk.accept(form(question(text('<AnswerFormatRegex regex="\\d{4}$)"/>'))))
    frame.get_by_label("Which word?").fill("555")
    submit(frame)
    assert desk.answers() == {"word": "555"}


def test_required_questions(desk: Desk) -> None:
    """Each that was not answered says so, and the first gets the focus."""
    frame = desk.accept(
        form(
            required(identifier="text", name="Text"),
            required(choice("a", "b"), "radio", "Radio"),
            required(choice("a", settings=style("dropdown")), "drop", "Drop"),
            required(choice("a", "b", settings=style("checkbox", 1, 2)), "many", "Many"),
            required(choice("a", other="<OtherSelection/>"), "other", "Beside"),
        )
    )
    submit(frame)
    expect(frame.get_by_text(ANSWER_IT)).to_have_count(5)
    expect(frame.get_by_role("alert")).to_have_text(
        "5 answers are missing or not valid. Nothing was sent yet."
    )
    expect(frame.get_by_role("group", name="Text").get_by_role("textbox")).to_be_focused()

    frame.get_by_role("group", name="Text").get_by_role("textbox").fill("x")
    expect(frame.get_by_text(ANSWER_IT)).to_have_count(4)
    frame.get_by_role("group", name="Radio").get_by_label("B").check()
    frame.get_by_role("group", name="Drop").get_by_role("combobox").select_option("A")
    frame.get_by_role("group", name="Many").get_by_label("A").check()
    frame.get_by_role("group", name="Beside").get_by_label("Other").fill("y")
    submit(frame)
    assert desk.answers() == {
        "text": "x",
        "radio": ["b"],
        "drop": ["a"],
        "many": ["a"],
        "other": ["y"],
    }


def test_how_many_may_be_chosen(desk: Desk) -> None:
    """Neither fewer nor more than the form allows; none at all, where no answer is required."""
    several = choice("a", "b", "c", "d", settings=style("multichooser", 2, 3))
    frame = desk.accept(form(question(several)))
    expect(frame.get_by_text("Choose 2 to 3.")).to_be_visible()
    boxes = frame.get_by_role("checkbox")
    boxes.nth(0).check()
    submit(frame)
    expect(frame.get_by_text("Please choose at least 2.")).to_be_visible()
    for number in (1, 2, 3):
        boxes.nth(number).check()
    submit(frame)
    expect(frame.get_by_text("Please choose at most 3.")).to_be_visible()
    assert desk.answer_xmls() == []
    for number in range(4):
        boxes.nth(number).uncheck()
    submit(frame)
    assert desk.answers() == {"word": []}


def test_a_choice_that_is_not_required_can_be_taken_back(desk: Desk) -> None:
    """HTML's radio buttons cannot be cleared, so there is a button that does."""
    frame = desk.accept(form(question(choice("a", "b"))))
    clear = frame.get_by_role("button", name="Clear my choice")
    expect(clear).to_be_hidden()
    frame.get_by_label("A").check()
    clear.click()
    expect(frame.get_by_label("A")).not_to_be_checked()
    submit(frame)
    assert desk.answers() == {"word": []}


def test_a_form_in_a_preview_cannot_be_submitted(desk: Desk) -> None:
    """It can be read, and says what to do."""
    frame = desk.preview(form(question()))
    expect(frame.get_by_text("This is a preview. Accept the HIT to answer.")).to_be_visible()
    expect(frame.get_by_role("button", name="Submit")).to_be_disabled()
    expect(frame.locator("[name=assignmentId]")).to_have_count(0)


def test_a_form_works_without_scripts(crowd: CrowdUnderTest, browser: "Browser") -> None:
    """Where scripts are off, the browser itself holds to what HTML can say, and the answer counts."""
    context = browser.new_context(java_script_enabled=False)
    context.set_default_timeout(60_000)
    desk = Desk(crowd, context.new_page())
    desk.preview(form(required(text('<Length maxLength="3"/>')), required(choice("a"), "one")))
    desk.page.get_by_role("button", name="Accept").click()
    frame = desk.page.frame_locator("iframe")
    submit(frame)
    assert desk.answer_xmls() == []
    frame.get_by_label("Which word?").first.fill("abcd")
    frame.get_by_label("A", exact=True).check()
    submit(frame)
    expect(frame.get_by_text("Your answer is submitted.")).to_be_visible()
    context.close()

    (xml,) = desk.answer_xmls()
    assert "<FreeText>abc</FreeText>" in xml
    assert "<SelectionIdentifier>a</SelectionIdentifier>" in xml


def test_hostile_words_stay_words(desk: Desk) -> None:
    """Whatever a requester writes is shown as it was written, and does nothing."""
    hostile = "\"'><img src=x onerror=alert(1)>{{ 7 * 7 }}"
    escaped = hostile.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    asked = (
        choice("a", other="<OtherSelection/>")
        .replace(">a<", f">{escaped}<")
        .replace(">A<", f">{escaped}<")
    )
    dialogs: list[str] = []
    desk.page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    frame = desk.accept(
        form(
            f"<Overview><Title>{escaped}</Title><List><ListItem>{escaped}</ListItem></List></Overview>",
            question(
                asked, escaped, f"<Text>{escaped}</Text>", f"<DisplayName>{escaped}</DisplayName>"
            ),
            question(text(more=f"<DefaultText>{escaped}</DefaultText>"), "text"),
        )
    )
    expect(frame.get_by_text(hostile)).to_have_count(5)
    expect(frame.locator("img")).to_have_count(0)
    frame.get_by_role("radio").check()
    submit(frame)

    assert desk.answers() == {hostile: [hostile], "text": hostile}
    assert dialogs == []


def test_a_form_fits_a_phone(desk: Desk) -> None:
    """390 pixels wide, nothing needs scrolling sideways: not even a wide table or a long word."""
    desk.page.set_viewport_size({"width": 390, "height": 800})
    cells = "".join(f"<td>{'wide' * 4}</td>" for _ in range(12))
    frame = desk.accept(
        form(
            question(choice("a" * 90, "b"), "one", formatted(f"<table><tr>{cells}</tr></table>")),
            question(identifier="two", content=f"<Text>{'unbroken' * 12}</Text>"),
        )
    )
    expect(frame.get_by_role("button", name="Submit")).to_be_visible()
    assert frame.locator("html").evaluate("(html) => [html.scrollWidth, innerWidth]") == [390, 390]
