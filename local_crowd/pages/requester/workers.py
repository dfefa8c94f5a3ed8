"""Workers who worked for the requester: their results, blocking them, writing to them."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.exceptions import NotFound

from local_crowd.operations.qualifications import for_requesters
from local_crowd.operations.review import answer_lists, worker_stats
from local_crowd.pages.context import current_site, parse_id
from local_crowd.pages.requester.context import read_field, read_page_number, requester_only
from local_crowd.pages.requester.view_parts import Pages
from local_crowd.pages.words import count_of

pages = Blueprint("workers", __name__)
WORKERS_PER_PAGE, ANSWERS_PER_PAGE = 50, 20
MOST_BLOCKS, MOST_WRITTEN_TO = 200, 100
LONGEST_REASON, LONGEST_SUBJECT, LONGEST_TEXT = 2000, 200, 4096


@pages.get("/workers")
@requester_only
def show_list(requester_id: str) -> str:
    """List the workers who submitted work, those with the most first."""
    number = read_page_number()
    with current_site().reading(requester_id) as call:
        rows = worker_stats.list_workers(call, (number - 1) * WORKERS_PER_PAGE, WORKERS_PER_PAGE)
        medians = worker_stats.compute_medians(call, [row.worker_id for row in rows])
        count = worker_stats.count_workers(call)
        blocked = worker_stats.list_blocked_without_work(call, MOST_BLOCKS)
    return render_template(
        "requester/workers.html",
        workers=rows,
        medians=medians,
        count=count,
        blocked=blocked,
        turn=Pages(number, -(-count // WORKERS_PER_PAGE)),
    )


@pages.get("/workers/<id:worker_id>")
@requester_only
def show(requester_id: str, worker_id: str) -> str:
    """Show a worker: totals, qualifications, answers."""
    number = read_page_number()
    with current_site().reading(requester_id) as call:
        if not worker_stats.is_known(call, worker_id):
            raise NotFound
        row = worker_stats.find_worker(call, worker_id)
        answers = answer_lists.list_of_worker(
            call, worker_id, (number - 1) * ANSWERS_PER_PAGE, ANSWERS_PER_PAGE
        )
        medians = worker_stats.compute_medians(call, [worker_id])
        blocked = worker_stats.find_block_reason(call, worker_id)
        held = for_requesters.list_of_worker(call, worker_id)
    return render_template(
        "requester/worker.html",
        worker_id=worker_id,
        worker=row,
        median=medians.get(worker_id),
        blocked=blocked,
        qualifications=held,
        answers=answers,
        turn=Pages(number, -(-(row.submitted if row else 0) // ANSWERS_PER_PAGE)),
        limit=LONGEST_REASON,
    )


@pages.post("/workers/<id:worker_id>/block")
@requester_only
def block(requester_id: str, worker_id: str) -> Any:
    """Block a worker from the requester's HITs."""
    _check_known(requester_id, worker_id)
    reason = read_field("reason")[:LONGEST_REASON]
    if not reason:
        flash("Enter why you block the worker, for your own records. The worker cannot read it.")
    else:
        parameters = {"WorkerId": worker_id, "Reason": reason}
        current_site().perform(requester_id, "CreateWorkerBlock", parameters)
        flash("The worker is blocked.")
    return _redirect(worker_id)


@pages.post("/workers/<id:worker_id>/unblock")
@requester_only
def unblock(requester_id: str, worker_id: str) -> Any:
    """Unblock a worker."""
    _check_known(requester_id, worker_id)
    current_site().perform(requester_id, "DeleteWorkerBlock", {"WorkerId": worker_id})
    flash("The worker is no longer blocked.")
    return _redirect(worker_id)


@pages.get("/message")
@requester_only
def write(requester_id: str) -> Any:
    """Show the form for a message to the workers that the query names."""
    chosen = _filter_known(requester_id, request.args.getlist("worker"))
    if not chosen:
        flash("Choose at least one worker first.")
        return redirect(url_for("requester.workers.show_list"), 303)
    return _render_message_form(chosen, "")


@pages.post("/message")
@requester_only
def send(requester_id: str) -> Any:
    """Send the message, and list the workers it did not reach."""
    chosen = _filter_known(requester_id, request.form.getlist("worker"))
    subject, text = " ".join(read_field("subject").split()), read_field("text")
    problem = ""
    if not chosen:
        problem = "None of the chosen workers has worked for you."
    elif not subject or not text:
        problem = "Enter a subject and a text."
    elif len(subject) > LONGEST_SUBJECT or len(text) > LONGEST_TEXT:
        problem = f"A subject can have {LONGEST_SUBJECT} characters, a message {LONGEST_TEXT:,}."
    if problem:
        return _render_message_form(chosen, problem), 400
    failures = current_site().perform(
        requester_id,
        "NotifyWorkers",
        {"Subject": subject, "MessageText": text, "WorkerIds": chosen},
    )["NotifyWorkersFailureStatuses"]
    done = f"The message is sent to {count_of(len(chosen) - len(failures), 'worker')}."
    if not failures:
        flash(done)
        return redirect(url_for("requester.workers.show_list"), 303)
    refusals = [
        (failure["WorkerId"], failure["NotifyWorkersFailureMessage"]) for failure in failures
    ]
    return render_template(
        "requester/outcome.html",
        title=done,
        refusals=refusals,
        next_url=url_for("requester.workers.show_list"),
    ), 409


def _render_message_form(chosen: list[str], problem: str) -> str:
    return render_template(
        "requester/message_workers.html",
        chosen=chosen,
        problem=problem,
        subject=read_field("subject"),
        text=read_field("text"),
        longest_subject=LONGEST_SUBJECT,
        longest_text=LONGEST_TEXT,
    )


def _filter_known(requester_id: str, worker_ids: list[str]) -> list[str]:
    """Return those of the ids that are workers known to the requester."""
    with current_site().reading(requester_id) as call:
        wanted = dict.fromkeys(filter(None, map(parse_id, worker_ids[:MOST_WRITTEN_TO])))
        return [worker_id for worker_id in wanted if worker_stats.is_known(call, worker_id)]


def _check_known(requester_id: str, worker_id: str) -> None:
    with current_site().reading(requester_id) as call:
        if not worker_stats.is_known(call, worker_id):
            raise NotFound


def _redirect(worker_id: str) -> Any:
    return redirect(url_for("requester.workers.show", worker_id=worker_id), 303)
