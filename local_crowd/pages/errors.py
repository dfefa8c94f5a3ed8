"""Error pages: each says what happened and where to go."""

import logging
from typing import Any

from flask import Flask, render_template, url_for
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from local_crowd.operations.errors import NotPossible
from local_crowd.operations.texts import Text
from local_crowd.pages.languages.choice import translate
from local_crowd.store.faults import StoreError

# HTTP status by reason of NotPossible; the other reasons are conflicts with the current state.
STATUSES = {
    **dict.fromkeys(("unknown", "gone"), 404),
    **dict.fromkeys(("blocked", "excluded", "unqualified", "consent", "practice"), 403),
}
WORDS = {
    400: (
        Text("The request could not be read"),
        Text("Part of the request is missing or invalid. Go back and try again."),
    ),
    404: (
        Text("Not found"),
        Text("This page does not exist. The work it was for may be over."),
    ),
    405: (Text("Not found"), Text("This page does not exist.")),
    413: (
        Text("Too large"),
        Text("What you sent is larger than this site accepts. Nothing was saved."),
    ),
    500: (
        Text("Our fault"),
        Text("Something went wrong on our side. Work you already submitted is safe."),
    ),
}
NOT_SAVED = (
    Text("Nothing was saved"),
    Text(
        "This site cannot use its data at the moment. What you just sent was not saved: keep your work, and "
        "try again in a few minutes."
    ),
)
OUT_OF_DATE = (
    Text("This page is out of date"),
    Text("You signed in or out after opening it. Go back, reload it, and try again."),
)
NOT_POSSIBLE = Text("Not possible")
TO_THE_HITS = Text("Go to the HITs")


log = logging.getLogger(__name__)


def add_to(app: Flask) -> None:
    """Register handlers that render every error of the app as a page."""
    app.register_error_handler(CSRFError, _handle_csrf_error)
    app.register_error_handler(HTTPException, _handle_http_error)
    app.register_error_handler(NotPossible, _handle_not_possible)
    app.register_error_handler(StoreError, _handle_store_error)


def _handle_csrf_error(_error: CSRFError) -> tuple[str, int]:
    return message_page(*OUT_OF_DATE, 400)


def _handle_http_error(error: HTTPException) -> Any:
    if error.code is None or error.code < 400:
        return error.get_response()
    return message_page(*describe_status(error, error.code), error.code)


def describe_status(error: HTTPException, status: int) -> tuple[Text, Text]:
    """Return the title and the text for an HTTP error."""
    name, description = (text.replace("%", "%%") for text in (error.name, error.description or ""))
    return WORDS.get(status, (Text(name), Text(description)))


def _handle_not_possible(error: NotPossible) -> tuple[str, int]:
    return message_page(NOT_POSSIBLE, error.text, STATUSES.get(error.reason, 409))


def _handle_store_error(error: StoreError) -> tuple[str, int]:
    log_store_error(error)
    return message_page(*NOT_SAVED, 503)


def log_store_error(error: StoreError) -> None:
    """Log the error in one line: tracebacks for each request would fill a disk that is nearly full."""
    log.error("%s", error)


def message_page(
    title: Text, text: Text, status: int, url: str = "", link: Text = TO_THE_HITS
) -> tuple[str, int]:
    """Render a page with one message and a link to `url`, by default to the list of HITs.

    The page does not count unread messages, because the database may be what failed.
    """
    page = render_template(
        "message.html",
        title=translate(title),
        text=translate(text),
        url=url or url_for("hit_list.show_groups"),
        link=translate(link),
        quiet=True,
        # The form for the language returns here. The path may have the token of a link, which a page
        # that people send to us for help should not have.
        current_path=lambda: "/",
    )
    return page, status
