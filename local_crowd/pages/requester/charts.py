"""Bar charts: the bars and their positions, which templates/requester/chart.html draws."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

MINUTE, HOUR, DAY = 60, 3600, 86400
PERIODS = (
    *(MINUTE * n for n in (1, 5, 15, 30)),
    *(HOUR * n for n in (1, 3, 6, 12)),
    *(DAY * n for n in (1, 2, 7, 30, 90, 365)),
)
LENGTHS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 43200, 86400)
MOST_PERIODS, MOST_LENGTHS = 48, 20
WIDTH, HEIGHT, GAP = 600, 120, 2  # in units of the SVG


@dataclass(frozen=True, slots=True)
class Bar:
    """The count of values from `start` up to, but not including, `end`; None is infinity."""

    start: int
    end: int | None
    count: int


class DrawnBar(NamedTuple):
    """A bar with its position in the SVG."""

    bar: Bar
    x: float
    y: float
    width: float
    height: float


def count_by_period(counts: Mapping[int, int]) -> list[Bar]:
    """Sum counts by epoch second into periods of equal length, including empty ones."""
    if not counts:
        return []
    first, last = min(counts), max(counts)
    size = next((s for s in PERIODS if last // s - first // s < MOST_PERIODS), PERIODS[-1])
    start = first // size * size
    return _fill_bars(counts, start, size, (last - start) // size + 1)


def count_by_length(counts: Mapping[int, int]) -> list[Bar]:
    """Sum counts by working time in seconds into bars of equal width.

    The slowest 5 % may share the last bar, so one HIT left open over lunch does not squeeze all
    others into one bar.
    """
    if not counts:
        return []
    most = find_quantile(counts, 0.95)
    size = next((s for s in LENGTHS if most // s < MOST_LENGTHS), LENGTHS[-1])
    first = min(counts) // size * size
    last = max(counts)
    number = min((last - first) // size, most // size - first // size) + 1
    bars = _fill_bars(counts, first, size, number)
    above = sum(count for value, count in counts.items() if value >= first + number * size)
    return [*bars, Bar(first + number * size, None, above)] if above else bars


def find_quantile(counts: Mapping[int, int], share: float) -> int:
    """Return the smallest value such that at least `share` of the counts are at or below it."""
    wanted = share * sum(counts.values())
    seen = 0
    for value in sorted(counts):
        seen += counts[value]
        if seen >= wanted:
            return value
    return 0


def draw(bars: Sequence[Bar]) -> list[DrawnBar]:
    """Place the bars side by side, scaled so that the highest fills the SVG."""
    highest = max((bar.count for bar in bars), default=0)
    step = WIDTH / max(len(bars), 1)
    return [
        DrawnBar(
            bar, round(number * step, 2), round(HEIGHT - height, 2), round(step - GAP, 2), height
        )
        for number, bar in enumerate(bars)
        for height in [round(HEIGHT * bar.count / highest, 2) if highest else 0.0]
    ]


def _fill_bars(counts: Mapping[int, int], start: int, size: int, number: int) -> list[Bar]:
    sums = [0] * number
    for value, count in counts.items():
        if (place := (value - start) // size) < number:
            sums[place] += count
    return [
        Bar(start + place * size, start + (place + 1) * size, count)
        for place, count in enumerate(sums)
    ]
