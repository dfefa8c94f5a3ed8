"""Spans of a text and boxes in a picture: found by several workers if they overlap enough."""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import combinations
from statistics import median
from typing import Any, NamedTuple

from amt.cells import to_text
from amt.quality.answers import Answers
from amt.quality.labels import Choice, RowLabel

OVERLAP = 0.5  # of two shapes' union, from which they are the same


class Shape(NamedTuple):
    """A span (start, end) or a box (left, top, right, bottom), with its label."""

    sides: tuple[float, ...]
    label: str


def to_spans(value: Any) -> list[Shape]:
    """Return a list of {start, end, label} as shapes, also as <crowd-entity-annotation> names them.

    Raises ValueError for others.
    """
    return [_create(item, ("start", "startOffset"), ("end", "endOffset")) for item in _list(value)]


def to_boxes(value: Any) -> list[Shape]:
    """Return a list of {left, top, width, height, label} as shapes. Raises ValueError for others."""
    shapes = []
    for item in _list(value):
        (left, top, width, height), label = _create(
            item, ("left",), ("top",), ("width",), ("height",)
        )
        shapes.append(Shape((left, top, left + width, top + height), label))
    return shapes


def measure_overlap(first: Shape, second: Shape) -> float:
    """Return the intersection of two shapes as a share of their union."""
    half = len(first.sides) // 2
    common = size_a = size_b = 1.0
    for low in range(half):
        high = low + half
        start = max(first.sides[low], second.sides[low])
        common *= max(0.0, min(first.sides[high], second.sides[high]) - start)
        size_a *= first.sides[high] - first.sides[low]
        size_b *= second.sides[high] - second.sides[low]
    union = size_a + size_b - common
    return common / union if union > 0 else float(first.sides == second.sides)


def label_shapes(answers: Answers, choice: Choice) -> list[RowLabel]:
    """Return the shapes that at least half of each row's answers have.

    A row needs a look if fewer than half have a shape, or as many give it one label as another.
    """
    return [
        _choose([answers.values[place] for place in group], choice) for group in answers.group()
    ]


def match_shapes(answers: Sequence[Sequence[Shape]]) -> list[list[Shape]]:
    """Group the shapes of several answers, at most one of each answer in a group.

    The pairs that overlap most are joined first; the order of answers changes nothing.
    """
    places = [(number, shape) for number, shapes in enumerate(answers) for shape in shapes]
    places.sort(key=lambda place: (place[1], place[0]))
    group_of = list(range(len(places)))
    members = {number: [number] for number in group_of}
    pairs = [
        (-overlap, a, b)
        for a, b in combinations(range(len(places)), 2)
        if places[a][0] != places[b][0]
        and (overlap := measure_overlap(places[a][1], places[b][1])) >= OVERLAP
    ]
    for _, a, b in sorted(pairs):
        first, second = group_of[a], group_of[b]
        joined = {places[m][0] for m in members[first]} & {places[m][0] for m in members[second]}
        if first == second or joined:
            continue
        members[first] += members.pop(second)
        for member in members[first]:
            group_of[member] = first
    return [[places[member][1] for member in group] for group in members.values()]


def _choose(answers: list[list[Shape]], choice: Choice) -> RowLabel:
    groups = sorted(match_shapes(answers), key=min)
    size = len(answers)
    labels: list[dict[str, Any]] = []
    doubtful: list[dict[str, Any]] = []
    votes: Counter[str] = Counter()
    why = ["only one answer"] if size == 1 else []
    for group in groups:
        found = Counter(shape.label for shape in group)
        votes.update(found)
        most = max(found.values())
        best = [label for label, count in found.items() if count == most]
        shape = {
            **_name_sides([median(sides) for sides in zip(*(s.sides for s in group), strict=True)]),
            "label": best[0] if len(best) == 1 else None,
            "found": len(group),
        }
        (labels if 2 * len(group) >= size else doubtful).append(shape)
        if len(best) > 1:
            why.append(f"tie of {', '.join(sorted(best))}")
    if doubtful:
        why.append(f"fewer than half found {len(doubtful)} of {len(groups)}")
    confidence = sum(len(group) for group in groups) / (size * len(groups)) if groups else 1.0
    if size > 1 and not why and confidence < choice.sure:
        why.append(f"confidence {confidence:.2f} is below {choice.sure:g}")
    return RowLabel(
        labels,
        confidence if size > 1 else None,
        dict(votes.most_common()),
        _measure_f1(answers),
        why,
        {"doubtful": doubtful},
    )


def _measure_f1(answers: Sequence[Sequence[Shape]]) -> float | None:
    """Return the mean over pairs of answers of F1: matching shapes with the same label, of all.

    Source: G. Hripcsak and A. S. Rothschild (2005), JAMIA 12(3), 296-298.
    """
    scores = []
    for first, second in combinations(answers, 2):
        total = len(first) + len(second)
        groups = match_shapes([first, second])
        same = sum(len(g) == 2 and g[0].label == g[1].label for g in groups)
        scores.append(2 * same / total if total else 1.0)
    return sum(scores) / len(scores) if scores else None


def _name_sides(sides: Sequence[float]) -> dict[str, float]:
    if len(sides) == 2:
        return {"start": sides[0], "end": sides[1]}
    left, top, right, bottom = sides
    return {"left": left, "top": top, "width": right - left, "height": bottom - top}


def _list(value: Any) -> Iterator[dict[str, Any]]:
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise ValueError("is not a list of objects")
    yield from value


def _create(item: dict[str, Any], *names: tuple[str, ...]) -> Shape:
    sides = []
    for choices in names:
        side = next((item[name] for name in choices if name in item), None)
        if isinstance(side, bool) or not isinstance(side, int | float):
            raise ValueError(f"has an item whose {choices[0]} is not a number")  # noqa: TRY004 - of a file
        sides.append(side)
    return Shape(tuple(sides), to_text(item.get("label")))
