"""Error pages: each says what happened and where to go."""

import logging
from typing import Any

from flask import Flask, render_template, url_for
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from local_crowd.operations.errors import NotPossible
from local_crowd.store.faults import StoreError

# HTTP status by reason of NotPossible; the other reasons are conflicts with the current state.
STATUSES = {"unknown": 404, "gone": 404, "blocked": 403, "unqualified": 403}
WORDS = {
    400: (
        "The request could not be read",
        "Part of the request is missing or invalid. Go back and try again.",
    ),
    404: ("Not found", "This page does not exist. The work it was for may be over."),
    405: ("Not found", "This page does not exist."),
    413: ("Too large", "What you sent is larger than this site accepts. Nothing was saved."),
    500: ("Our fault", "Something went wrong on our side. Work you already submitted is safe."),
}
NOT_SAVED = (
    "Nothing was saved",
    (
        "This site cannot use its data at the moment. What you just sent was not saved: keep your work, and "
        "try again in a few minutes."
    ),
)
OUT_OF_DATE = (
    "This page is out of date",
    "You signed in or out after opening it. Go back, reload it, and try again.",
)


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
    title, text = WORDS.get(error.code, (error.name, error.description or ""))
    return message_page(title, text, error.code)


def _handle_not_possible(error: NotPossible) -> tuple[str, int]:
    return message_page("Not possible", str(error), STATUSES.get(error.reason, 409))


def _handle_store_error(error: StoreError) -> tuple[str, int]:
    log_store_error(error)
    return message_page(*NOT_SAVED, 503)


def log_store_error(error: StoreError) -> None:
    """Log the error in one line: tracebacks for each request would fill a disk that is nearly full."""
    log.error("%s", error)


def message_page(
    title: str, text: str, status: int, url: str = "", link: str = "Go to the HITs"
) -> tuple[str, int]:
    """Render a page with one message and a link to `url`, by default to the list of HITs.

    The page does not count unread messages, because the database may be what failed.
    """
    page = render_template(
        "message.html",
        title=title,
        text=text,
        url=url or url_for("hit_list.show_groups"),
        link=link,
        quiet=True,
    )
    return page, status
