"""A template and a CSV file of the web site or of Ground Truth, from the files to the results."""

import json
from typing import TYPE_CHECKING, Any

from tests.support.hit_frames import expect
from tests.support.script_fixtures import PROPERTIES, Desk
from tests.support.server_process import Start, addresses

if TYPE_CHECKING:
    from playwright.sync_api import FrameLocator, Page

TEMPLATE = """<!DOCTYPE html>
<script src="https://s3.amazonaws.com/mturk-public/externalHIT_v1.js"></script>
<form name="mturk_form" method="post" action="https://www.mturk.com/mturk/externalSubmit">
<input type="hidden" name="assignmentId" id="assignmentId">
<p id="text" title="${source-id}">${text}</p>
<p id="script"></p>
<label>Kind <input name="kind" value="${kind}"></label>
<input type="submit" id="submitButton" value="Submit">
</form>
<script>
document.getElementById('script').textContent = '${text}' + ${count};
turkSetAssignmentID();
</script>
"""
ROW = {
    "Title": "not used",
    "source-id": "a 'quoted' \"id\"",
    "text": "</script><b>it's \\ 1 & 2</b>",
    "kind": "<wren>",
    "count": "7",
}


GROUND_TRUTH = """<script src="https://assets.crowd.aws/crowd-html-elements.js"></script>
<crowd-form>
  <crowd-classifier name="kind" categories="{{ task.input.labels | to_json | escape }}"
    header="{{ task.input.header }}">
    <classification-target><img id="image" alt="" src="{{ task.input.image | grant_read_access }}">
      <p id="script"></p></classification-target>
    <short-instructions>{% if task.input.hint != blank %}{{ task.input.hint }}{% endif %}
      <ol>{% for label in task.input.labels %}<li>{{ label }}</li>{% endfor %}</ol>
    </short-instructions>
  </crowd-classifier>
</crowd-form>
<script>
document.getElementById('script').textContent = {{ task.input.labels | to_json }}.join('+');
</script>
"""
GROUND_TRUTH_ROW = {
    "image": 'https://localhost/a.png?b=1&c="',
    "labels": """["A 'dog'", "</script> \\"cat\\""]""",
    "header": "Cat & <dog>?",
}


def launch(desk: Desk, template: str, row: dict[str, str]) -> None:
    """Launch a HIT of a CSV file."""
    desk.write("page.html", template)
    desk.write("properties.json", json.dumps(PROPERTIES | {"MaxAssignments": 1}))
    cells = ",".join('"' + text.replace('"', '""') + '"' for text in row.values())
    desk.write("input.csv", f"\ufeff{','.join(row)}\r\n{cells}\r\n")
    launched = desk.process(
        "launch_hits",
        "--html_template=page.html",
        "--hit_properties_file=properties.json",
        "--input_json_file=input.csv",
        "--hit_ids_file=ids.txt",
    )
    assert launched.code == 0, launched.err


def accept(page: "Page", sandbox: str) -> "FrameLocator":
    """Accept the HIT as a worker, and return its frame."""
    page.goto(f"{sandbox}sign_in")
    page.get_by_label("Nickname").fill("Ada")
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("button", name="Accept").first.click()
    expect(page.get_by_role("timer")).to_be_visible()
    return page.frame_locator("iframe")


def submit(desk: Desk, page: "Page", frame: "FrameLocator") -> dict[str, Any]:
    """Submit the HIT, and return its line of the results."""
    frame.get_by_role("button", name="Submit").click()
    expect(page.get_by_text("That was the last HIT of this group for you.")).to_be_visible()
    (result,) = desk.process("get_results", "--hit_ids_file=ids.txt").lines
    return dict(result)


def test_a_row_of_a_csv_file_comes_back_with_its_answer(
    desk: Desk, start: Start, page: "Page"
) -> None:
    """The page shows the row's texts everywhere, and the result has the row as `input`."""
    launch(desk, TEMPLATE, ROW)
    sandbox, _ = addresses(start("--port", "0"))

    frame = accept(page, sandbox)
    expect(frame.locator("#text")).to_have_text(ROW["text"])
    expect(frame.locator("#text")).to_have_attribute("title", ROW["source-id"])
    expect(frame.locator("#script")).to_have_text(ROW["text"] + "7")
    expect(frame.get_by_label("Kind")).to_have_value("<wren>")
    result = submit(desk, page, frame)

    assert result["input"] == ROW
    assert result["answers"]["kind"] == "<wren>"


def test_a_liquid_template_shows_the_row_and_its_answer_comes_back(
    desk: Desk, start: Start, page: "Page"
) -> None:
    """Labels are a JSON list in a cell; in text, attributes and scripts they are the same."""
    launch(desk, GROUND_TRUTH, GROUND_TRUTH_ROW)
    sandbox, _ = addresses(start("--port", "0"))

    frame = accept(page, sandbox)
    expect(frame.get_by_text(GROUND_TRUTH_ROW["header"])).to_be_visible()
    expect(frame.locator("#image")).to_have_attribute("src", GROUND_TRUTH_ROW["image"])
    labels = json.loads(GROUND_TRUTH_ROW["labels"])
    expect(frame.locator("#script")).to_have_text("+".join(labels))
    expect(frame.locator("li")).to_have_text(labels)
    frame.get_by_label(labels[1]).check()
    result = submit(desk, page, frame)

    assert result["input"] == GROUND_TRUTH_ROW
    assert result["output"] == [{"kind": {"label": labels[1]}}]
