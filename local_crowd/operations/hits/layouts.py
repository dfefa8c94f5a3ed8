"""HIT layouts: stored pages with `${name}` placeholders that each CreateHIT fills in.

Values are inserted without escaping, as at Amazon ("values with reserved characters or invalid HTML
markup may result in an invalid HTMLQuestion document"), so requesters must escape data themselves.
No value can break out of the question's XML: see `_build_question`.
"""

import re
from typing import Any

from sqlalchemy import Row, func, insert, select

from local_crowd.operations.call import Call, Request, Response
from local_crowd.operations.checks import validate_range
from local_crowd.operations.errors import ParameterValidationError, RequestError, does_not_exist
from local_crowd.operations.questions.questions import HTML_QUESTION, parse
from local_crowd.store.tables import layouts, requesters

# The names of the web site. Other uses of ${...}, such as calls in JavaScript template literals, are
# left alone.
PLACEHOLDER = re.compile(r"\$\{( *[\w.-][\w.\- ]*)\}")
SCRIPT = re.compile(r"<script\b.*?(?:</script|\Z)", re.IGNORECASE | re.DOTALL)
PLAIN_NAME = re.compile(r"\w+", re.ASCII)
MAX_FRAME_HEIGHT = 999_999  # pixels
# That a requester can register. Layouts cannot be deleted, because programs may still name them.
MAX_LAYOUTS = 1000


def create_hit_layout(call: Call, request: Request) -> Response:
    """Store a layout of the requester, or return the one that is equal in everything.

    An equal one is returned so that a call whose response was lost can be repeated. Raises
    RequestError for one layout too many, and as `add` does.
    """
    name, html = request["Name"], request["Html"]
    frame_height = validate_range("FrameHeight", request.get("FrameHeight", 0), 0, MAX_FRAME_HEIGHT)
    of_requester = layouts.c.requester_id == call.requester_id
    existing = call.db.execute(
        select(layouts.c.layout_id).where(
            of_requester,
            layouts.c.name == name,
            layouts.c.html == html,
            layouts.c.frame_height == frame_height,
        )
    ).scalar()
    if existing is not None:
        return _to_api(existing, name, html)
    count = call.db.execute(select(func.count()).where(of_requester)).scalar_one()
    if count >= MAX_LAYOUTS:
        raise RequestError(
            f"You have {count} layouts, and at most {MAX_LAYOUTS} are allowed.",
            "HITLayoutLimitExceeded",
        )
    layout_id = call.new_id()
    add(call, layout_id, call.requester_id, name, html, frame_height)
    return _to_api(layout_id, name, html)


def get_hit_layout(call: Call, request: Request) -> Response:
    """Return a layout of the requester, without its page. Raises RequestError for an unknown one."""
    row = _find(call, request["HITLayoutId"])
    return _to_api(row.layout_id, row.name, row.html)


def _to_api(layout_id: str, name: str, html: str) -> Response:
    required = find_parameters(html)
    return {
        "HITLayoutId": layout_id,
        "Name": name,
        "RequiredParameters": required,
        "OptionalParameters": [name for name in _find_names(html) if name not in required],
    }


def add(
    call: Call, layout_id: str, requester_id: str, name: str, html: str, frame_height: int
) -> None:
    """Store a requester's layout.

    `frame_height` is in pixels. Raises ParameterValidationError when the layout is empty or too
    large for a question, and RequestError for characters that XML forbids.
    """
    validate_range("frame_height", frame_height, 0, MAX_FRAME_HEIGHT)
    if not html.strip():
        raise ParameterValidationError(f"{name} is empty.")
    question = _build_question(html, frame_height)
    size = len(question.encode())
    if size > call.question_bytes:
        raise ParameterValidationError(
            f"{name} makes a question of {size} bytes. At most {call.question_bytes} bytes are "
            "allowed."
        )
    parse(question)
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
    """List all layouts of the site, oldest first, each with its requester's name as `requester`."""
    query = (
        select(layouts, requesters.c.name.label("requester"))
        .join(requesters, requesters.c.requester_id == layouts.c.requester_id)
        .order_by(layouts.c.created_time, layouts.c.layout_id)
    )
    return list(call.db.execute(query).all())


def find_parameters(html: str) -> list[str]:
    """Return the names of the placeholders that need a value, in the order of their first use.

    A name with a hyphen, a dot or a space that stands only in scripts may be JavaScript's own.
    """
    in_text = set(_find_names(SCRIPT.sub("", html)))
    return [name for name in _find_names(html) if name in in_text or PLAIN_NAME.fullmatch(name)]


def _find_names(html: str) -> list[str]:
    return list(dict.fromkeys(name.strip() for name in PLACEHOLDER.findall(html)))


def build_question(call: Call, request: Request) -> str:
    """Return the question XML of a CreateHIT request: its own, or its layout with values filled in.

    Raises RequestError for an unknown layout, and ParameterValidationError when the request has
    both a question and a layout, or neither, or when the parameters do not match the layout.
    """
    question, layout_id = request.get("Question"), request.get("HITLayoutId")
    if (question is None) == (layout_id is None):
        raise ParameterValidationError("A HIT needs either a Question or a HITLayoutId.")
    parameters = request.get("HITLayoutParameters", [])
    if layout_id is None:
        if parameters:
            raise ParameterValidationError("HITLayoutParameters need a HITLayoutId.")
        return str(question)
    row = _find(call, layout_id)
    values = _read_values(row.html, parameters)
    html = PLACEHOLDER.sub(lambda match: values.get(match[1].strip(), match[0]), row.html)
    return _build_question(html, row.frame_height)


def _find(call: Call, layout_id: str) -> Row[Any]:
    """Return a layout of the requester. Raises RequestError for an unknown one."""
    row = call.db.execute(
        select(layouts).where(
            layouts.c.layout_id == layout_id, layouts.c.requester_id == call.requester_id
        )
    ).one_or_none()
    if row is None:
        raise does_not_exist("HITLayout", layout_id)
    return row


def _read_values(html: str, parameters: list[dict[str, str]]) -> dict[str, str]:
    values = {parameter["Name"]: parameter["Value"] for parameter in parameters}
    if len(values) < len(parameters):
        raise ParameterValidationError("A HITLayoutParameter is given twice.")
    if missing := [name for name in find_parameters(html) if name not in values]:
        raise ParameterValidationError(
            "Your request is missing required parameters. Required parameters include "
            "HITLayoutParameter. You have not provided all required HITLayout parameters. "
            f"Missing parameter names: {', '.join(missing)}"
        )
    if unknown := [name for name in values if name not in _find_names(html)]:
        raise ParameterValidationError(
            "You have provided HITLayout parameters that are not used in the HITLayout. "
            f"Unknown parameter names: {', '.join(unknown)}"
        )
    return values


def _build_question(html: str, frame_height: int) -> str:
    content = html.replace("]]>", "]]]]><![CDATA[>")  # "]]>" would end the CDATA section
    return (
        f'<HTMLQuestion xmlns="{HTML_QUESTION}"><HTMLContent><![CDATA[{content}]]></HTMLContent>'
        f"<FrameHeight>{frame_height}</FrameHeight></HTMLQuestion>"
    )
