"""Validate and store the QualificationRequirements of HIT types.

Source: botocore's service model and Amazon's API reference, QualificationRequirement.
"""

import json
from typing import Any

from sqlalchemy import Row, insert, select

import places
from local_crowd.operations.call import Call
from local_crowd.operations.checks import INTEGERS, validate_range
from local_crowd.operations.errors import (
    ParameterValidationError,
    type_does_not_exist,
    wrong_state,
)
from local_crowd.operations.qualifications.qualifying import EXISTENCE, GUARDED, ORDERED, SETS
from local_crowd.operations.qualifications.system_qualifications import (
    COMPUTED,
    LOCALE,
    find_other_masters,
)
from local_crowd.store.tables import hit_type_qualifications, hits, qualification_types

NO_REQUIREMENTS = "[]"  # the JSON text of the column of hit_types without requirements
MAX_REQUIREMENTS = 10
MAX_INTEGERS, MAX_LOCALES = 15, 30


def validate(call: Call, requirements: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the requirements with ActionsGuarded and the deprecated RequiredToPreview filled in.

    Raises ParameterValidationError for contradictory or incomplete requirements and for more than
    MAX_REQUIREMENTS; RequestError for a type that cannot be required.
    """
    if len(requirements) > MAX_REQUIREMENTS:
        raise ParameterValidationError(
            f"There are {len(requirements)} QualificationRequirements. At most {MAX_REQUIREMENTS} are allowed."
        )
    complete = [_normalize(requirement) for requirement in requirements]
    for requirement in complete:
        _validate_values(requirement)
    _validate_types(call, {requirement["QualificationTypeId"] for requirement in complete})
    return complete


def store_required_types(call: Call, hit_type_id: str, requirements: str) -> None:
    """Store which qualification types a new HIT type requires; `requirements` is JSON text."""
    hides: dict[str, bool] = {}
    for requirement in json.loads(requirements):
        type_id = requirement["QualificationTypeId"]
        hidden = requirement["ActionsGuarded"] == GUARDED[-1]
        hides[type_id] = hides.get(type_id, False) or hidden
    for type_id, hidden in hides.items():
        call.db.execute(
            insert(hit_type_qualifications).values(
                hit_type_id=hit_type_id, qualification_type_id=type_id, hides=hidden
            )
        )


def _normalize(requirement: dict[str, Any]) -> dict[str, Any]:
    if "RequiredToPreview" in requirement and "ActionsGuarded" in requirement:
        raise ParameterValidationError(
            "RequiredToPreview and ActionsGuarded cannot be combined. Use ActionsGuarded."
        )
    guarded = requirement.get("ActionsGuarded")
    if guarded is None:
        guarded = GUARDED[1] if requirement.get("RequiredToPreview") else GUARDED[0]
    return requirement | {"ActionsGuarded": guarded, "RequiredToPreview": guarded != GUARDED[0]}


def _validate_values(requirement: dict[str, Any]) -> None:
    type_id, comparator = requirement["QualificationTypeId"], requirement["Comparator"]
    integers = requirement.get("IntegerValues") or []
    locales = requirement.get("LocaleValues") or []
    problem = None
    if comparator in EXISTENCE:
        problem = "takes neither IntegerValues nor LocaleValues" if integers or locales else None
    elif type_id == LOCALE:
        if comparator in ORDERED:
            problem = "does not compare places: use EqualTo, NotEqualTo, In or NotIn"
        elif integers:
            problem = "takes LocaleValues here, not IntegerValues"
        else:
            problem = _describe_wrong_count("LocaleValues", len(locales), comparator, MAX_LOCALES)
    elif locales:
        problem = "takes LocaleValues for Worker_Locale only"
    else:
        problem = _describe_wrong_count("IntegerValues", len(integers), comparator, MAX_INTEGERS)
    if problem:
        raise ParameterValidationError(
            f"The QualificationRequirement of {type_id} is not valid: {comparator} {problem}."
        )
    for integer in integers:
        validate_range("IntegerValues", integer, *INTEGERS)
    for locale in locales:
        _validate_locale(locale)


def _describe_wrong_count(name: str, count: int, comparator: str, most: int) -> str | None:
    if comparator in SETS:
        return None if 1 <= count <= most else f"takes 1 to {most} {name}, not {count}"
    return None if count == 1 else f"takes one of {name}, not {count}"


def _validate_locale(locale: dict[str, str]) -> None:
    country, subdivision = locale["Country"], locale.get("Subdivision")
    if places.is_place(country, subdivision):
        return
    name = "Subdivision" if places.is_place(country) else "Country"
    suggestion = places.suggest_place(country, subdivision)
    raise ParameterValidationError(
        f'The value "{locale[name]}" is not valid for the parameter {name}: {suggestion}'
    )


def _validate_types(call: Call, type_ids: set[str]) -> None:
    if not type_ids - COMPUTED:
        return
    query = select(qualification_types.c.qualification_type_id, qualification_types.c.status).where(
        qualification_types.c.qualification_type_id.in_(type_ids),
        is_visible(call),
    )
    statuses = {row.qualification_type_id: row.status for row in call.db.execute(query)}
    for type_id in sorted(type_ids):
        if type_id not in statuses:
            raise type_does_not_exist(type_id)
        if statuses[type_id] != "Active":
            raise wrong_state("QualificationType", statuses[type_id], "Active")


def is_visible(call: Call) -> Any:
    """Return the SQL condition that a qualification type is the requester's or the system's.

    Deleted types and the other site's Masters type are not visible.
    """
    is_own = qualification_types.c.requester_id == call.requester_id
    is_system = qualification_types.c.requester_id.is_(None) & (
        qualification_types.c.qualification_type_id != find_other_masters(call.site)
    )
    return ~qualification_types.c.deleted & (is_own | is_system)


def is_required_by_hits(call: Call) -> Any:
    """Return the SQL condition that a qualification type is the requester's and a HIT requires it."""
    requiring_hits = (
        select(hits.c.hit_id)
        .join(hit_type_qualifications, hit_type_qualifications.c.hit_type_id == hits.c.hit_type_id)
        .where(
            hit_type_qualifications.c.qualification_type_id
            == qualification_types.c.qualification_type_id,
            ~hits.c.disposed,
        )
    )
    return (qualification_types.c.requester_id == call.requester_id) & requiring_hits.exists()


def has_all_types(call: Call, hit_type: Row[Any]) -> bool:
    """Return whether every qualification type that the HIT type requires still exists."""
    if hit_type.qualification_requirements == NO_REQUIREMENTS:
        return True
    query = (
        select(qualification_types.c.qualification_type_id)
        .join(
            hit_type_qualifications,
            hit_type_qualifications.c.qualification_type_id
            == qualification_types.c.qualification_type_id,
        )
        .where(
            hit_type_qualifications.c.hit_type_id == hit_type.hit_type_id,
            qualification_types.c.deleted,
        )
    )
    return call.db.execute(query.limit(1)).first() is None
