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
    document,
    namespace_of,
    text_of,
    unreadable,
)

SCHEMA = SCHEMAS + "2005-10-01/AnswerKey.xsd"
NUMBER = re.compile(r"[+-]?([0-9]{1,9}(\.[0-9]{0,9})?|\.[0-9]{1,9})")
Picked = Mapping[str, AbstractSet[str]]  # the selections of each question


@dataclass(frozen=True, slots=True)
class Scored:
    """What one question's answers are worth: exactly these selections, or anything else."""

    options: Mapping[frozenset[str], Decimal]
    default: Decimal


@dataclass(frozen=True, slots=True)
class AnswerKey:
    """The questions that count, and how their sum becomes the qualification's value."""

    questions: Mapping[str, Scored]
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


def picked(answer: str) -> Picked:
    """The selections in a QuestionFormAnswers document of ours."""
    root = fromstring(answer)
    space = namespace_of(root)
    return {
        text_of(part, "QuestionIdentifier"): {
            selection.text or "" for selection in part.findall(f"{space}SelectionIdentifier")
        }
        for part in root.findall(f"{space}Answer")
    }


def parse(xml: str) -> AnswerKey:
    """Read an AnswerKey document.

    Raises RequestError (XMLParseError) for what is none, and ParameterValidationError when it is
    larger than Amazon takes.
    """
    root = document("AnswerKey", xml)
    if root.tag != f"{{{SCHEMA}}}AnswerKey":
        raise unreadable(f"the root element {root.tag} is not an AnswerKey of {SCHEMA}")
    space = namespace_of(root)
    questions: dict[str, Scored] = {}
    for question in root.findall(f"{space}Question"):
        identifier = text_of(question, "QuestionIdentifier").strip()
        if identifier in questions:
            raise unreadable(f"the question {identifier} stands in the AnswerKey twice")
        questions[identifier] = _scored(question)
    if not questions:
        raise unreadable("the AnswerKey has no Question")
    return AnswerKey(questions, _mapping(root.find(f"{space}QualificationValueMapping")))


def _scored(question: Element) -> Scored:
    space = namespace_of(question)
    options = {
        frozenset(
            (selection.text or "").strip()
            for selection in option.findall(f"{space}SelectionIdentifier")
        ): _number(option, "AnswerScore")
        for option in question.findall(f"{space}AnswerOption")
    }
    if frozenset() in options:
        raise unreadable("an AnswerOption has no SelectionIdentifier")
    default = question.find(f"{space}DefaultScore")
    return Scored(options, Decimal(0) if default is None else _number(question, "DefaultScore"))


def _mapping(mapping: Element | None) -> Callable[[Decimal], Decimal]:
    if mapping is None:
        return lambda total: total
    space = namespace_of(mapping)
    if (found := mapping.find(f"{space}PercentageMapping")) is not None:
        maximum = _number(found, "MaximumSummedScore")
        if maximum <= 0:
            raise unreadable("MaximumSummedScore must be more than 0")
        return lambda total: 100 * total / maximum
    if (found := mapping.find(f"{space}ScaleMapping")) is not None:
        multiplier = _number(found, "SummedScoreMultiplier")
        return lambda total: total * multiplier
    if (found := mapping.find(f"{space}RangeMapping")) is not None:
        return _ranges(found)
    raise unreadable("QualificationValueMapping holds no mapping")


def _ranges(mapping: Element) -> Callable[[Decimal], Decimal]:
    ranges = [
        (
            _number(part, "InclusiveLowerBound"),
            _number(part, "InclusiveUpperBound"),
            _number(part, "QualificationValue"),
        )
        for part in mapping.findall(f"{namespace_of(mapping)}SummedScoreRange")
    ]
    otherwise = _number(mapping, "OutOfRangeQualificationValue")
    return lambda total: next(
        (value for lowest, highest, value in ranges if lowest <= total <= highest), otherwise
    )


def _number(parent: Element, name: str) -> Decimal:
    text = text_of(parent, name).strip()
    if not NUMBER.fullmatch(text):
        raise unreadable(f"{name} is {text[:20]}, not a number of at most nine digits")
    return Decimal(text)
