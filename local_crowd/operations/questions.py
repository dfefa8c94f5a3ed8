"""The question of a HIT: which kind, and what of it is shown."""

import re
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from local_crowd.operations.xml_parameters import SCHEMAS, document, text_of, unreadable

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
    root = document("Question", question)
    if root.tag == f"{{{HTML_QUESTION}}}HTMLQuestion":
        return HTMLQuestion(text_of(root, "HTMLContent"), _frame_height(root))
    raise unreadable(f"the root element {root.tag} is none that can be shown")


def _frame_height(root: Element) -> int:
    text = text_of(root, "FrameHeight").strip()
    if not re.fullmatch("[0-9]{1,6}", text):
        raise unreadable(f"FrameHeight is {text[:20]}, not a whole number from 0 to 999999")
    return int(text)
