"""Which HITs a worker may see, preview and accept: requirements against what the worker has."""

import json
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from typing import Any, NamedTuple

from sqlalchemy import Row, exists, select

from local_crowd.operations.call import Call
from local_crowd.operations.errors import NotPossible
from local_crowd.operations.qualifications.qualifying import (
    Requirement,
    Value,
    describe,
    guards,
    qualifies,
)
from local_crowd.operations.qualifications.requirements import NONE
from local_crowd.operations.qualifications.system_qualifications import (
    COMPUTED,
    LOCALE,
    compute_values,
)
from local_crowd.store.tables import (
    hit_type_qualifications,
    hit_types,
    hits,
    qualification_types,
    qualifications,
)


class RequirementStatus(NamedTuple):
    """One requirement of a HIT type, and whether a worker meets it."""

    requirement: Requirement
    name: str  # of the qualification type
    value: Value | None  # the worker's
    met: bool
    askable: bool  # whether workers can ask for the qualification

    @property
    def wanted(self) -> str:
        """The requirement in words: "Worker_NumberHITsApproved: at least 100"."""
        return describe(self.requirement, self.name)

    @property
    def yours(self) -> str:
        """How the worker stands, in words: "you have 3"."""
        if self.value is not None:
            return f"you have {self.value}"
        if self.requirement["QualificationTypeId"] == LOCALE:
            return "your profile says no country"
        return "you do not have it"


def find_values(call: Call, worker_id: str, type_ids: Iterable[str]) -> dict[str, Value]:
    """The worker's qualifications of these types, by type id; what they do not have is missing."""
    wanted = set(type_ids)
    found = compute_values(call, worker_id, wanted)
    if granted := wanted - COMPUTED:
        query = select(
            qualifications.c.qualification_type_id, qualifications.c.integer_value
        ).where(
            qualifications.c.worker_id == worker_id,
            qualifications.c.qualification_type_id.in_(granted),
            qualifications.c.status == "Granted",
        )
        found |= {row.qualification_type_id: row.integer_value for row in call.db.execute(query)}
    return found


def check(call: Call, worker_id: str, requirements: str, action: str) -> None:
    """Raise NotPossible("unqualified") unless the worker may do `action` ("Accept", "Preview").

    `requirements`: the column of hit_types. The text says which are not met.
    """
    if requirements == NONE:
        return
    guarding = [one for one in json.loads(requirements) if guards(one, action)]
    has = find_values(call, worker_id, _list_types(guarding))
    if missing := [one for one in guarding if not _is_met(one, has)]:
        raise NotPossible(
            "unqualified",
            f"You do not qualify to {action.lower()} this HIT. It asks for "
            + "; ".join(f"{one.wanted} ({one.yours})" for one in _list_statuses(call, missing, has))
            + ".",
        )


def list_statuses(
    call: Call, worker_id: str, groups: Iterable[Row[Any]]
) -> dict[str, list[RequirementStatus]]:
    """How the worker stands to what these HIT types ask for, by their ids; those that ask for
    nothing are missing. `groups`: rows with the columns of hit_types. As many queries for all of
    them as for one.
    """
    asked: dict[str, list[Requirement]] = {
        group.hit_type_id: json.loads(group.qualification_requirements)
        for group in groups
        if group.qualification_requirements != NONE
    }
    every = [one for requirements in asked.values() for one in requirements]
    if not every:
        return {}
    found = iter(_list_statuses(call, every, find_values(call, worker_id, _list_types(every))))
    return {group: list(islice(found, len(requirements))) for group, requirements in asked.items()}


def list_hidden(call: Call, worker_id: str) -> list[str]:
    """The HIT types with open HITs of which the worker may not even know."""
    query = (
        select(hit_types.c.hit_type_id, hit_types.c.qualification_requirements)
        .where(
            exists().where(
                hit_type_qualifications.c.hit_type_id == hit_types.c.hit_type_id,
                hit_type_qualifications.c.hides,
            ),
            exists().where(
                hits.c.hit_type_id == hit_types.c.hit_type_id,
                hits.c.available > 0,
                ~hits.c.disposed,
            ),
        )
        .order_by(hit_types.c.hit_type_id)
    )
    guarding = {
        hit_type_id: [one for one in json.loads(requirements) if guards(one, "Discover")]
        for hit_type_id, requirements in call.db.execute(query)
    }
    has = find_values(
        call, worker_id, _list_types(one for group in guarding.values() for one in group)
    )
    return [
        hit_type_id
        for hit_type_id, group in guarding.items()
        if not all(_is_met(one, has) for one in group)
    ]


def _list_types(requirements: Iterable[Requirement]) -> set[str]:
    return {one["QualificationTypeId"] for one in requirements}


def _is_met(requirement: Requirement, has: Mapping[str, Value]) -> bool:
    return qualifies(requirement, has.get(requirement["QualificationTypeId"]))


def _list_statuses(
    call: Call, requirements: Sequence[Requirement], has: Mapping[str, Value]
) -> list[RequirementStatus]:
    query = select(qualification_types).where(
        qualification_types.c.qualification_type_id.in_(_list_types(requirements))
    )
    types = {row.qualification_type_id: row for row in call.db.execute(query)}
    found = []
    for one in requirements:
        type_id = str(one["QualificationTypeId"])
        row = types.get(type_id)  # none: required before types were kept here, and never made
        askable = bool(row and row.requester_id and row.status == "Active" and not row.deleted)
        name = row.name if row else type_id
        found.append(RequirementStatus(one, name, has.get(type_id), _is_met(one, has), askable))
    return found
