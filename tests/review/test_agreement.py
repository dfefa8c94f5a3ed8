"""Scores of answers, held against Amazon's own examples and against cases counted by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local_crowd.operations.policies.agreement import (
    MAX_LENGTH,
    Answer,
    find_matching_questions,
    measure_agreement,
    normalize_answer,
)

# Amazon's API reference, "HIT Review Policies", example chart: 4 questions, 3 workers.
CHART = {
    "Worker1": {"A": "coat", "B": "blue", "C": "large", "D": "Furry"},
    "Worker2": {"A": "sweater", "B": "blue", "C": "large", "D": "fur"},
    "Worker3": {"A": "coat", "B": "green", "C": "large", "D": "furr"},
}


def answers(fields: dict[str, str]) -> dict[str, Answer]:
    return {question: normalize_answer([value]) for question, value in fields.items()}


def test_amazons_example() -> None:
    """The scores of Amazon's example chart: 66, 66, 100, none; 75; 100, 66, 66."""
    work = {worker: answers(fields) for worker, fields in CHART.items()}
    agreement = measure_agreement(["A", "B", "C", "D"], 50, work)

    assert {q: (set(a.answer), a.score) if a else None for q, a in agreement.questions.items()} == {
        "A": ({"coat"}, 66),
        "B": ({"blue"}, 66),
        "C": ({"large"}, 100),
        "D": None,
    }
    assert agreement.score == 75
    assert {worker: score.score for worker, score in agreement.workers.items()} == {
        "Worker1": 100,
        "Worker2": 66,
        "Worker3": 66,
    }


@pytest.mark.parametrize(
    ("values", "threshold", "agreed"),
    [
        (["a", "a", "b"], 65, True),  # 66 > 65
        (["a", "a", "b"], 66, False),  # 66 is not above 66
        (["a", "a", "a"], 100, True),  # as Amazon's use cases have it
        (["a", "a", "b"], 100, False),
        (["a", "b"], 0, False),  # a tie
        (["a", "a", "b", "b", "c"], 0, False),  # a tie
        (["a", "A"], 0, False),  # case counts
        ([" a ", "a"], 100, True),  # outer space does not
        (["", ""], 50, True),  # nobody ticked it
        (["x" * MAX_LENGTH] * 2, 50, True),
        (["x" * (MAX_LENGTH + 1)] * 2, 50, False),  # too long to count
        (["x" * (MAX_LENGTH + 1), "a"], 50, True),  # one worker counts
        ([], 0, False),
    ],
)
def test_when_an_answer_is_agreed(values: list[str], threshold: int, agreed: bool) -> None:
    """An answer is agreed above the threshold or when it is everybody's, and never in a tie."""
    work = {str(number): {"q": normalize_answer([value])} for number, value in enumerate(values)}
    agreement = measure_agreement(["q"], threshold, work)

    assert (agreement.questions["q"] is not None) == agreed
    assert agreement.score == 100 * agreed
    assert {worker.score is not None for worker in agreement.workers.values()} <= {agreed}


@pytest.mark.parametrize(
    ("known", "given_", "correct"),
    [
        (["B"], ["B"], True),
        (["B"], [" B\n"], True),
        ([" B "], ["B"], True),
        (["B"], ["b"], False),
        (["B"], ["B."], False),
        (["A", "B"], ["A"], False),  # Amazon's: the key says A and B, the worker A
        (["A"], ["A", "B"], False),  # Amazon's: the key says A, the worker both
        (["A", "B"], ["B", "A"], True),
        (["A", "B"], ["B|A"], True),  # as one HTML field's values come
        (["A|B"], ["A|B"], True),
        ([], [""], True),
        ([], [], True),
        ([], ["A"], False),  # Amazon's: an empty value set, but the worker answered
        (["A"], [], False),
    ],
)
def test_when_a_known_answer_is_given(known: list[str], given_: list[str], correct: bool) -> None:
    """An answer is right when it has exactly the known values, spelt as they are."""
    assert (
        find_matching_questions({"q": normalize_answer(known)}, {"q": normalize_answer(given_)})
        == ["q"]
    ) == correct


@given(
    st.lists(st.dictionaries(st.sampled_from("abc"), st.sampled_from(["x", "y", " x", ""]))),
    st.integers(0, 100),
)
def test_scores_are_percentages(fields: list[dict[str, str]], threshold: int) -> None:
    """Whatever is answered, scores are whole numbers from 0 to 100, and order does not matter."""
    work = {str(number): answers(answer_fields) for number, answer_fields in enumerate(fields)}
    agreement = measure_agreement(list("abc"), threshold, work)
    backwards = measure_agreement(list("abc"), threshold, dict(reversed(work.items())))

    assert agreement.score in (0, 33, 66, 100)
    assert all(0 <= (worker.score or 0) <= 100 for worker in agreement.workers.values())
    assert (agreement.questions, agreement.score) == (backwards.questions, backwards.score)
