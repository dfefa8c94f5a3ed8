"""The pages in the HIT's frame: the requester's page, and the one after submitting.

The requester's HTML and JavaScript are served for a sandboxed frame with an opaque origin: they get
no cookies and cannot read this site. The assignment id alone authorizes their requests.
"""

from io import BytesIO
from typing import Any

from flask import Blueprint, Response, render_template, request, session, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import HTTPException, NotFound
from werkzeug.formparser import MultiPartParser

from local_crowd.operations.errors import NotPossible
from local_crowd.operations.questions.question_form import QuestionForm
from local_crowd.operations.questions.questions import HTMLQuestion, parse_stored
from local_crowd.operations.texts import Text
from local_crowd.operations.work import practice, worker_actions
from local_crowd.pages import errors
from local_crowd.pages.context import LimitedRequest, current_site, find_signed_in_worker, parse_id
from local_crowd.pages.headers import FORM_PAGE, HIT_PAGE, IN_THE_FRAME
from local_crowd.pages.languages.choice import translate
from local_crowd.pages.questions.form import render_page
from local_crowd.pages.questions.frame import PREVIEW
from local_crowd.pages.questions.rewrite import rewrite_page
from local_crowd.pages.questions.scripts import (
    KEEPING_SCRIPT,
    choose_script_urls,
    make_first_script,
    make_guard_script,
    make_script_url,
)
from local_crowd.store.faults import StoreError

pages = Blueprint("hit_page", __name__)

MOST_FIELDS = 10_000
# The header with the outcome of submitting: HANDED_IN, REFUSED, or a reason of NotPossible. Without
# it the response is a proxy's or a server error, and static/draft.js sends the answer again.
OUTCOME, HANDED_IN, REFUSED = "Crowd-Outcome", "handed-in", "refused"
NOT_SUBMITTED = Text("Not submitted")
FORM = "application/x-www-form-urlencoded"


@pages.get("/hit_page/<id:hit_id>")
def show(hit_id: str) -> Any:
    """Show the requester's page, for an assignment id or, to signed-in workers, as a preview."""
    assignment_id = request.args.get("assignmentId")
    worker_id = (
        find_signed_in_worker() if assignment_id == PREVIEW and "link" not in session else None
    )
    if assignment_id == PREVIEW and worker_id is None:
        return _render_message(
            Text("Sign in first"), Text("You must be signed in to preview HITs."), 403
        )
    with current_site().reading() as call:
        xml = worker_actions.find_question(
            call, hit_id, None if assignment_id == PREVIEW else parse_id(assignment_id), worker_id
        )
    return render_question(xml, None if assignment_id == PREVIEW else assignment_id)


def render_question(question_xml: str, assignment_id: str | None) -> Response:
    """Render a question's page for a frame; without an assignment id it is a preview.

    Raises NotFound for an ExternalQuestion, which its requester serves.
    """
    question = parse_stored(question_xml)
    submit_url = url_for("hit_page.submit", _external=True)
    if isinstance(question, HTMLQuestion):
        html = rewrite_page(
            question.content,
            submit_url,
            choose_script_urls(question.content),
            make_first_script(submit_url),
            make_guard_script(),
            make_script_url(KEEPING_SCRIPT) if assignment_id else "",
        )
        return Response(html, headers={"Content-Security-Policy": HIT_PAGE})
    if isinstance(question, QuestionForm):
        html = render_page(question, submit_url, assignment_id, make_script_url(KEEPING_SCRIPT))
        return Response(html, headers={"Content-Security-Policy": FORM_PAGE})
    raise NotFound


@pages.route("/mturk/externalSubmit", methods=["GET", "POST"])
def submit() -> Any:
    """Submit an answer: the fields of the query, then those of the form."""
    body = request.get_data() if request.mimetype == FORM else b""
    # Count before parsing: a million empty fields are a small body but slow to parse.
    if request.query_string.count(b"&") + body.count(b"&") >= MOST_FIELDS:
        return _render_message(
            NOT_SUBMITTED, Text("At most %(most)s fields can be submitted.", most=MOST_FIELDS), 413
        )
    if not _is_utf8(body):
        return _render_message(NOT_SUBMITTED, Text("The answer was not sent as UTF-8 text."), 400)
    form = _parse_multipart() if request.mimetype == "multipart/form-data" else request.form
    fields = [*request.args.items(multi=True), *form.items(multi=True)]
    assignment_id = form.get("assignmentId") or request.args.get("assignmentId")
    if assignment_id == PREVIEW:
        return _render_message(
            NOT_SUBMITTED, Text("This is a preview. Accept the HIT to work on it."), 400
        )
    if not assignment_id:
        return _render_message(
            NOT_SUBMITTED, Text("The page did not say which assignment it answers."), 400
        )
    with current_site().writing() as call:
        worker_actions.submit(call, parse_id(assignment_id), fields)
        feedback = practice.find_feedback(call, parse_id(assignment_id))
    # Only after the commit.
    if feedback is not None:
        return _render_feedback(feedback)
    return _render_message(Text("Thank you"), Text("Your answer is submitted."), 200, HANDED_IN)


def _parse_multipart() -> MultiDict[str, str]:
    """Parse a multipart form without its files, which Amazon ignores too, and parts without a name.

    The buffer holds the whole body, because Werkzeug 3.1 loses an empty field on a chunk boundary
    and corrupts the field before it.
    """
    parser = MultiPartParser(
        max_form_memory_size=LimitedRequest.max_form_memory_size,
        max_form_parts=MOST_FIELDS,
        stream_factory=lambda *_, **__: BytesIO(),  # for files, which are discarded
        buffer_size=LimitedRequest.max_content_length,
    )
    boundary = request.mimetype_params.get("boundary", "").encode()
    try:
        form = parser.parse(request.stream, boundary, request.content_length)[0]
    except ValueError:
        return MultiDict()
    # Werkzeug's name of a part without one is None, whatever its types say.
    named = filter(lambda field: field[0] is not None, form.items(multi=True))
    return MultiDict(named)


def _is_utf8(body: bytes) -> bool:
    try:
        body.decode()
    except UnicodeDecodeError:
        return False
    return True


@pages.errorhandler(NotPossible)
def _handle_not_possible(error: NotPossible) -> Any:
    title = Text("Already submitted") if error.reason == "done" else NOT_SUBMITTED
    return _render_message(title, error.text, errors.STATUSES.get(error.reason, 409), error.reason)


@pages.errorhandler(StoreError)
def _handle_store_error(error: StoreError) -> Any:
    errors.log_store_error(error)
    return _render_message(*errors.NOT_SAVED, 503)


@pages.errorhandler(HTTPException)
def _handle_http_error(error: HTTPException) -> Any:
    status = error.code or 500
    return _render_message(*errors.describe_status(error, status), status)


def _render_feedback(feedback: practice.Feedback) -> Any:
    """Say after a practice HIT what is right, and why."""
    page = render_template("work/practice.html", feedback=feedback, good=feedback.is_right)
    return page, 200, {"Content-Security-Policy": IN_THE_FRAME, OUTCOME: HANDED_IN}


def _render_message(title: Text, text: Text, status: int, outcome: str = REFUSED) -> Any:
    page = render_template(
        "work/framed.html", title=translate(title), text=translate(text), good=status == 200
    )
    headers = {"Content-Security-Policy": IN_THE_FRAME}
    if status < 500:
        headers[OUTCOME] = outcome
    return page, status, headers
