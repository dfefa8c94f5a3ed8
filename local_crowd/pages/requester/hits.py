"""A HIT with its input, page and answers; and a single answer."""

from typing import Any

from flask import Blueprint, Response, render_template
from werkzeug.exceptions import NotFound

from local_crowd.operations.hits import hits
from local_crowd.operations.hits.stored_questions import read_question
from local_crowd.operations.questions.questions import parse
from local_crowd.operations.review import answer_lists, bonuses
from local_crowd.pages.context import current_site
from local_crowd.pages.headers import BESIDE_ANSWERS, FILE
from local_crowd.pages.requester.context import read_page_number, requester_only
from local_crowd.pages.requester.fields import SHOWN_ALONE, parse_input_fields
from local_crowd.pages.requester.view_parts import Pages, group_answers, make_preview_frame
from local_crowd.pages.work import hit_page

pages = Blueprint("hits", __name__)
ANSWERS_PER_PAGE = 20


@pages.get("/hits/<id:hit_id>")
@requester_only
def show(requester_id: str, hit_id: str) -> Any:
    """Show a HIT as workers see it, and its answers."""
    number = read_page_number()
    with current_site().reading(requester_id) as call:
        row = hits.find(call, hit_id)
        rows = answer_lists.list_of_hit(
            call, hit_id, (number - 1) * ANSWERS_PER_PAGE, ANSWERS_PER_PAGE
        )
    question = parse(read_question(row))
    submitted = row.submitted + row.approved + row.rejected
    page = render_template(
        "requester/hit.html",
        hit=row,
        status=hits.compute_status(row, call.now),
        input_fields=parse_input_fields(question),
        frame=make_preview_frame(hit_id, question),
        groups=group_answers(rows),
        turn=Pages(number, -(-submitted // ANSWERS_PER_PAGE)),
        now=call.now,
    )
    return page, {"Content-Security-Policy": BESIDE_ANSWERS}


@pages.get("/hits/<id:hit_id>/page")
@requester_only
def show_page(requester_id: str, hit_id: str) -> Response:
    """Send the HIT's page for a preview frame; its opaque origin keeps it away from our pages."""
    with current_site().reading(requester_id) as call:
        question = read_question(hits.find(call, hit_id))
    return hit_page.render_question(question, None)


@pages.get("/answers/<id:assignment_id>")
@requester_only
def show_answer(requester_id: str, assignment_id: str) -> Any:
    """Show one answer, as much of it as a browser can show, and its bonuses."""
    with current_site().reading(requester_id) as call:
        rows = answer_lists.list_chosen(call, [assignment_id])
        bonus_rows = answer_lists.list_bonuses(call, assignment_id)
    if not rows:
        raise NotFound
    page = render_template(
        "requester/answer.html",
        row=rows[0],
        group=group_answers(rows, SHOWN_ALONE)[0],
        bonuses=bonus_rows,
        highest=bonuses.MAX_BONUS,
        now=call.now,
    )
    return page, {"Content-Security-Policy": BESIDE_ANSWERS}


@pages.get("/answers/<id:assignment_id>/whole")
@requester_only
def download_answer(requester_id: str, assignment_id: str) -> Response:
    """Download the answer's XML as GetAssignment returns it."""
    response = current_site().perform(
        requester_id, "GetAssignment", {"AssignmentId": assignment_id}
    )
    return Response(
        response["Assignment"].get("Answer", ""),
        content_type="application/xml",
        headers={
            "Content-Disposition": f'attachment; filename="{assignment_id}.xml"',
            "Content-Security-Policy": FILE,
            "Cache-Control": "no-store",
        },
    )
