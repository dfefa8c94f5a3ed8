"""Convert our short keys for who may do a HIT to Amazon's QualificationRequirements."""

from collections.abc import Mapping, Sequence
from typing import Any

import places

LOCALE = "00000000000000000071"
HITS_APPROVED = "00000000000000000040"
PERCENT_APPROVED = "000000000000000000L0"
# Not Amazon's, but the local crowd's: how many HITs of the HIT type a worker holds or has submitted.
HITS_OF_TYPE = "000000HITSOFHITTYPE0"
COMPARATORS = {
    "<": "LessThan",
    "<=": "LessThanOrEqualTo",
    ">": "GreaterThan",
    ">=": "GreaterThanOrEqualTo",
    "=": "EqualTo",
    "==": "EqualTo",
    "!=": "NotEqualTo",
}
LARGEST_INTEGER = 2**31 - 1
WITHOUT_VALUE = ("Exists", "DoesNotExist")
KEYS = (
    "Country",
    "HitsApproved",
    "PercentApproved",
    "MaxHITsPerWorker",
    "QualificationId",
    "QualificationComparator",
    "QualificationInteger",
)
Requirement = dict[str, Any]


def to_requirements(properties: Mapping[str, Any]) -> list[Requirement]:
    """Convert the short keys of HIT properties to qualification requirements.

    Raises ValueError, whose text begins with the faulty key and a colon.
    """
    requirements = []
    if "Country" in properties:
        requirements.append(_to_country_requirement(properties["Country"]))
    if "HitsApproved" in properties:
        requirements.append(
            _to_minimum_requirement("HitsApproved", properties["HitsApproved"], HITS_APPROVED, None)
        )
    if "PercentApproved" in properties:
        requirements.append(
            _to_minimum_requirement(
                "PercentApproved", properties["PercentApproved"], PERCENT_APPROVED, 100
            )
        )
    if "MaxHITsPerWorker" in properties:
        requirements.append(_to_limit(properties["MaxHITsPerWorker"]))
    if "QualificationId" in properties:
        requirements.append(_to_qualification_requirement(properties))
    elif extra := [key for key in KEYS[-2:] if key in properties]:
        raise ValueError(f"{extra[0]}: needs a QualificationId")
    return requirements


def _to_country_requirement(value: Any) -> Requirement:
    codes = value if isinstance(value, list) else [value]
    locales = []
    for code in codes:
        if not isinstance(code, str):
            raise ValueError(f"Country: {code!r} is not a code such as US or US-CA (ISO 3166)")  # noqa: TRY004 - a fault in the file
        country, dash, subdivision = code.partition("-")
        locales.append({"Country": country} | ({"Subdivision": subdivision} if dash else {}))
        check_locale("Country", locales[-1])
    if not 1 <= len(locales) <= 30:
        raise ValueError(f"Country: {len(locales)} places; 1 to 30 are allowed")
    comparator = "In" if len(locales) > 1 else "EqualTo"
    return {"QualificationTypeId": LOCALE, "Comparator": comparator, "LocaleValues": locales}


def check_locale(key: str, locale: Requirement) -> None:
    """Raise ValueError, beginning with `key`, for a place where no worker can live."""
    country, subdivision = locale["Country"], locale.get("Subdivision")
    if not places.is_place(country, subdivision):
        code = country if subdivision is None else f"{country}-{subdivision}"
        raise ValueError(
            f"{key}: {code!r} is not a code such as US or US-CA (ISO 3166); "
            f"{places.suggest_place(country, subdivision)}"
        )


def find_locale_faults(requirements: Sequence[Requirement]) -> list[str]:
    """Return what is wrong with the places in QualificationRequirements, one per line."""
    faults = []
    for requirement in requirements:
        for locale in requirement.get("LocaleValues", []):
            try:
                check_locale("QualificationRequirements", locale)
            except ValueError as error:
                faults.append(str(error))
    return faults


def _to_minimum_requirement(key: str, value: Any, type_id: str, highest: int | None) -> Requirement:
    whole = isinstance(value, int) and not isinstance(value, bool)
    if not whole or value < 0 or (highest is not None and value > highest):
        limits = f"from 0 to {highest}" if highest is not None else "of at least 0"
        raise ValueError(f"{key}: {value!r} is not a whole number {limits}")
    return {
        "QualificationTypeId": type_id,
        "Comparator": "GreaterThanOrEqualTo",
        "IntegerValues": [value],
    }


def _to_limit(value: Any) -> Requirement:
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= LARGEST_INTEGER:
        raise ValueError(f"MaxHITsPerWorker: {value!r} is not a whole number of at least 1")
    return {
        "QualificationTypeId": HITS_OF_TYPE,
        "Comparator": "LessThan",
        "IntegerValues": [value],
    }


def limits_hits(requirements: Sequence[Requirement]) -> bool:
    """Return whether one of these requirements is on HITS_OF_TYPE, which Amazon does not know."""
    return any(
        requirement.get("QualificationTypeId") == HITS_OF_TYPE for requirement in requirements
    )


def _to_qualification_requirement(properties: Mapping[str, Any]) -> Requirement:
    type_id = properties["QualificationId"]
    symbol = properties.get("QualificationComparator", "Exists")
    if not isinstance(type_id, str):
        raise ValueError(f"QualificationId: {type_id!r} is not a qualification type's id")  # noqa: TRY004 - as below
    comparator = COMPARATORS.get(str(symbol), symbol)
    if comparator not in (*COMPARATORS.values(), *WITHOUT_VALUE):
        names = ", ".join([*COMPARATORS, *WITHOUT_VALUE])
        raise ValueError(f"QualificationComparator: {symbol!r} is not one of {names}")
    requirement: Requirement = {"QualificationTypeId": type_id, "Comparator": comparator}
    if comparator in WITHOUT_VALUE:
        if "QualificationInteger" in properties:
            raise ValueError(f"QualificationInteger: {comparator} takes no number")
        return requirement
    value = properties.get("QualificationInteger")
    if not isinstance(value, int) or isinstance(value, bool):
        raise ValueError(  # noqa: TRY004 - a fault in the file, not in the program
            f"QualificationInteger: {symbol} needs a whole number"
        )
    return requirement | {"IntegerValues": [value]}
