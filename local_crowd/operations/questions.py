"""The question of a HIT: which kind, and what of it is shown."""

import re
from dataclasses import dataclass
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from local_crowd.operations.checks import QUESTION_BYTES
from local_crowd.operations.errors import ParameterValidationError, RequestError

SCHEMAS = "http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas/"
HTML_QUESTION = SCHEMAS + "2011-11-11/HTMLQuestion.xsd"


@dataclass(frozen=True, slots=True)
class HTMLQuestion:
    """A whole page of the requester's, and its height in pixels (0: the worker's window)."""

    content: str
    frame_height: int


def parse(question: str) -> HTMLQuestion:
    """Read a question's XML.

    Raises RequestError (XMLParseError) for XML that is not a question we know, and
    ParameterValidationError when it is larger than Amazon takes.
    """
    size = len(question.encode())
    if size > QUESTION_BYTES:
        raise ParameterValidationError(
            f"The Question is {size} bytes long. At most {QUESTION_BYTES} bytes are allowed."
        )
    try:
        root = fromstring(question)
    except (ParseError, DefusedXmlException, ValueError) as error:
        raise _unreadable(str(error)) from error
    if root.tag == f"{{{HTML_QUESTION}}}HTMLQuestion":
        return HTMLQuestion(_text(root, "HTMLContent"), _frame_height(root))
    raise _unreadable(f"the root element {root.tag} is none that can be shown")


def _unreadable(why: str) -> RequestError:
    return RequestError(
        "There was an error parsing the XML question or answer data in your request. "
        f"Please make sure the data is well-formed and follows its schema. ({why})",
        "XMLParseError",
    )


def _text(root: Element, name: str) -> str:
    namespace = root.tag.partition("}")[0] + "}"
    text = root.findtext(namespace + name)
    if text is None or not text.strip():
        raise _unreadable(f"{name} is missing or empty")
    return text


def _frame_height(root: Element) -> int:
    text = _text(root, "FrameHeight").strip()
    if not re.fullmatch("[0-9]{1,6}", text):
        raise _unreadable(f"FrameHeight is {text[:20]}, not a whole number from 0 to 999999")
    return int(text)
