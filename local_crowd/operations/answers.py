"""A worker's form fields as Amazon's answer XML."""

from collections.abc import Iterable, Mapping, Sequence
from xml.etree.ElementTree import Element, SubElement, tostring

NAMESPACE = (
    "http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas/"
    "2005-10-01/QuestionFormAnswers.xsd"
)
NOT_RETURNED = ("assignmentId", "hitId", "workerId", "turkSubmitTo")


def answer_xml(fields: Iterable[tuple[str, str]]) -> str:
    """One Answer a field, in the order submitted; fields of one name are joined with `|`.

    The same head and form as recorded answers: ASCII, everything else as character references.
    """
    merged: dict[str, list[str]] = {}
    for name, value in fields:
        if name not in NOT_RETURNED:
            merged.setdefault(_xml_text(name), []).append(value)
    return document({name: [("FreeText", "|".join(values))] for name, values in merged.items()})


def document(answers: Mapping[str, Sequence[tuple[str, str]]]) -> str:
    """QuestionFormAnswers: for each question the elements of its Answer, each a name and a text."""
    root = Element("QuestionFormAnswers", xmlns=NAMESPACE)
    for identifier, parts in answers.items():
        answer = SubElement(root, "Answer")
        SubElement(answer, "QuestionIdentifier").text = _xml_text(identifier)
        for name, text in parts:
            SubElement(answer, name).text = _xml_text(text)
    body: str = tostring(root, encoding="us-ascii", xml_declaration=False).decode("ascii")
    # XML readers turn a bare carriage return into a line feed; a reference survives.
    return '<?xml version="1.0" encoding="ASCII"?>' + body.replace("\r", "&#13;")


def _xml_text(value: str) -> str:
    """`value` with what XML 1.0 cannot hold (control characters, lone surrogates) as U+FFFD."""
    return "".join(character if _allowed(character) else "\ufffd" for character in value)


def _allowed(character: str) -> bool:
    code = ord(character)
    return (
        code in (0x9, 0xA, 0xD) or 0x20 <= code < 0xD800 or 0xE000 <= code < 0xFFFE or code > 0xFFFF
    )
