"""Elements that draw shapes on a picture, by mouse, touch and keyboard; their answers, key by key."""

import json
from base64 import b64encode
from typing import TYPE_CHECKING, Any

import pytest

from local_crowd.pages.questions.scripts import (
    ELEMENTS_AND_DRAWING_SCRIPT,
    ELEMENTS_SCRIPT,
    load_script,
)
from tests.support.crowds import CrowdUnderTest
from tests.support.drawing_pages import HEIGHT, PICTURE, WIDTH, DrawingPage
from tests.support.hit_frames import Desk, expect

if TYPE_CHECKING:
    from playwright.sync_api import Page

SIZE = {"height": HEIGHT, "width": WIDTH}


@pytest.fixture
def drawing(page: "Page") -> DrawingPage:
    """A page to open."""
    return DrawingPage(page)


def box(label: str, left: int, top: int, width: int, height: int) -> dict[str, Any]:
    """A box as Amazon documents it."""
    return {"height": height, "label": label, "left": left, "top": top, "width": width}


def test_bounding_boxes_by_mouse(drawing: DrawingPage) -> None:
    """Boxes are drawn in any direction, in pixels of the picture, and changed by their handles."""
    drawing.open("crowd-bounding-box", around="crowd-form")

    drawing.drag((10, 20), (60, 70))
    drawing.drag((60, 45), (70, 45))  # the handle on its right side
    drawing.keys("2")
    drawing.drag((150, 110), (100, 80))
    drawing.drag((125, 80), (125, 90))
    expect(drawing.page.get_by_role("list", name="Drawn: 2 boxes")).to_contain_text(
        "left 100, top 90, width 50, height 20"
    )

    assert drawing.submit() == {
        "marks": {
            "boundingBoxes": [box("Cat", 10, 20, 60, 50), box("Dog", 100, 90, 50, 20)],
            "inputImageProperties": SIZE,
        }
    }


def vertices(label: str, *points: tuple[int, int]) -> dict[str, Any]:
    """A shape of points as Amazon documents it."""
    return {"label": label, "vertices": [{"x": x, "y": y} for x, y in points]}


def test_bounding_boxes_by_touch_and_keyboard(drawing: DrawingPage) -> None:
    """On a phone: a finger draws, a finger moves a box by its label, keys draw, move and resize."""
    drawing.page.set_viewport_size({"width": 390, "height": 800})
    drawing.open("crowd-bounding-box")

    drawing.touch((10, 30), (40, 50), (50, 60))
    tag_x, tag_y = drawing.place_of((10, 30))
    drawing.touch_with([[(tag_x + 20, tag_y - 20)], [(tag_x + 60, tag_y)], [(tag_x + 20, tag_y)]])
    drawing.keys("2", "Escape")
    drawing.cross_to((90, 50))
    drawing.keys("Space")
    drawing.cross_to((100, 70))
    drawing.keys("Space", "n", "n", "3*Shift+ArrowLeft", "v", "2*Shift+ArrowUp")
    expect(drawing.page.get_by_role("status").first).to_have_text(
        "left 87, top 48, width 10, height 22"
    )
    marks = drawing.submit()["marks"]
    wide = drawing.page.evaluate("[document.documentElement.scrollWidth, innerWidth]")

    first, second = marks["boundingBoxes"]
    assert second == box("Dog", 87, 48, 10, 22)
    assert (first["label"], first["width"], first["height"]) == ("Cat", 40, 30)
    assert (first["left"], first["top"]) == (10, pytest.approx(39, abs=1))
    assert wide == [390, 390]


def test_keypoints(drawing: DrawingPage) -> None:
    """A press places a point by mouse, finger or Space; a drag moves it; N and Delete remove it."""
    drawing.open("crowd-keypoint", around="crowd-form")

    drawing.click((10, 20))
    drawing.touch((100, 60))
    drawing.drag((10, 20), (20, 25), (30, 40))
    drawing.keys("2")
    drawing.cross_to((90, 61))
    drawing.keys("Space", "n", "n", "Delete")
    drawing.keys("Enter")

    assert drawing.submit() == {
        "marks": {
            "inputImageProperties": SIZE,
            "keypoints": [
                {"label": "Cat", "x": 30, "y": 40},
                {"label": "Dog", "x": 90, "y": 61},
            ],
        }
    }


def test_polygons(drawing: DrawingPage) -> None:
    """The first corner, Enter or Finish ends a polygon, which does not cross itself."""
    drawing.open("crowd-polygon", around="crowd-form")
    page = drawing.page

    drawing.click((10, 10), (60, 10), (60, 50), (10, 10))
    drawing.touch((100, 10))
    drawing.touch((150, 10))
    drawing.touch((145, 55), (150, 60))
    page.get_by_role("button", name="Finish").click()
    drawing.keys("2")
    drawing.click((20, 100), (60, 100), (60, 70))
    drawing.click((40, 115))
    expect(page.get_by_text("That line would cross another line of this polygon.")).to_be_visible()
    drawing.keys("Enter", "n", "v", "Shift+ArrowDown")

    assert drawing.submit()["marks"] == {
        "inputImageProperties": SIZE,
        "polygons": [
            vertices("Cat", (10, 11), (60, 10), (60, 50)),
            vertices("Cat", (100, 10), (150, 10), (150, 60)),
            vertices("Dog", (20, 100), (60, 100), (60, 70)),
        ],
    }


def test_lines(drawing: DrawingPage) -> None:
    """A line is dragged, or its ends are pressed, by mouse, finger or key."""
    drawing.open("crowd-line", around="crowd-form")

    drawing.drag((10, 10), (60, 20))
    drawing.keys("2")
    drawing.touch((100, 20))
    drawing.touch((150, 40))
    drawing.keys("Escape")
    drawing.cross_to((80, 70))
    drawing.keys("Space")
    drawing.cross_to((85, 75))
    drawing.keys("Enter")

    assert drawing.submit()["marks"] == {
        "inputImageProperties": SIZE,
        "lines": [
            vertices("Cat", (10, 10), (60, 20)),
            vertices("Dog", (100, 20), (150, 40)),
            vertices("Dog", (80, 70), (85, 75)),
        ],
    }


def test_polylines(drawing: DrawingPage) -> None:
    """Enter, Finish or a double press ends a polyline, which may cross itself."""
    drawing.open("crowd-polyline", around="crowd-form")

    drawing.click((10, 10), (60, 10), (60, 30), (30, 5))
    drawing.keys("Enter")
    drawing.touch((100, 10))
    drawing.touch((150, 20))
    drawing.page.get_by_role("button", name="Finish").click()
    drawing.click((20, 100))
    drawing.page.mouse.dblclick(*drawing.place_of((90, 110)))
    drawing.cross_to((75, 60))
    drawing.keys("Space")
    drawing.cross_to((70, 60))
    drawing.keys("Space", "Enter")

    assert drawing.submit()["marks"] == {
        "inputImageProperties": SIZE,
        "polylines": [
            vertices("Cat", (10, 10), (60, 10), (60, 30), (30, 5)),
            vertices("Cat", (100, 10), (150, 20)),
            vertices("Cat", (20, 100), (90, 110)),
            vertices("Cat", (75, 60), (70, 60)),
        ],
    }


def test_zooming_and_moving_the_picture(drawing: DrawingPage) -> None:
    """Wheel, fingers, buttons and keys zoom; what is drawn then has the same pixels."""
    drawing.page.set_viewport_size({"width": 390, "height": 800})
    drawing.open("crowd-bounding-box")
    page, image = drawing.page, drawing.stage.locator("img")

    def zoom() -> float:
        left, right = drawing.place_of((0, 0)), drawing.place_of((WIDTH, HEIGHT))
        shown = image.bounding_box()
        assert shown
        assert (shown["x"], shown["y"]) == pytest.approx(left, abs=0.1)
        assert shown["width"] == pytest.approx(right[0] - left[0], abs=0.1)
        return shown["width"] / WIDTH

    fitting = zoom()
    page.mouse.move(*drawing.place_of((40, 30)))
    pointed = drawing.place_of((40, 30))
    page.mouse.wheel(0, -200)
    page.wait_for_function(
        "scale => document.querySelector('[name=marks]').view.scale > scale", arg=fitting
    )
    wheeled = zoom()
    assert drawing.place_of((40, 30)) == pytest.approx(pointed, abs=1)
    drawing.drag((35, 25), (50, 40))

    x, y = drawing.place_of((45, 30))
    drawing.touch_with([[(x - 20, y)], [(x - 20, y), (x + 20, y)], [(x - 40, y), (x + 40, y)]])
    assert zoom() == pytest.approx(2 * wheeled, rel=0.01)
    pinched = drawing.place_of((45, 30))
    page.get_by_role("button", name="Move picture").click()
    drawing.drag((45, 30), (46, 31))
    moved = drawing.place_of((45, 30))
    assert moved != pinched
    page.get_by_role("button", name="Move picture").click()
    drawing.keys("-")
    assert zoom() == pytest.approx(2 * wheeled / 1.5, rel=0.01)
    for _ in range(5):
        drawing.keys("-")
    expect(page.get_by_role("button", name="Zoom out")).to_be_disabled()
    assert zoom() == pytest.approx(fitting)

    assert drawing.submit()["marks"]["boundingBoxes"] == [box("Cat", 35, 25, 15, 15)]


def test_undo_redo_and_the_list(drawing: DrawingPage) -> None:
    """Each step is undone by button or key, points of a begun shape too; the list changes shapes."""
    drawing.open("crowd-polygon")
    page = drawing.page
    status = page.get_by_role("status").first

    drawing.click((10, 10), (60, 10), (60, 50), (10, 50))
    drawing.keys("Control+z")
    drawing.keys("Enter")
    expect(status).to_have_text("Cat drawn: 3 points, the first at 10, 10.")
    drawing.click((100, 10), (120, 10))
    drawing.keys("Backspace", "Escape")
    drawing.click((100, 10), (120, 10), (120, 40), (100, 10))
    page.get_by_role("list").get_by_role("combobox").nth(1).select_option("Dog")
    expect(status).to_have_text("Cat is now Dog.")
    page.get_by_role("button", name="Remove Cat").click()
    expect(page.get_by_role("heading", name="Drawn: 1 polygon")).to_be_visible()
    removed = drawing.value()
    for _ in range(2):
        page.get_by_role("button", name="Undo").click()
    undone = drawing.value()
    drawing.keys("Control+Shift+z", "Control+y")
    page.get_by_role("button", name="Edit Dog").click()
    drawing.keys("Shift+ArrowLeft")

    triangle = [(100, 10), (120, 10), (120, 40)]
    first = vertices("Cat", (10, 10), (60, 10), (60, 50))
    assert removed["polygons"] == [vertices("Dog", *triangle)]
    assert undone["polygons"] == [first, vertices("Cat", *triangle)]
    assert drawing.submit()["marks"]["polygons"] == [
        vertices("Dog", (99, 10), (119, 10), (119, 40))
    ]


INITIAL = {
    "crowd-bounding-box": ("boundingBoxes", [box("Dog", 10, 20, 30, 40)]),
    "crowd-keypoint": ("keypoints", [{"label": "Dog", "x": 50, "y": 60}]),
    "crowd-polygon": ("polygons", [vertices("Cat", (1, 2), (50, 3), (4, 60))]),
    "crowd-line": ("lines", [vertices("Cat", (1, 2), (50, 60))]),
    "crowd-polyline": ("polylines", [vertices("Dog", (1, 2), (50, 3), (4, 60))]),
}


def test_shapes_that_are_given(drawing: DrawingPage) -> None:
    """initial-value comes back as it was, and three elements say whether it was changed."""
    for tag, (key, shapes) in INITIAL.items():
        text = str(shapes).replace("'label'", "label")  # as Amazon's samples write it
        unknown = "{label: 'Cow', x: 1, y: 1}"  # not one of the labels
        value = f"{{ {key}: [ // a comment\n {text[1:-1]}, {unknown}, ] }}"
        drawing.open(tag, f'initial-value="{value}"')
        before = drawing.value()
        drawing.keys("n", "9*Shift+ArrowRight")
        drawing.keys("Control+z")
        again = drawing.value()
        drawing.keys("n", "Delete")
        after = drawing.value()

        tells = tag in ("crowd-bounding-box", "crowd-line", "crowd-polyline")
        expected = {"inputImageProperties": SIZE, key: shapes}
        assert before == again == expected | ({"initialValueModified": False} if tells else {})
        assert after == {"inputImageProperties": SIZE, key: []} | (
            {"initialValueModified": True} if tells else {}
        )


def test_what_keeps_a_picture_from_being_submitted(drawing: DrawingPage) -> None:
    """A shape that lacks points, or a picture that cannot be loaded; a draft keeps the shape."""
    drawing.open(
        "crowd-polygon", around="crowd-form", within="<short-instructions>Draw</short-instructions>"
    )
    page = drawing.page
    drawing.click((10, 10), (60, 10))
    page.get_by_role("button", name="Submit").click()
    fault = "A polygon needs at least 3 points. Finish it, or undo it."
    expect(page.get_by_text(fault)).to_be_visible()
    draft = page.evaluate("document.querySelector('crowd-polygon').draftValue")
    page.reload()
    page.wait_for_function("document.querySelector('crowd-polygon').view.size")
    page.evaluate("draft => { document.querySelector('crowd-polygon').draftValue = draft }", draft)
    drawing.click((60, 50))
    answer = drawing.submit()  # which ends the polygon
    drawing.pictures.clear()
    page.reload()
    expect(page.get_by_role("status").first).to_have_text("The picture cannot be loaded.")
    page.get_by_role("button", name="Submit").click()
    fault = "The picture cannot be loaded, so nothing can be drawn. Please return the HIT."
    expect(page.get_by_text(fault)).to_be_visible()

    assert answer["marks"]["polygons"] == [vertices("Cat", (10, 10), (60, 10), (60, 50))]


def test_only_pages_that_draw_load_what_draws() -> None:
    """Less than the 300 kB that a phone may have to load, before compression."""
    both, without = load_script(ELEMENTS_AND_DRAWING_SCRIPT), load_script(ELEMENTS_SCRIPT)

    assert len(both) < 300_000
    assert b"crowd-bounding-box'" in both
    assert b"DrawView" not in without


@pytest.mark.parametrize("open_crowd", ["http"], indirect=True)
def test_an_element_alone_in_a_crowd(crowd: CrowdUnderTest, page: "Page") -> None:
    """Without crowd-form it has a Submit button; a draft is kept, and boto3 reads the answer."""
    desk = Desk(crowd, page)
    source = "data:image/png;base64," + b64encode(PICTURE).decode()
    frame = desk.accept(
        '<!DOCTYPE html><script src="https://assets.crowd.aws/crowd-html-elements.js"></script>'
        f"<crowd-bounding-box name='marks' labels='[\"Cat\"]' src='{source}'></crowd-bounding-box>"
    )
    stage = frame.get_by_role("application")
    expect(stage.locator("img")).to_have_js_property("naturalWidth", WIDTH)
    stage.hover(position={"x": 500, "y": 50})
    page.mouse.down()
    stage.hover(position={"x": 600, "y": 100})
    page.mouse.up()
    expect(frame.get_by_role("heading", name="Drawn: 1 box")).to_be_visible()
    page.reload()
    expect(frame.get_by_role("heading", name="Drawn: 1 box")).to_be_visible()
    expect(stage.locator("img")).to_have_js_property("naturalWidth", WIDTH)
    drawn = frame.locator("crowd-bounding-box").evaluate("(element) => element.value")
    frame.get_by_role("button", name="Submit").click()

    assert json.loads(desk.answers()["taskAnswers"]) == [{"marks": drawn}]
    assert drawn["boundingBoxes"][0]["label"] == "Cat"
