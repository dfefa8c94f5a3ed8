"""A worker's form fields as Amazon's answer XML."""

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
# The fields of a QuestionForm's page: these before the identifier of the question. Without them
# a question could take the name of another's field, or of the assignment's id.
ANSWER, OTHER = "answer.", "other."
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def build_answer_xml(fields: Iterable[tuple[str, str]]) -> str:
    """One Answer a field, in the order submitted; fields of one name are joined with `|`.

    The same head and form as recorded answers: ASCII, everything else as character references.
    """
    merged: dict[str, list[str]] = {}
    for name, value in fields:
        if name not in NOT_RETURNED:
            merged.setdefault(_clean_text(name), []).append(value)
    return build_document(
        {name: [("FreeText", "|".join(values))] for name, values in merged.items()}
    )


def build_form_answer_xml(form: QuestionForm, fields: Iterable[tuple[str, str]]) -> str:
    """The answer to a QuestionForm from the fields that its page posts: one Answer a question.

    Like Amazon's, it is not held to the constraints of the questions. What the form does not
    ask for, or does not offer, is left out.
    """
    posted: dict[str, list[str]] = {}
    for name, value in fields:
        posted.setdefault(name, []).append(value)
    return build_document(
        {asked.identifier: _read_fields(asked, posted) for asked in form.questions()}
    )


def _read_fields(asked: Question, posted: Mapping[str, list[str]]) -> list[tuple[str, str]]:
    chosen = posted.get(ANSWER + asked.identifier, [])
    if isinstance(asked.answer, FreeTextAnswer):
        return [("FreeText", chosen[0] if chosen else "")]
    offered = [selection.identifier for selection in asked.answer.selections]
    given = [("SelectionIdentifier", name) for name in offered if name in chosen]
    other = posted.get(OTHER + asked.identifier, [""])[0]
    if asked.answer.other and other:
        given.append(("OtherSelectionText", other))
    return given


def build_document(answers: Mapping[str, Sequence[tuple[str, str]]]) -> str:
    """QuestionFormAnswers: for each question the elements of its Answer, each a name and a text."""
    root = Element("QuestionFormAnswers", xmlns=NAMESPACE)
    for identifier, parts in answers.items():
        answer = SubElement(root, "Answer")
        SubElement(answer, "QuestionIdentifier").text = _clean_text(identifier)
        for name, text in parts:
            SubElement(answer, name).text = _clean_text(text)
    body: str = tostring(root, encoding="us-ascii", xml_declaration=False).decode("ascii")
    # XML readers turn a bare carriage return into a line feed; a reference survives.
    return '<?xml version="1.0" encoding="ASCII"?>' + body.replace("\r", "&#13;")


def parse_values(xml: str) -> dict[str, list[str]]:
    """The texts of each question's Answer in a document as above: one, or those selected."""
    return {name: [text for _, text in parts] for name, parts in parse_parts(xml).items()}


def parse_parts(xml: str) -> dict[str, list[tuple[str, str]]]:
    """The elements of each question's Answer, each a name (FreeText and so on) and a text."""
    found: dict[str, list[tuple[str, str]]] = {}
    for answer in fromstring(xml):
        identifier, *parts = answer
        given = [(part.tag.rpartition("}")[2], part.text or "") for part in parts]
        found.setdefault(identifier.text or "", []).extend(given)
    return found


def _clean_text(value: str) -> str:
    """`value` with what XML 1.0 cannot hold (control characters, lone surrogates) as U+FFFD."""
    return _NO_XML.sub("\ufffd", value)
