"""Elements that segment a picture, by mouse, touch and keyboard: their answers, and each pixel of
their PNG.
"""

import json
import math
from base64 import b64decode, b64encode
from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.crowds import CrowdUnderTest
from tests.support.drawing_pages import HEIGHT, WIDTH, DrawingPage, Point, decode_png, make_png
from tests.support.hit_frames import Desk, expect

if TYPE_CHECKING:
    from playwright.sync_api import Page

SIZE = {"height": HEIGHT, "width": WIDTH}
BLUE, ORANGE, GREEN = "#1f77b4", "#ff7f0e", "#2ca02c"
Pixels = set[Point]
EVERYWHERE = [(x, y) for y in range(HEIGHT) for x in range(WIDTH)]


@pytest.fixture
def drawing(page: "Page") -> DrawingPage:
    """A page to open."""
    return DrawingPage(page)


def brushed(start: Point, end: Point, size: int) -> Pixels:
    """The pixels whose centres a round brush covers on its way."""

    def is_covered(x: int, y: int) -> bool:
        dx, dy = end[0] - start[0], end[1] - start[1]
        along = ((x + 0.5 - start[0]) * dx + (y + 0.5 - start[1]) * dy) / (dx**2 + dy**2 or 1)
        along = min(1, max(0, along))
        away = math.hypot(x + 0.5 - start[0] - along * dx, y + 0.5 - start[1] - along * dy)
        return away <= size / 2

    return {pixel for pixel in EVERYWHERE if is_covered(*pixel)}


def rectangle(left: int, top: int, right: int, bottom: int) -> Pixels:
    """The pixels of a rectangle."""
    return {(x, y) for x in range(left, right) for y in range(top, bottom)}


def painted(png_data: str) -> dict[str, Pixels]:
    """The pixels of each colour of an answer's PNG; all others are transparent."""
    width, height, rgba = decode_png(b64decode(png_data))
    assert (width, height) == (WIDTH, HEIGHT)
    found: dict[str, Pixels] = {}
    for index, pixel in enumerate(EVERYWHERE):
        color, alpha = rgba[4 * index : 4 * index + 3], rgba[4 * index + 3]
        assert alpha in (0, 255)
        if alpha:
            found.setdefault("#" + color.hex(), set()).add(pixel)
    return found


def mask_png(parts: Iterable[tuple[str, Pixels]]) -> bytes:
    """A PNG with pixels of colours on white, as a job before may have left it."""
    rgba = bytearray(b"\xff" * (4 * WIDTH * HEIGHT))
    for color, pixels in parts:
        for x, y in pixels:
            at = 4 * (y * WIDTH + x)
            rgba[at : at + 3] = bytes.fromhex(color[1:])
    return make_png(WIDTH, HEIGHT, bytes(rgba))


def test_semantic_segmentation(drawing: DrawingPage) -> None:
    """Brush, polygon and eraser, by mouse, finger and key; later paint is on top of earlier."""
    drawing.page.set_viewport_size({"width": 390, "height": 800})
    drawing.open("crowd-semantic-segmentation", around="crowd-form")
    button = drawing.page.get_by_role("button", name="Polygon")

    drawing.drag((20, 20), (60, 30))  # the brush is 120 / 16 = 8 pixels wide
    drawing.keys("2", "]")
    drawing.touch((100, 20), (120, 20))
    button.click()
    drawing.click((10, 60), (50, 60), (50, 100), (10, 100), (10, 60))
    drawing.keys("e")
    drawing.touch((30, 80), (35, 80))
    drawing.keys("1", "b")
    drawing.cross_to((90, 70))
    drawing.keys("Space")
    drawing.cross_to((95, 70))
    drawing.keys("Space")
    drawing.drag((45, 80), (45, 80))
    marks = drawing.submit()["marks"]
    wide = drawing.page.evaluate("[document.documentElement.scrollWidth, innerWidth]")

    cat = (
        brushed((20, 20), (60, 30), 8)
        | brushed((90, 70), (95, 70), 10)
        | brushed((45, 80), (45, 80), 10)
    )
    dog = brushed((100, 20), (120, 20), 10) | rectangle(10, 60, 50, 100)
    dog -= brushed((30, 80), (35, 80), 10) | cat
    assert painted(marks["labeledImage"].pop("pngImageData")) == {BLUE: cat, ORANGE: dog}
    assert marks == {
        "inputImageProperties": SIZE,
        "labelMappings": {"Cat": {"color": BLUE}, "Dog": {"color": ORANGE}},
        "labeledImage": {},
    }
    assert wide == [390, 390]


def test_instance_segmentation(drawing: DrawingPage) -> None:
    """Each thing has a colour; it is continued, removed, and the next one begins a new colour."""
    drawing.open("crowd-instance-segmentation")
    page = drawing.page

    drawing.drag((20, 20), (40, 20))
    drawing.drag((20, 40), (40, 40))
    drawing.keys("n")
    drawing.touch((100, 20), (120, 20))
    drawing.keys("2")
    drawing.cross_to((80, 90))
    drawing.keys("Space", "Space")
    page.get_by_role("button", name="Continue Cat 2").click()
    drawing.drag((100, 40), (120, 40))
    page.get_by_role("button", name="Remove Cat 1").click()
    expect(page.get_by_role("list", name="Painted: 2 instances")).to_contain_text("Dog 1")
    marks = drawing.submit()["marks"]

    assert painted(marks["labeledImage"].pop("pngImageData")) == {
        ORANGE: brushed((100, 20), (120, 20), 8) | brushed((100, 40), (120, 40), 8),
        GREEN: brushed((80, 90), (80, 90), 8),
    }
    assert marks == {
        "inputImageProperties": SIZE,
        "instances": [{"color": ORANGE, "label": "Cat"}, {"color": GREEN, "label": "Dog"}],
        "labeledImage": {},
    }


def test_masks_are_undone_and_kept_as_a_draft(drawing: DrawingPage) -> None:
    """Undo and redo paint exactly what was there; a draft restores it in a new page."""
    tag = "crowd-instance-segmentation"
    drawing.open(tag)
    page = drawing.page

    drawing.drag((20, 20), (40, 20))
    before = drawing.value()
    drawing.keys("n")
    drawing.drag((30, 20), (30, 60))
    after = drawing.value()
    page.get_by_role("button", name="Undo").click()
    undone = drawing.value()
    drawing.keys("Control+y")
    redone = drawing.value()
    draft = page.evaluate(f"document.querySelector('{tag}').draftValue")
    page.reload()
    fresh = page.evaluate(f"document.querySelector('{tag}').draftValue === undefined")
    page.evaluate(f"draft => {{ document.querySelector('{tag}').draftValue = draft }}", draft)
    page.wait_for_function(f"document.querySelector('{tag}').counts")

    assert undone == before != after
    assert redone == after == drawing.value()
    assert fresh
    assert len(str(draft)) < 500  # the strokes, not the pixels


def test_a_segmentation_to_verify(drawing: DrawingPage) -> None:
    """initial-value's picture and colours come back as they are; white is nothing."""
    cat, dog = rectangle(10, 10, 50, 40), rectangle(60, 10, 90, 50)
    data = mask_png([(GREEN, cat), (BLUE, dog)])
    drawing.pictures["before.png"] = data
    drawing.open(
        "crowd-semantic-segmentation",
        "initial-value=\"{'labelMappings': {'Cat': {'color': '#2CA02C'}, 'Dog': {'color': "
        f"'{BLUE}'}},}}, 'src': http://crowd.example/before.png}}\"",
    )
    drawing.page.wait_for_function(f"document.querySelector('{drawing.tag}').first")
    before: Any = drawing.value()
    expect(drawing.page.get_by_role("list", name="Painted: 2 labels")).to_contain_text("Dog")
    drawing.keys("2", "e")
    drawing.drag((70, 30), (70, 30))
    after = drawing.submit()["marks"]

    assert painted(before["labeledImage"]["pngImageData"]) == {GREEN: cat, BLUE: dog}
    assert before["labelMappings"] == {"Cat": {"color": "#2CA02C"}, "Dog": {"color": BLUE}}
    assert (before["initialValueModified"], after["initialValueModified"]) == (False, True)
    assert painted(after["labeledImage"]["pngImageData"]) == {
        GREEN: cat,
        BLUE: dog - brushed((70, 30), (70, 30), 8),
    }

    value = {"instances": [{"color": GREEN, "label": "Cat"}, {"color": BLUE, "label": "Cat"}]}
    source = "data:image/png;base64," + b64encode(data).decode()
    drawing.open(
        "crowd-instance-segmentation",
        f"initial-value='{str(value | {'src': source}).replace(chr(39), chr(34))}'",
    )
    drawing.page.wait_for_function(f"document.querySelector('{drawing.tag}').first")
    again = drawing.submit()["marks"]
    assert again.keys() == {"inputImageProperties", "instances", "labeledImage"}
    assert again["instances"] == value["instances"]
    assert painted(again["labeledImage"]["pngImageData"]) == {GREEN: cat, BLUE: dog}


def test_a_segmentation_that_cannot_be_loaded(drawing: DrawingPage) -> None:
    """Without what the task starts with, nothing is submitted."""
    drawing.open(
        "crowd-semantic-segmentation",
        "initial-value=\"{'labelMappings': {}, 'src': 'http://crowd.example/gone'}\"",
    )
    drawing.page.get_by_role("button", name="Submit").click()

    expect(drawing.page.get_by_role("alert").first).to_have_text(
        "The labels that this task starts with cannot be loaded. Please return the HIT."
    )


def test_labels_that_a_page_adds(drawing: DrawingPage) -> None:
    """As in Amazon's sample, a script sets the labels; many instances have different colours."""
    drawing.open("crowd-instance-segmentation")
    page = drawing.page
    page.evaluate(f"document.querySelector('{drawing.tag}').labels = []")
    expect(page.get_by_role("radio")).to_have_count(0)
    page.evaluate(f"document.querySelector('{drawing.tag}').labels = ['Owl']")
    for number in range(14):
        drawing.keys("n")
        drawing.click((10 + 10 * number, 60))
    page.evaluate(f"document.querySelector('{drawing.tag}').labels = ['Owl', 'Emu']")
    marks = drawing.submit()["marks"]

    colors = Counter(instance["color"] for instance in marks["instances"])
    assert len(colors) == 14
    assert painted(marks["labeledImage"]["pngImageData"]).keys() == colors.keys()
    assert {instance["label"] for instance in marks["instances"]} == {"Owl"}


@pytest.mark.parametrize("open_crowd", ["http"], indirect=True)
def test_a_large_mask_arrives(crowd: CrowdUnderTest, page: "Page") -> None:
    """A picture of 3 megapixels with many details is an answer of 2 MB, which boto3 reads whole."""
    desk = Desk(crowd, page)
    source = (
        "data:image/svg+xml,&lt;svg xmlns=%22http://www.w3.org/2000/svg%22 width=%222000%22 "
        "height=%221500%22/>"
    )
    frame = desk.accept(
        '<!DOCTYPE html><script src="https://assets.crowd.aws/crowd-html-elements.js"></script>'
        f"<crowd-semantic-segmentation name='marks' labels='[\"Cat\"]' src='{source}'>"
        "</crowd-semantic-segmentation>"
    )
    png = frame.locator("crowd-semantic-segmentation").evaluate(
        """async (element) => {
          while (!element.counts) await new Promise((done) => setTimeout(done, 20));
          const random = new Uint8Array(3_000_000);
          for (let at = 0; at < random.length; at += 50_000) {
            crypto.getRandomValues(random.subarray(at, at + 50_000));
          }
          const { data, whole } = element.mask;
          random.forEach((byte, at) => { data[at] = byte & 1 });
          element.mask.show(element.view.canvas, ['#1f77b4'], whole);
          return element.value.labeledImage.pngImageData;
        }"""
    )
    frame.get_by_role("button", name="Submit").click()
    (answer,) = json.loads(desk.answers()["taskAnswers"])

    assert answer["marks"]["labeledImage"]["pngImageData"] == png
    assert answer["marks"]["inputImageProperties"] == {"height": 1500, "width": 2000}
    assert len(png) > 2_000_000
