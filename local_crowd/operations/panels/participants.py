"""People from a panel: who they are here, what they are to do, and the code they go back with.

Source of the hand-over: docs.prolific.com (URL parameters, completion codes), and how other programs
take Prolific's participants in. A participant is known by what the panel's address says, and by
nothing else: as sure as the panel's own links are.
"""

import base64
import hashlib
import re
from typing import Any, NamedTuple
from urllib.parse import quote, urlsplit

from sqlalchemy import Row, Select, func, select, update

from local_crowd.operations.call import Call
from local_crowd.operations.errors import NotPossible
from local_crowd.operations.people import invitation_links
from local_crowd.operations.work import worker_actions
from local_crowd.store.inserts import insert_new
from local_crowd.store.tables import assignments, panel_workers, visit_assignments, visits, workers

DONE, SCREENED_OUT, NOTHING_LEFT = OUTCOMES = ("done", "screened_out", "nothing_left")
FINISHED = ("Submitted", "Approved", "Rejected")
PARTICIPANT = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.@+~-]{0,127}")  # nothing that was left unfilled
PROLIFIC = re.compile("[0-9a-f]{24}")


class Panel(NamedTuple):
    """What a panel's link leads to.

    `name`: whose participants they are; `limit`: HITs a person; `completion_url`: the panel's
    address to go back to, with {code}; `codes`: by outcome; `parameters`: the panel's names for
    "worker", "study" and "session".
    """

    name: str
    hit_type_ids: list[str]
    limit: int
    completion_url: str
    codes: dict[str, str]
    parameters: dict[str, str]

    def return_url(self, outcome: str) -> str:
        """The panel's address, with the code for this outcome: never another host's."""
        return self.completion_url.replace("{code}", quote(self.codes[outcome], safe=""))

    @property
    def host(self) -> str:
        """The host that people go back to."""
        return urlsplit(self.completion_url).hostname or ""


class Visit(NamedTuple):
    """How far somebody is: `done` HITs, the assignment in hand, and how it ended, if it has."""

    panel: Panel
    done: int
    assignment_id: str | None
    outcome: str | None


def arrive(
    call: Call,
    link: invitation_links.Link,
    participant_id: str,
    study_id: str | None,
    session_id: str | None,
) -> str:
    """Somebody comes by a panel's link, for the first time or again: the worker's id.

    A link that is closed still lets those back in whom it let in before. Raises
    NotPossible("gone") for others.
    """
    worker_id = _ensure_worker(call, Panel(**link.panel or {}).name, participant_id)
    came_with = {"study_id": study_id, "session_id": session_id}
    key = {"link_id": link.link_id, "worker_id": worker_id}
    if insert_new(call.db, visits, **key, **came_with, arrival_time=call.now):
        invitation_links.use(call, link.link_id)
    elif session_id:
        call.db.execute(update(visits).filter_by(**key).values(**came_with))
    return worker_id


def find_worker(call: Call, panel: str, participant_id: str) -> str | None:
    """Return the id of the worker who is this participant of the panel, if they came before."""
    return call.db.scalar(
        select(panel_workers.c.worker_id).filter_by(panel=panel, participant_id=participant_id)
    )


def _ensure_worker(call: Call, panel: str, participant_id: str) -> str:
    """The worker who is this participant of the panel, made at the first time.

    Prolific's ids become worker ids that can be told from them; ids that could be mistaken for
    each other in capitals are hashed.
    """
    mine = {"panel": panel, "participant_id": participant_id}
    digest = hashlib.sha256(f"{panel}\0{participant_id}".encode()).digest()
    possible = ["A" + base64.b32encode(digest).decode()[:20]]
    if PROLIFIC.fullmatch(participant_id):
        possible.insert(0, "A" + participant_id.upper())
    for worker_id in possible:
        if known := find_worker(call, panel, participant_id):
            return known
        insert_new(call.db, workers, worker_id=worker_id, created_time=call.now)
        insert_new(call.db, panel_workers, **mine, worker_id=worker_id)
    return str(find_worker(call, panel, participant_id))


def find_state(call: Call, link_id: str, worker_id: str) -> Visit:
    """How far the worker is with what the link leads to."""
    row = call.db.execute(_is_visit(link_id, worker_id)).one()
    panel = Panel(**invitation_links.get(call, link_id).panel or {})
    done = _count(call, link_id, worker_id, FINISHED)
    held = call.db.scalars(
        _is_work(link_id, worker_id)
        .with_only_columns(visit_assignments.c.assignment_id)
        .where(assignments.c.status == "Accepted")
    ).first()
    outcome = DONE if done >= panel.limit else None if held else row.outcome
    return Visit(panel, done, held, outcome)


def next_assignment(call: Call, link_id: str, worker_id: str, after: str | None = None) -> Visit:
    """Go on with what is in hand, or accept the next HIT; or say how it ended.

    The person's two tabs take turns, so that they accept no more than the limit. NotPossible:
    "taken", "expired" (another try may do); then nothing may be committed.
    """
    call.db.execute(_is_visit(link_id, worker_id).with_for_update()).one()
    visit = find_state(call, link_id, worker_id)
    if visit.assignment_id or visit.done >= visit.panel.limit:
        return _save_outcome(call, link_id, worker_id, visit)
    unqualified = 0
    for hit_type_id in visit.panel.hit_type_ids:
        try:
            held = worker_actions.accept_next(call, worker_id, hit_type_id, after)
        except NotPossible as refusal:
            if refusal.reason not in ("unqualified", "blocked"):
                raise
            unqualified += 1
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
    nobody = unqualified == len(visit.panel.hit_type_ids)
    outcome = DONE if visit.done else SCREENED_OUT if nobody else NOTHING_LEFT
    return _save_outcome(call, link_id, worker_id, visit._replace(outcome=outcome))


def is_from_panel(call: Call, link_id: str, worker_id: str, assignment_id: str) -> bool:
    """Whether the worker accepted this assignment by way of the link."""
    mine = _is_work(link_id, worker_id).where(visit_assignments.c.assignment_id == assignment_id)
    return call.db.execute(mine).first() is not None


def list_visitors(call: Call, link_id: str) -> list[Row[Any]]:
    """Everybody who came by the link: `participant_id`, `worker_id`, `session_id`, `outcome` as was
    last said, and `done`, the HITs handed in.
    """
    done = (
        select(func.count())
        .select_from(visit_assignments)
        .join(assignments, assignments.c.assignment_id == visit_assignments.c.assignment_id)
        .where(
            visit_assignments.c.link_id == visits.c.link_id,
            visit_assignments.c.worker_id == visits.c.worker_id,
            assignments.c.status.in_(FINISHED),
        )
        .scalar_subquery()
    )
    query: Select[Any] = (
        select(
            panel_workers.c.participant_id,
            visits.c.worker_id,
            visits.c.session_id,
            visits.c.outcome,
            done.label("done"),
        )
        .join(panel_workers, panel_workers.c.worker_id == visits.c.worker_id)
        .where(visits.c.link_id == link_id)
        .order_by(visits.c.arrival_time, visits.c.worker_id)
    )
    return list(call.db.execute(query).all())


def _save_outcome(call: Call, link_id: str, worker_id: str, visit: Visit) -> Visit:
    call.db.execute(
        update(visits)
        .where(visits.c.link_id == link_id, visits.c.worker_id == worker_id)
        .values(outcome=visit.outcome, outcome_time=call.now if visit.outcome else None)
    )
    return visit


def _is_visit(link_id: str, worker_id: str) -> Any:
    return select(visits).where(visits.c.link_id == link_id, visits.c.worker_id == worker_id)


def _is_work(link_id: str, worker_id: str) -> Any:
    return (
        select(visit_assignments)
        .join(assignments, assignments.c.assignment_id == visit_assignments.c.assignment_id)
        .where(visit_assignments.c.link_id == link_id, visit_assignments.c.worker_id == worker_id)
    )


def _count(call: Call, link_id: str, worker_id: str, statuses: tuple[str, ...]) -> int:
    query = _is_work(link_id, worker_id).where(assignments.c.status.in_(statuses))
    return int(call.db.scalar(select(func.count()).select_from(query.subquery())) or 0)
