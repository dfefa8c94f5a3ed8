"""Approving and rejecting: chosen, confirmed, done; each answer by the operation of that name."""

from collections.abc import Collection, Sequence
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request

from local_crowd.operations.checks import FEEDBACK_LIMIT
from local_crowd.operations.errors import CrowdError
from local_crowd.operations.review import answer_lists
from local_crowd.pages.context import an_id, current_site, local_url
from local_crowd.pages.requester.context import next_path, requester_only, typed
from local_crowd.pages.words import count_of, money

pages = Blueprint("review", __name__)
MOST = 200  # answers at once
POSSIBLE = {"approve": ("Submitted", "Rejected"), "reject": ("Submitted",)}
DONE = {"approve": "approved", "reject": "rejected"}
NO_FEEDBACK = "Enter a reason. The worker will read it, and it can help them do better next time."


@pages.post("/review")
@requester_only
def review(requester_id: str) -> Any:
    """Ask whether it is meant; when that is confirmed, do it, and say what was refused."""
    verb, wanted = _wanted()
    if verb not in POSSIBLE or not wanted:
        flash("Choose at least one answer first.")
        return redirect(local_url(next_path()), 303)
    with current_site().reading(requester_id) as call:
        found = answer_lists.list_chosen(call, wanted)
    possible = [row for row in found if row.status in POSSIBLE[verb]]
    feedback, problem = typed("feedback"), ""
    if len(feedback) > FEEDBACK_LIMIT:
        problem = (
            f"The feedback is {len(feedback):,} characters long. The limit is {FEEDBACK_LIMIT:,}."
        )
    elif verb == "reject" and not feedback:
        problem = NO_FEEDBACK
    confirmed = "confirmed" in request.form
    if not possible or not confirmed or problem:
        page = render_template(
            "requester/confirm_review.html",
            verb=verb,
            rows=possible,
            left_out=len(wanted) - len(possible),
            cost=sum(row.reward for row in possible),
            overridden=sum(row.status == "Rejected" for row in possible),
            feedback=feedback,
            limit=FEEDBACK_LIMIT,
            problem=problem if confirmed and possible else "",
            wanted=next_path(),
        )
        return page, 400 if confirmed and possible else 200
    refused = _perform(requester_id, verb, possible, feedback)
    done = _outcome(verb, possible, {assignment_id for assignment_id, _ in refused})
    if not refused:
        flash(done)
        return redirect(local_url(next_path()), 303)
    return render_template(
        "requester/outcome.html", title=done, refused=refused, next_url=local_url(next_path())
    ), 409


def _outcome(verb: str, rows: Sequence[Any], refused: Collection[str]) -> str:
    rewards = [row.reward for row in rows if row.assignment_id not in refused]
    paid = f" for {money(sum(rewards))}" if verb == "approve" and rewards else ""
    return f"{count_of(len(rewards), 'answer')} {DONE[verb]}{paid}."


def _wanted() -> tuple[str, list[str]]:
    """What to do, and with which answers: "approve", of those chosen; "approve ID", of that one."""
    verb, _, only = request.form.get("decide", "").partition(" ")
    chosen: Sequence[str] = [only] if only else request.form.getlist("assignment_id")[:MOST]
    return verb, list(dict.fromkeys(filter(None, map(an_id, chosen))))


def _perform(
    requester_id: str, verb: str, rows: Sequence[Any], feedback: str
) -> list[tuple[str, str]]:
    """Ask for each answer by itself; of those that were refused the id and the crowd's words."""
    operation = "ApproveAssignment" if verb == "approve" else "RejectAssignment"
    refused = []
    for row in rows:
        asked: dict[str, Any] = {"AssignmentId": row.assignment_id}
        if feedback:
            asked["RequesterFeedback"] = feedback
        if verb == "approve" and row.status == "Rejected":
            asked["OverrideRejection"] = True
        try:
            current_site().perform(requester_id, operation, asked)
        except CrowdError as error:
            refused.append((row.assignment_id, error.message))
    return refused
