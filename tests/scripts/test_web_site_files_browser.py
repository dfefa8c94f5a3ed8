"""A template and a CSV file of Mechanical Turk's web site, from the files to the results."""

import json
from typing import TYPE_CHECKING

from tests.support.hit_frames import expect
from tests.support.script_fixtures import PROPERTIES, Desk
from tests.support.server_process import Start, addresses

if TYPE_CHECKING:
    from playwright.sync_api import Page

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


def test_a_row_of_a_csv_file_comes_back_with_its_answer(
    desk: Desk, start: Start, page: "Page"
) -> None:
    """The page shows the row's texts everywhere, and the result has the row as `input`."""
    desk.write("page.html", TEMPLATE)
    desk.write("properties.json", json.dumps(PROPERTIES | {"MaxAssignments": 1}))
    cells = ",".join('"' + text.replace('"', '""') + '"' for text in ROW.values())
    desk.write("input.csv", f"\ufeff{','.join(ROW)}\r\n{cells}\r\n")
    launched = desk.process(
        "launch_hits",
        "--html_template=page.html",
        "--hit_properties_file=properties.json",
        "--input_json_file=input.csv",
        "--hit_ids_file=ids.txt",
    )
    assert launched.code == 0, launched.err
    sandbox, _ = addresses(start("--port", "0"))

    page.goto(f"{sandbox}sign_in")
    page.get_by_label("Nickname").fill("Ada")
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("button", name="Accept").first.click()
    expect(page.get_by_role("timer")).to_be_visible()
    frame = page.frame_locator("iframe")
    expect(frame.locator("#text")).to_have_text(ROW["text"])
    expect(frame.locator("#text")).to_have_attribute("title", ROW["source-id"])
    expect(frame.locator("#script")).to_have_text(ROW["text"] + "7")
    expect(frame.get_by_label("Kind")).to_have_value("<wren>")
    frame.get_by_role("button", name="Submit").click()
    expect(page.get_by_text("That was the last HIT of this group for you.")).to_be_visible()

    (result,) = desk.process("get_results", "--hit_ids_file=ids.txt").lines
    assert result["input"] == ROW
    assert result["answers"]["kind"] == "<wren>"
