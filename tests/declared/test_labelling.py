"""The label of a row, of every built-in task."""

import random
from typing import Any

import pytest

from amt.declared import labelling
from amt.declared.batch_file import BatchFile
from amt.declared.labelling import RowAnswer
from amt.quality.answers import Hit


def merge(task: str, answers: list[dict[str, Any]], **keys: Any) -> Any:
    """Return the label of one row that got these answers."""
    file = BatchFile.model_validate({"id": "a", "task": task, "rows": [1]} | keys)
    given = [RowAnswer(f"A{number}", fields) for number, fields in enumerate(answers)]
    labels = labelling.merge({0: given}, file)
    return labels.rows[0].label if labels.rows else None


def to_lines(labels: labelling.Labels) -> list[Any]:
    """Return the lines of a labels file."""
    rows = sorted(labels.rows.items())
    return [label.to_line(Hit("3HIT", number), labels.method) for number, label in rows]


@pytest.mark.parametrize(
    ("task", "answers", "label"),
    [
        ("same", [{"same": "yes"}, {"same": "yes"}, {"same": "no"}], "yes"),
        ("rate", [{"rating": 1}, {"rating": 2}, {"rating": 2}], 2),
        ("order", [{"order": [*"abc"]}, {"order": [*"acb"]}, {"order": [*"abc"]}], [*"abc"]),
        ("tag", [{"tags": ["a", "b"]}, {"tags": ["a"]}, {"tags": []}], ["a"]),
        ("write", [{"text": "Air 90 "}, {"text": "air 90"}, {"text": "x"}], "Air 90 "),
        ("same", [{"same": 1}, {"same": "1"}, {"same": 2}], "1"),
        ("same", [{"why": "x", "same": "yes"}, {"why": "y", "same": "yes"}], "yes"),
        ("same", [{"same": ""}, {}], None),
    ],
)
def test_answers_of_each_kind_become_one_label(
    task: str, answers: list[dict[str, Any]], label: Any
) -> None:
    """Values of several types are merged as texts; without any value there is no label."""
    assert merge(task, answers) == label


@pytest.mark.parametrize(
    ("task", "answers", "label"),
    [
        ("same", [{"same": "yes"}, {"same": "yes"}, {"same": ["no"]}], "yes"),
        ("rate", [{"rating": 2}, {"rating": 2}, {"rating": {"a": 3}}], 2),
        ("tag", [{"tags": ["a"]}, {"tags": ["a"]}, {"tags": [{"b": 1}]}], ["a"]),
        ("order", [{"order": [*"ab"]}, {"order": [*"ab"]}, {"order": "ba"}], [*"ab"]),
        ("highlight", [{"spans": []}, {"spans": []}, {"spans": "x"}], []),
        ("boxes", [{"boxes": []}, {"boxes": []}, {"boxes": [{"left": "x"}]}], []),
        ("order", [{"order": "a"}, {"order": "a"}], "a"),
    ],
)
def test_an_answer_of_another_kind_changes_no_label(
    task: str, answers: list[dict[str, Any]], label: Any
) -> None:
    """A worker can post what no page sends; unless all do, the others' answers are merged as ever."""
    assert merge(task, answers) == label


@pytest.mark.parametrize(
    ("task", "field", "context"),
    [
        ("rate", "rating", {}),
        ("same", "same", {"options": [{"value": 2, "text": "yes"}, 1]}),
        ("choose", "choice", {"options": [1, 2.5, 2]}),
    ],
)
def test_a_text_among_numbers_changes_no_label(task: str, field: str, context: Any) -> None:
    """The labels of all other rows stay numbers; only if all are texts, the label is one."""
    answers = [{field: 2}, {field: "2"}, {field: 2}, {field: "x"}, {field: "x"}, {field: True}]

    label = merge(task, answers, context=context)

    assert (label, type(label)) == (2, int)
    assert merge(task, [{field: "2"}, {field: "2"}], context=context) == "2"


def test_the_batch_file_names_field_and_kind() -> None:
    """Another field than the task's, and another kind than the answers show."""
    answers = [{"same": "yes", "price": "5"}, {"same": "yes", "price": "7"}]

    assert merge("same", answers, merge={"field": "price", "kind": "number"}) == 6


@pytest.mark.parametrize("task", ["same", "rate", "write"])
def test_answers_that_come_later_are_merged_with_the_earlier_ones(task: str) -> None:
    """As if all had come at once, also when the first ones are of no kind that is known."""
    field = {"same": "same", "rate": "rating", "write": "text"}[task]
    file = BatchFile.model_validate({"id": "a", "task": task, "rows": [1]})
    merger = labelling.Merger(file)
    answers: dict[int, list[RowAnswer]] = {}
    chance = random.Random(3)
    for worker in range(40):
        value = chance.choice([["x"], 1, 2, 2, "2", "yes", ""] if worker else [["x"]])
        answers.setdefault(worker % 7, []).append(RowAnswer(f"A{worker // 7}", {field: value}))

        together = labelling.merge(answers, file)

        labels = merger.merge(answers)
        assert to_lines(labels) == to_lines(together)
