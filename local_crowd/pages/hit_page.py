"""What stands in the frame: the requester's page, and what follows its submission.

It is the requester's HTML and JavaScript, so it is served for a sandboxed frame of no origin: it
has no cookie, and can read nothing of this site. What it may do, it may do with the assignment id.
"""

import re
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, render_template, request, session
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import HTTPException
from werkzeug.formparser import MultiPartParser

from local_crowd.operations import work
from local_crowd.operations.questions import HTMLQuestion, parse
from local_crowd.pages import errors
from local_crowd.pages.context import Limited, an_id, current_site, site_url
from local_crowd.pages.headers import HIT_PAGE, IN_THE_FRAME

pages = Blueprint("hit_page", __name__)

PREVIEW = "ASSIGNMENT_ID_NOT_AVAILABLE"
MOST_FIELDS = 10_000
FORM = "application/x-www-form-urlencoded"
AMAZONS_SUBMIT = re.compile(
    r"(?:https?:)?//(?:www|worker|workersandbox)\.mturk\.com/mturk/externalSubmit\b"
)


def hit_page_url(hit_id: str, assignment_id: str, worker_id: str | None = None) -> str:
    """The address of a HIT's page, with the parameters Amazon appends, in Amazon's order.

    In a preview there is no worker id.
    """
    parameters = {"assignmentId": assignment_id, "hitId": hit_id}
    if worker_id:
        parameters["workerId"] = worker_id
    parameters["turkSubmitTo"] = site_url()
    return f"{request.script_root}/hit_page/{hit_id}?{urlencode(parameters)}"


def hit_html(question: HTMLQuestion, submit_to: str) -> str:
    """The HTML of a HIT page whose form posts to `submit_to` (a site's URL, no slash at its end),
    also when the template names Amazon's address instead of asking for turkSubmitTo.
    """
    return AMAZONS_SUBMIT.sub(lambda _: f"{submit_to}/mturk/externalSubmit", question.content)


@pages.get("/hit_page/<id:hit_id>")
def show(hit_id: str) -> Any:
    """The requester's page. An assignment id admits by itself; a preview is for who signed in."""
    assignment_id = request.args.get("assignmentId")
    if assignment_id == PREVIEW and "worker_id" not in session:
        return _framed("Sign in first", "HITs can be previewed by those who are signed in.", 403)
    with current_site().reading() as call:
        xml = work.question(
            call, hit_id, None if assignment_id == PREVIEW else an_id(assignment_id)
        )
    return Response(
        hit_html(parse(xml), site_url()),
        content_type="text/html; charset=utf-8",
        headers={"Content-Security-Policy": HIT_PAGE},
    )


@pages.route("/mturk/externalSubmit", methods=["GET", "POST"])
def external_submit() -> Any:
    """Take the answer of an assignment: the fields of the query, then those of the form."""
    body = request.get_data() if request.mimetype == FORM else b""
    # Counted before they are parsed: a million empty fields are a small body and much work.
    if request.query_string.count(b"&") + body.count(b"&") >= MOST_FIELDS:
        return _framed("Not handed in", f"At most {MOST_FIELDS:,} fields can be handed in.", 413)
    if not _is_utf8(body):
        return _framed("Not handed in", "The answer was not sent as UTF-8 text.", 400)
    form = _multipart() if request.mimetype == "multipart/form-data" else request.form
    fields = [*request.args.items(multi=True), *form.items(multi=True)]
    assignment_id = form.get("assignmentId") or request.args.get("assignmentId")
    if assignment_id == PREVIEW:
        return _framed("Not handed in", "This is a preview. Accept the HIT to work on it.", 400)
    if not assignment_id:
        return _framed("Not handed in", "The page did not say which assignment it answers.", 400)
    with current_site().writing() as call:
        work.submit(call, an_id(assignment_id), fields)
    return _framed("Thank you", "Your answer is handed in.", 200)  # after the commit, not before


def _multipart() -> MultiDict[str, str]:
    """The fields of a form with files in it; the files are left out, as Amazon does.

    Read in one piece: Werkzeug (3.1), left to read piece by piece, loses an empty field that lies
    across two pieces, and spoils the one before it.
    """
    parser = MultiPartParser(
        max_form_memory_size=Limited.max_form_memory_size,
        max_form_parts=MOST_FIELDS,
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


@pages.errorhandler(work.NotPossible)
def _not_possible(error: work.NotPossible) -> Any:
    title = "Handed in before" if error.reason == "done" else "Not handed in"
    return _framed(title, str(error), errors.STATUSES.get(error.reason, 409))


@pages.errorhandler(HTTPException)
def _http(error: HTTPException) -> Any:
    status = error.code or 500
    title, text = errors.WORDS.get(status, (error.name, error.description or ""))
    return _framed(title, text, status)


def _framed(title: str, text: str, status: int) -> Any:
    page = render_template("framed.html", title=title, text=text, good=status == 200)
    return page, status, {"Content-Security-Policy": IN_THE_FRAME}
