"""Whether there is a HIT for somebody who waits."""

from typing import Any

from sqlalchemy import Select, bindparam, select

from local_crowd.operations.call import Call
from local_crowd.operations.errors import NotPossible
from local_crowd.operations.panels import participants
from local_crowd.operations.people import invitation_links
from local_crowd.operations.qualifications import eligibility
from local_crowd.operations.work import practice, worker_actions, worker_lists
from local_crowd.store.tables import group_counts, hit_types

# HIT types of a requester with open HITs that the worker does not hold.
OPEN_TYPES: Select[Any] = (
    select(group_counts.c.hit_type_id)
    .join(hit_types, hit_types.c.hit_type_id == group_counts.c.hit_type_id)
    .where(
        group_counts.c.worker_id.in_(("", bindparam("worker_id"))),
        hit_types.c.requester_id == bindparam("requester_id"),
    )
    .group_by(group_counts.c.hit_type_id)
    .having(worker_lists.LEFT > 0)
    .order_by(group_counts.c.hit_type_id)
)


def find_open_type(call: Call, link: invitation_links.Link, worker_id: str) -> str | None:
    """Return a HIT type of which the worker can accept a HIT now, or None."""
    for hit_type_id in _list_open_types(call, link, worker_id):
        try:
            if worker_lists.find_next_hit(call, worker_id, hit_type_id) is None:
                continue
            due = practice.find_due(call, worker_id, hit_type_id)
            if due is not None and not practice.has_slot(call, due):
                continue
            _require_qualified(call, worker_id, hit_type_id)
        except NotPossible:
            continue
        return hit_type_id
    return None


def accept(call: Call, link: invitation_links.Link, worker_id: str) -> str | None:
    """Accept the next HIT for the worker, and return the assignment's id; None if there is none.

    A HIT in progress is returned as it is. Raises NotPossible as participants.next_assignment does;
    the caller must then roll back.
    """
    if link.panel is not None:
        return participants.next_assignment(call, link.link_id, worker_id).assignment_id
    if held := worker_lists.list_in_progress(call, worker_id):
        return str(held[0].assignment_id)
    hit_type_id = find_open_type(call, link, worker_id)
    accepted = hit_type_id and worker_actions.accept_next(call, worker_id, hit_type_id)
    return accepted.assignment_id if accepted else None


def may_get_hits(call: Call, link: invitation_links.Link, worker_id: str) -> bool:
    """Return whether the worker can ever be given one of the link's HITs: others wait for nothing."""
    if link.panel is None:
        return True
    visit = participants.find_state(call, link.link_id, worker_id)
    if visit.outcome == participants.SCREENED_OUT or visit.done >= visit.panel.limit:
        return False
    for hit_type_id in visit.panel.hit_type_ids:
        try:
            _require_qualified(call, worker_id, hit_type_id)
        except NotPossible:
            continue
        return True
    return False


def _list_open_types(call: Call, link: invitation_links.Link, worker_id: str) -> list[str]:
    if link.panel is None:
        key = {"worker_id": worker_id, "requester_id": link.requester_id}
        return [str(row.hit_type_id) for row in call.db.execute(OPEN_TYPES, key)]
    return [
        hit_type_id
        for hit_type_id in participants.Panel(**link.panel).hit_type_ids
        if worker_lists.count_progress(call, worker_id, hit_type_id).left
    ]


def _require_qualified(call: Call, worker_id: str, hit_type_id: str) -> None:
    group = worker_lists.find_group(call, hit_type_id)
    if group is not None:
        eligibility.check(call, worker_id, group, "Accept")
