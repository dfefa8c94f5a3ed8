"""What each route does."""

import hashlib
from typing import Any
from urllib.parse import quote

from amt import connection
from amt.declared import work
from amt.errors import Error
from amt.pseudonyms import Pseudonyms
from batch_server import pages
from batch_server.exchange import JSON_LINES, Exchange, Response, format_json
from batch_server.problems import INVALID, UNAVAILABLE, Fault, ProblemError
from batch_server.service import Sent
from batch_server.settings import Place
from batch_server.views import ApproveRequest, BatchList


def put_batch(exchange: Exchange) -> Response:
    """Make the batch that the body declares, with the id of the address."""
    batch_id = exchange.batch_id
    return _respond_sent(
        exchange.server.service.send(exchange.caller.requester, batch_id, exchange.read_batch())
    )


def post_batch(exchange: Exchange) -> Response:
    """Make the batch that the body declares."""
    content = exchange.read_batch(takes_form=True)
    return _respond_sent(exchange.server.service.send(exchange.caller.requester, None, content))


def _respond_sent(sent: Sent) -> Response:
    headers = {"Location": sent.view.links.self} if sent.is_new else {}
    return Response(201 if sent.is_new else 200, format_json(sent.view), headers=headers)


def list_batches(exchange: Exchange) -> Response:
    """List the caller's batches."""
    limit = exchange.get_number("limit")
    after = str(exchange.parameters["after"])
    found, has_more = exchange.server.service.list_batches(exchange.caller.requester, after, limit)
    following = None
    if has_more:
        following = f"/batches?after={quote(found[-1].id)}&limit={limit}"
    return Response(200, format_json(BatchList(batches=found, next=following)))


def get_batch(exchange: Exchange) -> Response:
    """Return where a batch is, at once or at the next change, for which nobody waits who has left."""
    service = exchange.server.service
    place = _find(exchange)
    known = exchange.request.headers.get("If-None-Match", "")

    def look() -> tuple[bytes, str]:
        body = format_json(service.describe(place))
        return body, f'"{hashlib.sha256(body).hexdigest()[:32]}"'

    body, tag = look()
    before = known or tag
    if (seconds := exchange.get_number("wait")) and _matches(before, tag):

        def is_over() -> bool:
            nonlocal body, tag
            body, tag = look()
            return exchange.has_left() or not _matches(before, tag)

        exchange.server.waiters.wait(exchange.caller.requester, seconds, is_over)
    headers = {"ETag": tag}
    if _matches(known, tag):
        return Response(304, b"", headers=headers)
    return Response(200, body, headers=headers)


def _matches(known: str, tag: str) -> bool:
    """Return whether one of the tags of If-None-Match is this one."""
    tags = {each.strip().removeprefix("W/") for each in known.split(",")}
    return tag in tags or "*" in tags


def get_answers(exchange: Exchange) -> Response:
    """Return a page of answers."""
    place = _find(exchange)
    hidden = _find_pseudonyms(exchange, place)
    return _respond_page(
        exchange,
        place.directory.results,
        lambda line: work.to_answer_data(line, place.id, hidden),
    )


def get_labels(exchange: Exchange) -> Response:
    """Return a page of labels."""
    place = _find(exchange)
    return _respond_page(
        exchange, place.directory.labels, lambda line: work.to_label_data(line, place.id)
    )


def _respond_page(exchange: Exchange, path: Any, convert: Any) -> Response:
    limit = exchange.get_number("limit")
    page = pages.read(path, exchange.get_number("after"), limit, convert)
    headers = {"Next-Cursor": str(page.cursor)}
    if page.has_more:
        address = f"{exchange.request.path}?after={page.cursor}&limit={limit}"
        headers["Link"] = f'<{address}>; rel="next"'
    return Response(200, b"".join(page.lines), JSON_LINES, headers)


def _find_pseudonyms(exchange: Exchange, place: Place) -> Pseudonyms | None:
    """Return the pseudonyms of a batch, the same as in its events; None if workers have none."""
    if exchange.server.service.names_workers(place):
        return None
    if not place.directory.results.exists():
        return Pseudonyms(b"")  # there is nobody to name
    with exchange.server.making_keys:
        return work.read_pseudonyms(place.directory)


def expire(exchange: Exchange) -> Response:
    """Have the HITs of a batch expired."""
    return Response(202, format_json(exchange.server.service.expire(_find(exchange))))


def approve(exchange: Exchange) -> Response:
    """Approve work of a batch."""
    place = _find(exchange)
    wanted = exchange.read_model(ApproveRequest)
    if (wanted.where is None) == (wanted.assignment_ids is None):
        fault = Fault("/where", 'give either {"where": "all"} or assignment_ids')
        raise ProblemError(INVALID, "The body is not valid.", [fault])
    clients = exchange.server.service.clients
    crowd = clients.get_crowd(place.requester)
    try:
        client = clients.connect(place.requester)
        view = exchange.server.approvals.approve(place, crowd, client, wanted)
    except Error as error:
        raise ProblemError(UNAVAILABLE, str(error), headers={"Retry-After": "10"}) from error
    except Exception as error:
        if not connection.is_outage(error):
            raise
        detail = f"The crowd does not respond: {connection.describe_error(error)}"
        raise ProblemError(UNAVAILABLE, detail, headers={"Retry-After": "10"}) from error
    return Response(202, format_json(view))


def list_tasks(exchange: Exchange) -> Response:
    """List the task types."""
    return Response(200, format_json(exchange.server.service.list_tasks()))


def get_openapi(exchange: Exchange) -> Response:
    """Return the description of the server."""
    return Response(200, exchange.server.description)


def get_docs(exchange: Exchange) -> Response:
    """Return the description of the server as a page."""
    return exchange.server.docs


def _find(exchange: Exchange) -> Place:
    return exchange.server.service.find(exchange.caller.requester, exchange.batch_id or "")
