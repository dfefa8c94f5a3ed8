"""The requester's pages: batches, answers, workers, qualifications.

They do nothing that an API call could not do, and use the same operations.
"""

from typing import Any

from flask import Blueprint, render_template
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from local_crowd.operations.errors import CrowdError
from local_crowd.operations.texts import Text
from local_crowd.pages import errors
from local_crowd.pages.requester import (
    batches,
    bonuses,
    downloads,
    hits,
    messages,
    qualifications,
    review,
    sign_in,
    workers,
)
from local_crowd.pages.requester.sessions import PREFIX
from local_crowd.store.faults import StoreError

MISSING = "This page does not exist, or belongs to another requester."
pages = Blueprint("requester", __name__, url_prefix=PREFIX)
for part in (
    sign_in,
    batches,
    downloads,
    hits,
    review,
    bonuses,
    workers,
    qualifications,
    messages,
):
    pages.register_blueprint(part.pages)


@pages.errorhandler(CSRFError)
def _handle_csrf_error(_error: CSRFError) -> tuple[str, int]:
    return _render_message(*errors.OUT_OF_DATE, 400)


@pages.errorhandler(HTTPException)
def _handle_http_error(error: HTTPException) -> Any:
    status = error.code or 500
    if status < 400:
        return error.get_response()
    title, text = errors.describe_status(error, status)
    if status == 404:
        return _render_message(title, MISSING, status)
    return _render_message(title, text, status)


@pages.errorhandler(StoreError)
def _handle_store_error(error: StoreError) -> tuple[str, int]:
    errors.log_store_error(error)
    return _render_message(*errors.NOT_SAVED, 503)


@pages.errorhandler(CrowdError)
def _handle_crowd_error(error: CrowdError) -> tuple[str, int]:
    missing = (error.turk_error_code or "").endswith("DoesNotExist")
    title, status = ("Not found", 404) if missing else ("Not possible", 409)
    return _render_message(title, error.message, status)


def _render_message(title: str | Text, text: str | Text, status: int) -> tuple[str, int]:
    page = render_template("requester/message.html", title=str(title), text=str(text), quiet=True)
    return page, status
