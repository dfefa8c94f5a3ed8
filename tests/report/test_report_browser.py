"""The report in a browser: on a phone, in light and dark colours, and on paper."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

from amt.quality.aggregation import Settings
from amt.report import page as report_page
from amt.report import report
from amt.report.study import read_study
from tests.support.contrast import LOW_CONTRAST
from tests.support.machine_lines import machine_result
from tests.support.results_lines import to_lines
from tests.support.votes import lines_of

if TYPE_CHECKING:
    from playwright.sync_api import Browser

WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
# Text of a chart that is cut off at the side, or lies over other text of its chart.
OVERLAPS = """() => [...document.querySelectorAll("svg")].flatMap((svg) => {
  const outer = svg.getBoundingClientRect();
  const boxes = [...svg.querySelectorAll("text")].map((t) => [t, t.getBoundingClientRect()]);
  return boxes.flatMap(([text, box], number) => {
    const isCut = box.left < outer.left - 1 || box.right > outer.right + 1;
    const isOver = boxes.slice(number + 1).some(([, other]) =>
      box.left < other.right - 1 && other.left < box.right - 1 &&
      box.top < other.bottom - 4 && other.top < box.bottom - 4);
    return isCut || isOver ? [text.textContent] : [];
  });
})"""


def write_page(folder: Path) -> Path:
    """Write a report with every section, of long labels and many workers."""
    long = "a label that somebody wrote as a whole sentence, with_one_very_long_word_" + "w" * 60
    rows = [[long, "b", "b"], ["b", long, "c"], ["b", "b", "b"], ["c", "c", long]] * 12
    people = [json.loads(line) for line in lines_of(rows).splitlines()]
    for number, line in enumerate(people):
        line |= {
            "worker_id": f"A{number % 25}",
            "accept_time": f"2015-11-23T18:{number % 15:02}:00Z",
        }
        line["hit"] = {"Reward": "0.05"}
    people[0] |= {"suggested_by": "gpt-x"}
    machines = [machine_result(n, output={"label": "b"}) for n in range(1, 20)]
    results = folder / "results.txt"
    results.write_text(to_lines(*people, *machines))
    study = read_study([str(results)], Settings("output.label"), None, None, "", 5)
    path = folder / "report.html"
    path.write_text(report_page.render(study, report.compute_figures(study)), "utf-8")
    return path


def test_the_report_can_be_read_on_a_phone_in_the_dark_and_on_paper(
    browser: "Browser", tmp_path: Path
) -> None:
    """Nothing is wider than 360 pixels, no text has too little contrast or lies over other text, the
    charts' tables open with the keyboard, and paper is light.
    """
    url = write_page(tmp_path).as_uri()
    for width, colours in ((360, "light"), (360, "dark"), (1280, "dark")):
        context = browser.new_context(
            viewport={"width": width, "height": 800}, color_scheme=colours
        )
        page = context.new_page()
        page.goto(url)
        seen, too_close = page.evaluate(LOW_CONTRAST)
        assert seen > 100
        assert (width, colours, too_close) == (width, colours, [])
        assert page.evaluate(WIDE) == 0
        assert page.evaluate(OVERLAPS) == []
        if width == 360 and colours == "dark":
            page.locator("summary").first.focus()
            page.keyboard.press("Enter")
            assert page.locator("details[open] table").count() == 1
            page.emulate_media(media="print", color_scheme="dark")
            background = page.evaluate("getComputedStyle(document.body).backgroundColor")
            assert background == "rgb(255, 255, 255)"
        context.close()
