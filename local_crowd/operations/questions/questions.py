"""The question of a HIT: which kind, and what of it is shown."""

import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element

from local_crowd.netloc import find_host
from local_crowd.operations.errors import ParameterValidationError
from local_crowd.operations.questions.answers import build_answer_xml, build_form_answer_xml
from local_crowd.operations.questions.question_form import QuestionForm
from local_crowd.operations.questions.question_form_xml import read_form
from local_crowd.operations.questions.question_xml import shorten
from local_crowd.operations.questions.xml_documents import (
    SCHEMAS,
    parse_document,
    parse_error,
    read_text,
)

HTML_QUESTION = SCHEMAS + "2011-11-11/HTMLQuestion.xsd"
EXTERNAL_QUESTION = SCHEMAS + "2006-07-14/ExternalQuestion.xsd"
QUESTION_FORMS = (SCHEMAS + "2017-11-06/QuestionForm.xsd", SCHEMAS + "2005-10-01/QuestionForm.xsd")


@dataclass(frozen=True, slots=True)
class HTMLQuestion:
    """A whole page of the requester's, and its height in pixels (0: the worker's window)."""

    content: str
    frame_height: int


@dataclass(frozen=True, slots=True)
class ExternalQuestion:
    """A page on the requester's own server, and its height in pixels (0: the worker's window)."""

    url: str
    frame_height: int


Question = HTMLQuestion | ExternalQuestion | QuestionForm


def parse(question: str) -> Question:
    """Read a question's XML.

    Raises RequestError (XMLParseError) for XML that is not a question we know, and
    ParameterValidationError when it is larger than Amazon takes, or leads where none may.
    """
    root = parse_document("Question", question)
    if root.tag == f"{{{HTML_QUESTION}}}HTMLQuestion":
        return HTMLQuestion(read_text(root, "HTMLContent"), _read_frame_height(root))
    if root.tag == f"{{{EXTERNAL_QUESTION}}}ExternalQuestion":
        return ExternalQuestion(
            _check_external_url(read_text(root, "ExternalURL")), _read_frame_height(root)
        )
    for namespace in QUESTION_FORMS:
        if root.tag == f"{{{namespace}}}QuestionForm":
            return read_form(root, namespace)
    raise parse_error(f"the root element {root.tag} cannot be shown")


def build_answer(question: str, fields: Iterable[tuple[str, str]]) -> str:
    """The answer XML for what a page posted. Of which kind it is, the question alone says."""
    if "/QuestionForm.xsd" in question:  # seldom; the others need no reading
        parsed = parse(question)
        if isinstance(parsed, QuestionForm):
            return build_form_answer_xml(parsed, fields)
    return build_answer_xml(fields)


def _read_frame_height(root: Element) -> int:
    text = read_text(root, "FrameHeight").strip()
    if not re.fullmatch("[0-9]{1,6}", text):
        raise parse_error(f"FrameHeight is {text[:20]}, not a whole number from 0 to 999999")
    return int(text)


def _check_external_url(text: str) -> str:
    url = text.strip()
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 - reading it checks it
    except ValueError:
        parts = urlsplit("")
    host = find_host(parts.netloc.rpartition("@")[2])
    plain = parts.scheme == "http" and is_loopback(host)
    if not host or not (parts.scheme == "https" or plain) or re.search(r"[\s\\<>\"]", url):
        raise ParameterValidationError(
            f'The value "{shorten(url)}" is not valid for the parameter ExternalURL. It must be an '
            "https URL; http is taken for this machine only (localhost, 127.0.0.1, [::1])."
        )
    return url


def is_loopback(host: str) -> bool:
    """Whether a host name or address, as urlsplit gives it, is the machine it is used on."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
