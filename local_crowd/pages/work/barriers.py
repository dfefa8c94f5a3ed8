"""What stands between a worker and a group of HITs, in words, and where to change it."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from flask import url_for

from local_crowd.operations.call import Call
from local_crowd.operations.qualifications import eligibility
from local_crowd.operations.qualifications.eligibility import RequirementStatus
from local_crowd.operations.qualifications.qualifying import describe, is_required_for
from local_crowd.operations.qualifications.system_qualifications import (
    ADULT,
    HITS_APPROVED,
    LOCALE,
    PERCENT_APPROVED,
    PROFILE,
)

# Amazon's names for these are for requesters.
NAMES = {
    HITS_APPROVED: "Approved HITs",
    PERCENT_APPROVED: "Approval rate in percent",
    LOCALE: "Country",
    ADULT: "Content that may offend",
}


class Missing(NamedTuple):
    """A requirement that the worker does not meet.

    `url` is the page where they can change that, or empty if there is none.
    """

    wanted: str
    yours: str
    url: str = ""
    link: str = ""


class Barrier(NamedTuple):
    """Why the worker cannot accept the HITs of a group, and what they may know of them."""

    missing: Sequence[Missing]
    previewable: bool
    hidden: bool


def barriers(call: Call, worker_id: str, groups: Iterable[Any]) -> dict[str, Barrier]:
    """By their ids, the HIT types (rows of hit_types) that the worker does not qualify for."""
    found = {}
    for hit_type_id, standings in eligibility.list_statuses(call, worker_id, groups).items():
        if unmet := [one for one in standings if not one.met]:
            found[hit_type_id] = Barrier(
                [_missing(one) for one in unmet],
                previewable=not any(is_required_for(one.requirement, "Preview") for one in unmet),
                hidden=any(is_required_for(one.requirement, "Discover") for one in unmet),
            )
    return found


def wanted(standing: RequirementStatus) -> str:
    """The requirement in the worker's words: "Approved HITs: at least 100"."""
    type_id = standing.requirement["QualificationTypeId"]
    return describe(standing.requirement, NAMES.get(type_id, standing.name))


def _missing(standing: RequirementStatus) -> Missing:
    type_id = standing.requirement["QualificationTypeId"]
    if type_id == ADULT and not standing.value:
        yours = "you have not accepted it in your profile"
        return Missing(NAMES[ADULT], yours, url_for("account.show"), "Go to your profile")
    what = wanted(standing), standing.value_phrase
    if type_id in PROFILE:
        return Missing(*what, url_for("account.show"), "Go to your profile")
    if not standing.requestable or standing.requirement["Comparator"] == "DoesNotExist":
        return Missing(*what)
    link = "Request it" if standing.value is None else "See your options"
    return Missing(*what, url_for("qualifications.show_type", type_id=type_id), link)
