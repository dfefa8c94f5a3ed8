"""The built-in task types: each example batch done in a browser, read back and aggregated."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from amt.declared import reading
from amt.declared.planning import HitInput
from tests.support.ampcrowd_documents import SAMPLES
from tests.support.task_pages import (
    DIRECTORIES,
    Bench,
    TaskPage,
    aggregate,
    bench_fixture,  # noqa: F401 - fixture
    read_example,
)
from tests.support.worker_frame import expect


def test_same_says_what_is_missing(bench: Bench, tmp_path: Path) -> None:
    """Submit with a row undone names the row and what it lacks, and goes there; keys answer it."""
    hit = bench.open("same")
    expect(hit.frame.get_by_text("Still to do: 1, 2, 3")).to_be_visible()
    hit.row(1).get_by_role("radio", name="yes").check()
    hit.row(3).get_by_role("radio", name="no").check()

    hit.press_submit()

    expect(hit.row(2)).to_contain_text("Still missing: Are both the same product?")
    expect(hit.row(2).get_by_role("radio", name="yes")).to_be_focused()
    assert bench.stand_in.posts == []
    hit.keys("2")
    expect(hit.row(2).get_by_role("radio", name="no")).to_be_checked()
    expect(hit.row(2)).not_to_contain_text("Still missing")
    hit.frame.get_by_label("Comment").fill(" p2 is  unclear\n")
    answers = hit.submit()
    assert answers == {"p1": {"same": "yes"}, "p2": {"same": "no"}, "p3": {"same": "no"}}
    assert bench.stand_in.outputs[0]["comment"] == "p2 is  unclear"
    assert aggregate(tmp_path, answers, "same") == ["yes", "no", "no"]


def test_rate_gives_numbers(bench: Bench, tmp_path: Path) -> None:
    """Number keys rate the row in focus; the answer is a number, whatever word stands there."""
    hit = bench.open("rate")
    for row, key in ((1, "1"), (2, "3"), (3, "5")):
        hit.row(row).click(position={"x": 8, "y": 8})
        hit.keys(key)
    expect(hit.row(3).get_by_role("radio", name="very good")).to_be_checked()

    answers = hit.submit()

    assert answers == {"t1": {"rating": 1}, "t2": {"rating": 3}, "t3": {"rating": 5}}
    assert aggregate(tmp_path, answers, "rating", "number") == [1, 3, 5]


def test_accept_shows_a_record_under_a_title(bench: Bench, tmp_path: Path) -> None:
    """Each value stands beside the name of its field."""
    hit = bench.open("accept")
    expect(hit.row(1).get_by_role("row", name="city Lyon")).to_be_visible()
    for row, answer in ((1, "yes"), (2, "no"), (3, "no")):
        hit.row(row).get_by_role("radio", name=answer).check()

    answers = hit.submit()

    assert aggregate(tmp_path, answers, "accept") == ["yes", "no", "no"]


def test_choose_takes_any_value(bench: Bench, tmp_path: Path) -> None:
    """An option may differ from its text, be of any type, and belong to one row only."""
    hit = bench.open("choose")
    hit.row(1).get_by_role("radio", name="delivery").check()
    hit.row(2).get_by_role("radio", name="something else").check()
    hit.row(3).get_by_role("radio", name="maps").check()

    answers = hit.submit()

    assert answers == {
        "m1": {"choice": "delivery"},
        "m2": {"choice": "other"},
        "m3": {"choice": "maps"},
    }
    assert aggregate(tmp_path, answers, "choice") == ["delivery", "other", "maps"]
    values = [True, 1.5, None, "</script>'\""]
    hit = bench.open(
        "choose", context={"options": values}, rows=[{"id": n, "row": "?"} for n in range(4)]
    )
    for number in range(4):
        hit.row(number + 1).get_by_role("radio").nth(number).check()
    assert hit.submit() == {n: {"choice": value} for n, value in enumerate(values)}


def test_tag_takes_several_or_none(bench: Bench, tmp_path: Path) -> None:
    """None of them is an answer that has to be given, and excludes the others."""
    hit = bench.open("tag")
    hit.row(1).get_by_role("checkbox", name="cat").check()
    hit.row(1).get_by_role("checkbox", name="dog").check()
    hit.row(2).get_by_role("checkbox", name="None of these").check()
    hit.row(2).get_by_role("checkbox", name="bird").check()
    expect(hit.row(2).get_by_role("checkbox", name="None of these")).not_to_be_checked()
    hit.press_submit()
    expect(hit.row(3)).to_contain_text("Still missing: Which animals does it name?")
    hit.keys("4")

    answers = hit.submit()

    assert answers == {"s1": {"tags": ["cat", "dog"]}, "s2": {"tags": ["bird"]}, "s3": {"tags": []}}
    assert aggregate(tmp_path, answers, "tags") == [["cat", "dog"], ["bird"], []]


def test_write_wants_enough(bench: Bench, tmp_path: Path) -> None:
    """A text that is too short is named; digits and Enter are text there."""
    hit = bench.open("write")
    texts = ["Good morning!", "Where do you live? 9?", "The train\nis late."]
    for row, text in enumerate(texts, start=1):
        hit.row(row).get_by_label("Your translation").fill(text)
    short = hit.row(2).get_by_label("Your translation")
    short.fill("")
    short.press_sequentially("12")
    hit.press_submit()
    expect(hit.row(2)).to_contain_text("Your translation: ")
    expect(short).to_be_focused()
    expect(short).to_have_attribute("aria-invalid", "true")
    short.fill(texts[1])

    answers = hit.submit()

    assert answers == {
        row: {"text": text} for row, text in zip(("g1", "g2", "g3"), texts, strict=True)
    }
    assert aggregate(tmp_path, answers, "text", "text") == texts


def test_order_by_mouse_keys_and_touch(bench: Bench, tmp_path: Path) -> None:
    """Items are dragged by mouse and finger, and moved with arrows, which keep the focus."""
    hit = bench.open("order")
    grip = [hit.row(1).locator("li").nth(n).locator(".grip") for n in range(3)]
    hit.drag(hit.place_of(grip[2]), hit.place_of(grip[0], (0.5, 0.1)))
    hit.press_submit()
    expect(hit.row(2)).to_contain_text(
        "Still missing: move an item, or press “This order is right”."
    )
    expect(hit.button(2, "Move Rain on Monday up")).to_be_focused()
    hit.keys(["ArrowDown"])
    expect(hit.row(2).get_by_role("status")).to_have_text("Rain on Monday is 2 of 2")
    expect(hit.button(2, "Move Rain on Monday up")).to_be_focused()
    grip = [hit.row(3).locator("li").nth(n).locator(".grip") for n in range(3)]
    start, end = hit.place_of(grip[0]), hit.place_of(grip[2], (0.5, 0.9))
    hit.touch(start, (start[0], (start[1] + end[1]) / 2), end)

    answers = hit.submit()

    first, second, third = (read_example("order")["rows"][row] for row in ("h1", "h2", "h3"))
    orders = [
        [first[2], first[0], first[1]],
        [second[1], second[0]],
        [third[1], third[2], third[0]],
    ]
    assert answers == {
        row: {"order": order} for row, order in zip(("h1", "h2", "h3"), orders, strict=True)
    }
    assert aggregate(tmp_path, answers, "order", "ranking") == orders


def test_highlight_by_mouse_keys_and_touch(bench: Bench, tmp_path: Path) -> None:
    """Parts of a text are marked by all three; offsets count characters."""
    hit = bench.open("highlight")
    text = hit.row(1).get_by_role("textbox", name="Text to mark")
    text.focus()
    hit.keys(["Home", "2*ArrowRight", "4*Shift+ArrowRight", "1"])
    expect(hit.row(1).get_by_role("list", name="Marked parts")).to_contain_text("Ada – person")
    expect(hit.button(1, "Nothing to mark")).to_be_disabled()
    text.press_sequentially("x")
    hit.page.mouse.dblclick(*_find_word(hit, 1, "Lima"))
    hit.button(1, "place").click()
    hit.page.mouse.dblclick(*_find_word(hit, 1, "May"))
    hit.keys("2")
    hit.button(1, "Remove May").click()
    _select(hit, 2, "Paris")  # as a long press does
    hit.touch(hit.place_of(hit.button(2, "place")))
    expect(hit.row(2).get_by_role("list", name="Marked parts")).to_contain_text("Paris – place")
    hit.press_submit()
    expect(hit.row(3)).to_contain_text("Still missing: mark a part of the text")
    hit.button(3, "Nothing to mark").click()

    answers = hit.submit()

    ada, lima = (
        {"start": 2, "end": 5, "label": "person"},
        {"start": 14, "end": 18, "label": "place"},
    )
    paris = {"start": 18, "end": 23, "label": "place"}
    assert answers == {"n1": {"spans": [ada, lima]}, "n2": {"spans": [paris]}, "n3": {"spans": []}}
    texts = read_example("highlight")["rows"]
    assert texts["n1"][14:18] == "Lima"
    found = aggregate(tmp_path, answers, "spans", "span")
    assert found == [[s | {"found": 2} for s in spans] for spans in ([ada, lima], [paris], [])]


def test_boxes_by_mouse_keys_and_touch(bench: Bench, tmp_path: Path) -> None:
    """Boxes are drawn, moved and resized by all three, in pixels of the picture."""
    hit = bench.open("boxes")
    picture = hit.row(1).get_by_role("img", name="A red car and a person on a street")

    def at(x: float, y: float) -> tuple[float, float]:
        return hit.place_of(picture, (x / 400, y / 300))

    hit.drag(at(40, 180), at(140, 244))
    hit.drag(at(90, 200), at(100, 210))  # the box is selected, so this moves it
    hit.drag(at(150, 254), at(140, 244))  # and this its corner
    hit.keys("2")
    hit.touch(at(250, 140), at(265, 200), at(280, 240))
    expect(hit.button(1, "Box 2, person: 30 by 100 at 250, 140")).to_be_focused()
    hit.button(2, "Add a box").click()
    hit.keys(
        [
            "2*ArrowRight",
            "ArrowDown",
            "Shift+ArrowLeft",
            "Control+ArrowUp",
            "Control+Shift+ArrowDown",
        ]
    )
    hit.row(2).get_by_role("combobox", name="Label of box 1").select_option("person")
    hit.button(2, "Add a box").click()
    expect(hit.button(2, "Nothing to mark")).to_be_disabled()
    hit.keys(["Delete"])
    hit.press_submit()
    expect(hit.row(3)).to_contain_text("Still missing: draw a box")
    hit.button(3, "Nothing to mark").click()

    answers = hit.submit()

    car = {"left": 50, "top": 190, "width": 90, "height": 54, "label": "car"}
    person = {"left": 250, "top": 140, "width": 30, "height": 100, "label": "person"}
    keyed = {"left": 108, "top": 78, "width": 196, "height": 151, "label": "person"}
    assert answers == {
        "b1": {"boxes": [car, person]},
        "b2": {"boxes": [keyed]},
        "b3": {"boxes": []},
    }
    found = aggregate(tmp_path, answers, "boxes", "box")
    assert found == [[s | {"found": 2} for s in boxes] for boxes in ([car, person], [keyed], [])]


@pytest.mark.parametrize("code", SAMPLES)
def test_documents_of_ampcrowd_are_answered_with_its_numbers(bench: Bench, code: str) -> None:
    """By their words, on the page that they become."""
    sample = SAMPLES[code]
    text = json.dumps(sample.to_document(code, "https://lab.example.org/in"))
    (row,) = HitInput(reading.parse(text, "post.json", None, DIRECTORIES)).rows()
    hit = bench.show(row.value)
    for number, name in enumerate(sample.texts, start=1):
        hit.row(number).get_by_role("radio", name=name, exact=True).check()

    answers = hit.submit()

    assert answers == {
        row_id: {sample.field: values[1]} for row_id, values in sample.answers.items()
    }


def _find_word(hit: TaskPage, row: int, word: str) -> tuple[float, float]:
    """Return where in the window a word of the text to mark is."""
    text = hit.row(row).get_by_role("textbox", name="Text to mark")
    x, y = text.evaluate(
        """(text, word) => {
          const nodes = document.createTreeWalker(text, NodeFilter.SHOW_TEXT), range = document.createRange();
          while (nodes.nextNode() && !nodes.currentNode.data.includes(word));
          range.setStart(nodes.currentNode, nodes.currentNode.data.indexOf(word) + 1);
          const [part, box] = [range.getBoundingClientRect(), text.getBoundingClientRect()];
          return [(part.x - box.x) / box.width, (part.y + 8 - box.y) / box.height];
        }""",
        word,
    )
    return hit.place_of(text, (x, y))


def _select(hit: TaskPage, row: int, word: str) -> None:
    hit.row(row).get_by_role("textbox", name="Text to mark").evaluate(
        """(text, word) => {
          const at = text.firstChild.data.indexOf(word);
          getSelection().setBaseAndExtent(text.firstChild, at, text.firstChild, at + word.length);
        }""",
        word,
    )
