"""Choosing work: the list of groups, previews, accepting."""

import re
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from local_crowd.operations.errors import NotPossible
from local_crowd.operations.hits.consents import ConsentNeeded
from local_crowd.operations.questions.questions import parse_stored
from local_crowd.operations.texts import Text
from local_crowd.operations.waiting import rules, waits
from local_crowd.operations.work import worker_actions, worker_lists
from local_crowd.pages.context import current_site, parse_id, worker_only
from local_crowd.pages.headers import AROUND_A_HIT
from local_crowd.pages.languages.choice import ngettext, translate
from local_crowd.pages.questions.frame import PREVIEW, make_frame
from local_crowd.pages.work.barriers import Barrier, find_barriers

pages = Blueprint("hit_list", __name__)
MOST_GROUPS = 100
LONGEST_SEARCH = 128  # characters, as a title
# Control characters and surrogates: titles contain none, and PostgreSQL refuses some.
_NO_TEXT = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")
NOTHING_LEFT = Text("There are no more HITs of this group for you.")
ANOTHER = Text("This is another HIT of the same group.")


@pages.get("/")
@worker_only
def show_groups(worker_id: str) -> str:
    """List the groups of HITs (HIT types), ordered by `sort` and filtered by `q`."""
    order = request.args.get("sort", worker_lists.NEWEST)
    if order not in worker_lists.ORDERS:
        order = worker_lists.NEWEST
    search = _NO_TEXT.sub("", request.args.get("q", ""))[:LONGEST_SEARCH].strip()
    with current_site().reading() as call:
        groups = worker_lists.list_groups(call, worker_id, MOST_GROUPS, order, search)
        held = worker_lists.list_in_progress(call, worker_id)
        barred = find_barriers(call, worker_id, groups)
        open_groups = [group for group in groups if group.hit_type_id not in barred]
        payers = {group.requester_id for group in open_groups}
        link = waits.find_invitation(call, worker_id)
        offers_wait = (
            link is not None and not held and not search and link.requester_id not in payers
        )
        offer = waits.find_offer(call, link, worker_id) if link and offers_wait else None
    return render_template(
        "work/groups.html",
        open=open_groups,
        offer=offer,
        ask_seconds=rules.ASK_SECONDS,
        closed=[group for group in groups if group.hit_type_id in barred],
        barred=barred,
        held=held,
        most=MOST_GROUPS,
        order=order,
        search=search,
    )


@pages.get("/groups/<id:hit_type_id>")
@worker_only
def preview(worker_id: str, hit_type_id: str) -> Any:
    """Preview a HIT of the group; `after`, a HIT's id, requests another one."""
    with current_site().reading() as call:
        group = worker_lists.find_group(call, hit_type_id)
        if group is None:
            raise NotFound
        barrier = find_barriers(call, worker_id, [group]).get(hit_type_id)
        if barrier and not barrier.previewable:
            return _render_barrier(group, barrier)
        hit_id = worker_lists.find_next_hit(
            call, worker_id, hit_type_id, parse_id(request.args.get("after"))
        )
        try:
            question = worker_actions.find_question(call, hit_id, None, worker_id) if hit_id else ""
        except ConsentNeeded:
            return redirect(url_for("consents.show", hit_type_id=hit_type_id), 303)
    if not hit_id:
        flash(translate(NOTHING_LEFT))
        return redirect(url_for("hit_list.show_groups"), 303)
    page = render_template(
        "work/preview.html",
        group=group,
        barrier=barrier,
        hit_id=hit_id,
        frame=make_frame(parse_stored(question), hit_id, PREVIEW),
    )
    return page, {"Content-Security-Policy": AROUND_A_HIT}


@pages.post("/groups/<id:hit_type_id>/accept")
@worker_only
def accept(worker_id: str, hit_type_id: str) -> Any:
    """Accept the HIT `hit_id`, or the next of the group `after` another, and redirect to it."""
    hit_id, after = parse_id(request.form.get("hit_id")), parse_id(request.form.get("after"))
    try:
        with current_site().writing() as call:
            if hit_id:
                held: worker_actions.HeldAssignment | None = worker_actions.accept(
                    call, worker_id, hit_id
                )
            else:
                held = worker_actions.accept_next(call, worker_id, hit_type_id, after)
            progress = None
            if after and worker_actions.is_finished(call, worker_id, after):
                progress = worker_lists.count_progress(call, worker_id, hit_type_id)
    except ConsentNeeded as needed:
        return redirect(url_for("consents.show", hit_type_id=needed.hit_type_id), 303)
    except NotPossible as refusal:
        if refusal.reason == "unqualified":
            return _explain_refusal(worker_id, hit_type_id, refusal)
        flash(translate(refusal.text))
        if refusal.reason == "blocked":
            return redirect(url_for("hit_list.show_groups"), 303)
        return redirect(url_for("hit_list.preview", hit_type_id=hit_type_id), 303)
    if held and "another" in request.form:
        flash(translate(ANOTHER))
    if progress is not None:
        flash(describe_progress(progress.done, progress.left if held else None), "good")
    if held is None:
        if progress is None:
            flash(translate(NOTHING_LEFT))
        return redirect(url_for("hit_list.show_groups"), 303)
    return redirect(url_for("assignments.show", assignment_id=held.assignment_id), 303)


def describe_progress(done: int, left: int | None) -> str:
    """Confirm that the answer is submitted, and say how much of the group is done and left.

    `left` is the number of HITs after the one just accepted, or None if no HIT was accepted.
    """
    if left is None:
        return ngettext(
            "Thank you. Your answer is submitted. You have done %(done)s HIT of this group. That was the "
            "last HIT of this group for you.",
            "Thank you. Your answer is submitted. You have done %(done)s HITs of this group. That was the "
            "last HIT of this group for you.",
            done,
            done=done,
        )
    if not left:
        return ngettext(
            "Thank you. Your answer is submitted. You have done %(done)s HIT of this group; this one is "
            "the last.",
            "Thank you. Your answer is submitted. You have done %(done)s HITs of this group; this one is "
            "the last.",
            done,
            done=done,
        )
    return ngettext(
        "Thank you. Your answer is submitted. You have done %(done)s HIT of this group; this one and "
        "%(left)s more are left.",
        "Thank you. Your answer is submitted. You have done %(done)s HITs of this group; this one and "
        "%(left)s more are left.",
        done,
        done=done,
        left=left,
    )


@pages.get("/mturk/preview")
@worker_only
def mturk_preview(_worker_id: str) -> Response:
    """Redirect Amazon's link to a group, whose `groupId` is a HITGroupId or a HITTypeId."""
    group_id = parse_id(request.args.get("groupId"))
    with current_site().reading() as call:
        hit_type_id = worker_lists.find_hit_type_id(call, group_id)
    if hit_type_id is None:
        raise NotFound
    return redirect(url_for("hit_list.preview", hit_type_id=hit_type_id), 303)


@pages.get("/mturk/findhits")
def mturk_findhits() -> Response:
    """Redirect Amazon's link to the list of HITs."""
    return redirect(url_for("hit_list.show_groups"), 303)


def _explain_refusal(worker_id: str, hit_type_id: str, refusal: NotPossible) -> Any:
    with current_site().reading() as call:
        group = worker_lists.find_group(call, hit_type_id)
        barrier = find_barriers(call, worker_id, [group]).get(hit_type_id) if group else None
    if barrier is None:  # the HIT is in another group, or the worker now qualifies
        raise refusal
    return _render_barrier(group, barrier)


def _render_barrier(group: Any, barrier: Barrier) -> tuple[str, int]:
    """Render the unmet requirements. Raises NotFound if the requester hides the group."""
    if barrier.hidden:
        raise NotFound
    return render_template("work/barred.html", group=group, barrier=barrier), 403
