"""Batches of HITs: how far they are, how fast they go, their HITs, their answers."""

from typing import Any

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
from local_crowd.pages.requester.context import page_number, requester_only
from local_crowd.pages.requester.shown import Pages, shown_answers

pages = Blueprint("batches", __name__)
BATCHES, HITS, ANSWERS = 20, 50, 20  # on a page
KINDS = {
    "to_review": ("Submitted",),
    "approved": ("Approved",),
    "rejected": ("Rejected",),
    "all": VISIBLE,
}


@pages.get("/")
@requester_only
def show_list(requester_id: str) -> str:
    """The batches, the newest first."""
    number = page_number()
    with current_site().reading(requester_id) as call:
        found = batches.list_newest(call, (number - 1) * BATCHES, BATCHES + 1)
    return render_template(
        "requester/batches.html",
        batches=found[:BATCHES],
        now=call.now,
        turn=Pages(number, more=len(found) > BATCHES),
    )


@pages.get("/batches/<batch>")
@requester_only
def show(requester_id: str, batch: str) -> str:
    """A batch: its progress, its charts, its HITs."""
    number = page_number()
    with current_site().reading(requester_id) as call:
        found = _find(call, batch)
        rows = batches.list_hits(call, batch, (number - 1) * HITS, HITS)
        when = batches.count_submissions_by_minute(call, batch)
        lengths = batches.count_by_work_seconds(call, batch)
    return render_template(
        "requester/batch.html",
        batch=found,
        now=call.now,
        hits=[(row, hit_operations.compute_status(row, call.now), _row(row)) for row in rows],
        when=charts.drawn(charts.over_time(when)),
        lengths=charts.drawn(charts.over_length(lengths)),
        median=charts.quantile(lengths, 0.5),
        turn=Pages(number, -(-found.hits // HITS)),
    )


@pages.get("/batches/<batch>/answers")
@requester_only
def show_answers(requester_id: str, batch: str) -> Any:
    """The answers of a batch, beside their input: those to review, unless others are asked for."""
    kind, number = request.args.get("show", "to_review"), page_number()
    if kind not in KINDS:
        raise NotFound
    with current_site().reading(requester_id) as call:
        found = _find(call, batch)
        rows = answer_lists.list_of_batch(call, batch, KINDS[kind], (number - 1) * ANSWERS, ANSWERS)
    counts = {
        name: sum(getattr(found, status.lower()) for status in statuses)
        for name, statuses in KINDS.items()
    }
    page = render_template(
        "requester/answers.html",
        batch=found,
        kind=kind,
        counts=counts,
        now=call.now,
        groups=shown_answers(rows),
        turn=Pages(number, -(-counts[kind] // ANSWERS)),
    )
    return page, {"Content-Security-Policy": BESIDE_ANSWERS}


def _find(call: Call, batch: str) -> Any:
    found = batches.find(call, batch)
    if found is None:
        raise NotFound
    return found


def _row(hit: Any) -> int | None:
    return batches.parse_input_row(hit.requester_annotation)
