"""A requester's qualification types and the workers who have them, for the requester's pages."""

from typing import Any, NamedTuple

from sqlalchemy import Row, func, select

from local_crowd.operations.call import Call
from local_crowd.store.tables import qualification_requests as requests
from local_crowd.store.tables import qualification_types as types
from local_crowd.store.tables import qualifications


class Holder(NamedTuple):
    """A worker who has a qualification."""

    worker_id: str
    integer_value: int
    grant_time: int  # epoch seconds


class WorkerQualification(NamedTuple):
    """A qualification of a given worker."""

    name: str
    qualification_type_id: str
    integer_value: int


def list_own(call: Call) -> list[Row[Any]]:
    """List the requester's qualification types, ordered by name.

    Each row has the columns of `qualification_types`, the number of workers who have the
    qualification as `holders`, and the number of undecided requests as `waiting`.
    """
    type_id = types.c.qualification_type_id
    holders = select(func.count()).where(
        qualifications.c.qualification_type_id == type_id, qualifications.c.status == "Granted"
    )
    waiting = select(func.count()).where(
        requests.c.qualification_type_id == type_id, requests.c.status == "Submitted"
    )
    query = select(
        types,
        holders.correlate(types).scalar_subquery().label("holders"),
        waiting.correlate(types).scalar_subquery().label("waiting"),
    ).where(types.c.requester_id == call.requester_id, ~types.c.deleted)
    return list(call.db.execute(query.order_by(types.c.name)))


def list_holders(call: Call, type_id: str, offset: int, limit: int) -> list[Holder]:
    """List the workers who have a qualification of the requester's, earliest grant first."""
    query = (
        select(*(qualifications.c[field] for field in Holder._fields))
        .join(types, types.c.qualification_type_id == qualifications.c.qualification_type_id)
        .where(
            qualifications.c.qualification_type_id == type_id,
            qualifications.c.status == "Granted",
            types.c.requester_id == call.requester_id,
        )
        .order_by(qualifications.c.grant_time, qualifications.c.worker_id)
    )
    return [Holder(*row) for row in call.db.execute(query.offset(offset).limit(limit))]


def list_of_worker(call: Call, worker_id: str) -> list[WorkerQualification]:
    """List the worker's qualifications of the requester's types, ordered by name."""
    query = (
        select(types.c.name, types.c.qualification_type_id, qualifications.c.integer_value)
        .join(types, types.c.qualification_type_id == qualifications.c.qualification_type_id)
        .where(
            qualifications.c.worker_id == worker_id,
            qualifications.c.status == "Granted",
            types.c.requester_id == call.requester_id,
            ~types.c.deleted,
        )
        .order_by(types.c.name)
    )
    return [WorkerQualification(*row) for row in call.db.execute(query)]
