"""Convert the fields of a worker's form to Amazon's answer XML."""

import re
from collections.abc import Iterable, Mapping, Sequence
from xml.etree.ElementTree import Element, SubElement, tostring

from defusedxml.ElementTree import fromstring

from local_crowd.operations.questions.question_form import FreeTextAnswer, Question, QuestionForm

NAMESPACE = (
    "http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas/"
    "2005-10-01/QuestionFormAnswers.xsd"
)
NOT_RETURNED = ("assignmentId", "hitId", "workerId", "turkSubmitTo")
# Prefixes of the field names on a QuestionForm's page, before the question's identifier. Without
# them an identifier could equal the name of another field, such as assignmentId.
ANSWER, OTHER = "answer.", "other."
_INVALID_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def build_answer_xml(fields: Iterable[tuple[str, str]]) -> str:
    """Build the answer XML of a page: one Answer per field name, in the order submitted.

    The values of fields with the same name are joined with `|`. The document is ASCII with
    character references, as in recorded answers of Amazon's.
    """
    merged: dict[str, list[str]] = {}
    for name, value in fields:
        if name not in NOT_RETURNED:
            merged.setdefault(_clean_text(name), []).append(value)
    return build_document(
        {name: [("FreeText", "|".join(values))] for name, values in merged.items()}
    )


def build_form_answer_xml(form: QuestionForm, fields: Iterable[tuple[str, str]]) -> str:
    """Build the answer XML of a QuestionForm from its page's fields: one Answer per question.

    Like Amazon's, it need not satisfy the constraints of the questions. Fields and selections that
    the form does not have are ignored.
    """
    values_by_name: dict[str, list[str]] = {}
    for name, value in fields:
        values_by_name.setdefault(name, []).append(value)
    return build_document(
        {
            question.identifier: _read_fields(question, values_by_name)
            for question in form.questions()
        }
    )


def _read_fields(
    question: Question, values_by_name: Mapping[str, list[str]]
) -> list[tuple[str, str]]:
    values = values_by_name.get(ANSWER + question.identifier, [])
    if isinstance(question.answer, FreeTextAnswer):
        return [("FreeText", values[0] if values else "")]
    identifiers = [selection.identifier for selection in question.answer.selections]
    parts = [("SelectionIdentifier", name) for name in identifiers if name in values]
    other = values_by_name.get(OTHER + question.identifier, [""])[0]
    if question.answer.other and other:
        parts.append(("OtherSelectionText", other))
    return parts


def build_document(answers: Mapping[str, Sequence[tuple[str, str]]]) -> str:
    """Build a QuestionFormAnswers document.

    `answers` maps a question's identifier to the elements of its Answer, each a name and a text.
    """
    root = Element("QuestionFormAnswers", xmlns=NAMESPACE)
    for identifier, parts in answers.items():
        answer = SubElement(root, "Answer")
        SubElement(answer, "QuestionIdentifier").text = _clean_text(identifier)
        for name, text in parts:
            SubElement(answer, name).text = _clean_text(text)
    body: str = tostring(root, encoding="us-ascii", xml_declaration=False).decode("ascii")
    # XML parsers turn a carriage return into a line feed, but keep a character reference.
    return '<?xml version="1.0" encoding="ASCII"?>' + body.replace("\r", "&#13;")


def parse_values(xml: str) -> dict[str, list[str]]:
    """Map each question's identifier in a QuestionFormAnswers document to the texts of its Answer."""
    return {name: [text for _, text in parts] for name, parts in parse_parts(xml).items()}


def parse_parts(xml: str) -> dict[str, list[tuple[str, str]]]:
    """Map each question's identifier to the elements of its Answer, each a name and a text.

    A name is FreeText, SelectionIdentifier or OtherSelectionText.
    """
    parts_by_question: dict[str, list[tuple[str, str]]] = {}
    for answer in fromstring(xml):
        identifier, *elements = answer
        parts = [(element.tag.rpartition("}")[2], element.text or "") for element in elements]
        parts_by_question.setdefault(identifier.text or "", []).extend(parts)
    return parts_by_question


def _clean_text(value: str) -> str:
    """Replace what XML 1.0 cannot contain (control characters, lone surrogates) by U+FFFD."""
    return _INVALID_IN_XML.sub("\ufffd", value)
