"""Who meets a HIT's qualification requirements. Pure: no database, no clock.

Source: Amazon's developer guide ("Selecting eligible workers") and API reference
(QualificationRequirement data structure), as docs/compatibility.md retells them.
"""

import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

Requirement = Mapping[str, Any]  # as Amazon gives it back: ActionsGuarded filled in

ACTIONS = ("Accept", "Preview", "Discover")
GUARDED = ("Accept", "PreviewAndAccept", "DiscoverPreviewAndAccept")
EXISTENCE = ("Exists", "DoesNotExist")
SETS = ("In", "NotIn")
NEGATIVE = ("NotEqualTo", "NotIn")  # met when nothing wanted is so
Comparison = Callable[[int, int], bool]
ORDERED: Mapping[str, Comparison] = {
    "LessThan": operator.lt,
    "LessThanOrEqualTo": operator.le,
    "GreaterThan": operator.gt,
    "GreaterThanOrEqualTo": operator.ge,
}
WORDS = {
    "LessThan": "less than",
    "LessThanOrEqualTo": "at most",
    "GreaterThan": "more than",
    "GreaterThanOrEqualTo": "at least",
    "EqualTo": "",
    "NotEqualTo": "not",
    "In": "one of",
    "NotIn": "none of",
}
SETTLED = 100  # submitted assignments from which on a worker's approval rate counts


class Locale(NamedTuple):
    """Where a worker lives: ISO 3166 and, within the country, ISO 3166-2 ("US", "PA")."""

    country: str
    subdivision: str | None = None

    def is_within(self, other: "Locale") -> bool:
        """Whether this is `other`, or a part of it: Pennsylvania is within the US."""
        return self.country == other.country and other.subdivision in (None, self.subdivision)

    def __str__(self) -> str:
        return "-".join(filter(None, self))


Value = int | Locale


def qualifies(requirement: Requirement, value: Value | None) -> bool:
    """Whether a worker whose qualification has this value meets the requirement.

    `value` None: the worker has no such qualification, and then meets DoesNotExist alone; also
    "not 42" is for those who have it.
    """
    comparator: str = requirement["Comparator"]
    if comparator in EXISTENCE:
        return (value is not None) == (comparator == "Exists")
    if value is None:
        return False
    if isinstance(value, Locale):
        found = any(map(value.is_within, parse_locales(requirement)))
    else:
        compare: Comparison = ORDERED.get(comparator, operator.eq)
        found = any(compare(value, wanted) for wanted in requirement.get("IntegerValues", ()))
    return found != (comparator in NEGATIVE)


def parse_locales(requirement: Requirement) -> Sequence[Locale]:
    """The LocaleValues of a requirement."""
    return [
        Locale(locale["Country"], locale.get("Subdivision"))
        for locale in requirement.get("LocaleValues", ())
    ]


def guards(requirement: Requirement, action: str) -> bool:
    """Whether the requirement has to be met for `action`: "Accept", "Preview" or "Discover"."""
    return GUARDED.index(requirement["ActionsGuarded"]) >= ACTIONS.index(action)


def compute_percent_approved(approved: int, rejected: int, submitted: int) -> int:
    """Worker_PercentAssignmentsApproved: 100 for those who submitted fewer than a hundred.

    Of the assignments that were reviewed, rounded down, so that "at least 95" is. Work that waits
    for its review speaks neither for a worker nor against.
    """
    reviewed = approved + rejected
    return 100 * approved // reviewed if submitted >= SETTLED and reviewed else 100


def describe(requirement: Requirement, name: str) -> str:
    """The requirement on the qualification `name` as a phrase: "Worker_Locale: one of US, CA"."""
    comparator = requirement["Comparator"]
    if comparator in EXISTENCE:
        return name if comparator == "Exists" else f"not {name}"
    wanted = ", ".join(
        map(str, [*requirement.get("IntegerValues", ()), *parse_locales(requirement)])
    )
    return " ".join(filter(None, [f"{name}:", WORDS[comparator], wanted]))
