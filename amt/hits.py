"""A HIT's question, from the page it shows."""

import re
from pathlib import Path
from typing import NamedTuple

from amt.crowd import Crowd
from formats import json_text

# Limits for the question's XML: Amazon's, and the highest that a crowd of ours can have.
MTURK_BYTES = 65_535
CROWD_BYTES = 1_000_000
SCHEMA = (
    "http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas/2011-11-11/HTMLQuestion.xsd"
)
NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


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


def format_question(html: str, frame_height: int, limit: SizeLimit = CROWD_LIMIT) -> str:
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
    if (size := len(question.encode())) > limit.bytes:
        raise ValueError(
            f"the HIT has {size:,} bytes; at most {limit.bytes:,} are allowed{limit.where}"
        )
    return question
