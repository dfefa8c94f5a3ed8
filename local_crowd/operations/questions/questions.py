"""Parse the question of a HIT, and build the answer to it."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element

from formats.netloc import find_host, is_loopback
from local_crowd.operations.errors import ParameterValidationError
from local_crowd.operations.questions.answers import build_answer_xml, build_form_answer_xml
from local_crowd.operations.questions.question_form import QuestionForm
from local_crowd.operations.questions.question_form_xml import read_form
from local_crowd.operations.questions.question_xml import shorten
from local_crowd.operations.questions.xml_documents import (
    SCHEMAS,
    make_parse_error,
    parse_document,
    read_text,
)

HTML_QUESTION = SCHEMAS + "2011-11-11/HTMLQuestion.xsd"
EXTERNAL_QUESTION = SCHEMAS + "2006-07-14/ExternalQuestion.xsd"
LARGEST_KEPT = 64_000  # characters of a question that parse_stored keeps
QUESTION_FORMS = (SCHEMAS + "2017-11-06/QuestionForm.xsd", SCHEMAS + "2005-10-01/QuestionForm.xsd")


@dataclass(frozen=True, slots=True)
class HTMLQuestion:
    """A requester's HTML page, and its height in pixels, with 0 for the worker's whole window."""

    content: str
    frame_height: int


@dataclass(frozen=True, slots=True)
class ExternalQuestion:
    """A page on a requester's server, and its height in pixels, with 0 for the whole window."""

    url: str
    frame_height: int


Question = HTMLQuestion | ExternalQuestion | QuestionForm


def parse(question: str, max_bytes: int | None = None) -> Question:
    """Parse a question's XML.

    Raises RequestError (XMLParseError) for XML that is not a supported question, and
    ParameterValidationError when it exceeds `max_bytes`, if given, or has an ExternalURL that is
    not allowed.
    """
    root = parse_document("Question", question, max_bytes)
    if root.tag == f"{{{HTML_QUESTION}}}HTMLQuestion":
        return HTMLQuestion(read_text(root, "HTMLContent"), _read_frame_height(root))
    if root.tag == f"{{{EXTERNAL_QUESTION}}}ExternalQuestion":
        return ExternalQuestion(
            _validate_external_url(read_text(root, "ExternalURL")), _read_frame_height(root)
        )
    for namespace in QUESTION_FORMS:
        if root.tag == f"{{{namespace}}}QuestionForm":
            return read_form(root, namespace)
    raise make_parse_error(f"the root element {root.tag} cannot be shown")


def parse_stored(question: str) -> Question:
    """Parse the question of a stored HIT as `parse` does. The page around it and the one in its frame both ask."""
    return _parse_once(question) if len(question) <= LARGEST_KEPT else parse(question)


@lru_cache(maxsize=64)
def _parse_once(question: str) -> Question:
    return parse(question)


def build_answer(question: str, fields: Iterable[tuple[str, str]]) -> str:
    """Build the answer XML for the fields that the page of `question` (XML) has posted."""
    if "/QuestionForm.xsd" in question:  # only a QuestionForm must be parsed to build its answer
        parsed = parse(question)
        if isinstance(parsed, QuestionForm):
            return build_form_answer_xml(parsed, fields)
    return build_answer_xml(fields)


def _read_frame_height(root: Element) -> int:
    text = read_text(root, "FrameHeight").strip()
    if not re.fullmatch("[0-9]{1,6}", text):
        raise make_parse_error(f"FrameHeight is {text[:20]}, not a whole number from 0 to 999999")
    return int(text)


def _validate_external_url(text: str) -> str:
    url = text.strip()
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 - raises ValueError for an invalid port
    except ValueError:
        parts = urlsplit("")
    host = find_host(parts.netloc.rpartition("@")[2])
    is_secure = parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host))
    if not host or not is_secure or re.search(r"[\s\\<>\"]", url):
        raise ParameterValidationError(
            f'The value "{shorten(url)}" is not valid for the parameter ExternalURL. It must be an '
            "https URL; http is allowed for this machine only (localhost, 127.0.0.1, [::1])."
        )
    return url
