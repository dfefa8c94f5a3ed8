"""Numbers: the median of a row's answers, and each worker's bias and spread."""

import math
from collections import Counter
from collections.abc import Sequence
from statistics import median, quantiles
from typing import Any

from amt.quality.answers import Answers
from amt.quality.labels import RowLabel, name_votes, share_equal_pairs
from amt.quality.votes import LARGEST

WIDE = 1.5  # interquartile ranges above the third quartile: the outer fence of a box plot


def to_number(value: Any) -> float:
    """Return a value, or the text of a form's field, as a number. Raises ValueError for others."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise ValueError("is not a number")  # noqa: TRY004 - of a file
    try:
        number = float(value)
    except (ValueError, OverflowError):
        number = math.nan
    if not math.isfinite(number):
        raise ValueError(f"{str(value)[:40]!r} is not a number")
    if abs(number) > LARGEST:
        raise ValueError(f"{number:g} is too large; numbers may be up to {LARGEST:g}")
    return int(number) if number.is_integer() else number


def label_numbers(answers: Answers) -> list[RowLabel]:
    """Return the median of each row. A row needs a look if its answers spread unusually widely.

    That is an interquartile range above the third quartile of those of all rows by 1.5 times their
    own interquartile range (J. W. Tukey 1977, Exploratory Data Analysis).
    """
    groups = [[answers.values[place] for place in group] for group in answers.group()]
    ranges = [compute_range(values) for values in groups]
    known = [width for width in ranges if width is not None]
    limit = _compute_limit(known)
    rows = []
    for values, width in zip(groups, ranges, strict=True):
        counts = Counter(sorted(values))
        why = ["only one answer"] if width is None else []
        if width is not None and width > limit:
            why.append(f"interquartile range {width:g} is unusually wide")
        votes = name_votes(list(counts), list(counts.values()))
        agreement = share_equal_pairs(list(counts.values()))
        extra = {"interquartile_range": width}
        rows.append(RowLabel(median(values), None, votes, agreement, why, extra))
    return rows


def describe_errors(answers: Answers) -> list[tuple[float | None, float | None]]:
    """Return each worker's bias and spread: the median and the interquartile range of the
    differences from the median of the others' answers. None: nobody else answered these rows.
    """
    differences: list[list[float]] = [[] for _ in answers.workers]
    for group in answers.group():
        for place in group:
            worker = answers.worker_of[place]
            others = [answers.values[p] for p in group if answers.worker_of[p] != worker]
            if others:
                differences[worker].append(answers.values[place] - median(others))
    return [(median(found) if found else None, compute_range(found)) for found in differences]


def compute_range(values: Sequence[float]) -> float | None:
    """Return the interquartile range of at least two values, else None."""
    if len(values) < 2:
        return None
    first, _, third = quantiles(values, n=4, method="inclusive")
    return third - first


def _compute_limit(ranges: Sequence[float]) -> float:
    if len(ranges) < 2:
        return math.inf
    first, _, third = quantiles(ranges, n=4, method="inclusive")
    return third + WIDE * (third - first)
