"""A crowd with requesters who sign in to their pages, and answers for them to review."""

import json
from typing import Any

from werkzeug.test import TestResponse

from local_crowd.operations.people import access_keys, identities, requesters
from local_crowd.operations.work import worker_actions
from local_crowd.pages.people import passwords
from tests.support.worker_sites import TOKEN, Visitor, World

PASSWORD = "correct horse battery"
INPUT = {"picture": "/files/1.jpg", "ask": "Which <b>animal</b>?"}
BATCH = "0123456789abcdef0123456789abcdef"


def page_with_input(row: Any = None) -> str:
    """Return a HIT page as simple-amt's templates render it."""
    text = json.dumps(INPUT if row is None else row).replace("<", "\\u003c")
    return f'<!DOCTYPE html><p>Which?</p><script type="text/json" id="input">{text}</script>'


class Requester(Visitor):
    """A visitor of the requester's pages."""

    def token(self) -> str:
        """Return the session's CSRF token, which every form contains."""
        match = TOKEN.search(self.get("/requester/sign_in").text)
        return match[1] if match else ""

    def enter(self, name: str, secret: str, **more: str) -> TestResponse:
        """Fill in the sign-in form."""
        return self.post("/requester/sign_in", {"name": name, "secret": secret} | more)


class RequesterWorld(World):
    """A world whose requesters have passwords."""

    def member(self, name: str = "Vision lab") -> Requester:
        """Return a requester, created if missing, who has signed in with a password."""
        with self.sandbox.writing() as call:
            identities.ensure_requester(call, name)
            requesters.set_password(call, name, _hash())
        visitor = Requester(self.app)
        assert visitor.enter(name, PASSWORD).status_code == 303
        return visitor

    def keys(self, name: str) -> tuple[str, str]:
        """Create a requester; return its key pair."""
        with self.sandbox.writing() as call:
            return access_keys.create(call, name)

    def worker(self, name: str = "Ada") -> str:
        """Return the id of the worker of this name."""
        with self.sandbox.writing() as call:
            return identities.ensure_worker(call, name)

    def row(self, number: int = 0, batch: str = BATCH, **more: Any) -> Any:
        """Create a HIT of a batch, for a row of its input."""
        html = more.pop("html", page_with_input())
        return self.launch(html, RequesterAnnotation=f"batch={batch} row={number}", **more)

    def do(self, hit: Any, name: str = "Ada", seconds: int = 40, **fields: str) -> str:
        """Accept a HIT as a worker and submit it; return the assignment id."""
        worker_id = self.worker(name)
        with self.sandbox.writing() as call:
            held = worker_actions.accept(call, worker_id, hit["HITId"])
        self.clock.advance(seconds)
        with self.sandbox.writing() as call:
            worker_actions.submit(
                call, held.assignment_id, list((fields or {"word": "cat"}).items())
            )
        return held.assignment_id

    def status(self, assignment_id: str) -> str:
        """Return the status of an assignment."""
        assignment = self.perform("GetAssignment", AssignmentId=assignment_id)
        return str(assignment["Assignment"]["AssignmentStatus"])


_kept: list[str] = []


def _hash() -> str:
    if not _kept:  # scrypt is slow, on purpose
        _kept.append(passwords.hash_password(PASSWORD))
    return _kept[0]
