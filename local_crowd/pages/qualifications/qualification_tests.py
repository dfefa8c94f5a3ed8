"""Taking a qualification test, which is a QuestionForm with a time limit.

The test is part of a page of ours. This is safe because everything its requester wrote is escaped,
or limited to the few tags and attributes of a FormattedContent.
"""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from local_crowd.operations.errors import NotPossible
from local_crowd.operations.qualifications import for_workers as qualifications
from local_crowd.operations.qualifications.qualification_tests import parse
from local_crowd.operations.texts import Text
from local_crowd.pages.context import current_site, worker_only
from local_crowd.pages.errors import NOT_POSSIBLE, STATUSES, message_page
from local_crowd.pages.headers import OWN_PAGES
from local_crowd.pages.languages.choice import gettext
from local_crowd.pages.questions.form import render_fields

pages = Blueprint("qualification_tests", __name__)
# The pictures and recordings of a test may be on any host.
TEST_PAGE = f"{OWN_PAGES}; img-src 'self' http: https:; media-src http: https:"
TITLES = {
    "late": Text("The time is over"),
    "done": Text("This test is over"),
    "unknown": Text("Not found"),
}


@pages.get("/qualification_tests/<id:request_id>")
@worker_only
def show(worker_id: str, request_id: str) -> Any:
    """Show the test while it can be taken."""
    with current_site().reading() as call:
        row = qualifications.find_test(call, worker_id, request_id)
    page = render_template(
        "qualifications/qualification_test.html",
        row=row,
        seconds_left=row.deadline - call.now,
        fields=render_fields(parse(row.test)),
    )
    return page, {"Content-Security-Policy": TEST_PAGE}


@pages.post("/qualification_tests/<id:request_id>")
@worker_only
def hand_in(worker_id: str, request_id: str) -> Any:
    """Submit the answers; say the score if the test has an answer key."""
    with current_site().writing() as call:
        row = qualifications.find_test(call, worker_id, request_id)
        request_row = qualifications.submit_test(
            call, worker_id, request_id, request.form.items(multi=True)
        )
        value = qualifications.get(call, worker_id, row.qualification_type_id).value
    if request_row.status == "Granted":
        flash(gettext("Thank you. Your test is graded. Your score is %(score)s.", score=str(value)))
    else:
        flash(gettext("Thank you. Your test is submitted. The requester will review it."))
    url = url_for("qualifications.show_type", type_id=row.qualification_type_id)
    return redirect(url, 303)


@pages.errorhandler(NotPossible)
def _handle_not_possible(error: NotPossible) -> tuple[str, int]:
    title = TITLES.get(error.reason, NOT_POSSIBLE)
    status = STATUSES.get(error.reason, 409)
    return message_page(
        title, error.text, status, url_for("qualifications.show"), Text("Your qualifications")
    )
