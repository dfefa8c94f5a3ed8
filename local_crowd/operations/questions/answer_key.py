"""The answer key of a qualification test: what an answer is worth.

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
    parse_document,
    parse_error,
    read_namespace,
    read_text,
)

SCHEMA = SCHEMAS + "2005-10-01/AnswerKey.xsd"
NUMBER = re.compile(r"[+-]?([0-9]{1,9}(\.[0-9]{0,9})?|\.[0-9]{1,9})")
Picked = Mapping[str, AbstractSet[str]]  # the selections of each question


@dataclass(frozen=True, slots=True)
class ScoredQuestion:
    """What one question's answers are worth: exactly these selections, or anything else."""

    options: Mapping[frozenset[str], Decimal]
    default: Decimal


@dataclass(frozen=True, slots=True)
class AnswerKey:
    """The questions that count, and how their sum becomes the qualification's value."""

    questions: Mapping[str, ScoredQuestion]
    value_of: Callable[[Decimal], Decimal]

    def score(self, picked: Picked) -> int:
        """The value of a worker who picked these selections; a question left out picks none."""
        total = sum(
            (
                scored.options.get(frozenset(picked.get(identifier, ())), scored.default)
                for identifier, scored in self.questions.items()
            ),
            Decimal(0),
        )
        lowest, highest = INTEGERS
        value = int(self.value_of(total).to_integral_value(ROUND_HALF_UP))
        return max(lowest, min(highest, value))


def parse_selections(answer: str) -> Picked:
    """The selections in a QuestionFormAnswers document of ours."""
    root = fromstring(answer)
    space = read_namespace(root)
    return {
        read_text(part, "QuestionIdentifier"): {
            selection.text or "" for selection in part.findall(f"{space}SelectionIdentifier")
        }
        for part in root.findall(f"{space}Answer")
    }


def parse(xml: str) -> AnswerKey:
    """Read an AnswerKey document.

    Raises RequestError (XMLParseError) for what is none, and ParameterValidationError when it is
    larger than Amazon takes.
    """
    root = parse_document("AnswerKey", xml)
    if root.tag != f"{{{SCHEMA}}}AnswerKey":
        raise parse_error(f"the root element {root.tag} is not an AnswerKey of {SCHEMA}")
    space = read_namespace(root)
    questions: dict[str, ScoredQuestion] = {}
    for question in root.findall(f"{space}Question"):
        identifier = read_text(question, "QuestionIdentifier").strip()
        if identifier in questions:
            raise parse_error(f"the question {identifier} stands in the AnswerKey twice")
        questions[identifier] = _parse_question(question)
    if not questions:
        raise parse_error("the AnswerKey has no Question")
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
        raise parse_error("an AnswerOption has no SelectionIdentifier")
    default = question.find(f"{space}DefaultScore")
    return ScoredQuestion(
        options, Decimal(0) if default is None else _parse_number(question, "DefaultScore")
    )


def _parse_mapping(mapping: Element | None) -> Callable[[Decimal], Decimal]:
    if mapping is None:
        return lambda total: total
    space = read_namespace(mapping)
    if (found := mapping.find(f"{space}PercentageMapping")) is not None:
        maximum = _parse_number(found, "MaximumSummedScore")
        if maximum <= 0:
            raise parse_error("MaximumSummedScore must be more than 0")
        return lambda total: 100 * total / maximum
    if (found := mapping.find(f"{space}ScaleMapping")) is not None:
        multiplier = _parse_number(found, "SummedScoreMultiplier")
        return lambda total: total * multiplier
    if (found := mapping.find(f"{space}RangeMapping")) is not None:
        return _parse_ranges(found)
    raise parse_error("QualificationValueMapping contains no mapping")


def _parse_ranges(mapping: Element) -> Callable[[Decimal], Decimal]:
    ranges = [
        (
            _parse_number(part, "InclusiveLowerBound"),
            _parse_number(part, "InclusiveUpperBound"),
            _parse_number(part, "QualificationValue"),
        )
        for part in mapping.findall(f"{read_namespace(mapping)}SummedScoreRange")
    ]
    otherwise = _parse_number(mapping, "OutOfRangeQualificationValue")
    return lambda total: next(
        (value for lowest, highest, value in ranges if lowest <= total <= highest), otherwise
    )


def _parse_number(parent: Element, name: str) -> Decimal:
    text = read_text(parent, name).strip()
    if not NUMBER.fullmatch(text):
        raise parse_error(f"{name} is {text[:20]}, not a number of at most nine digits")
    return Decimal(text)
