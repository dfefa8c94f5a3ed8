"""QualificationRequirements: what a HIT type may ask of workers, and what it asks about.

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

NONE = "[]"  # how the column of hit_types says that there are none
MOST = 10
MOST_INTEGERS, MOST_LOCALES = 15, 30


def validate(call: Call, requirements: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Each requirement with `ActionsGuarded` and the deprecated `RequiredToPreview` filled in.

    Raises ParameterValidationError for a requirement that says two things or nothing, and for
    more of them than Amazon takes; RequestError for a type that cannot be required.
    """
    if len(requirements) > MOST:
        raise ParameterValidationError(
            f"There are {len(requirements)} QualificationRequirements. At most {MOST} are allowed."
        )
    complete = [_normalize(requirement) for requirement in requirements]
    for requirement in complete:
        _check_values(requirement)
    _check_types(call, {requirement["QualificationTypeId"] for requirement in complete})
    return complete


def note(call: Call, hit_type_id: str, requirements: str) -> None:
    """Remember which qualification types a new HIT type (its JSON) is about."""
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
            "RequiredToPreview and ActionsGuarded exclude each other: use ActionsGuarded."
        )
    guarded = requirement.get("ActionsGuarded")
    if guarded is None:
        guarded = GUARDED[1] if requirement.get("RequiredToPreview") else GUARDED[0]
    return requirement | {"ActionsGuarded": guarded, "RequiredToPreview": guarded != GUARDED[0]}


def _check_values(requirement: dict[str, Any]) -> None:
    type_id, comparator = requirement["QualificationTypeId"], requirement["Comparator"]
    integers = requirement.get("IntegerValues") or []
    locales = requirement.get("LocaleValues") or []
    fault = None
    if comparator in EXISTENCE:
        fault = "takes neither IntegerValues nor LocaleValues" if integers or locales else None
    elif type_id == LOCALE:
        if comparator in ORDERED:
            fault = "does not compare places: use EqualTo, NotEqualTo, In or NotIn"
        elif integers:
            fault = "takes LocaleValues here, not IntegerValues"
        else:
            fault = _check_count("LocaleValues", len(locales), comparator, MOST_LOCALES)
    elif locales:
        fault = "takes LocaleValues for Worker_Locale only"
    else:
        fault = _check_count("IntegerValues", len(integers), comparator, MOST_INTEGERS)
    if fault:
        raise ParameterValidationError(
            f"The QualificationRequirement of {type_id} is not valid: {comparator} {fault}."
        )
    for integer in integers:
        validate_range("IntegerValues", integer, *INTEGERS)
    for locale in locales:
        _check_locale(locale)


def _check_count(name: str, count: int, comparator: str, most: int) -> str | None:
    if comparator in SETS:
        return None if 1 <= count <= most else f"takes 1 to {most} {name}, not {count}"
    return None if count == 1 else f"takes one of {name}, not {count}"


def _check_locale(locale: dict[str, str]) -> None:
    country, subdivision = locale["Country"], locale.get("Subdivision")
    if places.is_place(country, subdivision):
        return
    name = "Subdivision" if places.is_place(country) else "Country"
    suggestion = places.suggest_place(country, subdivision)
    raise ParameterValidationError(
        f'The value "{locale[name]}" is not valid for the parameter {name}: {suggestion}'
    )


def _check_types(call: Call, type_ids: set[str]) -> None:
    if not type_ids - COMPUTED:
        return
    query = select(qualification_types.c.qualification_type_id, qualification_types.c.status).where(
        qualification_types.c.qualification_type_id.in_(type_ids),
        is_visible(call),
    )
    known = {row.qualification_type_id: row.status for row in call.db.execute(query)}
    for type_id in sorted(type_ids):
        if type_id not in known:
            raise type_does_not_exist(type_id)
        if known[type_id] != "Active":
            raise wrong_state("QualificationType", known[type_id], "Active")


def is_visible(call: Call) -> Any:
    """The condition for a qualification type to be the requester's own, or this site's."""
    mine = qualification_types.c.requester_id == call.requester_id
    system = qualification_types.c.requester_id.is_(None) & (
        qualification_types.c.qualification_type_id != find_other_masters(call.site)
    )
    return ~qualification_types.c.deleted & (mine | system)


def is_required_by_hits(call: Call) -> Any:
    """The condition for a qualification type to be the requester's own and required by a HIT."""
    requiring = (
        select(hits.c.hit_id)
        .join(hit_type_qualifications, hit_type_qualifications.c.hit_type_id == hits.c.hit_type_id)
        .where(
            hit_type_qualifications.c.qualification_type_id
            == qualification_types.c.qualification_type_id,
            ~hits.c.disposed,
        )
    )
    return (qualification_types.c.requester_id == call.requester_id) & requiring.exists()


def has_all_types(call: Call, hit_type: Row[Any]) -> bool:
    """Whether no qualification type that the HIT type requires was deleted."""
    if hit_type.qualification_requirements == NONE:
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
