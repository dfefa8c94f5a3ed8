"""A HIT's question, from the page it shows."""

import re

QUESTION_BYTES = 65_535  # Amazon's limit for the question's XML
SCHEMA = (
    "http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas/2011-11-11/HTMLQuestion.xsd"
)
NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def format_question(html: str, frame_height: int) -> str:
    """Return the HTMLQuestion XML of a page. Raises ValueError for what no HIT can hold."""
    if match := NOT_XML.search(html):
        raise ValueError(
            f"the page contains the character U+{ord(match[0]):04X}, which XML forbids"
        )
    if not html.lstrip().lower().startswith("<!doctype"):
        html = "<!DOCTYPE html>\n" + html
    content = html.replace("]]>", "]]]]><![CDATA[>")  # the end of CDATA, in two halves
    question = (
        f'<HTMLQuestion xmlns="{SCHEMA}"><HTMLContent><![CDATA[{content}]]></HTMLContent>'
        f"<FrameHeight>{frame_height}</FrameHeight></HTMLQuestion>"
    )
    if (size := len(question.encode())) > QUESTION_BYTES:
        raise ValueError(f"the HIT has {size:,} bytes; at most {QUESTION_BYTES:,} are allowed")
    return question
