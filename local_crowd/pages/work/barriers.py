"""Why a worker cannot accept a group's HITs, in words, and where they can change that."""

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
    HITS_OF_TYPE,
    LOCALE,
    PERCENT_APPROVED,
    PROFILE,
)
from local_crowd.operations.texts import Text
from local_crowd.pages.languages.choice import gettext, translate

# Amazon's names of these qualifications address requesters.
NAMES = {
    HITS_APPROVED: Text("Approved HITs"),
    PERCENT_APPROVED: Text("Approval rate in percent"),
    LOCALE: Text("Country"),
    ADULT: Text("Content that may offend"),
    HITS_OF_TYPE: Text("HITs of this kind that you have accepted"),
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
    """Why a worker cannot accept a group's HITs, and whether they may see the group."""

    missing: Sequence[Missing]
    previewable: bool
    hidden: bool


def find_barriers(call: Call, worker_id: str, groups: Iterable[Any]) -> dict[str, Barrier]:
    """Return a barrier for each HIT type the worker does not qualify for, by its id."""
    barriers = {}
    for hit_type_id, statuses in eligibility.list_statuses(call, worker_id, groups).items():
        if unmet := [status for status in statuses if not status.met]:
            barriers[hit_type_id] = Barrier(
                [_to_missing(status) for status in unmet],
                previewable=not any(
                    is_required_for(status.requirement, "Preview") for status in unmet
                ),
                hidden=any(is_required_for(status.requirement, "Discover") for status in unmet),
            )
    return barriers


def describe_requirement(status: RequirementStatus) -> Text:
    """Describe a requirement for workers: "Approved HITs: at least 100"."""
    type_id = status.requirement["QualificationTypeId"]
    return describe(status.requirement, NAMES.get(type_id, status.name))


def _to_missing(status: RequirementStatus) -> Missing:
    to_profile = url_for("account.show"), gettext("Go to your profile")
    type_id = status.requirement["QualificationTypeId"]
    if type_id == ADULT and not status.value:
        yours = gettext("you have not accepted it in your profile")
        return Missing(translate(NAMES[ADULT]), yours, *to_profile)
    what = translate(describe_requirement(status)), translate(status.value_phrase)
    if type_id in PROFILE:
        return Missing(*what, *to_profile)
    if not status.requestable or status.requirement["Comparator"] == "DoesNotExist":
        return Missing(*what)
    link = gettext("Request it") if status.value is None else gettext("See your options")
    return Missing(*what, url_for("qualifications.show_type", type_id=type_id), link)
