"""The built-in task types: each example batch done in a browser, read back and aggregated."""

from typing import TYPE_CHECKING

from tests.support.task_pages import TaskPage, read_example, to_hit
from tests.support.worker_frame import (
    StandIn,
    expect,
    stand_in_fixture,  # noqa: F401 - fixture
)

if TYPE_CHECKING:
    from playwright.sync_api import Page


def test_same_says_what_is_missing(stand_in: StandIn, page: "Page") -> None:
    """Submit with a row undone names the row and what it lacks, and goes there; keys answer it."""
    hit = TaskPage(stand_in, page, to_hit(read_example("same")))
    expect(hit.frame.get_by_text("Still to do: 1, 2, 3")).to_be_visible()
    hit.row(1).get_by_role("radio", name="yes").check()
    hit.row(3).get_by_role("radio", name="no").check()

    hit.press_submit()

    expect(hit.row(2)).to_contain_text("Still missing: Are both the same product?")
    expect(hit.row(2).get_by_role("radio", name="yes")).to_be_focused()
    assert stand_in.posts == []
    page.keyboard.press("2")
    expect(hit.row(2).get_by_role("radio", name="no")).to_be_checked()
    expect(hit.row(2)).not_to_contain_text("Still missing")
    hit.frame.get_by_label("Comment").fill(" p2 is  unclear\n")
    assert hit.submit() == {"p1": {"same": "yes"}, "p2": {"same": "no"}, "p3": {"same": "no"}}
    (output,) = stand_in.outputs
    assert output["comment"] == "p2 is  unclear"
