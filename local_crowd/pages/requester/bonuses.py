"""A bonus for an answer: typed, confirmed, and paid once however often the button is pressed."""

import re
import secrets
from decimal import Decimal
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.exceptions import NotFound

from local_crowd.operations.checks import format_dollars
from local_crowd.operations.errors import CrowdError
from local_crowd.operations.review import answer_lists
from local_crowd.operations.review.bonuses import ALREADY_PROCESSED, MAX_BONUS
from local_crowd.pages.context import current_site
from local_crowd.pages.requester.context import requester_only, typed
from local_crowd.pages.words import money

pages = Blueprint("bonuses", __name__)
AMOUNT = re.compile(r"\$?\s?([0-9]{1,7}(?:\.[0-9]{0,2})?)")
LONGEST_REASON = 2000
TOKEN = re.compile("[A-Za-z0-9_-]{20,64}")


@pages.post("/answers/<id:assignment_id>/bonus")
@requester_only
def send(requester_id: str, assignment_id: str) -> Any:
    """Ask whether it is meant; when that is confirmed, send it."""
    with current_site().reading(requester_id) as call:
        rows = answer_lists.list_chosen(call, [assignment_id])
    if not rows:
        raise NotFound
    amount, reason = _cents(typed("amount")), typed("reason")
    problem = ""
    if not 1 <= amount <= MAX_BONUS:
        problem = f"Enter an amount in dollars, from $0.01 to {money(MAX_BONUS)}."
    elif not reason:
        problem = "Enter what the bonus is for. The worker will read it."
    elif len(reason) > LONGEST_REASON:
        problem = f"The reason is {len(reason):,} characters long. The limit is {LONGEST_REASON:,}."
    token = request.form.get("token", "")
    confirmed = "confirmed" in request.form and bool(TOKEN.fullmatch(token))
    if problem or not confirmed:
        page = render_template(
            "requester/confirm_bonus.html",
            row=rows[0],
            amount=typed("amount") if problem else format_dollars(amount),
            reason=reason,
            problem=problem,
            # Of the confirming page: the same one, sent twice, pays once.
            token=secrets.token_urlsafe(24),
        )
        return page, 400 if problem else 200
    try:
        current_site().perform(
            requester_id,
            "SendBonus",
            {
                "AssignmentId": assignment_id,
                "WorkerId": rows[0].worker_id,
                "BonusAmount": format_dollars(amount),
                "Reason": reason,
                "UniqueRequestToken": token,
            },
        )
        flash(f"The bonus of {money(amount)} is sent.")
    except CrowdError as error:
        if not (error.turk_error_code or "").endswith(ALREADY_PROCESSED):
            raise
        flash("This bonus was already sent. It was not sent again.")
    return redirect(url_for("requester.hits.show_answer", assignment_id=assignment_id), 303)


def _cents(text: str) -> int:
    """Read an amount in dollars, such as 1.50 or $1.5; 0 for what is not one."""
    amount = AMOUNT.fullmatch(text)
    return int(Decimal(amount[1]) * 100) if amount else 0
