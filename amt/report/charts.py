"""Charts as SVG, drawn by pure functions: bars, histograms, intervals, and a line over time.

All are 340 units wide, so that on a phone a unit is a pixel and the text keeps its size. Colours are
classes of the page's style sheet. Each chart says in words what it shows, for screen readers.
"""

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

from markupsafe import Markup

from amt.report.texts import shorten

WIDTH = 340
LEFT, RIGHT = 40, 328  # of the plot, where a chart has axes
TEXT_COLUMNS = 50  # characters of text that fit into the width
MOST_BINS = 16
MOST_TICKS = 6


class Bar(NamedTuple):
    """A bar with its name, and its value as text."""

    name: str
    value: float
    text: str


class Bin(NamedTuple):
    """A bar of a histogram: the values from `low` up to `high`; of the last one without end, None."""

    low: float
    high: float | None
    number: int


class Interval(NamedTuple):
    """A value with its interval, which can be missing."""

    name: str
    low: float | None
    value: float
    high: float | None
    text: str


class Mark(NamedTuple):
    """A place on a histogram's axis that is marked."""

    value: float
    text: str


def draw_bars(bars: Sequence[Bar], description: str) -> str:
    """Return horizontal bars, each under its name and value."""
    most = max((bar.value for bar in bars), default=0) or 1
    parts = []
    for number, bar in enumerate(bars):
        top = 34 * number
        name = shorten(bar.name, TEXT_COLUMNS - 2 - len(bar.text))
        parts += [
            _text(0, top + 13, name),
            _text(WIDTH, top + 13, bar.text, "end"),
            _rectangle("track", 0, top + 18, WIDTH, 9),
            _rectangle("bar", 0, top + 18, WIDTH * bar.value / most, 9),
        ]
    return _svg(34 * len(bars), description, parts)


def bin_values(values: Sequence[float]) -> list[Bin]:
    """Return the bins of values from 0 on; the last one has the largest 2 % if they are far away."""
    ordered = sorted(values)
    if not ordered:
        return []
    limit = ordered[max(0, math.ceil(len(ordered) * 0.98) - 1)]
    step = round_up((limit or ordered[-1] or 1) / MOST_BINS)
    number = int(limit / step) + 1
    counts = [0] * (number + 1)
    for value in ordered:
        counts[min(number, int(value / step))] += 1
    bins = [Bin(place * step, (place + 1) * step, counts[place]) for place in range(number)]
    return [*bins, Bin(number * step, None, counts[number])] if counts[number] else bins


def round_up(value: float) -> float:
    """Return the smallest of 1, 2, 5, 10, 20, 50 and so on that is not below a value above 0."""
    power = 10.0 ** math.floor(math.log10(value))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= value * (1 - 1e-9))


def draw_histogram(
    bins: Sequence[Bin],
    axis: str,
    counted: str,
    description: str,
    *,
    marks: Sequence[Mark] = (),
    show: Callable[[float], str] = lambda value: f"{value:g}",
) -> str:
    """Return vertical bars. `axis` names the values with their unit, `counted` what is counted."""
    top = 22 + 16 * len(marks)
    bottom = top + 120
    most = max(bin_.number for bin_ in bins)
    step = (RIGHT - LEFT) / len(bins)
    parts = [_text(0, 12, counted)]
    for level in _list_levels(most):
        y = bottom - 120 * level / most
        parts += [_line("grid", LEFT, y, RIGHT, y), _text(LEFT - 5, y + 4, f"{level:,.0f}", "end")]
    for place, bin_ in enumerate(bins):
        height = 120 * bin_.number / most
        name = "bar" if bin_.high is not None else "rest"
        parts.append(
            _rectangle(name, LEFT + place * step + 1, bottom - height, max(1, step - 2), height)
        )
    parts += _list_ticks(bins, step, bottom, show)
    width = (bins[0].high or bins[0].low + 1) - bins[0].low
    for number, mark in enumerate(marks):
        x = min(RIGHT, LEFT + step * (mark.value - bins[0].low) / width)
        y = 28 + 16 * number
        side = "end" if x > (LEFT + RIGHT) / 2 else "start"
        parts += [
            _line("mark", x, y - 8, x, bottom),
            _text(x - 4 if side == "end" else x + 4, y + 2, mark.text, side),
        ]
    parts.append(_text((LEFT + RIGHT) / 2, bottom + 34, axis, "middle"))
    return _svg(bottom + 40, description, parts)


def draw_intervals(
    intervals: Sequence[Interval], description: str, *, least: float = 0, most: float = 1
) -> str:
    """Return values on one axis with their intervals, each under its name."""
    span = most - least

    def place(value: float) -> float:
        return 6 + (WIDTH - 12) * (min(max(value, least), most) - least) / span

    bottom = 36 * len(intervals)
    parts = []
    for number in range(5):
        value = least + span * number / 4
        x = place(value)
        side = "start" if number == 0 else "end" if number == 4 else "middle"
        at = 0 if number == 0 else WIDTH if number == 4 else x
        parts += [_line("grid", x, 0, x, bottom), _text(at, bottom + 16, f"{value:g}", side)]
    for number, interval in enumerate(intervals):
        top = 36 * number
        name = shorten(interval.name, TEXT_COLUMNS - 2 - len(interval.text))
        parts += [
            _text(0, top + 13, name, halo=True),
            _text(WIDTH, top + 13, interval.text, "end", halo=True),
        ]
        if interval.low is not None and interval.high is not None:
            parts.append(
                _line("range", place(interval.low), top + 24, place(interval.high), top + 24)
            )
        parts.append(
            Markup('<circle class="bar" cx="{}" cy="{}" r="5"/>').format(
                _round(place(interval.value)), top + 24
            )
        )
    return _svg(bottom + 22, description, parts)


def draw_line(
    points: Sequence[tuple[float, float]],
    axis: str,
    counted: str,
    description: str,
    show: Callable[[float], str],
) -> str:
    """Return a line through points in the order of x, whose y begins at 0. `show` names an x."""
    first, last = points[0][0], points[-1][0]
    most = max(y for _, y in points) or 1
    bottom = 142
    span = (last - first) or 1

    def place(x: float) -> float:
        return LEFT + (RIGHT - LEFT) * (x - first) / span

    parts = [_text(0, 12, counted)]
    for level in _list_levels(most):
        y = bottom - 120 * level / most
        parts += [_line("grid", LEFT, y, RIGHT, y), _text(LEFT - 5, y + 4, f"{level:,.0f}", "end")]
    step = max(1, len(points) // 150)
    chosen = [*points[:-1:step], points[-1]]
    path = " ".join(f"{_round(place(x))},{_round(bottom - 120 * y / most)}" for x, y in chosen)
    parts.append(Markup('<polyline class="line" points="{}"/>').format(path))
    for x, side in ((first, "start"), (last, "end")):
        parts.append(_text(LEFT if side == "start" else RIGHT, bottom + 17, show(x), side))
    parts.append(_text((LEFT + RIGHT) / 2, bottom + 34, axis, "middle"))
    return _svg(bottom + 40, description, parts)


def _list_levels(most: float) -> list[float]:
    """Return three or four levels of an axis from 0 up to at most `most`."""
    step = max(1.0, round_up(most / 3))
    return [step * number for number in range(int(most / step) + 1)]


def _list_ticks(
    bins: Sequence[Bin], step: float, bottom: float, show: Callable[[float], str]
) -> list[Markup]:
    """Return the names of the bins' limits: at most MOST_TICKS, and of the bin without an end."""
    every = math.ceil(len(bins) / MOST_TICKS)
    parts = []
    for place, bin_ in enumerate(bins):
        if bin_.high is None:
            parts.append(_text(RIGHT, bottom + 17, f"≥ {show(bin_.low)}", "end"))
        elif place % every == 0 and (
            bins[-1].high is not None or len(bins) - place > every / 2 + 1
        ):
            parts.append(_text(LEFT + place * step, bottom + 17, show(bin_.low), "middle"))
    last = bins[-1].high
    if last is not None and step * ((len(bins) - 1) % every + 1) >= 24:
        parts.append(_text(RIGHT, bottom + 17, show(last), "end"))
    return parts


def _svg(height: float, description: str, parts: Sequence[Markup]) -> str:
    return str(
        Markup('<svg viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>').format(
            WIDTH, _round(height), description, Markup().join(parts)
        )
    )


def _text(x: float, y: float, text: str, side: str = "start", *, halo: bool = False) -> Markup:
    name = Markup(' class="halo"') if halo else Markup()
    anchor = Markup() if side == "start" else Markup(' text-anchor="{}"').format(side)
    return Markup('<text x="{}" y="{}"{}{}>{}</text>').format(
        _round(x), _round(y), anchor, name, text
    )


def _line(name: str, x: float, y: float, to_x: float, to_y: float) -> Markup:
    return Markup('<line class="{}" x1="{}" y1="{}" x2="{}" y2="{}"/>').format(
        name, *map(_round, (x, y, to_x, to_y))
    )


def _rectangle(name: str, x: float, y: float, width: float, height: float) -> Markup:
    return Markup('<rect class="{}" x="{}" y="{}" width="{}" height="{}"/>').format(
        name, *map(_round, (x, y, width, height))
    )


def _round(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
