"""adjudicate.html in a browser: an expert decides by mouse and by keyboard."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.support.worker_frame import (
    StandIn,
    expect,
    hit,
    render,
    stand_in_fixture,  # noqa: F401 - a fixture
)

if TYPE_CHECKING:
    from playwright.sync_api import Page

ROW: dict[str, Any] = {
    "row": 3,
    "hit_id": "3HIT",
    "field": "output.label",
    "input": {
        "text": "Could you <b>send</b> it?",
        "source": "https://example.org/12",
        "picture": "/files/image_sentence/coffee.jpg",
        "tags": ["mail", None],
    },
    "answers": [
        {"name": "A", "value": "question", "seconds": 12, "feedback": None},
        {"name": "B", "value": "request", "seconds": 130, "feedback": "Read the guideline."},
        {"name": "C", "value": "question", "seconds": None, "feedback": None},
    ],
    "labels": ["question", "request", "statement"],
}


def test_an_expert_decides_by_mouse(stand_in: StandIn, page: Page) -> None:
    """The row and the answers are shown as text; what is missing is said, and goes nowhere."""
    frame = hit(stand_in, page, render("adjudicate.html", ROW))
    task = frame.get_by_role("group", name="The task")
    expect(task).to_contain_text("Could you <b>send</b> it?")
    expect(task.get_by_role("link")).to_have_attribute("href", "https://example.org/12")
    expect(task.get_by_role("img")).to_have_js_property("naturalWidth", 600)
    answers = frame.get_by_role("list", name="The answers").locator("> li")
    expect(answers).to_have_text(
        [
            "Answer A12 squestion",
            "Answer B2 minrequestFeedback: Read the guideline.",
            "Answer Cquestion",
        ]
    )

    frame.get_by_role("button", name="Submit").click()

    expect(frame.get_by_text("Choose an answer.")).to_be_visible()
    expect(frame.get_by_text("Choose why they disagree.")).to_be_visible()
    expect(frame.get_by_role("radio", name="question answer A, C")).to_be_focused()
    assert stand_in.posts == []
    frame.get_by_role("radio", name="Another answer").check()
    frame.get_by_role("button", name="Submit").click()
    expect(frame.get_by_text("Write the answer.")).to_be_visible()
    frame.get_by_label("Another answer", exact=True).fill(" offer ")
    frame.get_by_role("radio", name="The guideline is unclear").check()
    frame.get_by_label("Comment").fill("Neither.")
    frame.get_by_role("button", name="Submit").click()
    expect(frame.get_by_text("Thank you")).to_be_visible()
    assert stand_in.outputs == [{"label": "offer", "kind": "guideline", "comment": "Neither."}]


def test_an_expert_decides_by_keyboard(stand_in: StandIn, page: Page) -> None:
    """Tab, arrow keys and Enter are enough; values keep their type, and equal ones are one choice."""
    box = {"left": 1, "label": "x"}
    answers = [{"name": name, "value": value} for name, value in (("A", 1), ("B", box), ("C", 1))]
    frame = hit(
        stand_in, page, render("adjudicate.html", ROW | {"answers": answers, "labels": [1, 2]})
    )
    first = frame.get_by_role("radio", name="1 answer A, C")
    frame.get_by_role("link").focus()

    page.keyboard.press("Tab")
    expect(first).to_be_focused()
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    expect(frame.get_by_role("radio", name="Answer B as above")).to_be_checked()
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(frame.get_by_role("radio", name="Somebody made a mistake")).to_be_checked()
    page.keyboard.press("Tab")
    page.keyboard.type("typed")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    expect(frame.get_by_text("Thank you")).to_be_visible()
    assert stand_in.outputs == [{"label": box, "kind": "slip", "comment": "typed"}]
