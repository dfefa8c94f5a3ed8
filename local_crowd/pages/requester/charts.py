"""Bar charts: which bars, and where they stand. Pure; templates/requester/chart.html draws them."""

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
WIDTH, HEIGHT, GAP = 600, 120, 2  # of the drawing, in its own units


@dataclass(frozen=True, slots=True)
class Bar:
    """What lies from `start` up to, but not including, `end` (none: everything above)."""

    start: int
    end: int | None
    count: int


class Drawn(NamedTuple):
    """A bar where it is drawn."""

    bar: Bar
    x: float
    y: float
    width: float
    height: float


def over_time(counts: Mapping[int, int]) -> list[Bar]:
    """Counts by epoch second, in periods of one length, the empty ones between them too."""
    if not counts:
        return []
    first, last = min(counts), max(counts)
    size = next((s for s in PERIODS if last // s - first // s < MOST_PERIODS), PERIODS[-1])
    start = first // size * size
    return _bars(counts, start, size, (last - start) // size + 1)


def over_length(counts: Mapping[int, int]) -> list[Bar]:
    """Counts by a number of seconds. The slowest twentieth may share the last bar: somebody who
    left a HIT open over lunch does not make the others one bar.
    """
    if not counts:
        return []
    most = quantile(counts, 0.95)
    size = next((s for s in LENGTHS if most // s < MOST_LENGTHS), LENGTHS[-1])
    first = min(counts) // size * size
    last = max(counts)
    number = min((last - first) // size, most // size - first // size) + 1
    bars = _bars(counts, first, size, number)
    above = sum(count for value, count in counts.items() if value >= first + number * size)
    return [*bars, Bar(first + number * size, None, above)] if above else bars


def quantile(counts: Mapping[int, int], share: float) -> int:
    """The smallest value that at least this share of all reach or stay below."""
    wanted = share * sum(counts.values())
    seen = 0
    for value in sorted(counts):
        seen += counts[value]
        if seen >= wanted:
            return value
    return 0


def drawn(bars: Sequence[Bar]) -> list[Drawn]:
    """The bars side by side, the highest as high as the drawing."""
    highest = max((bar.count for bar in bars), default=0)
    step = WIDTH / max(len(bars), 1)
    return [
        Drawn(bar, round(number * step, 2), round(HEIGHT - height, 2), round(step - GAP, 2), height)
        for number, bar in enumerate(bars)
        for height in [round(HEIGHT * bar.count / highest, 2) if highest else 0.0]
    ]


def _bars(counts: Mapping[int, int], start: int, size: int, number: int) -> list[Bar]:
    sums = [0] * number
    for value, count in counts.items():
        if (place := (value - start) // size) < number:
            sums[place] += count
    return [
        Bar(start + place * size, start + (place + 1) * size, count)
        for place, count in enumerate(sums)
    ]
