"""A worker's messages: to read, to answer, and to ask a HIT's requester."""

from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for

from local_crowd.operations.errors import NotPossible
from local_crowd.operations.work import messages
from local_crowd.pages.context import an_id, current_site, worker_only

pages = Blueprint("messages", __name__)
MOST_MARKED = 200
BAD_TEXT = ("empty", "long", "often")  # reasons of NotPossible to show beside what was typed


def count_unread() -> int:
    """Return how many messages the worker whose page this is has not read."""
    if "worker_id" not in g:
        return 0
    with current_site().reading() as call:
        return messages.count_unread_of_worker(call, g.worker_id)


@pages.get("/messages")
@worker_only
def show(worker_id: str) -> str:
    """What the worker was sent and has sent, newest first."""
    return _page(worker_id)


@pages.post("/messages/read")
@worker_only
def mark_read(worker_id: str) -> Any:
    """Count the messages that the page shows as read."""
    with current_site().writing() as call:
        messages.mark_read_by_worker(call, worker_id, chosen_ids())
    return redirect(url_for("messages.show"), 303)


@pages.post("/messages/<id:message_id>/answer")
@worker_only
def reply(worker_id: str, message_id: str) -> Any:
    """Reply to a message."""
    text = typed_text()
    try:
        with current_site().writing() as call:
            messages.reply_to_requester(call, worker_id, message_id, text)
            messages.mark_read_by_worker(call, worker_id, [message_id])
    except NotPossible as refusal:
        if refusal.reason not in BAD_TEXT:
            raise
        return _page(worker_id, message_id, text, str(refusal)), 400
    flash("Your reply is sent.")
    return redirect(url_for("messages.show"), 303)


@pages.get("/hits/<id:hit_id>/ask")
@worker_only
def write(worker_id: str, hit_id: str) -> str:
    """Ask the requester of a HIT."""
    return _letter(worker_id, hit_id)


@pages.post("/hits/<id:hit_id>/ask")
@worker_only
def send(worker_id: str, hit_id: str) -> Any:
    """Send the question."""
    text = typed_text()
    try:
        with current_site().writing() as call:
            messages.ask(call, worker_id, hit_id, text)
    except NotPossible as refusal:
        if refusal.reason not in BAD_TEXT:
            raise
        return _letter(worker_id, hit_id, text, str(refusal)), 400
    flash("Your message is sent. The reply will appear here.")
    return redirect(url_for("messages.show"), 303)


def typed_text() -> str:
    """Return the form's text, with one kind of line end and no outer spaces."""
    return request.form.get("text", "").replace("\r\n", "\n").replace("\0", "").strip()


def chosen_ids() -> list[str]:
    """Return the message ids that a form names."""
    named = request.form.getlist("message")[:MOST_MARKED]
    return [message_id for message_id in map(an_id, named) if message_id]


def _page(worker_id: str, answered: str = "", typed: str = "", problem: str = "") -> str:
    with current_site().reading() as call:
        found = messages.list_of_worker(call, worker_id)
    return render_template(
        "work/messages.html",
        messages=found,
        answered=answered,
        typed=typed,
        problem=problem,
        longest=messages.MAX_TEXT_LENGTH,
    )


def _letter(worker_id: str, hit_id: str, typed: str = "", problem: str = "") -> str:
    with current_site().reading() as call:
        hit = messages.find_hit_to_ask_about(call, worker_id, hit_id)
    return render_template(
        "work/ask.html", hit=hit, typed=typed, problem=problem, longest=messages.MAX_TEXT_LENGTH
    )
