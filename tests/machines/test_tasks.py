"""What a machine is asked: which rows of a batch, and which labels it may give."""

import json
from pathlib import Path

from amt.batches import Batch
from amt.machines import known_labels, tasks

PAGE = """<form>
<input type="radio" name="label" value="cat"><input type=checkbox name=label value=dog>
<input type="text" name="label" value="typed"><input type="radio" name="other" value="x">
<select name="size"><option>choose<option value="s"><option value="m"></select>
<crowd-classifier name="kind" categories="['A', 'B']"></crowd-classifier>
<crowd-classifier name="rest" categories="{{ task.input.categories }}"></crowd-classifier>
</form>"""


def test_a_row_of_a_split_batch_is_asked_once(tmp_path: Path) -> None:
    """Its answer belongs to the first HIT of the row, as people's answers to all of them do."""
    header = {
        "batch": "b",
        "crowd": "local",
        "site": "sandbox",
        "time": "2026-01-01T00:00:00+00:00",
        "hit_type_id": "3T",
        "rows": 2,
        "hashes": {},
        "parts": [5, 5],
    }
    lines = [
        {"row": row, "part": part, "hit_id": f"3HIT{row}{part}", "input": {"n": row}}
        for part in (0, 1)
        for row in (0, 1)
    ]
    path = tmp_path / "ids.batch.jsonl"
    path.write_text("".join(f"{json.dumps(line)}\n" for line in (header, *lines[:3])))

    found = list(tasks.list_tasks(Batch(path), {"3HIT01", "3HIT10"}))

    assert found == [
        tasks.Task(0, "3HIT00", True, {"n": 0}),
        tasks.Task(1, "3HIT10", True, {"n": 1}),
    ]


def test_the_choices_of_a_template() -> None:
    """Radio buttons, check boxes, lists, and categories that are written in the page."""
    sources = {"page.html": PAGE}

    assert known_labels.find_choices(sources, "label") == {"cat", "dog"}
    assert known_labels.find_choices(sources, "size") == {"s", "m"}
    assert known_labels.find_choices(sources, "kind") == {"A", "B"}
    assert not known_labels.find_choices(sources, "rest")
    depending = {"page.html": '<input type="radio" name="label" value="{{ label }}">'}
    assert not known_labels.find_choices(depending, "label")
