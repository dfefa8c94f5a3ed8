"""Pages of lists as Amazon has them: every page that is not empty has a NextToken.

A token is opaque to clients. It encodes the position of the page's last item (its sort value and
its id), so items that are added, removed or changed between two calls are neither skipped nor
repeated, and a checksum that ties the token to its list.
"""

import base64
import hashlib
import json
import re
from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import Column, Row, Select, tuple_

from local_crowd.operations.call import Call, Request, Response
from local_crowd.operations.errors import ParameterValidationError

DEFAULT_PAGE = 10
CHECKSUM_BYTES = 10
POSITION = re.compile(rb"[\0-\x7f](?s:.{7})[A-Z0-9]{1,64} *")  # a number of 8 bytes, then an id


def fetch_page(
    call: Call,
    request: Request,
    select: Select[Any] | Sequence[Select[Any]],
    order: tuple[Column[Any], Column[Any]],
    *,
    newest_first: bool = False,
) -> tuple[Sequence[Row[Any]], str | None]:
    """Return the rows of one page of `select`, and the token of the next page.

    The token is None after an empty page. `order` is an integer column, then an id that makes the
    order unique; both must be selected. The rows of several selects are merged. Raises
    ParameterValidationError for a token that does not belong to this list.
    """
    number, identity = order
    # A primary key is unique without the id, and its index has no id to sort by.
    columns = (number,) if number.primary_key else order
    scope = _describe_scope(call, request, str(number))
    selects = [select] if isinstance(select, Select) else list(select)
    if token := request.get("NextToken"):
        # A row comparison lets SQLite seek the place in an index of both columns. With `number < at
        # OR (number = at AND id < ...)` it reads every row before it (356 ms at 300,000 HITs).
        place, row = _read_position(token, scope)[: len(columns)], tuple_(*columns)
        selects = [query.where(row < place if newest_first else row > place) for query in selects]
    direction = [column.desc() if newest_first else column.asc() for column in columns]
    limit = request.get("MaxResults", DEFAULT_PAGE)
    rows: list[Row[Any]] = []
    for query in selects:
        rows += call.db.execute(query.order_by(*direction).limit(limit))
    if len(selects) > 1:
        rows.sort(key=lambda row: [row._mapping[c] for c in columns], reverse=newest_first)  # noqa: SLF001 - SQLAlchemy's public name for it
        del rows[limit:]
    if not rows:
        return rows, None
    last = rows[-1]._mapping  # noqa: SLF001 - SQLAlchemy's public name for it
    return rows, _write_token(last[number], last[identity], scope)


def build_listing(
    name: str, rows: Sequence[Row[Any]], token: str | None, to_api: Callable[[Row[Any]], Response]
) -> Response:
    """Build the response of a List operation: the rows, converted by `to_api`, as member `name`."""
    response: Response = {"NumResults": len(rows), name: [to_api(row) for row in rows]}
    if token:
        response["NextToken"] = token
    return response


def _describe_scope(call: Call, request: Request, column: str) -> bytes:
    # Requester, sort column and filters identify a list: no two operations sort by the same column.
    filters = {k: v for k, v in request.items() if k not in ("NextToken", "MaxResults")}
    return json.dumps([call.requester_id, column, filters], sort_keys=True, default=str).encode()


def _compute_checksum(position: bytes, scope: bytes) -> bytes:
    return hashlib.sha256(position + scope).digest()[:CHECKSUM_BYTES]


def _write_token(number: int, identity: str, scope: bytes) -> str:
    position = number.to_bytes(8, "big") + identity.encode().ljust(30)
    return "p1:" + base64.b64encode(position + _compute_checksum(position, scope)).decode()


def _read_position(token: str, scope: bytes) -> tuple[int, str]:
    try:
        raw = base64.b64decode(token.removeprefix("p1:"), validate=True)
    except ValueError:
        raw = b""
    position, checksum = raw[:-CHECKSUM_BYTES], raw[-CHECKSUM_BYTES:]
    # The checksum needs no secret, so clients can forge tokens: accept only well-formed positions.
    if not POSITION.fullmatch(position) or checksum != _compute_checksum(position, scope):
        raise ParameterValidationError(
            f'The value "{token}" is not valid for the parameter NextToken.'
        )
    return int.from_bytes(position[:8], "big"), position[8:].decode().rstrip()
