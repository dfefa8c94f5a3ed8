"""Answers of other kinds than labels."""

import math
from typing import Any

import pytest

from amt.errors import Error
from amt.quality import kinds, numeric, rankings, shapes, texts
from amt.quality.answers import Answers, Hit
from amt.quality.labels import Choice, RowLabel
from amt.quality.shapes import Shape


def answers_of(kind: str, rows: list[list[Any]]) -> Answers:
    """The answers of the workers W0, W1 and so on to each row."""
    answers = Answers([Hit(f"3HIT{row}", row) for row in range(len(rows))])
    answers.workers = [f"W{worker}" for worker in range(max(map(len, rows)))]
    for row, values in enumerate(rows):
        for worker, value in enumerate(values):
            answers.hit_of.append(row)
            answers.worker_of.append(worker)
            answers.values.append(kinds.READERS[kind](value))
    return answers


def label(kind: str, rows: list[list[Any]], ties: str = "keep") -> list[RowLabel]:
    """The labels of rows."""
    method = "majority" if kind == "choices" else None
    return kinds.label_rows(kind, answers_of(kind, rows), method, Choice(0.6, ties), 0.3)[0]


def test_numbers_become_their_median() -> None:
    """A row whose answers spread unusually widely needs a look."""
    rows = label("number", [[1, "2", 9], [4, 4, 5], [1, 2], [3, 3.5, 4], [0, 500, 1000], [7]])

    assert [row.label for row in rows] == [2, 4, 1.5, 3.5, 500, 7]
    assert [bool(row.why) for row in rows] == [False, False, False, False, True, True]
    assert rows[0].extra == {"interquartile_range": 4}
    assert rows[4].why == ["interquartile range 500 is unusually wide"]
    errors = numeric.describe_errors(answers_of("number", [[1, 3, 3], [5, 7, 7], [2, 5, 5]]))
    assert errors[0] == (-2, 0.5)
    assert errors[1][0] == 1


def test_each_choice_is_voted_on() -> None:
    """As lists, as check boxes of Crowd HTML, and as a form joins them."""
    rows = label("choices", [[["x", "y"], {"x": True, "y": False}, "x|z"], [["x"], ["y"]]])

    assert (rows[0].label, rows[0].votes) == (["x"], {"x": 3, "y": 1, "z": 1})
    assert rows[0].confidence == pytest.approx(4 / 9)
    assert rows[1].label is None
    assert rows[1].why == ["tie whether to choose x, y"]
    many = [[["x"], ["x"], ["x", "y"]]] * 4 + [[["y"], ["y"], ["y"]]] * 4
    found, method, converged = kinds.label_rows(
        "choices", answers_of("choices", many), None, Choice(), 0.3
    )
    assert (method, converged) == ("dawid_skene", True)
    assert [row.label for row in found] == [["x"]] * 4 + [["y"]] * 4


def test_texts_are_equal_after_folding() -> None:
    """Else the one closest to the others is taken, and needs a look."""
    rows = label("text", [["The dog.", "the  DOG", "cat"], ["beagle", "beagel", "poodle"]])

    assert (rows[0].label, rows[0].why) == ("The dog.", [])
    assert rows[1].label in {"beagel", "beagle"}
    assert rows[1].why == ["no text is the most frequent; this one is closest to the others"]
    assert texts.measure_distance("kitten", "sitting") == pytest.approx(3 / 7)


def test_rankings_by_bordas_count() -> None:
    """An item gets a point for each item below it; a tie has no label, or a random order."""
    rows = [[["a", "b", "c"], ["a", "c", "b"], ["b", "a", "c"]], [["a", "b"], ["b", "a"]]]
    first, second = label("ranking", rows)

    assert (first.label, first.extra) == (["a", "b", "c"], {"points": {"a": 5, "b": 3, "c": 1}})
    assert first.confidence == pytest.approx(7 / 9)
    assert first.agreement == pytest.approx((2 + 2 + 1) / 9)
    assert (second.label, second.why) == (None, ["tie of a = b"])
    assert sorted(label("ranking", rows, "random")[1].label) == ["a", "b"]


def test_bradley_terry_of_two_and_of_four_items() -> None:
    """Of two items, 3 wins of 4 are a difference of log(3). Wins that the model predicts exactly
    give the strengths that they were made with.
    """
    two = rankings.estimate_strengths({("a", "b"): 3, ("b", "a"): 1})
    strengths = {"a": 1, "b": 2, "c": 3, "d": 6}
    made = {
        (a, b): 840 * strengths[a] // (strengths[a] + strengths[b])
        for a in strengths
        for b in strengths
        if a != b and 840 * strengths[a] % (strengths[a] + strengths[b]) == 0
    }
    four = rankings.estimate_strengths(made)

    assert two is not None
    assert two["a"] - two["b"] == pytest.approx(math.log(3))
    assert four is not None
    assert {n: math.exp(four[n] - four["a"]) for n in four} == pytest.approx(strengths, rel=1e-4)
    assert rankings.estimate_strengths({("a", "b"): 3}) is None


def test_pairs_are_rankings_of_two() -> None:
    """As a list, or as winner and loser."""
    (row,) = label("ranking", [[["a", "b"], {"winner": "a", "loser": "b"}, ["b", "a"]]])

    assert (row.label, row.votes) == (["a", "b"], {"a > b": 2, "b > a": 1})


def test_spans_that_overlap_by_half_are_the_same() -> None:
    """The median of their sides; one that fewer than half found needs a look."""
    name = [{"startOffset": 0, "endOffset": 10, "label": "name"}]
    near = [{"start": 1, "end": 10, "label": "name"}, {"start": 40, "end": 50, "label": "place"}]
    (row,) = label("span", [[name, near, name]])

    assert row.label == [{"start": 0, "end": 10, "label": "name", "found": 3}]
    assert row.extra["doubtful"] == [{"start": 40, "end": 50, "label": "place", "found": 1}]
    assert row.why == ["fewer than half found 1 of 2"]
    assert row.agreement == pytest.approx((2 / 3 + 1 + 2 / 3) / 3)


def test_boxes_that_overlap_by_half_are_the_same() -> None:
    """Two boxes of one answer are never one; a tie of labels has none."""
    box = {"left": 0, "top": 0, "width": 10, "height": 10, "label": "cat"}
    both = [box, box | {"left": 1}]
    (row,) = label("box", [[both, [box | {"label": "dog"}]]])

    assert [(shape["left"], shape["label"], shape["found"]) for shape in row.label] == [
        (0, None, 2),
        (1, "cat", 1),
    ]
    assert "tie of cat, dog" in row.why
    half = Shape((0, 0, 10, 5), "cat")
    assert shapes.measure_overlap(half, Shape((0, 0, 10, 10), "cat")) == 0.5
    assert shapes.measure_overlap(half, Shape((20, 0, 30, 5), "cat")) == 0


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (["a", "b"], "label"),
        ([1, 2], "label"),
        ([1, 2.5], "number"),
        ([["a"], []], "choices"),
        ([{"a": True, "b": True}, {"a": False, "b": False}], "choices"),
        ([[{"start": 1, "end": 2}], []], "span"),
        ([[{"left": 1, "top": 1, "width": 1, "height": 1}]], "box"),
        ([{"x": 1}], ""),
        ([["a"], "b"], ""),
    ],
)
def test_the_kind_is_recognized_by_the_values(values: list[Any], kind: str) -> None:
    """Rankings look like choices, and texts like labels: they are named with --kind."""
    assert kinds.find_kind(values) == kind


@pytest.mark.parametrize(
    ("kind", "value", "message"),
    [
        ("number", "many", "'many' is not a number"),
        ("number", True, "is not a number"),
        ("number", -1e308, r"-1e\+308 is too large; numbers may be up to 1e\+100"),
        ("choices", 1, "is not a list of options"),
        ("text", ["a"], "is not a text"),
        ("ranking", ["a"], "is not a list of at least two items"),
        ("ranking", ["a", "a"], "ranks an item twice"),
        ("span", [{"start": 1}], "has an item whose end is not a number"),
        ("box", {"left": 1}, "is not a list of objects"),
    ],
)
def test_values_of_another_kind_are_refused(kind: str, value: Any, message: str) -> None:
    """With what they are not."""
    with pytest.raises(ValueError, match=f"^{message}$"):
        kinds.READERS[kind](value)


def test_a_method_is_for_labels_and_choices() -> None:
    """The others have one each."""
    with pytest.raises(Error, match="number answers have one method"):
        kinds.label_rows("number", answers_of("number", [[1, 2]]), "majority", Choice(), 0.3)
