"""How far workers agree: Krippendorff's alpha, Fleiss' and Cohen's kappa, and raw agreement.

Sources: K. Krippendorff (2011), Computing Krippendorff's Alpha-Reliability; J. L. Fleiss (1971),
Measuring nominal scale agreement among many raters, Psychological Bulletin 76(5), 378-382;
J. Cohen (1960), A coefficient of agreement for nominal scales, Educational and Psychological
Measurement 20(1), 37-46; of more than two workers, its mean over pairs of workers: R. J. Light
(1971), Psychological Bulletin 76(5), 365-377.
"""

import random
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from amt.quality.votes import Votes, read_numbers

Pattern = tuple[int, ...]  # the number of votes for each label in a row
Patterns = Mapping[Pattern, int]  # how many rows have each pattern
Distance = Callable[[int, int], float]  # between two labels, by their positions
Computation = tuple[str, Callable[[Any], float]]  # the name of a measure, and what computes it

RESAMPLES = 1000
FEWEST_RESAMPLES = 100
MOST_STEPS = 4_000_000  # rows or pairs of votes drawn for one interval; more take fewer resamples
ONE_LABEL = "all answers are the same label, so agreement by chance cannot be told from agreement"
ONE_ANSWER = "no row has two answers"
ONE_ROW = "a single row has no interval"
SAME = "resampled rows are all the same label"


@dataclass(frozen=True)
class Measure:
    """A measure of agreement with its 95 % interval. Without a value, `why` says why."""

    name: str
    value: float | None
    low: float | None
    high: float | None
    rows: int  # with two answers or more
    why: str | None

    def to_line(self) -> dict[str, Any]:
        """Return the line that is printed."""
        return {
            "measure": self.name,
            "value": self.value,
            "low": self.low,
            "high": self.high,
            "rows": self.rows,
            "why": self.why,
        }


class UndefinedError(ValueError):
    """Raised where a measure has no value. The text says why."""


def measure(votes: Votes, *, is_ordered: bool = False, seed: int = 0) -> Iterator[Measure]:
    """Yield every measure. `is_ordered`: the labels are in their order, also if they are texts."""
    patterns = count_patterns(votes)
    numbers = read_numbers(votes.labels)
    by_pattern: list[Computation] = [
        ("krippendorff_alpha_nominal", lambda drawn: compute_alpha(drawn, nominal)),
        ("krippendorff_alpha_ordinal", _alpha_ordinal(numbers is not None or is_ordered)),
        ("krippendorff_alpha_interval", _alpha_interval(numbers)),
        ("fleiss_kappa", compute_fleiss),
        ("raw_agreement", compute_raw),
    ]
    rows = sum(patterns.values())
    yield from _measure(by_pattern, patterns, rows, seed)
    ballots = collect_ballots(votes)
    pairs = sum(len(ballot) * (len(ballot) - 1) // 2 for ballot in ballots)
    cohen: Computation = ("cohen_kappa", compute_cohen)
    yield from _measure([cohen], Counter(ballots), rows, seed, steps=pairs)


def count_patterns(votes: Votes) -> Counter[Pattern]:
    """Count the patterns of the rows with at least two votes."""
    return Counter(tuple(votes.count(row)) for row in votes.iterate() if len(row) > 1)


def collect_ballots(votes: Votes) -> list[tuple[tuple[int, int], ...]]:
    """Return worker and vote of the votes of each row with at least two; of several votes of a
    worker the first.
    """
    ballots = []
    for start, end in zip(votes.starts, votes.starts[1:], strict=False):
        first: dict[int, int] = {}
        for worker, vote in zip(votes.workers[start:end], votes.votes[start:end], strict=True):
            first.setdefault(worker, vote)
        if len(first) > 1:
            ballots.append(tuple(sorted(first.items())))
    return ballots


def nominal(first: int, second: int) -> float:
    """Return 0 for the same label, 1 for two labels."""
    return float(first != second)


def compute_alpha(patterns: Patterns, distance: Distance) -> float:
    """Return Krippendorff's alpha: 1 - observed / expected disagreement."""
    _require_rows(patterns)
    size = len(next(iter(patterns)))
    totals = [0.0] * size
    observed = 0.0
    for pattern, rows in patterns.items():
        found = [label for label in range(size) if pattern[label]]
        pairs = sum(2 * pattern[a] * pattern[b] * distance(a, b) for a, b in combinations(found, 2))
        observed += rows * pairs / (sum(pattern) - 1)
        for label in found:
            totals[label] += rows * pattern[label]
    number = sum(totals)
    found = [label for label in range(size) if totals[label]]
    expected = sum(2 * totals[a] * totals[b] * distance(a, b) for a, b in combinations(found, 2))
    if not expected:
        raise UndefinedError(ONE_LABEL)
    return 1 - (number - 1) * observed / expected


def compute_fleiss(patterns: Patterns) -> float:
    """Return Fleiss' kappa, which is defined if all rows have the same number of votes."""
    _require_rows(patterns)
    sizes = {sum(pattern) for pattern in patterns}
    if len(sizes) > 1:
        raise UndefinedError(
            f"rows have from {min(sizes)} to {max(sizes)} answers, and Fleiss' kappa needs the same "
            "number in all; use Krippendorff's alpha"
        )
    total = sum(patterns.values()) * sizes.pop()
    sums = [0] * len(next(iter(patterns)))
    for pattern, rows in patterns.items():
        for label, count in enumerate(pattern):
            sums[label] += rows * count
    expected = sum((count / total) ** 2 for count in sums)
    if expected == 1:
        raise UndefinedError(ONE_LABEL)
    return (compute_raw(patterns) - expected) / (1 - expected)


def compute_raw(patterns: Patterns) -> float:
    """Return the mean over rows of the share of pairs of votes that are equal."""
    _require_rows(patterns)
    total = 0.0
    for pattern, rows in patterns.items():
        size = sum(pattern)
        equal = sum(count * (count - 1) for count in pattern)
        total += rows * equal / (size * (size - 1))
    return total / sum(patterns.values())


def compute_cohen(ballots: Mapping[tuple[tuple[int, int], ...], int]) -> float:
    """Return the mean of Cohen's kappa over the pairs of workers for whom it is defined."""
    tables: dict[tuple[int, int], Counter[tuple[int, int]]] = {}
    for ballot, rows in ballots.items():
        for (first, a), (second, b) in combinations(ballot, 2):
            tables.setdefault((first, second), Counter())[a, b] += rows
    if not tables:
        raise UndefinedError("no row has answers of two workers")
    kappas = [kappa for table in tables.values() if (kappa := _kappa(table)) is not None]
    if not kappas:
        raise UndefinedError(f"{ONE_LABEL}, for each pair of workers")
    return sum(kappas) / len(kappas)


def _kappa(table: Mapping[tuple[int, int], int]) -> float | None:
    """Return Cohen's kappa of a table of pairs of votes; None if both always gave one label."""
    total = sum(table.values())
    first: Counter[int] = Counter()
    second: Counter[int] = Counter()
    for (a, b), count in table.items():
        first[a] += count
        second[b] += count
    expected = sum(first[label] * second[label] for label in first) / total**2
    if expected == 1:
        return None
    observed = sum(count for (a, b), count in table.items() if a == b) / total
    return (observed - expected) / (1 - expected)


def _alpha_ordinal(is_ordered: bool) -> Callable[[Patterns], float]:
    def compute(patterns: Patterns) -> float:
        if not is_ordered:
            raise UndefinedError("the labels are not numbers; name their order with --order")
        _require_rows(patterns)
        totals = [0.0] * len(next(iter(patterns)))
        for pattern, rows in patterns.items():
            for label, count in enumerate(pattern):
                totals[label] += rows * count
        below = [sum(totals[:label]) + totals[label] / 2 for label in range(len(totals))]
        return compute_alpha(patterns, lambda a, b: (below[b] - below[a]) ** 2)

    return compute


def _alpha_interval(numbers: Sequence[float] | None) -> Callable[[Patterns], float]:
    def compute(patterns: Patterns) -> float:
        if numbers is None:
            raise UndefinedError("the labels are not numbers")
        return compute_alpha(patterns, lambda a, b: (numbers[b] - numbers[a]) ** 2)

    return compute


def _require_rows(patterns: Mapping[Any, int]) -> None:
    if not patterns:
        raise UndefinedError(ONE_ANSWER)


def _measure(
    computations: Sequence[Computation],
    rows_of: Mapping[Any, int],
    rows: int,
    seed: int,
    *,
    steps: int = 0,
) -> Iterator[Measure]:
    """Yield measures with their intervals. `rows_of` counts the rows of each pattern."""
    values: dict[str, float] = {}
    reasons: dict[str, str] = {}
    for name, compute in computations:
        try:
            values[name] = round(compute(rows_of), 12)  # the rest depends on the order of the rows
        except UndefinedError as error:
            reasons[name] = str(error)
    resamples = min(RESAMPLES, MOST_STEPS // max(steps, rows, 1))
    intervals: dict[str, tuple[float, float]] = {}
    if values and rows > 1 and resamples >= FEWEST_RESAMPLES:
        defined = [computation for computation in computations if computation[0] in values]
        intervals = _bootstrap(defined, rows_of, resamples, seed)
    for name, _ in computations:
        if name in reasons:
            yield Measure(name, None, None, None, rows, reasons[name])
        elif name in intervals:
            yield Measure(name, values[name], *intervals[name], rows, None)
        else:
            few = resamples < FEWEST_RESAMPLES
            why = "too many answers for an interval" if few else ONE_ROW if rows == 1 else SAME
            yield Measure(name, values[name], None, None, rows, why)


def _bootstrap(
    computations: Sequence[Computation], rows_of: Mapping[Any, int], resamples: int, seed: int
) -> dict[str, tuple[float, float]]:
    """Return the 2.5 and 97.5 percentiles of measures over samples of rows, with replacement.

    Each sample serves all measures, because drawing it takes longer than computing them. A measure
    that is undefined in all samples is left out.
    """
    chance = random.Random(seed)
    # Sorted, so that the order of rows changes nothing.
    patterns = sorted(rows_of)
    # Drawing from the pattern of each row is three times as fast as drawing from weights.
    numbers = [number for number, pattern in enumerate(patterns) for _ in range(rows_of[pattern])]
    size = len(numbers)
    drawn_values: dict[str, list[float]] = {name: [] for name, _ in computations}
    for _ in range(resamples):
        counts = Counter(chance.choices(numbers, k=size))
        drawn = {patterns[number]: rows for number, rows in counts.items()}
        for name, compute in computations:
            try:
                drawn_values[name].append(compute(drawn))
            except UndefinedError:
                continue  # a sample with one label only
    return {
        name: (
            round(values[len(values) // 40], 12),
            round(values[len(values) * 39 // 40], 12),
        )
        for name, unsorted in drawn_values.items()
        if (values := sorted(unsorted))
    }
