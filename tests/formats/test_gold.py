"""formats/gold.py: what a right answer is, and who sees it."""

from typing import Any

import pytest

from formats import gold


@pytest.mark.parametrize(
    ("value", "right"),
    [
        ("dog", "dog"),
        (" Dog\n", "dog"),
        (3, "3"),
        ("3.0", 3),
        (True, "true"),
        (["b", "a"], ["a", "b"]),
        ({"a": True, "b": False, "c": True}, ["c", "a"]),
        ({"dog": True, "cat": False}, "dog"),
        (["a", "b"], "b|a"),
        ({"winner": "a", "loser": "b"}, {"loser": "b", "winner": "A"}),
        (0.1 + 0.2, 0.3),
    ],
)
def test_equal_values_are_right_however_the_page_sends_them(value: Any, right: Any) -> None:
    """Case, space, numbers as texts, and choices in any order and form make no difference."""
    assert gold.is_right(value, right)
    assert gold.is_right(right, value)


@pytest.mark.parametrize(
    ("value", "right"),
    [
        ("C", "C++"),
        ("dog.", "dog"),
        ("", "dog"),
        (1, True),
        (["a"], ["a", "b"]),
        ({"a": True, "b": True}, "a"),
        (None, "dog"),
        ("nan", "nan1"),
    ],
)
def test_other_values_are_wrong(value: Any, right: Any) -> None:
    """Punctuation counts: it is what tells some labels apart."""
    assert not gold.is_right(value, right)


def test_the_order_counts_where_it_is_the_answer() -> None:
    """A ranking is right only in its order."""
    assert gold.is_right(["a", "b"], ["a", "b"], in_order=True)
    assert not gold.is_right(["b", "a"], ["a", "b"], in_order=True)


def test_gold_names_one_field_or_several() -> None:
    """A plain value is that of the field asked for; an object has fields, also in a table's cell."""
    several = {"output.label": "dog", "size": 3}
    assert gold.find_right_value("dog", "output.label") == "dog"
    assert gold.find_right_value(several, "output.label") == "dog"
    assert gold.find_right_value(several, "answers.size") == 3
    assert gold.find_right_value('{"size": 3}', "output.size") == 3
    assert gold.find_right_value(several, "output.colour") is None
    assert gold.find_right_value("{no JSON", "output.label") == "{no JSON"


def test_hidden_rows_have_every_other_field() -> None:
    """Rows that are not objects, or have no gold, are the same."""
    row = {"n": 1, "_gold": "dog", "_gold_why": "It barks.", "Input._gold": "dog"}
    assert gold.hide(row) == {"n": 1}
    nested = {"rows": [{"id": 1, "row": row}, {"id": 2}], "n": [1]}
    assert gold.hide(nested) == {"rows": [{"id": 1, "row": {"n": 1}}, {"id": 2}], "n": [1]}
    for same in ("text", [1], {"n": 1}, None, {"rows": [{"row": {"n": 1}}]}):
        assert gold.hide(same) is same
    assert [
        gold.is_gold(row) for row in ({"_gold": 0}, {"_gold": ""}, {"_gold": None}, {}, "x")
    ] == [
        True,
        False,
        False,
        False,
        False,
    ]
