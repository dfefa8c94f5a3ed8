"""What the pages of accounts say, and to whom."""

from werkzeug.test import TestResponse

from tests.support.worker_sites import Visitor, words

WRONG = "That name, e-mail address or password is wrong."
TOO_MANY = "Too many attempts to sign in. Wait a little, then try again."
GONE = "It may have been used already, have expired, or have been copied incompletely."


def is_signed_in(visitor: Visitor) -> bool:
    """Return whether the pages know who this visitor is."""
    return visitor.get("/my_work").status_code == 200


def sees(answer: TestResponse, status: int, *texts: str) -> None:
    """Assert the status and the words of a page."""
    shown = words(answer)
    assert answer.status_code == status, shown
    for text in texts:
        assert text in shown
