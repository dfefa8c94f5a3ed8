"""A bonus for an answer: enter it, confirm, and pay it once however often the button is pressed."""

import re
import secrets
from decimal import Decimal
from typing import Any, NamedTuple

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.exceptions import NotFound

from local_crowd.operations.checks import format_dollars
from local_crowd.operations.errors import CrowdError
from local_crowd.operations.review import answer_lists
from local_crowd.operations.review.bonuses import ALREADY_PROCESSED, MAX_BONUS
from local_crowd.pages.context import current_site
from local_crowd.pages.requester.context import read_field, requester_only
from local_crowd.pages.words import format_money

pages = Blueprint("bonuses", __name__)
AMOUNT = re.compile(r"\$?\s?([0-9]{1,7}(?:\.[0-9]{0,2})?)")
LONGEST_REASON = 2000  # characters
TOKEN = re.compile("[A-Za-z0-9_-]{20,64}")


class Bonus(NamedTuple):
    """The bonus in the form: cents, and the reason that the worker reads.

    `token` is empty unless the form is that of the confirmation page.
    """

    amount: int
    reason: str
    token: str


@pages.post("/answers/<id:assignment_id>/bonus")
@requester_only
def send(requester_id: str, assignment_id: str) -> Any:
    """Ask for confirmation; once confirmed, send the bonus."""
    with current_site().reading(requester_id) as call:
        rows = answer_lists.list_chosen(call, [assignment_id])
    if not rows:
        raise NotFound
    bonus = _read_bonus()
    problem = _find_problem(bonus)
    if problem or not bonus.token:
        return _ask_to_confirm(rows[0], bonus, problem)
    flash(_perform(requester_id, rows[0], bonus))
    return redirect(url_for("requester.hits.show_answer", assignment_id=assignment_id), 303)


def _read_bonus() -> Bonus:
    token = request.form.get("token", "")
    is_confirmed = "confirmed" in request.form and TOKEN.fullmatch(token)
    amount = _parse_cents(read_field("amount"))
    return Bonus(amount, read_field("reason"), token if is_confirmed else "")


def _parse_cents(text: str) -> int:
    """Parse an amount in dollars, such as 1.50 or $1.5, into cents; 0 if it is not an amount."""
    amount = AMOUNT.fullmatch(text)
    return int(Decimal(amount[1]) * 100) if amount else 0


def _find_problem(bonus: Bonus) -> str:
    """Return what is wrong with the bonus, or an empty string."""
    if not 1 <= bonus.amount <= MAX_BONUS:
        return f"Enter an amount in dollars, from $0.01 to {format_money(MAX_BONUS)}."
    if not bonus.reason:
        return "Enter what the bonus is for. The worker will read it."
    length = len(bonus.reason)
    if length > LONGEST_REASON:
        return f"The reason is {length:,} characters long. The limit is {LONGEST_REASON:,}."
    return ""


def _ask_to_confirm(row: Any, bonus: Bonus, problem: str) -> tuple[str, int]:
    page = render_template(
        "requester/confirm_bonus.html",
        row=row,
        amount=read_field("amount") if problem else format_dollars(bonus.amount),
        reason=bonus.reason,
        problem=problem,
        # Sending the same confirmation page twice pays once.
        token=secrets.token_urlsafe(24),
    )
    return page, 400 if problem else 200


def _perform(requester_id: str, row: Any, bonus: Bonus) -> str:
    """Send the bonus, and return a message that says whether it was sent now or before.

    Raises CrowdError for any other refusal.
    """
    try:
        current_site().perform(
            requester_id,
            "SendBonus",
            {
                "AssignmentId": row.assignment_id,
                "WorkerId": row.worker_id,
                "BonusAmount": format_dollars(bonus.amount),
                "Reason": bonus.reason,
                "UniqueRequestToken": bonus.token,
            },
        )
    except CrowdError as error:
        if not (error.turk_error_code or "").endswith(ALREADY_PROCESSED):
            raise
        return "This bonus was already sent. It was not sent again."
    return f"The bonus of {format_money(bonus.amount)} is sent."
