"""Elements that draw shapes on a picture, by mouse, touch and keyboard; their answers, key by key."""

import json
from base64 import b64encode
from typing import TYPE_CHECKING, Any

import pytest

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


@pytest.mark.parametrize("open_crowd", ["http"], indirect=True)
def test_an_element_alone_in_a_crowd(crowd: CrowdUnderTest, page: "Page") -> None:
    """Without crowd-form it has a Submit button; boto3 reads the answer."""
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
    drawn = frame.locator("crowd-bounding-box").evaluate("(element) => element.value")
    frame.get_by_role("button", name="Submit").click()

    assert json.loads(desk.answers()["taskAnswers"]) == [{"marks": drawn}]
    assert drawn["boundingBoxes"][0]["label"] == "Cat"
