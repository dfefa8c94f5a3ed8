"""The requests that the server takes: a table, from which the server and openapi.json are made."""

from collections.abc import Callable, Mapping
from typing import Literal, NamedTuple

from pydantic import BaseModel

from batch_server import handlers
from batch_server.exchange import JSON, JSON_LINES, Exchange, Parameter, Response
from batch_server.views import (
    AnswerLine,
    ApproveRequest,
    ApproveView,
    BatchList,
    BatchView,
    ExpireView,
    LabelLine,
    TaskList,
)

HTML = "text/html"
HIGHEST_CURSOR = 10**15 - 1
CURSOR = Parameter("after", "Next-Cursor of the page before; 0: from the start.", 0, HIGHEST_CURSOR)
LINES = Parameter("limit", "How many lines at most.", 1000, 10_000, 1)
WAIT = Parameter("wait", "Respond at the next change, after so many seconds at most.", 0, 60)
BATCHES_AFTER = Parameter("after", "Only batches whose ids come behind this one.", "")
BATCHES = Parameter("limit", "How many batches at most.", 50, 100, 1)

OK = (200,)
BATCH_FILE: Literal["batch file"] = "batch file"  # a body that is one


class Content(NamedTuple):
    """What a response contains: a model, or each line of it, or a text without a schema."""

    description: str
    model: type[BaseModel] | None
    media_type: str = JSON
    headers: Mapping[str, str] = {}


class Route(NamedTuple):
    """A request: its method, its path, what it does, who may make it, and its responses.

    `problems` are the statuses that it can have besides those that every request can have.
    """

    method: Literal["GET", "POST", "PUT"]
    path: str
    handler: Callable[[Exchange], Response]
    summary: str
    may: Literal["anybody", "read", "launch"]
    responses: Mapping[int, Content]
    parameters: tuple[Parameter, ...] = ()
    body: type[BaseModel] | Literal["batch file"] | None = None
    takes_form: bool = False
    problems: tuple[int, ...] = ()


SENT = {
    201: Content(
        "The batch is new; it is launched now.", BatchView, headers={"Location": "Its address."}
    ),
    200: Content("The batch was there, with the same content.", BatchView),
}
SENDING = (403, 409, 413, 415, 422, 429, 503)
TAG = {"ETag": "What to send as If-None-Match."}
PAGE = {"Next-Cursor": "What to send as `after` next.", "Link": "The next page, if there is one."}

ROUTES = (
    Route(
        "PUT",
        "/batches/{id}",
        handlers.put_batch,
        "Send a batch. Equal requests make one batch, however often they are sent.",
        "launch",
        SENT,
        body=BATCH_FILE,
        problems=(404, *SENDING),  # an id with a slash, which no route has
    ),
    Route(
        "POST",
        "/batches",
        handlers.post_batch,
        "Send a batch with the id in its body, or without one, which it is then given.",
        "launch",
        SENT,
        body=BATCH_FILE,
        takes_form=True,
        problems=SENDING,
    ),
    Route(
        "GET",
        "/batches",
        handlers.list_batches,
        "List your batches.",
        "read",
        {200: Content("Batches, by their ids.", BatchList)},
        (BATCHES_AFTER, BATCHES),
        problems=(422,),
    ),
    Route(
        "GET",
        "/batches/{id}",
        handlers.get_batch,
        "Say where a batch is.",
        "read",
        {
            200: Content("The batch.", BatchView, headers=TAG),
            304: Content("It has not changed since If-None-Match.", None, headers=TAG),
        },
        (WAIT,),
        problems=(404, 422, 429),
    ),
    Route(
        "GET",
        "/batches/{id}/answers",
        handlers.get_answers,
        "List the answers, in the order in which they came.",
        "read",
        {200: Content("A line for each.", AnswerLine, JSON_LINES, PAGE)},
        (CURSOR, LINES),
        problems=(404, 422),
    ),
    Route(
        "GET",
        "/batches/{id}/labels",
        handlers.get_labels,
        "List the labels, in the order in which they were made.",
        "read",
        {200: Content("A line for each.", LabelLine, JSON_LINES, PAGE)},
        (CURSOR, LINES),
        problems=(404, 422),
    ),
    Route(
        "POST",
        "/batches/{id}/expire",
        handlers.expire,
        "Let nobody accept the HITs any more. Whoever is at work on one may still submit it.",
        "launch",
        {202: Content("They are expired now.", ExpireView)},
        problems=(403, 404),
    ),
    Route(
        "POST",
        "/batches/{id}/approve",
        handlers.approve,
        "Approve work, for which its workers are paid.",
        "launch",
        {202: Content("What was approved, and what was refused.", ApproveView)},
        body=ApproveRequest,
        problems=(403, 404, 413, 415, 422, 429, 503),
    ),
    Route(
        "GET",
        "/tasks",
        handlers.list_tasks,
        "List the task types.",
        "read",
        {200: Content("The task types.", TaskList)},
    ),
    Route(
        "GET",
        "/openapi.json",
        handlers.get_openapi,
        "Describe this server in OpenAPI 3.1.",
        "anybody",
        {200: Content("The description.", None)},
    ),
    Route(
        "GET",
        "/docs",
        handlers.get_docs,
        "Show the description as a page.",
        "anybody",
        {200: Content("The page.", None, HTML)},
    ),
)
