"""The pages of task types: the example batch of each as a HIT in a browser, and what it hands in."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from amt.declared import tasks
from amt.quality import aggregation
from tests.support.contrast import LOW_CONTRAST
from tests.support.worker_frame import StandIn, expect, hit, serve_stand_in

if TYPE_CHECKING:
    from playwright.sync_api import Browser, FrameLocator, Locator, Page

ROOT = Path(__file__).resolve().parents[2]
DIRECTORIES = [str(ROOT / "hit_templates")]
Answers = dict[Any, dict[str, Any]]
Point = tuple[float, float]


def read_example(name: str) -> dict[str, Any]:
    """Return the example batch of a task type."""
    text = (ROOT / "examples" / "batches" / f"{name}.json").read_text("utf-8")
    batch: dict[str, Any] = json.loads(text)
    return batch


def to_hit(batch: dict[str, Any]) -> dict[str, Any]:
    """Return the line of input.jsonl for all rows of a batch in one HIT."""
    rows = [{"id": row_id, "row": row} for row_id, row in batch["rows"].items()]
    return {name: batch[name] for name in ("task", "title", "context")} | {"rows": rows}


def aggregate(folder: Path, answers: Answers, field: str, kind: str | None = None) -> list[Any]:
    """Return the label of each row, of two workers who gave these answers, as aggregate_results.py
    finds it.
    """
    lines = [
        {"assignment_id": f"{worker}{row}", "hit_id": row, "worker_id": worker, "output": fields}
        for worker in ("A1", "A2")
        for row, fields in answers.items()
    ]
    path = folder / "results.jsonl"
    path.write_text("".join(f"{json.dumps(line)}\n" for line in lines), "utf-8")
    settings = aggregation.Settings(f"output.{field}", kind)
    return [row.label for row in aggregation.aggregate([str(path)], settings).rows]


class TaskPage:
    """A HIT of a batch in a worker's browser, in a frame without an origin."""

    def __init__(
        self, stand_in: StandIn, page: Page, line: dict[str, Any], directories: Sequence[str]
    ) -> None:
        self.stand_in = stand_in
        self.page = page
        self.line = line
        html = tasks.render(line, directories)
        self.frame: FrameLocator = hit(stand_in, page, html)
        # Places within a frame are off by the width of its border.
        page.locator("iframe").evaluate("frame => { frame.style.border = 0; }")

    def row(self, number: int) -> Locator:
        """Return a row, from 1."""
        return self.frame.get_by_role("region", name=f"{number} of ")

    def button(self, row: int, name: str) -> Locator:
        """Return a button of a row."""
        return self.row(row).get_by_role("button", name=name)

    def place_of(self, element: Locator, at: Point = (0.5, 0.5)) -> Point:
        """Return where in the window a point of an element is, given as shares of its size."""
        element.scroll_into_view_if_needed()
        box = element.bounding_box()
        assert box
        return box["x"] + at[0] * box["width"], box["y"] + at[1] * box["height"]

    def drag(self, start: Point, end: Point) -> None:
        """Drag the mouse."""
        self.page.mouse.move(*start)
        self.page.mouse.down()
        self.page.mouse.move(*end, steps=4)
        self.page.mouse.up()

    def touch(self, *points: Point) -> None:
        """Touch the first point with a finger, and lift it at the last."""
        client = self.page.context.new_cdp_session(self.page)
        for index, point in enumerate([*points, None]):
            kind = "touchEnd" if point is None else "touchMove" if index else "touchStart"
            fingers = [] if point is None else [{"x": point[0], "y": point[1]}]
            client.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": fingers})
        client.detach()

    def keys(self, keys: Sequence[str]) -> None:
        """Press keys where the focus is; "9*ArrowLeft" nine times."""
        for key in keys:
            count, _, name = key.rpartition("*")
            for _ in range(int(count or 1)):
                self.page.keyboard.press(name)

    def check_looks(self) -> None:
        """Fail if a phone has to scroll sideways, a text cannot be read in light or dark mode, or a
        control has no name.
        """
        frame = self.page.frames[-1]
        wide = self.page.viewport_size
        assert wide
        self.page.set_viewport_size({"width": 360, "height": 800})
        assert frame.evaluate("document.documentElement.scrollWidth <= innerWidth")
        for scheme in ("dark", "light"):
            self.page.emulate_media(color_scheme=scheme)
            seen, unreadable = frame.evaluate(LOW_CONTRAST)
            assert seen > 5
            assert unreadable == []
        self.page.set_viewport_size(wide)
        snapshot = self.frame.locator("body").aria_snapshot()
        controls = r"- (?:button|radio|checkbox|textbox|combobox|region|group)"
        assert re.findall(rf"{controls}(?! \").*", snapshot) == []
        assert snapshot.count("- heading") >= 1
        assert snapshot.startswith("- main")

    def press_submit(self) -> None:
        """Press Submit."""
        self.frame.get_by_role("button", name="Submit").click()

    def submit(self) -> Answers:
        """Press Submit; return the fields of each row, as a requester gets them."""
        self.check_looks()
        self.press_submit()
        expect(self.frame.get_by_text("Thank you", exact=True)).to_be_visible()
        return tasks.split_answers(self.line["rows"], self.stand_in.outputs[-1])


class Bench:
    """A server and a browser's page that all tests use, one after the other."""

    def __init__(self, stand_in: StandIn, page: Page) -> None:
        self.stand_in = stand_in
        self.page = page

    def open(self, name: str, **changes: Any) -> TaskPage:
        """Open the example of a task type; fail if it cannot be read or used."""
        task_page = self.show(to_hit(read_example(name)) | changes)
        task_page.check_looks()
        return task_page

    def show(self, line: dict[str, Any], directories: Sequence[str] = DIRECTORIES) -> TaskPage:
        """Open a HIT, whose types are in template directories."""
        self.stand_in.posts.clear()
        return TaskPage(self.stand_in, self.page, line, directories)


@pytest.fixture(scope="module", name="bench")
def bench_fixture(browser: Browser) -> Iterator[Bench]:
    """A worker's browser with a mouse and a touch screen; a script's error fails the test."""
    errors: list[str] = []
    with serve_stand_in() as stand_in:
        context = browser.new_context(has_touch=True)
        context.set_default_timeout(10_000)
        context.on("weberror", lambda error: errors.append(str(error.error)))
        yield Bench(stand_in, context.new_page())
        context.close()
    assert errors == []
