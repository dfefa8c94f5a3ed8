"""The page around the rows of a task: what it does with any fragment, and with a worker's time."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from amt.declared import tasks
from tests.support.crowds import CrowdUnderTest
from tests.support.draft_pages import wait_until_kept
from tests.support.hit_frames import Desk
from tests.support.task_pages import (
    DIRECTORIES,
    ROOT,
    Bench,
    bench_fixture,  # noqa: F401 - fixture
    read_example,
    to_hit,
)
from tests.support.worker_frame import expect

if TYPE_CHECKING:
    from playwright.sync_api import Page

FIELDS = """
{{ show(row) }}
<label for="count">Count</label> <input id="count" name="elements" type="number" min="1" required>
<label><input type="checkbox" name="sure"> Sure</label>
<select name="colours" multiple aria-label="Colours"><option>red<option>blue</select>
<label>Note <input name="note"></label>
<input name="length" hidden data-json>
<fieldset><legend>Size</legend><label class="choice"><input type="radio" name="size" value="s" checked> S</label>
<label class="choice"><input type="radio" name="size" value="l"> L</label></fieldset>
"""


def read_blocks() -> list[str]:
    """Return the HTML in docs/tasks.md: a type, and a script."""
    text = (ROOT / "docs" / "tasks.md").read_text("utf-8")
    return [part.partition("```")[0] for part in text.split("```html\n")[1:]]


def add_type(folder: Path, name: str, source: str) -> list[str]:
    """Add a type to a folder of templates; return where templates are."""
    (folder / "tasks").mkdir()
    (folder / "tasks" / f"{name}.html").write_text(source, "utf-8")
    return [str(folder), *DIRECTORIES]


def test_rows_stay_apart_whatever_their_fields(bench: Bench, tmp_path: Path) -> None:
    """Equal names, ids and radio groups do not meet; each field gives a value of its type."""
    directories = add_type(
        tmp_path, "mine", FIELDS + read_blocks()[1].replace("textarea", "[name=note]")
    )
    rows = [{"id": "__proto__", "row": "/files/gone.jpg"}, {"id": 2, "row": {"a": [True, None]}}]
    hit = bench.show({"task": "mine", "rows": rows}, directories)
    expect(hit.row(1)).to_contain_text("This picture did not load")
    expect(hit.row(2).get_by_role("radio", name="S")).to_be_checked()

    hit.row(1).get_by_role("radio", name="L").check()
    hit.row(2).get_by_label("Count").fill("12")
    hit.row(2).get_by_label("Note").fill("<b>")
    hit.row(2).get_by_label("Note").press("Enter")
    hit.row(2).get_by_label("Sure").check()
    hit.row(2).get_by_label("Colours").select_option(["red", "blue"])
    hit.row(1).get_by_label("Count").fill("0")
    hit.press_submit()
    expect(hit.row(1)).to_contain_text("Count: ")
    expect(hit.row(1).get_by_label("Count")).to_be_focused()
    hit.row(1).get_by_label("Count").fill("3")

    assert hit.submit() == {
        "__proto__": {"elements": 3, "sure": False, "colours": [], "size": "l"},
        2: {
            "elements": 12,
            "sure": True,
            "colours": ["red", "blue"],
            "note": "<b>",
            "length": 3,
            "size": "s",
        },
    }


def test_the_type_in_the_documentation_is_done(bench: Bench, tmp_path: Path) -> None:
    """Its answer is the one that the page shows."""
    line = {
        "task": "colour",
        "rows": [{"id": "p1", "row": {"name": "Ruby"}}],
        "context": {"colours": ["red", "green"]},
    }
    hit = bench.show(line, add_type(tmp_path, "colour", read_blocks()[0]))
    hit.frame.get_by_label("Why?").fill("It shines.")
    hit.press_submit()
    expect(hit.frame.get_by_text("Still missing: Which colour is the Ruby?")).to_be_visible()
    hit.keys("1")

    answers = hit.submit()

    assert answers == {"p1": {"colour": "red", "why": "It shines."}}
    assert f"`{json.dumps(answers['p1'])}`" in (ROOT / "docs" / "tasks.md").read_text("utf-8")


def test_a_preview_takes_no_answer(bench: Bench) -> None:
    """Who has not accepted the HIT sees it, and can neither draw nor submit."""
    bench.stand_in.page = tasks.render(to_hit(read_example("boxes")), DIRECTORIES)
    bench.page.goto(
        bench.stand_in.worker_address("ASSIGNMENT_ID_NOT_AVAILABLE").replace("/worker?", "/hit?")
    )

    expect(
        bench.page.get_by_role("heading", name="Draw boxes around cars and people")
    ).to_be_visible()
    expect(bench.page.get_by_role("button", name="Add a box").first).to_be_disabled()
    expect(bench.page.get_by_role("button", name="Submit")).to_be_disabled()
    bench.page.get_by_role("img").first.drag_to(bench.page.get_by_role("img").first, force=True)
    expect(bench.page.get_by_role("button", name="Box 1")).to_have_count(0)
    expect(bench.page.get_by_text("All are done")).to_have_count(0)


@pytest.mark.parametrize("open_crowd", ["http"], indirect=True)
def test_a_worker_can_leave_and_come_back(crowd: CrowdUnderTest, page: Page) -> None:
    """The crowd restores what was entered, also what only a script knows; nothing is lost."""
    line = to_hit(read_example("order"))
    desk = Desk(crowd, page)
    frame = desk.accept(tasks.render(line, DIRECTORIES))
    frame.get_by_role("button", name="Move Rain on Monday down").click()
    frame.get_by_role("button", name="This order is right").first.click()
    frame.get_by_label("Comment").fill("Later")
    wait_until_kept(page, "Later")

    page.reload()

    frame = page.frame_locator("iframe")
    expect(frame.get_by_text("Still to do: 3")).to_be_visible()
    expect(
        frame.get_by_role("region", name="2 of 3").get_by_role("listitem").first
    ).to_contain_text("Why it rains")
    expect(frame.get_by_label("Comment")).to_have_value("Later")
    frame.get_by_role("button", name="This order is right").last.click()
    frame.get_by_role("button", name="Submit").click()
    answers = desk.answers()
    assert list(answers) == ["output"]
    rows = read_example("order")["rows"]
    expected = {
        "h1": {"order": rows["h1"]},
        "h2": {"order": rows["h2"][::-1]},
        "h3": {"order": rows["h3"]},
    }
    assert tasks.split_answers(line["rows"], json.loads(answers["output"])) == expected
