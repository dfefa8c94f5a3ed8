"""A requester's qualification types, and who has them, as pages show them."""

from typing import Any

from sqlalchemy import Row, func, select

from local_crowd.operations.call import Call
from local_crowd.store.tables import qualification_requests as requests
from local_crowd.store.tables import qualification_types as types
from local_crowd.store.tables import qualifications


def list_own(call: Call) -> list[Row[Any]]:
    """The requester's types, by name: their columns, `holders`, `waiting` (requests)."""
    same = types.c.qualification_type_id
    holders = select(func.count()).where(
        qualifications.c.qualification_type_id == same, qualifications.c.status == "Granted"
    )
    waiting = select(func.count()).where(
        requests.c.qualification_type_id == same, requests.c.status == "Submitted"
    )
    query = select(
        types,
        holders.correlate(types).scalar_subquery().label("holders"),
        waiting.correlate(types).scalar_subquery().label("waiting"),
    ).where(types.c.requester_id == call.requester_id, ~types.c.deleted)
    return list(call.db.execute(query.order_by(types.c.name)))


def list_holders(call: Call, type_id: str, offset: int, limit: int) -> list[Row[Any]]:
    """Who has one of the requester's types: `worker_id`, `integer_value`, `grant_time`."""
    query = (
        select(qualifications)
        .join(types, types.c.qualification_type_id == qualifications.c.qualification_type_id)
        .where(
            qualifications.c.qualification_type_id == type_id,
            qualifications.c.status == "Granted",
            types.c.requester_id == call.requester_id,
        )
        .order_by(qualifications.c.grant_time, qualifications.c.worker_id)
    )
    return list(call.db.execute(query.offset(offset).limit(limit)))


def list_of_worker(call: Call, worker_id: str) -> list[Row[Any]]:
    """Which of the requester's types a worker has: `name`, `qualification_type_id`,
    `integer_value`.
    """
    query = (
        select(qualifications, types.c.name)
        .join(types, types.c.qualification_type_id == qualifications.c.qualification_type_id)
        .where(
            qualifications.c.worker_id == worker_id,
            qualifications.c.status == "Granted",
            types.c.requester_id == call.requester_id,
            ~types.c.deleted,
        )
        .order_by(types.c.name)
    )
    return list(call.db.execute(query))
