"""Figures about each worker: columns to judge by, not verdicts."""

import json
import math
from collections.abc import Iterator, Sequence
from itertools import pairwise
from statistics import median
from typing import Any

from amt.cells import to_text
from amt.quality import numeric
from amt.quality.answers import Answers
from amt.quality.figures import format_figure
from amt.quality.labels import RowLabel
from amt.quality.votes import Votes

ACCURACY_COLUMNS = ("accuracy", "accuracy_low", "accuracy_high", "agreement", "confusion")
Z = 1.959964  # of a 95 % interval
FAST = 1 / 3  # of the median time of all answers


def describe_activity(answers: Answers) -> dict[str, list[str]]:
    """Return columns, with a cell for each worker: answers, times, and answers that repeat."""
    counts = [0] * len(answers.workers)
    for worker in answers.worker_of:
        counts[worker] += 1
    times = _group_times(answers)
    known = [time for times_of_one in times for time in times_of_one]
    fast = median(known) * FAST if known else 0.0
    return {
        "answers": [str(count) for count in counts],
        "median_seconds": [
            format_figure(median(seconds) if seconds else None) for seconds in times
        ],
        "fast_answers": [
            str(sum(time < fast for time in seconds)) if seconds else "" for seconds in times
        ],
        "repeated_answers": [format_figure(share) for share in _share_repeated(answers)],
    }


def describe_accuracy(
    votes: Votes, rows: Sequence[RowLabel], posteriors: Any | None
) -> dict[str, list[str]]:
    """Return columns, with a cell for each worker: accuracy, agreement and confusion.

    `posteriors` are those of Dawid-Skene; without them, the rows' labels count as true, and rows
    without a label do not count.
    """
    truths = list(list_truths(votes, rows, posteriors))
    by_worker: list[list[tuple[int, int]]] = [[] for _ in range(votes.worker_count)]  # row, vote
    for row, (start, end) in enumerate(zip(votes.starts, votes.starts[1:], strict=False)):
        for worker, vote in zip(votes.workers[start:end], votes.votes[start:end], strict=True):
            by_worker[worker].append((row, vote))
    names = [to_text(label) for label in votes.labels]
    columns: dict[str, list[str]] = {name: [] for name in ACCURACY_COLUMNS}
    for given in by_worker:
        right, counted, confusion = _compare(given, truths, names)
        low, high = wilson_interval(right, counted)
        cells = (
            format_figure(right / counted if counted else None),
            format_figure(low),
            format_figure(high),
            format_figure(_share_agreeing(given, votes)),
            json.dumps(confusion, ensure_ascii=False),
        )
        for name, cell in zip(ACCURACY_COLUMNS, cells, strict=True):
            columns[name].append(cell)
    return columns


def describe_errors(answers: Answers) -> dict[str, list[str]]:
    """Return columns, with a cell for each worker, of numbers: bias and spread."""
    errors = numeric.describe_errors(answers)
    return {
        "bias": [format_figure(bias) for bias, _ in errors],
        "spread": [format_figure(spread) for _, spread in errors],
    }


def wilson_interval(right: float, total: float) -> tuple[float | None, float | None]:
    """Return the 95 % interval of a share (E. B. Wilson 1927, JASA 22, 209-212)."""
    if not total:
        return None, None
    share = right / total
    middle = share + Z * Z / (2 * total)
    margin = Z * math.sqrt(share * (1 - share) / total + Z * Z / (4 * total * total))
    scale = 1 + Z * Z / total
    return max(0.0, (middle - margin) / scale), min(1.0, (middle + margin) / scale)


def list_truths(
    votes: Votes, rows: Sequence[RowLabel], posteriors: Any | None
) -> Iterator[dict[int, float]]:
    """Yield the probabilities of the labels of each row that are not negligible."""
    if posteriors is not None:
        for values in zip(*posteriors, strict=True):
            yield {label: value for label, value in enumerate(values) if value > 1e-6}
        return
    positions = {label: position for position, label in enumerate(votes.labels)}
    for row in rows:
        yield {} if row.label is None or row.confidence is None else {positions[row.label]: 1.0}


def _compare(
    given: Sequence[tuple[int, int]], truths: Sequence[dict[int, float]], names: Sequence[str]
) -> tuple[float, float, dict[str, dict[str, float]]]:
    """Return the number of right answers, that of answers that count, and the confusion: how many
    answers there are of each label, by true label.
    """
    right = counted = 0.0
    confusion: dict[str, dict[str, float]] = {}
    for row, vote in given:
        for label, probability in truths[row].items():
            counted += probability
            right += probability * (label == vote)
            cells = confusion.setdefault(names[label], {})
            cells[names[vote]] = cells.get(names[vote], 0.0) + probability
    shown = {
        label: {name: round(count, 2) for name, count in sorted(cells.items()) if count >= 0.005}
        for label, cells in sorted(confusion.items())
    }
    return right, counted, {label: cells for label, cells in shown.items() if cells}


def _share_agreeing(given: Sequence[tuple[int, int]], votes: Votes) -> float | None:
    """Return the share of the other answers to a worker's rows that are equal to the worker's."""
    equal = others = 0
    for row, vote in given:
        ballots = votes.votes[votes.starts[row] : votes.starts[row + 1]]
        others += len(ballots) - 1
        equal += sum(ballot == vote for ballot in ballots) - 1
    return equal / others if others else None


def _group_times(answers: Answers) -> list[list[float]]:
    times: list[list[float]] = [[] for _ in answers.workers]
    for worker, seconds in zip(answers.worker_of, answers.seconds, strict=True):
        if not math.isnan(seconds):
            times[worker].append(seconds)
    return times


def _share_repeated(answers: Answers) -> list[float | None]:
    """Return for each worker the share of answers that are equal to the one submitted before."""
    orders: list[list[tuple[float, int]]] = [[] for _ in answers.workers]
    for position, worker in enumerate(answers.worker_of):
        orders[worker].append((answers.submitted[position], position))
    shares: list[float | None] = []
    for order in orders:
        if len(order) < 2 or any(math.isnan(time) for time, _ in order):
            shares.append(None)
            continue
        values = [answers.values[position] for _, position in sorted(order)]
        equal = sum(a == b for a, b in pairwise(values))
        shares.append(equal / (len(values) - 1))
    return shares
