"""Charts: what they draw, where, and what they say to a screen reader."""

import re
import xml.etree.ElementTree as ET

import pytest

from amt.report import charts
from amt.report.charts import Bar, Interval, Mark
from amt.report.texts import duration, shorten, show

NUMBERS = ("x", "x1", "x2", "cx", "width")


def draw(name: str) -> str:
    """A chart of odd values."""
    if name == "bars":
        bars = [Bar("<b>&\"'" * 30, 3, "3 (100.0 %)"), Bar("none", 0, "0")]
        return charts.draw_bars(bars, 'says "<it>"')
    if name == "intervals":
        intervals = [
            Interval("a", -0.5, 0.5, 1.5, "0.5"),
            Interval("漢" * 90, None, -1, None, "-1"),
        ]
        return charts.draw_intervals(intervals, "says it", least=-1)
    if name == "line":
        points = [(float(x), float(x)) for x in range(1000)]
        return charts.draw_line(points, "time", "answers", "says it", str)
    values = {"one": [0.0], "same": [7.0] * 9, "far": [*range(100), 1e6], "tiny": [0.001, 0.002]}
    bins = charts.bin_values(values[name])
    assert sum(bin_.number for bin_ in bins) == len(values[name])
    marks = [Mark(values[name][-1], "the last one")]
    return charts.draw_histogram(bins, "seconds", "answers", "says it", marks=marks)


@pytest.mark.parametrize("name", ["bars", "intervals", "line", "one", "same", "far", "tiny"])
def test_a_chart_is_well_formed_and_within_its_width(name: str) -> None:
    """Nothing is drawn outside, and what it shows is said in words."""
    svg = draw(name)

    chart = ET.fromstring(svg)
    assert chart.get("role") == "img"
    assert "says" in (chart.get("aria-label") or "")
    height = float((chart.get("viewBox") or "").split()[3])
    for part in chart.iter():
        for attribute in NUMBERS:
            assert 0 <= float(part.get(attribute, 0)) <= charts.WIDTH
        for attribute in ("y", "y1", "y2", "cy"):
            assert 0 <= float(part.get(attribute, 0)) <= height
    assert len(svg) < 8_000


def test_few_values_that_are_far_away_share_the_last_bar() -> None:
    """Otherwise all the others would be in the first."""
    bins = charts.bin_values([*range(100), 1e6])

    assert bins[-1].high is None
    assert bins[-1].number <= 3
    assert len(bins) > 8


def test_numbers_and_texts_are_shown_as_people_write_them() -> None:
    """With their units; long texts end in an ellipsis, wide characters count twice."""
    assert [duration(s) for s in (1, 45.5, 200, 240, 7500)] == [
        "1 s",
        "45.5 s",
        "3 min 20 s",
        "4 min",
        "2 h 5 min",
    ]
    assert shorten("漢" * 10, 7) == "漢漢…"
    assert show("a" * 400) == "a" * 299 + "…"
    assert show({"a": "\u202e"}) == '{"a": "\ufffd"}'
    assert re.fullmatch("\ufffd+", show("\x00\ud800\x1b"))
