"""The answer key of a qualification test, which scores the answers.

Source: Amazon's API reference, AnswerKey data structure.
"""

import re
from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from xml.etree.ElementTree import Element

from defusedxml.ElementTree import fromstring

from local_crowd.operations.checks import INTEGERS
from local_crowd.operations.questions.xml_documents import (
    SCHEMAS,
    make_parse_error,
    parse_document,
    read_namespace,
    read_text,
)

SCHEMA = SCHEMAS + "2005-10-01/AnswerKey.xsd"
NUMBER = re.compile(r"[+-]?([0-9]{1,9}(\.[0-9]{0,9})?|\.[0-9]{1,9})")
Selections = Mapping[str, AbstractSet[str]]  # the selections of each question


@dataclass(frozen=True, slots=True)
class ScoredQuestion:
    """The score of each set of selections of one question, and the default for any other set."""

    options: Mapping[frozenset[str], Decimal]
    default: Decimal


@dataclass(frozen=True, slots=True)
class AnswerKey:
    """The scored questions, and the function that maps their sum to the qualification's value."""

    questions: Mapping[str, ScoredQuestion]
    value_of: Callable[[Decimal], Decimal]

    def score(self, selections: Selections) -> int:
        """Return the qualification's value for these selections; an absent question has none."""
        total = sum(
            (
                question.options.get(frozenset(selections.get(identifier, ())), question.default)
                for identifier, question in self.questions.items()
            ),
            Decimal(0),
        )
        lowest, highest = INTEGERS
        value = int(self.value_of(total).to_integral_value(ROUND_HALF_UP))
        return max(lowest, min(highest, value))


def parse_selections(answer: str) -> Selections:
    """Parse the selections in a QuestionFormAnswers document that the crowd has built."""
    root = fromstring(answer)
    space = read_namespace(root)
    return {
        read_text(part, "QuestionIdentifier"): {
            selection.text or "" for selection in part.findall(f"{space}SelectionIdentifier")
        }
        for part in root.findall(f"{space}Answer")
    }


def parse(xml: str) -> AnswerKey:
    """Parse an AnswerKey document.

    Raises RequestError (XMLParseError) when it is not valid, and ParameterValidationError when it
    exceeds Amazon's limit.
    """
    root = parse_document("AnswerKey", xml)
    if root.tag != f"{{{SCHEMA}}}AnswerKey":
        raise make_parse_error(f"the root element {root.tag} is not an AnswerKey of {SCHEMA}")
    space = read_namespace(root)
    questions: dict[str, ScoredQuestion] = {}
    for question in root.findall(f"{space}Question"):
        identifier = read_text(question, "QuestionIdentifier").strip()
        if identifier in questions:
            raise make_parse_error(f"the question {identifier} is in the AnswerKey twice")
        questions[identifier] = _parse_question(question)
    if not questions:
        raise make_parse_error("the AnswerKey has no Question")
    return AnswerKey(questions, _parse_mapping(root.find(f"{space}QualificationValueMapping")))


def _parse_question(question: Element) -> ScoredQuestion:
    space = read_namespace(question)
    options = {
        frozenset(
            (selection.text or "").strip()
            for selection in option.findall(f"{space}SelectionIdentifier")
        ): _parse_number(option, "AnswerScore")
        for option in question.findall(f"{space}AnswerOption")
    }
    if frozenset() in options:
        raise make_parse_error("an AnswerOption has no SelectionIdentifier")
    default = question.find(f"{space}DefaultScore")
    return ScoredQuestion(
        options, Decimal(0) if default is None else _parse_number(question, "DefaultScore")
    )


def _parse_mapping(mapping: Element | None) -> Callable[[Decimal], Decimal]:
    if mapping is None:
        return lambda total: total
    space = read_namespace(mapping)
    if (element := mapping.find(f"{space}PercentageMapping")) is not None:
        maximum = _parse_number(element, "MaximumSummedScore")
        if maximum <= 0:
            raise make_parse_error("MaximumSummedScore must be more than 0")
        return lambda total: 100 * total / maximum
    if (element := mapping.find(f"{space}ScaleMapping")) is not None:
        multiplier = _parse_number(element, "SummedScoreMultiplier")
        return lambda total: total * multiplier
    if (element := mapping.find(f"{space}RangeMapping")) is not None:
        return _parse_ranges(element)
    raise make_parse_error("QualificationValueMapping contains no mapping")


def _parse_ranges(mapping: Element) -> Callable[[Decimal], Decimal]:
    ranges = [
        (
            _parse_number(part, "InclusiveLowerBound"),
            _parse_number(part, "InclusiveUpperBound"),
            _parse_number(part, "QualificationValue"),
        )
        for part in mapping.findall(f"{read_namespace(mapping)}SummedScoreRange")
    ]
    default = _parse_number(mapping, "OutOfRangeQualificationValue")
    return lambda total: next(
        (value for lowest, highest, value in ranges if lowest <= total <= highest), default
    )


def _parse_number(parent: Element, name: str) -> Decimal:
    text = read_text(parent, name).strip()
    if not NUMBER.fullmatch(text):
        raise make_parse_error(f"{name} is {text[:20]}, not a number of at most nine digits")
    return Decimal(text)
