"""A worker's messages, replies, and questions to a HIT's requester."""

from typing import Any, NamedTuple

from flask import Blueprint, flash, g, redirect, render_template, request, url_for

from local_crowd.operations.call import Call
from local_crowd.operations.errors import NotPossible
from local_crowd.operations.work import messages
from local_crowd.pages.context import current_site, parse_id, worker_only
from local_crowd.pages.languages.choice import gettext, translate

pages = Blueprint("messages", __name__)
MOST_MARKED = 200
BAD_TEXT = ("empty", "long", "often")  # reasons of NotPossible that the form shows


class RefusedReply(NamedTuple):
    """A reply that was not sent, for the form that shows it again with the problem."""

    message_id: str
    text: str
    problem: str


def count_unread() -> int:
    """Return the number of messages that the signed-in worker has not read."""
    if "worker_id" not in g:
        return 0
    if "unread" not in g:
        with current_site().reading() as call:
            note_unread(call)
    return int(g.unread)


def note_unread(call: Call) -> None:
    """Count the unread messages now, so that count_unread needs no transaction of its own."""
    if "worker_id" in g:
        g.unread = messages.count_unread_of_worker(call, g.worker_id)


@pages.get("/messages")
@worker_only
def show(worker_id: str) -> str:
    """List the worker's messages, sent and received, newest first."""
    return _render_list(worker_id)


@pages.post("/messages/read")
@worker_only
def mark_read(worker_id: str) -> Any:
    """Mark the messages that the form names as read."""
    with current_site().writing() as call:
        messages.mark_read_by_worker(call, worker_id, read_message_ids())
    return redirect(url_for("messages.show"), 303)


@pages.post("/messages/<id:message_id>/answer")
@worker_only
def reply(worker_id: str, message_id: str) -> Any:
    """Reply to a message."""
    text = read_text()
    try:
        with current_site().writing() as call:
            messages.reply_to_requester(call, worker_id, message_id, text)
            messages.mark_read_by_worker(call, worker_id, [message_id])
    except NotPossible as refusal:
        if refusal.reason not in BAD_TEXT:
            raise
        return _render_list(worker_id, RefusedReply(message_id, text, translate(refusal.text))), 400
    flash(gettext("Your reply is sent."))
    return redirect(url_for("messages.show"), 303)


@pages.get("/hits/<id:hit_id>/ask")
@worker_only
def write(worker_id: str, hit_id: str) -> str:
    """Show the form for a question to a HIT's requester."""
    return _render_question(worker_id, hit_id)


@pages.post("/hits/<id:hit_id>/ask")
@worker_only
def send(worker_id: str, hit_id: str) -> Any:
    """Send a question to a HIT's requester."""
    text = read_text()
    try:
        with current_site().writing() as call:
            messages.ask(call, worker_id, hit_id, text)
    except NotPossible as refusal:
        if refusal.reason not in BAD_TEXT:
            raise
        return _render_question(worker_id, hit_id, text, translate(refusal.text)), 400
    flash(gettext("Your message is sent. The reply will appear here."))
    return redirect(url_for("messages.show"), 303)


def read_text() -> str:
    """Return the form's text with normalized line ends and without outer spaces."""
    return request.form.get("text", "").replace("\r\n", "\n").replace("\0", "").strip()


def read_message_ids() -> list[str]:
    """Return the message ids that a form names."""
    named = request.form.getlist("message")[:MOST_MARKED]
    return [message_id for message_id in map(parse_id, named) if message_id]


def _render_list(worker_id: str, draft: RefusedReply | None = None) -> str:
    with current_site().reading() as call:
        rows = messages.list_of_worker(call, worker_id)
    return render_template(
        "work/messages.html",
        messages=rows,
        draft=draft,
        longest=messages.MAX_TEXT_LENGTH,
    )


def _render_question(worker_id: str, hit_id: str, typed: str = "", problem: str = "") -> str:
    with current_site().reading() as call:
        hit = messages.find_hit_to_ask_about(call, worker_id, hit_id)
    return render_template(
        "work/ask.html", hit=hit, typed=typed, problem=problem, longest=messages.MAX_TEXT_LENGTH
    )
