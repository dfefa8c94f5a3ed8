"""Participants of a panel: their worker ids, their HITs, and the URL that they return to.

Source: docs.prolific.com (URL parameters, completion codes) and other programs that integrate with
Prolific. A participant is identified only by the parameters of the panel's URL, so identities are as
reliable as the panel's links.
"""

import base64
import hashlib
import re
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from sqlalchemy import func, select, update

from local_crowd.operations.call import Call
from local_crowd.operations.errors import NotPossible
from local_crowd.operations.panels import completion_urls
from local_crowd.operations.people import invitation_links
from local_crowd.operations.work import worker_actions
from local_crowd.store.inserts import insert_new
from local_crowd.store.tables import assignments, panel_workers, visit_assignments, visits, workers

DONE, SCREENED_OUT, NOTHING_LEFT = OUTCOMES = ("done", "screened_out", "nothing_left")
FINISHED = ("Submitted", "Approved", "Rejected")
PARTICIPANT = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.@+~-]{0,127}")  # no unfilled {{placeholder}}
PROLIFIC = re.compile("[0-9a-f]{24}")


class Panel(NamedTuple):
    """The settings of a panel's link."""

    name: str  # of the panel
    hit_type_ids: list[str]
    limit: int  # HITs per person
    completion_url: str  # the panel's URL to return to, with placeholders
    codes: dict[str, str]  # completion codes by outcome; none where the URL has no {code}
    parameters: dict[str, str]  # the panel's names for "worker", "study" and "session"
    outcome_urls: dict[str, str] | None = None  # by outcome; older links have none

    def find_url(self, outcome: str) -> str:
        """Return the URL to return to with this outcome, with placeholders."""
        return (self.outcome_urls or {}).get(outcome, self.completion_url)

    def is_required(self, meaning: str) -> bool:
        """Return whether everybody must arrive with this parameter ("worker", "study", "session")."""
        placeholder = completion_urls.PLACEHOLDER_OF[meaning]
        urls = map(self.find_url, OUTCOMES)
        return meaning == "worker" or any(
            placeholder in completion_urls.find_placeholders(url) for url in urls
        )

    @property
    def host(self) -> str:
        """The host that people return to."""
        return urlsplit(self.completion_url).hostname or ""


class Visit(NamedTuple):
    """The state of a participant's visit."""

    panel: Panel
    done: int  # submitted HITs
    assignment_id: str | None  # in progress
    outcome: str | None  # one of OUTCOMES once the visit has ended
    arrived_with: dict[str, str]  # values for the placeholders "participant", "study", "session"

    @property
    def code(self) -> str | None:
        """The completion code of the outcome, or None if there is none."""
        return self.panel.codes.get(self.outcome or "")

    @property
    def return_url(self) -> str | None:
        """The panel's URL to return to, always on the panel's host; None before the visit's end."""
        if self.outcome is None:
            return None
        values = self.arrived_with | {"code": self.code or ""}
        return completion_urls.fill(self.panel.find_url(self.outcome), values)


class Visitor(NamedTuple):
    """A participant who arrived by a link."""

    participant_id: str
    worker_id: str
    session_id: str | None
    outcome: str | None  # as last stored, one of OUTCOMES
    done: int  # submitted HITs
    held: int  # HITs in progress


def arrive(
    call: Call,
    link: invitation_links.Link,
    participant_id: str,
    study_id: str | None,
    session_id: str | None,
) -> str:
    """Record that a participant has followed a panel's link, and return the worker's id.

    The first visit counts as a use of the link; a closed link still admits people whom it admitted
    before. Raises NotPossible("gone") for others.
    """
    worker_id = _ensure_worker(call, Panel(**link.panel or {}).name, participant_id)
    parameters = {"study_id": study_id, "session_id": session_id}
    key = {"link_id": link.link_id, "worker_id": worker_id}
    if insert_new(call.db, visits, **key, **parameters, arrival_time=call.now):
        invitation_links.use(call, link.link_id)
    elif session_id:
        call.db.execute(update(visits).filter_by(**key).values(**parameters))
    return worker_id


def find_worker(call: Call, panel: str, participant_id: str) -> str | None:
    """Return the id of the worker who is this participant of the panel, or None for a new one."""
    return call.db.scalar(
        select(panel_workers.c.worker_id).filter_by(panel=panel, participant_id=participant_id)
    )


def list_workers(call: Call, participant_id: str) -> list[tuple[str, str]]:
    """List the panels that have a participant of this id, with the worker's id at each."""
    query = (
        select(panel_workers.c.panel, panel_workers.c.worker_id)
        .filter_by(participant_id=participant_id)
        .order_by(panel_workers.c.panel)
    )
    return [(row.panel, row.worker_id) for row in call.db.execute(query)]


def _ensure_worker(call: Call, panel: str, participant_id: str) -> str:
    """Return the id of the worker who is this participant, creating the worker on first use.

    A Prolific id is contained in its worker id. Other ids are hashed, because two of them could
    differ only in case, which a worker id does not have.
    """
    key = {"panel": panel, "participant_id": participant_id}
    digest = hashlib.sha256(f"{panel}\0{participant_id}".encode()).digest()
    candidates = ["A" + base64.b32encode(digest).decode()[:20]]
    if PROLIFIC.fullmatch(participant_id):
        candidates.insert(0, "A" + participant_id.upper())
    for candidate in candidates:
        if worker_id := find_worker(call, panel, participant_id):
            return worker_id
        insert_new(call.db, workers, worker_id=candidate, created_time=call.now)
        insert_new(call.db, panel_workers, **key, worker_id=candidate)
    return str(find_worker(call, panel, participant_id))


def has_visited(call: Call, link_id: str, worker_id: str) -> bool:
    """Return whether the worker has followed the link, and was not forgotten since."""
    return call.db.execute(_query_visit(link_id, worker_id)).first() is not None


def find_state(call: Call, link_id: str, worker_id: str) -> Visit:
    """Return the state of the worker's visit by the link."""
    participant = select(panel_workers.c.participant_id).filter_by(worker_id=worker_id)
    row = call.db.execute(
        _query_visit(link_id, worker_id).add_columns(participant.scalar_subquery().label("id"))
    ).one()
    panel = Panel(**invitation_links.get(call, link_id).panel or {})
    done = _count(call, link_id, worker_id, FINISHED)
    assignment_id = call.db.scalars(
        _query_work(link_id, worker_id)
        .with_only_columns(visit_assignments.c.assignment_id)
        .where(assignments.c.status == "Accepted")
    ).first()
    outcome = DONE if done >= panel.limit else None if assignment_id else row.outcome
    ids = {"participant": row.id, "study": row.study_id, "session": row.session_id}
    return Visit(
        panel, done, assignment_id, outcome, {name: value or "" for name, value in ids.items()}
    )


def next_assignment(call: Call, link_id: str, worker_id: str, after: str | None = None) -> Visit:
    """Return the assignment in progress, or accept the next HIT, or end the visit.

    Locks the visit, so that requests from several tabs cannot exceed the limit. Raises NotPossible
    "taken", "expired" or "consent", after which a retry may succeed; the caller must then roll back.
    """
    call.db.execute(_query_visit(link_id, worker_id).with_for_update()).one()
    visit = find_state(call, link_id, worker_id)
    if visit.assignment_id or visit.done >= visit.panel.limit:
        return _save_outcome(call, link_id, worker_id, visit)
    unqualified = 0
    for hit_type_id in visit.panel.hit_type_ids:
        try:
            held = worker_actions.accept_next(call, worker_id, hit_type_id, after)
        except NotPossible as refusal:
            if refusal.reason not in ("unqualified", "blocked", "practice_full"):
                raise
            unqualified += refusal.reason != "practice_full"
            continue
        if held is not None:
            insert_new(
                call.db,
                visit_assignments,
                assignment_id=held.assignment_id,
                link_id=link_id,
                worker_id=worker_id,
            )
            accepted = visit._replace(assignment_id=held.assignment_id, outcome=None)
            return _save_outcome(call, link_id, worker_id, accepted)
    screened_out = unqualified == len(visit.panel.hit_type_ids)
    outcome = DONE if visit.done else SCREENED_OUT if screened_out else NOTHING_LEFT
    return _save_outcome(call, link_id, worker_id, visit._replace(outcome=outcome))


def is_from_link(call: Call, link_id: str, worker_id: str, assignment_id: str) -> bool:
    """Return whether the worker accepted this assignment through the link."""
    query = _query_work(link_id, worker_id).where(
        visit_assignments.c.assignment_id == assignment_id
    )
    return call.db.execute(query).first() is not None


def list_visitors(call: Call, link_id: str) -> list[Visitor]:
    """List the participants who arrived by the link, in the order of their arrival."""
    query = (
        select(
            panel_workers.c.participant_id,
            visits.c.worker_id,
            visits.c.session_id,
            visits.c.outcome,
            count_hits(*FINISHED),
            count_hits("Accepted"),
        )
        .join(panel_workers, panel_workers.c.worker_id == visits.c.worker_id)
        .where(visits.c.link_id == link_id)
        .order_by(visits.c.arrival_time, visits.c.worker_id)
    )
    return [Visitor(*row) for row in call.db.execute(query)]


def release(call: Call, link_id: str, worker_id: str) -> int:
    """Return the participant's HITs in progress by the link, and return how many there were."""
    held = call.db.scalars(
        _query_work(link_id, worker_id)
        .with_only_columns(visit_assignments.c.assignment_id)
        .where(assignments.c.status == "Accepted")
    ).all()
    released = 0
    for assignment_id in held:
        try:
            worker_actions.return_assignment(call, worker_id, assignment_id)
        except NotPossible:  # submitted or returned in the meantime
            continue
        released += 1
    return released


def count_hits(*statuses: str) -> Any:
    """Return an SQL expression: how many assignments of a row of `visits` have these statuses."""
    return (
        select(func.count())
        .select_from(visit_assignments)
        .join(assignments, assignments.c.assignment_id == visit_assignments.c.assignment_id)
        .where(
            visit_assignments.c.link_id == visits.c.link_id,
            visit_assignments.c.worker_id == visits.c.worker_id,
            assignments.c.status.in_(statuses),
        )
        .scalar_subquery()
    )


def _save_outcome(call: Call, link_id: str, worker_id: str, visit: Visit) -> Visit:
    call.db.execute(
        update(visits)
        .where(visits.c.link_id == link_id, visits.c.worker_id == worker_id)
        .values(outcome=visit.outcome, outcome_time=call.now if visit.outcome else None)
    )
    return visit


def _query_visit(link_id: str, worker_id: str) -> Any:
    return select(visits).where(visits.c.link_id == link_id, visits.c.worker_id == worker_id)


def _query_work(link_id: str, worker_id: str) -> Any:
    return (
        select(visit_assignments)
        .join(assignments, assignments.c.assignment_id == visit_assignments.c.assignment_id)
        .where(visit_assignments.c.link_id == link_id, visit_assignments.c.worker_id == worker_id)
    )


def _count(call: Call, link_id: str, worker_id: str, statuses: tuple[str, ...]) -> int:
    query = _query_work(link_id, worker_id).where(assignments.c.status.in_(statuses))
    return int(call.db.scalar(select(func.count()).select_from(query.subquery())) or 0)
