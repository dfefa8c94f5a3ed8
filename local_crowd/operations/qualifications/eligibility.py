"""Which HITs a worker may see, preview and accept, given the worker's qualifications."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Row, exists, select

from local_crowd.operations.call import Call
from local_crowd.operations.errors import NotPossible
from local_crowd.operations.qualifications.qualifying import (
    Requirement,
    Value,
    describe,
    is_met,
    is_required_for,
)
from local_crowd.operations.qualifications.requirements import NO_REQUIREMENTS
from local_crowd.operations.qualifications.system_qualifications import (
    COMPUTED,
    HITS_OF_TYPE,
    LOCALE,
    compute_values,
    count_hits_of_types,
)
from local_crowd.operations.texts import Text
from local_crowd.store.tables import (
    hit_type_qualifications,
    hit_types,
    hits,
    is_open,
    qualification_types,
    qualifications,
    workers,
)

UNQUALIFIED = {
    "Accept": Text("You do not qualify to accept this HIT. It asks for %(requirements)s."),
    "Preview": Text("You do not qualify to preview this HIT. It asks for %(requirements)s."),
}


class RequirementStatus(NamedTuple):
    """One requirement of a HIT type, and whether a worker meets it."""

    requirement: Requirement
    name: str  # of the qualification type
    value: Value | None  # the worker's
    met: bool
    requestable: bool  # whether workers can request the qualification

    @property
    def phrase(self) -> Text:
        """Describe the requirement, e.g. "Worker_NumberHITsApproved: at least 100"."""
        return describe(self.requirement, self.name)

    @property
    def value_phrase(self) -> Text:
        """Describe the worker's value to the worker, e.g. "you have 3"."""
        if self.value is not None:
            return Text("you have %(value)s", value=str(self.value))
        if self.requirement["QualificationTypeId"] == LOCALE:
            return Text("your profile has no country")
        return Text("you do not have it")


def find_values(call: Call, worker_id: str, type_ids: Iterable[str]) -> dict[str, Value]:
    """Map each of the types that the worker has, by id, to the value that the worker has.

    HITS_OF_TYPE is absent: its value depends on the HIT type.
    """
    requested = set(type_ids)
    values = compute_values(call, worker_id, requested)
    if granted := requested - COMPUTED:
        query = select(
            qualifications.c.qualification_type_id, qualifications.c.integer_value
        ).where(
            qualifications.c.worker_id == worker_id,
            qualifications.c.qualification_type_id.in_(granted),
            qualifications.c.status == "Granted",
        )
        values |= {row.qualification_type_id: row.integer_value for row in call.db.execute(query)}
    return values


def check(call: Call, worker_id: str, hit: Row[Any], action: str) -> None:
    """Raise NotPossible("unqualified") unless the worker may do `action` ("Accept", "Preview").

    `hit` has `hit_type_id` and `qualification_requirements`. The message names every requirement
    that is not met.
    """
    if hit.qualification_requirements == NO_REQUIREMENTS:
        return
    requirements = json.loads(hit.qualification_requirements)
    required = [item for item in requirements if is_required_for(item, action)]
    values = find_values(call, worker_id, _list_types(required))
    if HITS_OF_TYPE in _list_types(required):
        values[HITS_OF_TYPE] = count_hits_of_types(call, worker_id, [hit.hit_type_id])[
            hit.hit_type_id
        ]
    if missing := [item for item in required if not _meets(item, values)]:
        lines = [
            Text(
                "%(requirement)s (%(yours)s)", requirement=status.phrase, yours=status.value_phrase
            )
            for status in _list_statuses(call, missing, values)
        ]
        raise NotPossible("unqualified", UNQUALIFIED[action].fill(requirements=lines))


def check_number_of_hits(call: Call, worker_id: str, hit: Row[Any]) -> None:
    """Check once more a requirement on the number of HITs, which another request may have changed.

    Does nothing without such a requirement. Raises as `check` does. Locks the worker's row until the
    transaction ends; the HIT's row must be locked before, so that two requests cannot deadlock.
    """
    if HITS_OF_TYPE not in hit.qualification_requirements:
        return
    call.db.execute(
        select(workers.c.worker_id).where(workers.c.worker_id == worker_id).with_for_update()
    )
    check(call, worker_id, hit, "Accept")


def list_statuses(
    call: Call, worker_id: str, groups: Iterable[Row[Any]]
) -> dict[str, list[RequirementStatus]]:
    """Map each HIT type that has requirements, by id, to the worker's status for each of them.

    `groups` are rows with the columns of `hit_types`. The number of queries does not depend on the
    number of groups.
    """
    by_group: dict[str, list[Requirement]] = {
        group.hit_type_id: json.loads(group.qualification_requirements)
        for group in groups
        if group.qualification_requirements != NO_REQUIREMENTS
    }
    every = [item for requirements in by_group.values() for item in requirements]
    if not every:
        return {}
    values = find_values(call, worker_id, _list_types(every))
    by_type = _count_where_required(call, worker_id, by_group)
    types = _find_types(call, every)
    return {
        hit_type_id: [
            _to_status(item, types, {**values, **by_type.get(hit_type_id, {})})
            for item in requirements
        ]
        for hit_type_id, requirements in by_group.items()
    }


def list_hidden(call: Call, worker_id: str) -> list[str]:
    """List the ids of HIT types with open HITs that must stay hidden from the worker."""
    query = (
        select(hit_types.c.hit_type_id, hit_types.c.qualification_requirements)
        .where(
            exists().where(
                hit_type_qualifications.c.hit_type_id == hit_types.c.hit_type_id,
                hit_type_qualifications.c.hides,
            ),
            exists().where(hits.c.hit_type_id == hit_types.c.hit_type_id, is_open),
        )
        .order_by(hit_types.c.hit_type_id)
    )
    required = {
        hit_type_id: [item for item in json.loads(text) if is_required_for(item, "Discover")]
        for hit_type_id, text in call.db.execute(query)
    }
    values = find_values(
        call, worker_id, _list_types(item for group in required.values() for item in group)
    )
    by_type = _count_where_required(call, worker_id, required)
    return [
        hit_type_id
        for hit_type_id, group in required.items()
        if not all(_meets(item, {**values, **by_type.get(hit_type_id, {})}) for item in group)
    ]


def _count_where_required(
    call: Call, worker_id: str, groups: Mapping[str, list[Requirement]]
) -> dict[str, dict[str, Value]]:
    """Map the HIT types that require HITS_OF_TYPE to the worker's value of it."""
    requiring = [name for name, group in groups.items() if HITS_OF_TYPE in _list_types(group)]
    if not requiring:
        return {}
    counts = count_hits_of_types(call, worker_id, requiring)
    return {hit_type_id: {HITS_OF_TYPE: number} for hit_type_id, number in counts.items()}


def _list_types(requirements: Iterable[Requirement]) -> set[str]:
    return {requirement["QualificationTypeId"] for requirement in requirements}


def _meets(requirement: Requirement, values: Mapping[str, Value]) -> bool:
    return is_met(requirement, values.get(requirement["QualificationTypeId"]))


def _list_statuses(
    call: Call, requirements: Sequence[Requirement], values: Mapping[str, Value]
) -> list[RequirementStatus]:
    types = _find_types(call, requirements)
    return [_to_status(requirement, types, values) for requirement in requirements]


def _find_types(call: Call, requirements: Iterable[Requirement]) -> dict[str, Row[Any]]:
    query = select(qualification_types).where(
        qualification_types.c.qualification_type_id.in_(_list_types(requirements))
    )
    return {row.qualification_type_id: row for row in call.db.execute(query)}


def _to_status(
    requirement: Requirement, types: Mapping[str, Row[Any]], values: Mapping[str, Value]
) -> RequirementStatus:
    type_id = str(requirement["QualificationTypeId"])
    row = types.get(type_id)  # None for a HIT type older than the table of qualification types
    requestable = bool(row and row.requester_id and row.status == "Active" and not row.deleted)
    name = row.name if row else type_id
    met = _meets(requirement, values)
    return RequirementStatus(requirement, name, values.get(type_id), met, requestable)
