"""Choosing work: the list of groups, a HIT's preview, accepting."""

import re
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from local_crowd.operations.errors import NotPossible
from local_crowd.operations.questions.questions import parse
from local_crowd.operations.work import worker_actions, worker_lists
from local_crowd.pages.context import an_id, current_site, worker_only
from local_crowd.pages.headers import AROUND_A_HIT
from local_crowd.pages.questions.frame import PREVIEW, hit_frame
from local_crowd.pages.words import count_of
from local_crowd.pages.work.barriers import Barrier, barriers

pages = Blueprint("hit_list", __name__)
MOST_GROUPS = 100
LONGEST_SEARCH = 128  # characters, as a title
# What no title holds and no database takes: control characters, halves of surrogate pairs.
_NO_TEXT = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")
NOTHING_LEFT = "There are no more HITs of this group for you."
THE_LAST = "That was the last HIT of this group for you."


@pages.get("/")
@worker_only
def show_groups(worker_id: str) -> str:
    """The groups of HITs (HIT types) that the worker can choose from, as `sort` and `q` say."""
    order = request.args.get("sort", worker_lists.NEWEST)
    if order not in worker_lists.ORDERS:
        order = worker_lists.NEWEST
    search = _NO_TEXT.sub("", request.args.get("q", ""))[:LONGEST_SEARCH].strip()
    with current_site().reading() as call:
        found = worker_lists.list_groups(call, worker_id, MOST_GROUPS, order, search)
        held = worker_lists.list_in_progress(call, worker_id)
        barred = barriers(call, worker_id, found)
    return render_template(
        "work/groups.html",
        open=[group for group in found if group.hit_type_id not in barred],
        closed=[group for group in found if group.hit_type_id in barred],
        barred=barred,
        held=held,
        most=MOST_GROUPS,
        order=order,
        search=search,
    )


@pages.get("/groups/<id:hit_type_id>")
@worker_only
def preview(worker_id: str, hit_type_id: str) -> Any:
    """A HIT of the group, not accepted: `after` (a HIT's id) asks for another."""
    with current_site().reading() as call:
        group = worker_lists.find_group(call, hit_type_id)
        if group is None:
            raise NotFound
        barrier = barriers(call, worker_id, [group]).get(hit_type_id)
        if barrier and not barrier.previewable:
            return _barred(group, barrier)
        hit_id = worker_lists.find_next_hit(
            call, worker_id, hit_type_id, an_id(request.args.get("after"))
        )
        question = worker_actions.find_question(call, hit_id, None, worker_id) if hit_id else ""
    if not hit_id:
        flash(NOTHING_LEFT)
        return redirect(url_for("hit_list.show_groups"), 303)
    page = render_template(
        "work/preview.html",
        group=group,
        barrier=barrier,
        hit_id=hit_id,
        frame=hit_frame(parse(question), hit_id, PREVIEW),
    )
    return page, {"Content-Security-Policy": AROUND_A_HIT}


@pages.post("/groups/<id:hit_type_id>/accept")
@worker_only
def accept(worker_id: str, hit_type_id: str) -> Any:
    """Accept the HIT `hit_id`, or the next of the group (`after` another), and go to it."""
    hit_id, after = an_id(request.form.get("hit_id")), an_id(request.form.get("after"))
    try:
        with current_site().writing() as call:
            if hit_id:
                held: worker_actions.HeldAssignment | None = worker_actions.accept(
                    call, worker_id, hit_id
                )
            else:
                held = worker_actions.accept_next(call, worker_id, hit_type_id, after)
            finished = bool(after) and worker_actions.is_finished(call, worker_id, after)
    except NotPossible as refusal:
        if refusal.reason == "unqualified":
            return _unqualified(worker_id, hit_type_id, refusal)
        flash(str(refusal))
        if refusal.reason == "blocked":
            return redirect(url_for("hit_list.show_groups"), 303)
        return redirect(url_for("hit_list.preview", hit_type_id=hit_type_id), 303)
    if finished:
        with current_site().reading() as call:
            count = worker_lists.count_progress(call, worker_id, hit_type_id)
        flash(handed_in(count.done, count.left if held else None), "good")
    if held is None:
        if not finished:
            flash(NOTHING_LEFT)
        return redirect(url_for("hit_list.show_groups"), 303)
    return redirect(url_for("assignments.show", assignment_id=held.assignment_id), 303)


def handed_in(done: int, left: int | None) -> str:
    """Say that the last answer arrived, and how far the worker is with the group.

    `left` counts the HITs after the one now accepted, up to worker_lists.MAX_LEFT; None: there is
    no other.
    """
    text = (
        f"Thank you. Your answer is submitted. You have done {count_of(done, 'HIT')} of this group"
    )
    if left is None:
        return f"{text}. {THE_LAST}"
    if not left:
        return f"{text}; this one is the last."
    more = "at least " if left >= worker_lists.MAX_LEFT else ""
    return f"{text}; this one and {more}{left:,} more are left."


@pages.get("/mturk/preview")
@worker_only
def mturk_preview(_worker_id: str) -> Response:
    """Amazon's form of a link to a group: `groupId` is a HITGroupId or a HITTypeId."""
    group_id = an_id(request.args.get("groupId"))
    with current_site().reading() as call:
        hit_type_id = worker_lists.find_hit_type_id(call, group_id)
    if hit_type_id is None:
        raise NotFound
    return redirect(url_for("hit_list.preview", hit_type_id=hit_type_id), 303)


@pages.get("/mturk/findhits")
def mturk_findhits() -> Response:
    """Amazon's form of a link to the list."""
    return redirect(url_for("hit_list.show_groups"), 303)


def _unqualified(worker_id: str, hit_type_id: str, refusal: NotPossible) -> Any:
    with current_site().reading() as call:
        group = worker_lists.find_group(call, hit_type_id)
        barrier = barriers(call, worker_id, [group]).get(hit_type_id) if group else None
    if barrier is None:  # the HIT is of another group, or the worker qualifies by now
        raise refusal
    return _barred(group, barrier)


def _barred(group: Any, barrier: Barrier) -> tuple[str, int]:
    """What the group asks for, unless its requester does not want that known."""
    if barrier.hidden:
        raise NotFound
    return render_template("work/barred.html", group=group, barrier=barrier), 403
