"""The score of a qualification test."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local_crowd.operations.errors import ParameterValidationError, RequestError
from local_crowd.operations.questions.answer_key import parse, parse_selections
from local_crowd.operations.questions.answers import build_document
from tests.support.qualification_samples import (
    AMAZONS_KEY,
    AMAZONS_PERCENTAGE,
    KEY_SCHEMA,
    answer_key,
)

AMAZONS_RANGES = """<RangeMapping>
  <SummedScoreRange><InclusiveLowerBound>5</InclusiveLowerBound>
    <InclusiveUpperBound>7</InclusiveUpperBound><QualificationValue>5</QualificationValue>
  </SummedScoreRange>
  <SummedScoreRange><InclusiveLowerBound>8</InclusiveLowerBound>
    <InclusiveUpperBound>10</InclusiveUpperBound><QualificationValue>10</QualificationValue>
  </SummedScoreRange>
  <OutOfRangeQualificationValue>0</OutOfRangeQualificationValue>
</RangeMapping>"""
SCALE = "<ScaleMapping><SummedScoreMultiplier>{}</SummedScoreMultiplier></ScaleMapping>"


def scored(mapping: str, total: object) -> int:
    """The value that a sum of this much becomes."""
    return parse(answer_key({"q": {("a",): total}}, mapping)).score({"q": {"a"}})


@pytest.mark.parametrize(
    ("move", "fruit", "value"),
    [("D", "apples", 100), ("A", "apples", 67), ("D", "pears", 33), ("A", "pears", 0)],
)
def test_amazons_example(move: str, fruit: str, value: int) -> None:
    """The complete key of Amazon's reference: 5 and 10 of 15 in percent, to the nearest integer."""
    key = parse(answer_key(AMAZONS_KEY, AMAZONS_PERCENTAGE))

    assert key.score({"nextmove": {move}, "favoritefruit": {fruit}}) == value


@pytest.mark.parametrize(
    ("total", "value"),
    [(4, 0), (5, 5), (7, 5), (7.5, 0), (8, 10), (10, 10), (11, 0), (-5, 0)],
)
def test_amazons_ranges(total: float, value: int) -> None:
    """RangeMapping as in Amazon's reference: 5 to 7 is 5, 8 to 10 is 10, all else 0."""
    assert scored(AMAZONS_RANGES, total) == value


@pytest.mark.parametrize(
    ("multiplier", "total", "value"), [(3, 5, 15), ("0.5", 5, 3), ("0.5", -5, -3), (".25", 5, 1)]
)
def test_scale(multiplier: object, total: int, value: int) -> None:
    """ScaleMapping multiplies (Amazon's example: by 3); halves are rounded away from zero."""
    assert scored(SCALE.format(multiplier), total) == value


def test_without_a_mapping_it_is_the_sum() -> None:
    """Scores may be negative, and the sum is the value."""
    key = parse(answer_key({"a": {("x",): 7}, "b": {("x",): -10}}))

    assert key.score({"a": {"x"}, "b": {"x"}}) == -3
    assert key.score({"a": {"x"}}) == 7
    assert key.score({}) == 0


def test_exactly_the_selections_count() -> None:
    """All of an option's selections and no others earn its score; else the default, or 0."""
    options = {("a", "b"): 15, ("a",): 10}
    key = parse(answer_key({"q": options, "r": {("c",): 1}}, defaults={"q": 5}))

    assert key.score({"q": {"b", "a"}, "r": {"d"}}) == 15
    assert key.score({"q": {"a"}, "r": {"c"}}) == 11
    assert key.score({"q": {"b"}}) == 5
    assert key.score({"q": {"a", "b", "c"}}) == 5
    assert key.score({}) == 5


@given(
    st.lists(st.integers(-1000, 1000), min_size=1, max_size=8),
    st.integers(1, 10_000),
    st.data(),
)
def test_percentages(scores: list[int], maximum: int, data: st.DataObject) -> None:
    """For any scores and answers the percentage is the integer nearest to the exact fraction."""
    mapping = AMAZONS_PERCENTAGE.replace("15", str(maximum))
    key = parse(answer_key({f"q{n}": {("a",): score} for n, score in enumerate(scores)}, mapping))
    right = [data.draw(st.booleans()) for _ in scores]
    exact = Fraction(100 * sum(s for s, ok in zip(scores, right, strict=True) if ok), maximum)

    value = key.score({f"q{n}": {"a" if ok else "b"} for n, ok in enumerate(right)})

    assert abs(value - exact) <= Fraction(1, 2)


def test_a_score_fits_amazons_integers() -> None:
    """However large the products, the value is one that can be given back."""
    assert scored(SCALE.format(999_999_999), 999_999_999) == 2**31 - 1
    assert scored(SCALE.format(999_999_999), -999_999_999) == -(2**31)


def test_selections_are_read_from_the_answer() -> None:
    """The selections are those of the stored answer; free text is not a selection."""
    answer = build_document(
        {
            "a": [("SelectionIdentifier", "x & y"), ("SelectionIdentifier", "z")],
            "b": [("FreeText", "x")],
            "c": [],
        }
    )

    assert parse_selections(answer) == {"a": {"x & y", "z"}, "b": set(), "c": set()}


def question(inner: str) -> str:
    return f'<AnswerKey xmlns="{KEY_SCHEMA}"><Question>{inner}</Question></AnswerKey>'


OPTION = "<AnswerOption><SelectionIdentifier>a</SelectionIdentifier>{}</AnswerOption>"
NAMED = "<QuestionIdentifier>q</QuestionIdentifier>"


@pytest.mark.parametrize(
    ("xml", "why"),
    [
        ("<AnswerKey>", "no element found"),
        ("<AnswerKey/>", "not an AnswerKey of http"),
        (f'<AnswerKey xmlns="{KEY_SCHEMA}"/>', "has no Question"),
        (question(""), "QuestionIdentifier is missing or empty"),
        (question(NAMED + OPTION.format("")), "AnswerScore is missing or empty"),
        (question(NAMED + OPTION.format("<AnswerScore>lots</AnswerScore>")), "is lots, not a"),
        (question(NAMED + OPTION.format("<AnswerScore>1e99</AnswerScore>")), "is 1e99, not a"),
        (
            question(f"{NAMED}<AnswerOption><AnswerScore>1</AnswerScore></AnswerOption>"),
            "no SelectionIdentifier",
        ),
        (answer_key({"q": {("a",): 1}}, "<Other/>"), "contains no mapping"),
        (answer_key({"q": {("a",): 1}}, AMAZONS_PERCENTAGE.replace("15", "0")), "more than 0"),
        (answer_key({"q": {("a",): 1}}, "<RangeMapping/>"), "OutOfRangeQualificationValue is"),
        (answer_key({"q": {("a",): 1}, " q": {("a",): 1}}), "is in the AnswerKey twice"),
        (f'<!DOCTYPE a [<!ENTITY b "c">]><AnswerKey xmlns="{KEY_SCHEMA}"/>', "Entities"),
    ],
)
def test_an_invalid_answer_key_is_refused(xml: str, why: str) -> None:
    """A document that cannot score is refused, and the message says what is wrong with it."""
    with pytest.raises(RequestError) as caught:
        parse(xml)

    assert why in caught.value.message
    assert caught.value.turk_error_code == "AWS.MechanicalTurk.XMLParseError"


def test_a_key_that_is_too_large() -> None:
    """65,535 bytes are Amazon's limit."""
    with pytest.raises(ParameterValidationError) as caught:
        parse("é" * 32_768)

    assert caught.value.message == (
        "The AnswerKey is 65536 bytes long. At most 65535 bytes are allowed."
    )
