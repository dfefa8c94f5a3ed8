"""The messages of workers to the requester, and replies."""

from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, url_for

from local_crowd.operations.errors import NotPossible
from local_crowd.operations.work import messages
from local_crowd.pages.context import current_site
from local_crowd.pages.errors import STATUSES
from local_crowd.pages.requester.context import read_field, read_page_number, requester_only
from local_crowd.pages.requester.view_parts import Pages
from local_crowd.pages.work.messages import BAD_TEXT, RefusedReply, read_message_ids

pages = Blueprint("messages", __name__)
MESSAGES_PER_PAGE = 50


def count_unread() -> int:
    """Return the number of messages that the signed-in requester has not read."""
    if "requester_id" not in g:
        return 0
    with current_site().reading(g.requester_id) as call:
        return messages.count_unread_of_requester(call)


@pages.get("/messages")
@requester_only
def show_list(requester_id: str) -> str:
    """List the workers' messages, newest first."""
    return _render_list(requester_id, read_page_number())


@pages.post("/messages/read")
@requester_only
def mark_read(requester_id: str) -> Any:
    """Mark the messages that the form names as read."""
    with current_site().writing(requester_id) as call:
        messages.mark_read_by_requester(call, read_message_ids())
    return redirect(url_for("requester.messages.show_list"), 303)


@pages.post("/messages/<id:message_id>/answer")
@requester_only
def reply(requester_id: str, message_id: str) -> Any:
    """Reply to a worker's message."""
    text = read_field("text")
    try:
        with current_site().writing(requester_id) as call:
            worker_id = messages.reply_to_worker(call, message_id, text)
    except NotPossible as refusal:
        if refusal.reason not in BAD_TEXT:
            title = "Not found" if refusal.reason == "unknown" else "Not possible"
            page = render_template("requester/message.html", title=title, text=str(refusal))
            return page, STATUSES.get(refusal.reason, 409)
        return _render_list(requester_id, 1, RefusedReply(message_id, text, str(refusal))), 400
    flash(f"Your reply to {worker_id} is sent.")
    return redirect(url_for("requester.messages.show_list"), 303)


def _render_list(requester_id: str, number: int, draft: RefusedReply | None = None) -> str:
    with current_site().reading(requester_id) as call:
        rows = messages.list_of_requester(call, (number - 1) * MESSAGES_PER_PAGE, MESSAGES_PER_PAGE)
        count = messages.count_of_requester(call)
    return render_template(
        "requester/messages.html",
        messages=rows,
        draft=draft,
        longest=messages.MAX_TEXT_LENGTH,
        turn=Pages(number, -(-count // MESSAGES_PER_PAGE)),
    )
