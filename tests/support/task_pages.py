"""The pages of task types: the example batch of each, rendered as a HIT, and what it hands in."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from amt.declared import tasks
from tests.support.worker_frame import StandIn, expect, hit

if TYPE_CHECKING:
    from playwright.sync_api import FrameLocator, Locator, Page

ROOT = Path(__file__).resolve().parents[2]
DIRECTORIES = [str(ROOT / "hit_templates")]


def read_example(name: str) -> dict[str, Any]:
    """Return the example batch of a task type."""
    batch: dict[str, Any] = json.loads((ROOT / "examples" / "batches" / f"{name}.json").read_text())
    return batch


def to_hit(batch: dict[str, Any]) -> dict[str, Any]:
    """Return the line of input.jsonl for all rows of a batch in one HIT."""
    rows = [{"id": row_id, "row": row} for row_id, row in batch["rows"].items()]
    return {"task": batch["task"], "rows": rows, "context": batch["context"]}


class TaskPage:
    """A HIT of a batch in a worker's browser, in a frame without an origin."""

    def __init__(self, stand_in: StandIn, page: "Page", line: dict[str, Any]) -> None:
        self.stand_in = stand_in
        self.page = page
        self.line = line
        self.frame: FrameLocator = hit(stand_in, page, tasks.render(line, DIRECTORIES))

    def row(self, number: int) -> "Locator":
        """Return a row, from 1."""
        return self.frame.get_by_role("region", name=f"{number} of ", exact=False)

    def press_submit(self) -> None:
        """Press Submit."""
        self.frame.get_by_role("button", name="Submit").click()

    def submit(self) -> dict[Any, dict[str, Any]]:
        """Press Submit; return the fields of each row, as a requester gets them."""
        self.press_submit()
        expect(self.frame.get_by_text("Thank you")).to_be_visible()
        return tasks.split_answers(self.line["rows"], self.stand_in.outputs[-1])
