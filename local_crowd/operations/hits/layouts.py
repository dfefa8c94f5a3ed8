"""HIT layouts: pages with `${name}` in them, kept once and filled in by each CreateHIT.

Values are put in as they are, markup and all, as Amazon's are ("values with reserved characters or
invalid HTML markup may result in an invalid HTMLQuestion document"): who writes data into a page
has to escape it. What cannot happen is that a value breaks out of the question's XML.
"""

import re
from typing import Any

from sqlalchemy import Row, insert, select

from local_crowd.operations.call import Call, Request
from local_crowd.operations.checks import QUESTION_BYTES, validate_range
from local_crowd.operations.errors import ParameterValidationError, does_not_exist
from local_crowd.operations.questions.questions import HTML_QUESTION
from local_crowd.store.tables import layouts, requesters

# Other uses of ${...}, as in JavaScript's template literals, stay as they are.
PLACEHOLDER = re.compile(r"\$\{([A-Za-z0-9_]+)\}")
MAX_FRAME_HEIGHT = 999_999  # pixels
FORM = re.compile(r"<(?:form|crowd-form|crowd-entity-annotation)\b", re.IGNORECASE)
# Layouts on Amazon's site were often only what stands within the form; it put the rest around.
BEFORE = (
    '<!DOCTYPE html><html><head><meta http-equiv="Content-Type" content="text/html; charset=UTF-8">'
    '<script src="https://s3.amazonaws.com/mturk-public/externalHIT_v1.js"></script></head><body>'
    '<form name="mturk_form" method="post" id="mturk_form" '
    'action="https://www.mturk.com/mturk/externalSubmit">'
    '<input type="hidden" value="" name="assignmentId" id="assignmentId">'
)
AFTER = (
    '<p><input type="submit" id="submitButton" value="Submit"></p></form>'
    "<script>turkSetAssignmentID();</script></body></html>"
)


def add(
    call: Call, layout_id: str, requester_id: str, name: str, html: str, frame_height: int
) -> None:
    """Keep a layout of a requester. Without a form it gets one, as at Amazon.

    Raises ParameterValidationError for one that fits into no question.
    """
    validate_range("frame_height", frame_height, 0, MAX_FRAME_HEIGHT)
    if not html.strip():
        raise ParameterValidationError(f"{name} is empty.")
    if not FORM.search(html):
        html = BEFORE + html + AFTER
    size = len(_build_question(html, frame_height).encode())
    if size > QUESTION_BYTES:
        raise ParameterValidationError(
            f"{name} makes a question of {size} bytes. At most {QUESTION_BYTES} bytes are allowed."
        )
    call.db.execute(
        insert(layouts).values(
            layout_id=layout_id,
            requester_id=requester_id,
            name=name,
            html=html,
            frame_height=frame_height,
            created_time=call.now,
        )
    )


def list_all(call: Call) -> list[Row[Any]]:
    """All layouts of the site, the oldest first, each with `requester`, a name."""
    query = (
        select(layouts, requesters.c.name.label("requester"))
        .join(requesters, requesters.c.requester_id == layouts.c.requester_id)
        .order_by(layouts.c.created_time, layouts.c.layout_id)
    )
    return list(call.db.execute(query).all())


def find_parameters(html: str) -> list[str]:
    """The names of the placeholders, in the order they come."""
    return list(dict.fromkeys(PLACEHOLDER.findall(html)))


def build_question(call: Call, request: Request) -> str:
    """The question of a CreateHIT call: its own, or that of its layout, filled in.

    Raises RequestError for an unknown layout, ParameterValidationError when there is neither or
    both, and when the parameters are not those of the layout.
    """
    own, layout_id = request.get("Question"), request.get("HITLayoutId")
    if (own is None) == (layout_id is None):
        raise ParameterValidationError("A HIT needs either a Question or a HITLayoutId.")
    given = request.get("HITLayoutParameters", [])
    if layout_id is None:
        if given:
            raise ParameterValidationError("HITLayoutParameters need a HITLayoutId.")
        return str(own)
    row = call.db.execute(
        select(layouts).where(
            layouts.c.layout_id == layout_id, layouts.c.requester_id == call.requester_id
        )
    ).one_or_none()
    if row is None:
        raise does_not_exist("HITLayout", layout_id)
    values = _read_values(row.html, given)
    html = PLACEHOLDER.sub(lambda found: values[found[1]], row.html)
    return _build_question(html, row.frame_height)


def _read_values(html: str, given: list[dict[str, str]]) -> dict[str, str]:
    names = find_parameters(html)
    values = {parameter["Name"]: parameter["Value"] for parameter in given}
    if len(values) < len(given):
        raise ParameterValidationError("A HITLayoutParameter is given twice.")
    if missing := [name for name in names if name not in values]:
        raise ParameterValidationError(
            "Your request is missing required parameters. Required parameters include "
            "HITLayoutParameter. You have not provided all required HITLayout parameters. "
            f"Missing parameter names: {', '.join(missing)}"
        )
    if unknown := [name for name in values if name not in names]:
        raise ParameterValidationError(
            "You have provided HITLayout parameters that are not used in the HITLayout. "
            f"Unknown parameter names: {', '.join(unknown)}"
        )
    return values


def _build_question(html: str, frame_height: int) -> str:
    inside = html.replace("]]>", "]]]]><![CDATA[>")  # the end of CDATA cannot stand within it
    return (
        f'<HTMLQuestion xmlns="{HTML_QUESTION}"><HTMLContent><![CDATA[{inside}]]></HTMLContent>'
        f"<FrameHeight>{frame_height}</FrameHeight></HTMLQuestion>"
    )
