"""What a worker has earned, been paid, and is owed."""

from flask import Blueprint, render_template

from local_crowd.operations.money import payments
from local_crowd.operations.review import bonuses
from local_crowd.operations.work import worker_lists
from local_crowd.pages.context import current_site, worker_only

pages = Blueprint("earnings", __name__)
NOTHING = (0, 0)


@pages.get("/earnings")
@worker_only
def show(worker_id: str) -> str:
    """Show the worker's totals, each bonus with its reason, and each payment."""
    with current_site().reading() as call:
        totals = worker_lists.sum_by_status(call, worker_id)
        return render_template(
            "money/earnings.html",
            approved=totals.get("Approved", NOTHING),
            pending=totals.get("Submitted", NOTHING),
            bonus_total=worker_lists.sum_bonuses(call, worker_id),
            paid=payments.sum_paid(call, worker_id),
            owed=payments.sum_unpaid(call, worker_id),
            bonuses=bonuses.list_received(call, worker_id),
            payments=payments.list_payments(call, worker_id),
        )
