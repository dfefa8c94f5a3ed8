"""The requester's pages: batches, answers, workers, qualifications. Nothing that a signed call
could not do as well, and through the same operations: each rule stands once.
"""

from typing import Any

from flask import Blueprint, render_template
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from local_crowd.operations.errors import CrowdError
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
from local_crowd.store.faults import StoreError

pages = Blueprint("requester", __name__, url_prefix="/requester")
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
def _out_of_date(_error: CSRFError) -> tuple[str, int]:
    return _message(*errors.OUT_OF_DATE, 400)


@pages.errorhandler(HTTPException)
def _http(error: HTTPException) -> Any:
    status = error.code or 500
    if status < 400:
        return error.get_response()
    title, text = errors.WORDS.get(status, (error.name, error.description or ""))
    if status == 404:
        text = "This page does not exist, or belongs to another requester."
    return _message(title, text, status)


@pages.errorhandler(StoreError)
def _not_saved(error: StoreError) -> tuple[str, int]:
    errors.log_store_error(error)
    return _message(*errors.NOT_SAVED, 503)


@pages.errorhandler(CrowdError)
def _refused(error: CrowdError) -> tuple[str, int]:
    missing = (error.turk_error_code or "").endswith("DoesNotExist")
    title, status = ("Not found", 404) if missing else ("Not possible", 409)
    return _message(title, error.message, status)


def _message(title: str, text: str, status: int) -> tuple[str, int]:
    return render_template("requester/message.html", title=title, text=text, quiet=True), status
