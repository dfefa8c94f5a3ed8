"""Amazon's own qualification types, and one of ours, whose values the crowd computes.

Ids and meanings of Amazon's: Amazon's API reference, QualificationRequirement data structure.
"""

from collections.abc import Collection

from sqlalchemy import func, literal, select, union_all

from local_crowd.operations.call import Call
from local_crowd.operations.qualifications.qualifying import Locale, Value, compute_approval_percent
from local_crowd.store.tables import assignments, group_counts, hits, workers

MASTERS = {
    "sandbox": "2ARFPLSP75KLA8M8DH1HTEQVJT3SY6",
    "live": "2F1QJWKUDD8XADTFD2Q0G6UTO95ALH",
}
HITS_APPROVED = "00000000000000000040"
ADULT = "00000000000000000060"
LOCALE = "00000000000000000071"
PERCENT_APPROVED = "000000000000000000L0"

# Ours: how many HITs of the HIT type that requires it the worker holds or has submitted.
HITS_OF_TYPE = "000000HITSOFHITTYPE0"

HISTORY = {HITS_APPROVED, PERCENT_APPROVED}
PROFILE = {LOCALE, ADULT}
COMPUTED = HISTORY | PROFILE | {HITS_OF_TYPE}
REVIEWED = ("Approved", "Rejected")


def find_other_masters(site: str) -> str:
    """Return the id of the other site's Masters type, which does not exist on this site."""
    return MASTERS["live" if site == "sandbox" else "sandbox"]


def count_hits_of_types(
    call: Call, worker_id: str, hit_type_ids: Collection[str]
) -> dict[str, int]:
    """Map HIT types, by id, to the number of their HITs that the worker holds or has submitted.

    Submitted ones come from the counts, and the few in progress from an index.
    """
    done = select(group_counts.c.hit_type_id, group_counts.c.done.label("number")).where(
        group_counts.c.worker_id == worker_id, group_counts.c.hit_type_id.in_(hit_type_ids)
    )
    in_progress = (
        select(hits.c.hit_type_id, literal(1).label("number"))
        .join(assignments, assignments.c.hit_id == hits.c.hit_id)
        .where(
            assignments.c.worker_id == worker_id,
            assignments.c.status == "Accepted",
            hits.c.hit_type_id.in_(hit_type_ids),
        )
    )
    both = union_all(done, in_progress).subquery()
    query = select(both.c.hit_type_id, func.sum(both.c.number)).group_by(both.c.hit_type_id)
    counts = {hit_type_id: int(number) for hit_type_id, number in call.db.execute(query)}
    return {hit_type_id: counts.get(hit_type_id, 0) for hit_type_id in hit_type_ids}


def compute_values(call: Call, worker_id: str, type_ids: Collection[str]) -> dict[str, Value]:
    """Map the ids of those types that are in HISTORY or PROFILE to the worker's values.

    Worker_Locale is absent for a worker without a country. Takes one query for the worker's history,
    from a covering index, and one for the profile.
    """
    values: dict[str, Value] = {}
    if HISTORY.intersection(type_ids):
        values |= _compute_history(call, worker_id)
    if PROFILE.intersection(type_ids):
        values |= _read_profile(call, worker_id)
    return {type_id: value for type_id, value in values.items() if type_id in type_ids}


def _compute_history(call: Call, worker_id: str) -> dict[str, Value]:
    query = (
        select(assignments.c.status, func.count().label("submitted"))
        .where(
            assignments.c.worker_id == worker_id,
            assignments.c.status.in_(("Submitted", *REVIEWED)),
        )
        .group_by(assignments.c.status)
    )
    counts: dict[str, int] = {row.status: row.submitted for row in call.db.execute(query)}
    approved, rejected = (counts.get(status, 0) for status in REVIEWED)
    percent = compute_approval_percent(approved, rejected, sum(counts.values()))
    return {HITS_APPROVED: approved, PERCENT_APPROVED: percent}


def _read_profile(call: Call, worker_id: str) -> dict[str, Value]:
    row = call.db.execute(
        select(workers.c.country, workers.c.subdivision, workers.c.adult).where(
            workers.c.worker_id == worker_id
        )
    ).one()
    values: dict[str, Value] = {ADULT: int(bool(row.adult))}
    if row.country:
        values[LOCALE] = Locale(row.country, row.subdivision)
    return values
