"""What stands in the frame: the requester's page, and what follows its submission.

It is the requester's HTML and JavaScript, so it is served for a sandboxed frame of no origin: it
has no cookie, and can read nothing of this site. What it may do, it may do with the assignment id.
"""

from io import BytesIO
from typing import Any

from flask import Blueprint, Response, render_template, request, session, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import HTTPException, NotFound
from werkzeug.formparser import MultiPartParser

from local_crowd.operations.errors import NotPossible
from local_crowd.operations.questions.question_form import QuestionForm
from local_crowd.operations.questions.questions import HTMLQuestion, parse
from local_crowd.operations.work import worker_actions
from local_crowd.pages import errors
from local_crowd.pages.context import Limited, an_id, current_site, signed_in
from local_crowd.pages.headers import FORM_PAGE, HIT_PAGE, IN_THE_FRAME
from local_crowd.pages.questions.form import form_page
from local_crowd.pages.questions.frame import PREVIEW
from local_crowd.pages.questions.rewrite import for_this_crowd
from local_crowd.pages.questions.scripts import (
    KEEPING_SCRIPT,
    first_script,
    guard_script,
    script_url,
)
from local_crowd.store.faults import StoreError

pages = Blueprint("hit_page", __name__)

MOST_FIELDS = 10_000
# What became of an answer: HANDED_IN, REFUSED, or the reason of NotPossible. A response without it
# is a proxy's, or tells of a fault of ours: static/draft.js sends the answer again.
OUTCOME, HANDED_IN, REFUSED = "Crowd-Outcome", "handed-in", "refused"
FORM = "application/x-www-form-urlencoded"


@pages.get("/hit_page/<id:hit_id>")
def show(hit_id: str) -> Any:
    """The requester's page. An assignment id admits by itself; a preview is for who signed in."""
    assignment_id = request.args.get("assignmentId")
    worker_id = signed_in() if assignment_id == PREVIEW and "link" not in session else None
    if assignment_id == PREVIEW and worker_id is None:
        return _framed("Sign in first", "You must be signed in to preview HITs.", 403)
    with current_site().reading() as call:
        xml = worker_actions.find_question(
            call, hit_id, None if assignment_id == PREVIEW else an_id(assignment_id), worker_id
        )
    return page_of(xml, None if assignment_id == PREVIEW else assignment_id)


def page_of(question_xml: str, assignment_id: str | None) -> Response:
    """A question's page for a frame, for an assignment or (None) for looking at it.

    Raises NotFound for an ExternalQuestion, which is on its requester's own server.
    """
    asked = parse(question_xml)
    submit_url = url_for("hit_page.submit", _external=True)
    if isinstance(asked, HTMLQuestion):
        html = for_this_crowd(
            asked.content,
            submit_url,
            script_url,
            first_script(submit_url),
            guard_script(),
            script_url(KEEPING_SCRIPT) if assignment_id else "",
        )
        return Response(html, headers={"Content-Security-Policy": HIT_PAGE})
    if isinstance(asked, QuestionForm):
        html = form_page(asked, submit_url, assignment_id, script_url(KEEPING_SCRIPT))
        return Response(html, headers={"Content-Security-Policy": FORM_PAGE})
    raise NotFound


@pages.route("/mturk/externalSubmit", methods=["GET", "POST"])
def submit() -> Any:
    """Take the answer of an assignment: the fields of the query, then those of the form."""
    body = request.get_data() if request.mimetype == FORM else b""
    # Counted before they are parsed: a million empty fields are a small body and much work.
    if request.query_string.count(b"&") + body.count(b"&") >= MOST_FIELDS:
        return _framed("Not submitted", f"At most {MOST_FIELDS:,} fields can be submitted.", 413)
    if not _is_utf8(body):
        return _framed("Not submitted", "The answer was not sent as UTF-8 text.", 400)
    form = _multipart() if request.mimetype == "multipart/form-data" else request.form
    fields = [*request.args.items(multi=True), *form.items(multi=True)]
    assignment_id = form.get("assignmentId") or request.args.get("assignmentId")
    if assignment_id == PREVIEW:
        return _framed("Not submitted", "This is a preview. Accept the HIT to work on it.", 400)
    if not assignment_id:
        return _framed("Not submitted", "The page did not say which assignment it answers.", 400)
    with current_site().writing() as call:
        worker_actions.submit(call, an_id(assignment_id), fields)
    # After the commit, not before.
    return _framed("Thank you", "Your answer is submitted.", 200, HANDED_IN)


def _multipart() -> MultiDict[str, str]:
    """The fields of a form with files in it; the files are left out, as Amazon does.

    Read in one piece: Werkzeug (3.1), left to read piece by piece, loses an empty field that lies
    across two pieces, and spoils the one before it.
    """
    parser = MultiPartParser(
        max_form_memory_size=Limited.max_form_memory_size,
        max_form_parts=MOST_FIELDS,
        stream_factory=lambda *_, **__: BytesIO(),  # of a file, which is forgotten and not closed
        buffer_size=Limited.max_content_length,
    )
    boundary = request.mimetype_params.get("boundary", "").encode()
    try:
        return parser.parse(request.stream, boundary, request.content_length)[0]
    except ValueError:
        return MultiDict()


def _is_utf8(body: bytes) -> bool:
    try:
        body.decode()
    except UnicodeDecodeError:
        return False
    return True


@pages.errorhandler(NotPossible)
def _not_possible(error: NotPossible) -> Any:
    title = "Already submitted" if error.reason == "done" else "Not submitted"
    return _framed(title, str(error), errors.STATUSES.get(error.reason, 409), error.reason)


@pages.errorhandler(StoreError)
def _not_saved(error: StoreError) -> Any:
    errors.log_store_error(error)
    return _framed(*errors.NOT_SAVED, 503)


@pages.errorhandler(HTTPException)
def _http(error: HTTPException) -> Any:
    status = error.code or 500
    title, text = errors.WORDS.get(status, (error.name, error.description or ""))
    return _framed(title, text, status)


def _framed(title: str, text: str, status: int, outcome: str = REFUSED) -> Any:
    page = render_template("work/framed.html", title=title, text=text, good=status == 200)
    headers = {"Content-Security-Policy": IN_THE_FRAME}
    if status < 500:
        headers[OUTCOME] = outcome
    return page, status, headers
