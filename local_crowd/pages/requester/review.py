"""Approving and rejecting answers: choose them, confirm, and perform one operation for each."""

from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

from flask import Blueprint, flash, redirect, render_template, request

from local_crowd.operations.checks import FEEDBACK_LIMIT
from local_crowd.operations.errors import CrowdError
from local_crowd.operations.review import answer_lists
from local_crowd.pages.context import current_site, local_url, parse_id
from local_crowd.pages.requester.context import read_field, read_next_path, requester_only
from local_crowd.pages.words import count_of, format_money

pages = Blueprint("review", __name__)
MOST = 200  # answers at once
POSSIBLE = {"approve": ("Submitted", "Rejected"), "reject": ("Submitted",)}
DONE = {"approve": "approved", "reject": "rejected"}
NO_FEEDBACK = "Enter a reason. The worker will read it, and it can help them do better next time."


class Decision(NamedTuple):
    """What the form asks for: a verb of POSSIBLE, the chosen answers, and feedback for workers.

    On the confirmation page's own form `confirmed` is true.
    """

    verb: str
    assignment_ids: list[str]
    feedback: str
    confirmed: bool


class Refusal(NamedTuple):
    """An answer whose operation was refused, and the message of the error."""

    assignment_id: str
    message: str


@pages.post("/review")
@requester_only
def review(requester_id: str) -> Any:
    """Ask for confirmation; once confirmed, approve or reject, and list what was refused."""
    decision = _read_decision()
    if decision.verb not in POSSIBLE or not decision.assignment_ids:
        flash("Choose at least one answer first.")
        return redirect(local_url(read_next_path()), 303)
    with current_site().reading(requester_id) as call:
        rows = answer_lists.list_chosen(call, decision.assignment_ids)
    possible = [row for row in rows if row.status in POSSIBLE[decision.verb]]
    problem = _find_problem(decision)
    if not possible or not decision.confirmed or problem:
        return _ask_to_confirm(decision, possible, problem)
    return _report(decision.verb, possible, _perform(requester_id, decision, possible))


def _read_decision() -> Decision:
    """Read the form, whose button says "approve", for the chosen answers, or "approve ID"."""
    verb, _, only = request.form.get("decide", "").partition(" ")
    chosen: Sequence[str] = [only] if only else request.form.getlist("assignment_id")[:MOST]
    assignment_ids = list(dict.fromkeys(filter(None, map(parse_id, chosen))))
    return Decision(verb, assignment_ids, read_field("feedback"), "confirmed" in request.form)


def _find_problem(decision: Decision) -> str:
    """Return what is wrong with the feedback, or an empty string."""
    length = len(decision.feedback)
    if length > FEEDBACK_LIMIT:
        return f"The feedback is {length:,} characters long. The limit is {FEEDBACK_LIMIT:,}."
    if decision.verb == "reject" and not decision.feedback:
        return NO_FEEDBACK
    return ""


def _ask_to_confirm(decision: Decision, rows: Sequence[Any], problem: str) -> tuple[str, int]:
    is_wrong = decision.confirmed and bool(rows)
    page = render_template(
        "requester/confirm_review.html",
        verb=decision.verb,
        rows=rows,
        left_out=len(decision.assignment_ids) - len(rows),
        cost=sum(row.reward for row in rows),
        overridden=sum(row.status == "Rejected" for row in rows),
        feedback=decision.feedback,
        limit=FEEDBACK_LIMIT,
        problem=problem if is_wrong else "",
        next_path=read_next_path(),
    )
    return page, 400 if is_wrong else 200


def _perform(requester_id: str, decision: Decision, rows: Sequence[Any]) -> list[Refusal]:
    """Perform the operation for each answer, and return those that were refused."""
    operation = "ApproveAssignment" if decision.verb == "approve" else "RejectAssignment"
    refusals = []
    for row in rows:
        parameters: dict[str, Any] = {"AssignmentId": row.assignment_id}
        if decision.feedback:
            parameters["RequesterFeedback"] = decision.feedback
        if decision.verb == "approve" and row.status == "Rejected":
            parameters["OverrideRejection"] = True
        try:
            current_site().perform(requester_id, operation, parameters)
        except CrowdError as error:
            refusals.append(Refusal(row.assignment_id, error.message))
    return refusals


def _report(verb: str, rows: Sequence[Any], refusals: Sequence[Refusal]) -> Any:
    done = _describe_outcome(verb, rows, {refusal.assignment_id for refusal in refusals})
    next_url = local_url(read_next_path())
    if not refusals:
        flash(done)
        return redirect(next_url, 303)
    page = render_template(
        "requester/outcome.html", title=done, refusals=refusals, next_url=next_url
    )
    return page, 409


def _describe_outcome(verb: str, rows: Sequence[Any], refused_ids: Collection[str]) -> str:
    rewards = [row.reward for row in rows if row.assignment_id not in refused_ids]
    paid = f" for {format_money(sum(rewards))}" if verb == "approve" and rewards else ""
    return f"{count_of(len(rewards), 'answer')} {DONE[verb]}{paid}."
