"""A HIT: its input, its page, its answers; and a single answer, whole."""

from typing import Any

from flask import Blueprint, Response, render_template
from werkzeug.exceptions import NotFound

from local_crowd.operations.hits import hits
from local_crowd.operations.questions.questions import parse
from local_crowd.operations.review import answer_lists, bonuses
from local_crowd.pages.context import current_site
from local_crowd.pages.headers import BESIDE_ANSWERS, FILE
from local_crowd.pages.requester.context import page_number, requester_only
from local_crowd.pages.requester.fields import SHOWN_ALONE, of_input
from local_crowd.pages.requester.shown import Pages, frame_of, shown_answers
from local_crowd.pages.work import hit_page

pages = Blueprint("hits", __name__)
ANSWERS = 20  # on a page


@pages.get("/hits/<id:hit_id>")
@requester_only
def show(requester_id: str, hit_id: str) -> Any:
    """A HIT: what it asks, as workers see it, and the answers."""
    number = page_number()
    with current_site().reading(requester_id) as call:
        row = hits.find(call, hit_id)
        rows = answer_lists.list_of_hit(call, hit_id, (number - 1) * ANSWERS, ANSWERS)
    question = parse(row.question)
    handed_in = row.submitted + row.approved + row.rejected
    page = render_template(
        "requester/hit.html",
        hit=row,
        status=hits.compute_status(row, call.now),
        given=of_input(question),
        frame=frame_of(hit_id, question),
        groups=shown_answers(rows),
        turn=Pages(number, -(-handed_in // ANSWERS)),
        now=call.now,
    )
    return page, {"Content-Security-Policy": BESIDE_ANSWERS}


@pages.get("/hits/<id:hit_id>/page")
@requester_only
def show_page(requester_id: str, hit_id: str) -> Response:
    """The HIT's page for a frame, as a preview: of no origin, so that it can touch nothing here."""
    with current_site().reading(requester_id) as call:
        question = hits.find(call, hit_id).question
    return hit_page.page_of(question, None)


@pages.get("/answers/<id:assignment_id>")
@requester_only
def show_answer(requester_id: str, assignment_id: str) -> Any:
    """One answer, as much of it as a browser can show, and what was paid for it."""
    with current_site().reading(requester_id) as call:
        rows = answer_lists.list_chosen(call, [assignment_id])
        given = answer_lists.list_bonuses(call, assignment_id)
    if not rows:
        raise NotFound
    page = render_template(
        "requester/answer.html",
        row=rows[0],
        group=shown_answers(rows, SHOWN_ALONE)[0],
        bonuses=given,
        highest=bonuses.MAX_BONUS,
        now=call.now,
    )
    return page, {"Content-Security-Policy": BESIDE_ANSWERS}


@pages.get("/answers/<id:assignment_id>/whole")
@requester_only
def download_answer(requester_id: str, assignment_id: str) -> Response:
    """The answer as GetAssignment gives it, as a file."""
    asked = {"AssignmentId": assignment_id}
    found = current_site().perform(requester_id, "GetAssignment", asked)["Assignment"]
    return Response(
        found.get("Answer", ""),
        content_type="application/xml",
        headers={
            "Content-Disposition": f'attachment; filename="{assignment_id}.xml"',
            "Content-Security-Policy": FILE,
            "Cache-Control": "no-store",
        },
    )
