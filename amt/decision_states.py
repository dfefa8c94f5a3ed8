"""Where assignments stand on the crowd, with as few calls as the API allows.

A decision file has thousands of assignments, and GetAssignment tells about one. Where it is known
which HIT an assignment is for, the counters of its HIT often say enough: while nothing of a HIT is
reviewed, all that was handed in is Submitted. ListHITs returns the counters of 100 HITs at a call.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from amt import calls, survey
from amt.crowd import Crowd
from amt.survey import HitCounters

if TYPE_CHECKING:
    from mypy_boto3_mturk import MTurkClient


class State(NamedTuple):
    """An assignment's status, its HIT, and when it was submitted (None: not asked for)."""

    status: str
    hit: HitCounters
    submit_time: datetime | None = None


class States(NamedTuple):
    """The states of assignments by id, and the crowd's words about those that it does not show."""

    known: dict[str, State]
    refusals: dict[str, str]


def find_states(
    crowd: Crowd,
    client: "MTurkClient",
    assignment_ids: Iterable[str],
    hit_ids: Mapping[str, str],
    batch: Sequence[str] | None = None,
) -> States:
    """Return where these assignments stand.

    `hit_ids`: the HITs of assignments, as far as they are known. `batch`: the HITs that the
    assignments should be of; an assignment of none of them may be missing from the result.
    """
    asked = dict.fromkeys(assignment_ids)
    unplaced = [item for item in asked if item not in hit_ids]
    wanted: dict[str, set[str]] = defaultdict(set)
    for item in asked:
        if item in hit_ids:
            wanted[hit_ids[item]].add(item)
    lists_batch = batch is not None and len(batch) < len(unplaced)
    if lists_batch:
        for hit_id in batch or ():
            wanted.setdefault(hit_id, set())
    counters, *_ = survey.find(crowd, client, list(wanted))
    known: dict[str, State] = {}
    listed = []
    for hit in counters:
        items = wanted[hit.hit_id]
        if lists_batch or hit.completed or len(items) > hit.unaccounted:
            listed += [hit] if hit.completed or hit.unaccounted else []
        else:
            known |= dict.fromkeys(items, State("Submitted", hit))
    known |= _list_states(crowd, client, listed, asked)
    rest = [item for item in asked if item not in known]
    if lists_batch:  # what was not listed is not of the batch
        rest = [item for item in rest if item in hit_ids]
    return _get_states(crowd, client, rest, known)


def _list_states(
    crowd: Crowd, client: "MTurkClient", hits: Sequence[HitCounters], asked: Mapping[str, Any]
) -> dict[str, State]:
    """Return the states of those of the HITs' assignments that are asked for."""

    def list_hit(hit: HitCounters) -> dict[str, State]:
        return {
            assignment["AssignmentId"]: State(
                assignment["AssignmentStatus"], hit, assignment["SubmitTime"]
            )
            for assignment in survey.list_assignments(client, hit)
            if assignment["AssignmentId"] in asked
        }

    states: dict[str, State] = {}
    for outcome in calls.gather(crowd, list_hit, hits, doing="looking", total=len(hits)):
        states |= outcome.value or {}  # of a HIT that was just deleted, GetAssignment tells why
    return states


def _get_states(
    crowd: Crowd, client: "MTurkClient", assignment_ids: Sequence[str], known: dict[str, State]
) -> States:
    """Return `known` with what GetAssignment tells about these assignments."""

    def get_state(assignment_id: str) -> State:
        response = client.get_assignment(AssignmentId=assignment_id)
        assignment = response["Assignment"]
        hit = survey.parse_counters(response["HIT"])
        return State(assignment["AssignmentStatus"], hit, assignment["SubmitTime"])

    states, refusals = dict(known), {}
    outcomes = calls.gather(
        crowd, get_state, assignment_ids, doing="looking", total=len(assignment_ids)
    )
    for outcome in outcomes:
        if outcome.refusal is None:
            states[outcome.item] = outcome.value
        else:
            refusals[outcome.item] = outcome.refusal
    return States(states, refusals)
