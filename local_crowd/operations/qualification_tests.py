"""Qualification tests: the questions of a QuestionForm, a worker's answers, their score.

Source: Amazon's API reference, QuestionForm and QuestionFormAnswers data structures. How a form
looks is not said here: a field bears its question's identifier, a chosen one its selection's.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from local_crowd.operations import answers
from local_crowd.operations.answer_key import AnswerKey, Picked
from local_crowd.operations.errors import ParameterValidationError
from local_crowd.operations.xml_parameters import (
    SCHEMAS,
    document,
    namespace_of,
    text_of,
    unreadable,
)

SCHEMA_VERSIONS = [
    f"{SCHEMAS}{version}/QuestionForm.xsd" for version in ("2017-11-06", "2005-10-01")
]


@dataclass(frozen=True, slots=True)
class Asked:
    """What can be picked (nothing: the answer is free text), and whether something else can."""

    selections: frozenset[str]
    other: bool


def parse(xml: str) -> Mapping[str, Asked]:
    """The questions of a test by their identifiers.

    Raises RequestError (XMLParseError) for what is no QuestionForm, or has a question that no
    test can have, and ParameterValidationError when it is larger than Amazon takes.
    """
    root = document("Test", xml)
    if root.tag not in [f"{{{schema}}}QuestionForm" for schema in SCHEMA_VERSIONS]:
        raise unreadable(f"the root element {root.tag} is not a QuestionForm: no other is a test")
    questions: dict[str, Asked] = {}
    for element in root.findall(f"{namespace_of(root)}Question"):
        identifier = text_of(element, "QuestionIdentifier").strip()
        if identifier in questions:
            raise unreadable(f"the question {identifier} stands in the Test twice")
        questions[identifier] = _question(identifier, element)
    if not questions:
        raise unreadable("the Test has no Question")
    return questions


def _question(identifier: str, element: Element) -> Asked:
    space = namespace_of(element)
    if element.find(f"{space}QuestionContent") is None:
        raise unreadable(f"the question {identifier} has no QuestionContent")
    specification = f"{space}AnswerSpecification/{space}"
    if element.find(f"{specification}FreeTextAnswer") is not None:
        return Asked(frozenset(), other=True)
    selection_answer = element.find(f"{specification}SelectionAnswer")
    if selection_answer is None:
        raise unreadable(
            f"the question {identifier} has neither a FreeTextAnswer nor a SelectionAnswer"
        )
    found = [
        text_of(selection, "SelectionIdentifier").strip()
        for selection in selection_answer.findall(f"{space}Selections/{space}Selection")
    ]
    if not found or len(set(found)) < len(found):
        raise unreadable(f"the question {identifier} needs selections, each of another identifier")
    other = next(selection_answer.iter(f"{space}OtherSelection"), None)
    return Asked(frozenset(found), other=other is not None)


def check_key(questions: Mapping[str, Asked], key: AnswerKey) -> None:
    """Raise ParameterValidationError for a key that scores what the test does not ask."""
    for identifier, scored in key.questions.items():
        asked = questions.get(identifier)
        if asked is None or not asked.selections:
            raise ParameterValidationError(
                f"The AnswerKey scores {identifier}, which is no multiple-choice question of the "
                "Test."
            )
        for unknown in sorted(frozenset[str]().union(*scored.options) - asked.selections):
            raise ParameterValidationError(
                f"The AnswerKey scores {unknown}, which is no selection of {identifier}."
            )


@dataclass(frozen=True, slots=True)
class Answered:
    """A worker's answers: as Amazon's XML, and the selections that a key can score."""

    xml: str
    picked: Picked


def answered(questions: Mapping[str, Asked], fields: Iterable[tuple[str, str]]) -> Answered:
    """The answers that the fields of a form give, in the order of the questions.

    What is none of a question's selections is its OtherSelectionText, where it has one.
    """
    given: dict[str, list[str]] = {identifier: [] for identifier in questions}
    for name, value in fields:
        if name in given:
            given[name].append(value)
    parts: dict[str, list[tuple[str, str]]] = {}
    picked: dict[str, frozenset[str]] = {}
    for identifier, question in questions.items():
        values = dict.fromkeys(given[identifier])
        picked[identifier] = frozenset(values) & question.selections
        parts[identifier] = [
            ("SelectionIdentifier", value) for value in values if value in question.selections
        ]
        text = "|".join(value for value in values if value and value not in question.selections)
        if not question.selections:
            parts[identifier].append(("FreeText", text))
        elif text and question.other:
            parts[identifier].append(("OtherSelectionText", text))
    return Answered(answers.document(parts), picked)
