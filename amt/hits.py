"""A HIT's question, from the page that it shows or from its whole XML."""

import html
import re
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple, NoReturn
from xml.etree import ElementTree as ET

from amt.crowd import Crowd
from formats import json_text

# Limits for the question's XML: Amazon's, and the highest that a crowd of ours can have.
MTURK_BYTES = 65_535
CROWD_BYTES = 1_000_000
SCHEMAS = "http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas/"
SCHEMA = SCHEMAS + "2011-11-11/HTMLQuestion.xsd"
EXTERNAL_SCHEMA = SCHEMAS + "2006-07-14/ExternalQuestion.xsd"
SCHEMA_OF = {  # the newest one of each kind of question
    "HTMLQuestion": SCHEMA,
    "ExternalQuestion": EXTERNAL_SCHEMA,
    "QuestionForm": SCHEMAS + "2017-11-06/QuestionForm.xsd",
}
NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
XML_ASCII = bytes(code for code in range(128) if not NOT_XML.match(chr(code)))


class SizeLimit(NamedTuple):
    """How many bytes a question may have; `where` ends the message about one that has more."""

    bytes: int = CROWD_BYTES
    where: str = ""


CROWD_LIMIT = SizeLimit()


def find_size_limit(crowd: Crowd) -> SizeLimit:
    """Return the limit of a crowd.

    A crowd server may have a lower limit, which it names when it refuses a HIT.
    """
    if crowd.name == "mturk":
        return SizeLimit(MTURK_BYTES, f" on Mechanical Turk, and {CROWD_BYTES:,} on other crowds")
    if crowd.name != "local":
        return CROWD_LIMIT
    path = Path(crowd.settings["local_crowd"]) / "crowd.json"
    try:
        limit = json_text.parse(path.read_text(encoding="utf-8-sig")).get("question_bytes")
    except (AttributeError, OSError, ValueError):  # the crowd reports a fault when it is opened
        return CROWD_LIMIT
    return SizeLimit(limit) if isinstance(limit, int) else CROWD_LIMIT


def format_question(page: str, frame_height: int, limit: SizeLimit = CROWD_LIMIT) -> str:
    """Return the HTMLQuestion XML of a page. Raises ValueError for what no HIT can hold."""
    _check_characters(page, "page")
    if not page.lstrip().lower().startswith("<!doctype"):
        page = "<!DOCTYPE html>\n" + page
    content = page.replace("]]>", "]]]]><![CDATA[>")  # the end of CDATA, in two halves
    return _check_size(
        f'<HTMLQuestion xmlns="{SCHEMA}"><HTMLContent><![CDATA[{content}]]></HTMLContent>'
        f"<FrameHeight>{frame_height}</FrameHeight></HTMLQuestion>",
        limit,
    )


def format_external_question(url: str, frame_height: int, limit: SizeLimit = CROWD_LIMIT) -> str:
    """Return the ExternalQuestion XML of an address. Raises ValueError for what no HIT can hold."""
    _check_characters(url, "ExternalURL")
    return _check_size(
        f'<ExternalQuestion xmlns="{EXTERNAL_SCHEMA}"><ExternalURL>{html.escape(url, quote=False)}'
        f"</ExternalURL><FrameHeight>{frame_height}</FrameHeight></ExternalQuestion>",
        limit,
    )


def check_question(question: str, limit: SizeLimit, check_url: Callable[[str], None]) -> None:
    """Raise ValueError unless `question` is the XML of a question that a HIT can have.

    `check_url` is called with the address of an ExternalQuestion. The crowd checks the rest.
    """
    _check_characters(question, "question")
    try:
        root = ET.fromstring(question, ET.XMLParser(target=_WithoutDoctype()))  # noqa: S314 - so no entities
    except ET.ParseError as error:
        raise ValueError(f"the question is not XML: {error}") from error
    namespace, _, kind = root.tag.rpartition("}")
    if kind not in SCHEMA_OF:
        raise ValueError(
            f"the question's root element is {kind}, which is not one of {', '.join(SCHEMA_OF)}"
        )
    is_form = kind == "QuestionForm" and namespace.startswith(f"{{{SCHEMAS}")  # has several
    if not is_form and namespace != f"{{{SCHEMA_OF[kind]}":
        raise ValueError(
            f"the question's root element, {kind}, needs Amazon's xmlns, such as {SCHEMA_OF[kind]}"
        )
    if kind == "ExternalQuestion":
        check_url((root.findtext("{*}ExternalURL") or "").strip())
    _check_size(question, limit)


class _WithoutDoctype(ET.TreeBuilder):
    def doctype(self, *_: str | None) -> NoReturn:
        """Refuse a DOCTYPE: no question has one, and its entities can exhaust memory."""
        raise ValueError("the question has a DOCTYPE, which crowds refuse")


def _check_characters(text: str, noun: str) -> None:
    if text.isascii() and not text.encode().translate(None, XML_ASCII):
        return  # 3 microseconds for 9 kB; the search takes 25
    if match := NOT_XML.search(text):
        raise ValueError(
            f"the {noun} contains the character U+{ord(match[0]):04X}, which XML forbids"
        )


def _check_size(question: str, limit: SizeLimit) -> str:
    """Return the question. Raises ValueError when it is larger than the limit."""
    if (size := len(question.encode())) > limit.bytes:
        raise ValueError(
            f"the HIT has {size:,} bytes; at most {limit.bytes:,} are allowed{limit.where}"
        )
    return question
