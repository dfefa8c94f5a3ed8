"""A rehearsal: the rows of a template as workers see them, of a batch that is not launched.

The HITs are real ones of a crowd that exists for the rehearsal only, so what is shown and stored is
what would be.
"""

import threading
from typing import Any, Protocol

from flask import Blueprint, Response, jsonify, render_template, request

from local_crowd.operations.errors import CrowdError
from local_crowd.operations.people import identities
from local_crowd.operations.questions.questions import parse
from local_crowd.operations.work import worker_actions
from local_crowd.pages.context import current_site, sign_in_as
from local_crowd.pages.headers import AROUND_A_HIT
from local_crowd.pages.questions.frame import PREVIEW, Frame, make_frame

WIDTHS = (390, 1280)  # pixels: a phone, a laptop
LIFETIME_SECONDS = 86_400


class Rehearsal(Protocol):
    """What is rehearsed: rows, and parameters of CreateHITType."""

    @property
    def row_count(self) -> int:
        """Return the number of rows."""

    @property
    def hit_type(self) -> dict[str, Any]:
        """Return parameters of CreateHITType."""

    def fill(self, number: int) -> str:
        """Return the XML of a row's question. Raises ValueError if there is none."""

    def check(self, question: str) -> list[str]:
        """Return what will not work in a question, a line each."""


class Script(Protocol):
    """The files that a rehearsal is read from."""

    name: str

    def find_version(self) -> str:
        """Return a text that changes whenever one of the files does."""

    def read(self) -> Rehearsal:
        """Read all files. Raises an exception, whose text is the message, if that is impossible."""


class _Stage:
    """The rehearsal of the files as they are now, or what is wrong with them."""

    def __init__(self, script: Script) -> None:
        self.script = script
        self._lock = threading.Lock()
        self._version: str | None = None
        self._rehearsal: Rehearsal | None = None
        self._problem = ""

    def look(self) -> tuple[str, Rehearsal | None, str]:
        """Return the version of the files, and the rehearsal or the problem."""
        with self._lock:
            version = self.script.find_version()
            if version != self._version:
                self._version, self._rehearsal, self._problem = version, None, ""
                try:
                    self._rehearsal = self.script.read()
                except Exception as error:  # noqa: BLE001 - shown, and read again after the next change
                    self._problem = str(error)
            return version, self._rehearsal, self._problem


def make_pages(script: Script) -> Blueprint:
    """Return the pages of a rehearsal: /rehearsal/ and what its script asks for."""
    pages = Blueprint("rehearsal", __name__, url_prefix="/rehearsal")
    stage = _Stage(script)

    @pages.get("/")
    def show() -> Any:
        """Show a row in two widths, as a preview or accepted."""
        version, rehearsal, problem = stage.look()
        count = rehearsal.row_count if rehearsal else 0
        row = max(0, min(request.args.get("row", 0, int), count - 1))
        is_accepted = request.args.get("state") == "accepted"
        frames: list[tuple[int, str, Frame]] = []
        faults: list[str] = []
        if rehearsal:
            try:
                question = rehearsal.fill(row)
                frames = _make_frames(rehearsal, question, is_accepted=is_accepted)
                faults = rehearsal.check(question)
            except (ValueError, CrowdError) as error:
                problem = str(error)
        page = render_template(
            "requester/rehearsal.html",
            name=script.name,
            version=version,
            row=row,
            count=count,
            is_accepted=is_accepted,
            frames=frames,
            faults=faults,
            problem=problem,
        )
        return page, {"Content-Security-Policy": AROUND_A_HIT}

    @pages.get("/state")
    def show_state() -> Response:
        """Return the version of the files, and the answers of the assignments in the query."""
        ids = request.args.getlist("assignment")[: len(WIDTHS)]
        answers = {assignment_id: _find_answer(assignment_id) for assignment_id in ids}
        return jsonify(version=script.find_version(), answers=answers)

    return pages


def _make_frames(
    rehearsal: Rehearsal, question: str, *, is_accepted: bool
) -> list[tuple[int, str, Frame]]:
    """Return a width, an assignment id and a frame for each width, all of a new HIT.

    Each width has a worker of its own, so that an answer can be submitted in each.
    """
    site = current_site()
    parameters = {
        name: value
        for name, value in rehearsal.hit_type.items()
        if name != "QualificationRequirements"  # the worker is anybody
    }
    parameters |= {
        "Question": question,
        "MaxAssignments": len(WIDTHS),
        "LifetimeInSeconds": LIFETIME_SECONDS,
    }
    hit_id = site.perform(site.ensure_owner(), "CreateHIT", parameters)["HIT"]["HITId"]
    parsed = parse(question)
    frames = []
    with site.writing() as call:
        for width in WIDTHS:
            nickname = f"{width} pixels"
            worker_id = identities.ensure_worker(call, nickname)
            sign_in_as(worker_id, nickname=nickname)  # only signed-in workers preview
            assignment_id = ""
            if is_accepted:
                assignment_id = worker_actions.accept(call, worker_id, hit_id).assignment_id
            held_by = worker_id if is_accepted else None
            frame = make_frame(parsed, hit_id, assignment_id or PREVIEW, held_by)
            frames.append((width, assignment_id, frame))
    return frames


def _find_answer(assignment_id: str) -> str | None:
    """Return the XML of a submitted answer, or None."""
    site = current_site()
    try:
        found = site.perform(site.ensure_owner(), "GetAssignment", {"AssignmentId": assignment_id})
    except CrowdError:  # not submitted yet
        return None
    return str(found["Assignment"]["Answer"])
