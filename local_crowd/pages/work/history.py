"""A worker's HITs in progress and finished."""

from flask import Blueprint, render_template

from local_crowd.operations.review import bonuses
from local_crowd.operations.work import worker_lists
from local_crowd.pages.context import current_site, worker_only

pages = Blueprint("history", __name__)


@pages.get("/my_work")
@worker_only
def show(worker_id: str) -> str:
    """Show the worker's HITs and what they earned."""
    with current_site().reading() as call:
        finished = worker_lists.list_finished(call, worker_id)
        rewarded = [row.assignment_id for row in finished if row.bonus]
        received = bonuses.list_received(call, worker_id, rewarded)
        return render_template(
            "work/my_work.html",
            worker_id=worker_id,
            now=call.now,
            in_progress=worker_lists.list_in_progress(call, worker_id),
            finished=finished,
            bonuses=received,
            totals=worker_lists.sum_by_status(call, worker_id),
            bonus=worker_lists.sum_bonuses(call, worker_id),
        )
