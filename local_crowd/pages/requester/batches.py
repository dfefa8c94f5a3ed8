"""Batches of HITs: their progress, their HITs, their answers."""

from typing import Any, NamedTuple

from flask import Blueprint, render_template, request
from werkzeug.exceptions import NotFound

from local_crowd.operations.call import Call
from local_crowd.operations.hits import batches
from local_crowd.operations.hits import hits as hit_operations
from local_crowd.operations.review import answer_lists
from local_crowd.operations.review.assignments import VISIBLE
from local_crowd.pages.context import current_site
from local_crowd.pages.headers import BESIDE_ANSWERS
from local_crowd.pages.requester import charts
from local_crowd.pages.requester.context import read_page_number, requester_only
from local_crowd.pages.requester.view_parts import Pages, group_answers

pages = Blueprint("batches", __name__)
BATCHES_PER_PAGE, HITS_PER_PAGE, ANSWERS_PER_PAGE = 20, 50, 20
KINDS = {
    "to_review": ("Submitted",),
    "approved": ("Approved",),
    "rejected": ("Rejected",),
    "all": VISIBLE,
}


class HitLine(NamedTuple):
    """A HIT in the table of its batch; `row` is its row of the input, if known."""

    hit: Any
    status: str
    row: int | None


@pages.get("/")
@requester_only
def show_list(requester_id: str) -> str:
    """List the batches, newest first."""
    number = read_page_number()
    with current_site().reading(requester_id) as call:
        rows = batches.list_newest(call, (number - 1) * BATCHES_PER_PAGE, BATCHES_PER_PAGE + 1)
    return render_template(
        "requester/batches.html",
        batches=rows[:BATCHES_PER_PAGE],
        now=call.now,
        turn=Pages(number, more=len(rows) > BATCHES_PER_PAGE),
    )


@pages.get("/batches/<batch>")
@requester_only
def show(requester_id: str, batch: str) -> str:
    """Show a batch: its progress, its charts, its HITs."""
    number = read_page_number()
    with current_site().reading(requester_id) as call:
        batch_row = _find(call, batch)
        rows = batches.list_hits(call, batch, (number - 1) * HITS_PER_PAGE, HITS_PER_PAGE)
        when = batches.count_submissions_by_minute(call, batch)
        lengths = batches.count_by_work_seconds(call, batch)
    return render_template(
        "requester/batch.html",
        batch=batch_row,
        now=call.now,
        hits=[_to_line(row, call.now) for row in rows],
        hits_before=(number - 1) * HITS_PER_PAGE,
        when=charts.draw(charts.count_by_period(when)),
        lengths=charts.draw(charts.count_by_length(lengths)),
        median=charts.find_quantile(lengths, 0.5),
        turn=Pages(number, -(-batch_row.hits // HITS_PER_PAGE)),
    )


@pages.get("/batches/<batch>/answers")
@requester_only
def show_answers(requester_id: str, batch: str) -> Any:
    """Show the answers of a batch beside their input; by default those to review."""
    kind, number = request.args.get("show", "to_review"), read_page_number()
    if kind not in KINDS:
        raise NotFound
    with current_site().reading(requester_id) as call:
        batch_row = _find(call, batch)
        rows = answer_lists.list_of_batch(
            call, batch, KINDS[kind], (number - 1) * ANSWERS_PER_PAGE, ANSWERS_PER_PAGE
        )
    counts = {
        name: sum(getattr(batch_row, status.lower()) for status in statuses)
        for name, statuses in KINDS.items()
    }
    page = render_template(
        "requester/answers.html",
        batch=batch_row,
        kind=kind,
        counts=counts,
        now=call.now,
        groups=group_answers(rows),
        turn=Pages(number, -(-counts[kind] // ANSWERS_PER_PAGE)),
    )
    return page, {"Content-Security-Policy": BESIDE_ANSWERS}


def _find(call: Call, batch: str) -> Any:
    batch_row = batches.find(call, batch)
    if batch_row is None:
        raise NotFound
    return batch_row


def _to_line(hit: Any, now: int) -> HitLine:
    row = batches.parse_input_row(hit.requester_annotation)
    return HitLine(hit, hit_operations.compute_status(hit, now), row)
