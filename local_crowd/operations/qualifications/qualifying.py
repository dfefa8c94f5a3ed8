"""Decide which qualification requirements a worker meets, without a database or a clock.

Source: Amazon's developer guide ("Selecting eligible workers") and API reference
(QualificationRequirement data structure), summarized in docs/compatibility.md.
"""

import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from local_crowd.operations.texts import Text

Requirement = Mapping[str, Any]  # as Amazon returns it, with ActionsGuarded filled in

ACTIONS = ("Accept", "Preview", "Discover")
GUARDED = ("Accept", "PreviewAndAccept", "DiscoverPreviewAndAccept")
EXISTENCE = ("Exists", "DoesNotExist")
SETS = ("In", "NotIn")
NEGATIVE = ("NotEqualTo", "NotIn")  # met when the value equals none of the given values
Comparison = Callable[[int, int], bool]
ORDERED: Mapping[str, Comparison] = {
    "LessThan": operator.lt,
    "LessThanOrEqualTo": operator.le,
    "GreaterThan": operator.gt,
    "GreaterThanOrEqualTo": operator.ge,
}
DESCRIPTIONS = {
    "LessThan": Text("%(name)s: less than %(values)s"),
    "LessThanOrEqualTo": Text("%(name)s: at most %(values)s"),
    "GreaterThan": Text("%(name)s: more than %(values)s"),
    "GreaterThanOrEqualTo": Text("%(name)s: at least %(values)s"),
    "EqualTo": Text("%(name)s: %(values)s"),
    "NotEqualTo": Text("%(name)s: not %(values)s"),
    "In": Text("%(name)s: one of %(values)s"),
    "NotIn": Text("%(name)s: none of %(values)s"),
    "DoesNotExist": Text("not %(name)s"),
}
NAME = "%(name)s"  # nothing to translate
MIN_SUBMITTED = 100  # a worker's approval rate is 100 until they have submitted so many assignments


class Locale(NamedTuple):
    """A worker's place: a country of ISO 3166 ("US") and a part of it of ISO 3166-2 ("PA")."""

    country: str
    subdivision: str | None = None

    def is_within(self, other: "Locale") -> bool:
        """Return whether this is `other` or a part of it, as Pennsylvania is within the US."""
        return self.country == other.country and other.subdivision in (None, self.subdivision)

    def __str__(self) -> str:
        return "-".join(filter(None, self))


Value = int | Locale


def is_met(requirement: Requirement, value: Value | None) -> bool:
    """Return whether a worker with this value of the qualification meets the requirement.

    `value` is None for a worker without the qualification, who meets only DoesNotExist: even
    NotEqualTo requires that the worker has it.
    """
    comparator: str = requirement["Comparator"]
    if comparator in EXISTENCE:
        return (value is not None) == (comparator == "Exists")
    if value is None:
        return False
    if isinstance(value, Locale):
        matches = any(map(value.is_within, parse_locales(requirement)))
    else:
        compare: Comparison = ORDERED.get(comparator, operator.eq)
        matches = any(compare(value, number) for number in requirement.get("IntegerValues", ()))
    return matches != (comparator in NEGATIVE)


def parse_locales(requirement: Requirement) -> Sequence[Locale]:
    """Parse the LocaleValues of a requirement."""
    return [
        Locale(locale["Country"], locale.get("Subdivision"))
        for locale in requirement.get("LocaleValues", ())
    ]


def is_required_for(requirement: Requirement, action: str) -> bool:
    """Return whether `action` ("Accept", "Preview" or "Discover") needs the requirement met."""
    return GUARDED.index(requirement["ActionsGuarded"]) >= ACTIONS.index(action)


def compute_approval_percent(approved: int, rejected: int, submitted: int) -> int:
    """Compute Worker_PercentAssignmentsApproved from a worker's numbers of assignments.

    It is the approved part of the reviewed assignments, rounded down so that "at least 95" is true,
    and 100 for workers who submitted fewer than MIN_SUBMITTED. `submitted` includes all others.
    """
    reviewed = approved + rejected
    return 100 * approved // reviewed if submitted >= MIN_SUBMITTED and reviewed else 100


def describe(requirement: Requirement, name: str | Text) -> Text:
    """Describe the requirement on the qualification `name`: "Worker_Locale: one of US, CA"."""
    comparator = requirement["Comparator"]
    if comparator == "Exists":
        return Text(NAME, name=name)
    values = [*requirement.get("IntegerValues", ()), *parse_locales(requirement)]
    return DESCRIPTIONS[comparator].fill(name=name, values=", ".join(map(str, values)))
