"""Approve the work of a batch: all that is submitted, or assignments that are named."""

import json
import threading
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from amt import batches, calls, review
from amt.crowd import Crowd
from amt.errors import Error
from amt.review import Submitted, SubmittedWork
from batch_server.pages import explain_damage
from batch_server.problems import FAILURE, INVALID, TOO_MANY, Fault, ProblemError
from batch_server.settings import Place
from batch_server.views import ApproveRequest, ApproveView, Refusal

if TYPE_CHECKING:
    from mypy_boto3_mturk import MTurkClient

AT_ONCE = 4  # approvals in all


class Approvals:
    """Carries out approvals, AT_ONCE at a time."""

    def __init__(self) -> None:
        self._places = threading.BoundedSemaphore(AT_ONCE)

    def approve(
        self, place: Place, crowd: Crowd, client: "MTurkClient", request: ApproveRequest
    ) -> ApproveView:
        """Approve what the request names. Raises ProblemError for an id that is not of the batch."""
        if not self._places.acquire(blocking=False):
            raise ProblemError(
                TOO_MANY, "Other approvals are being carried out.", headers={"Retry-After": "5"}
            )
        try:
            if request.assignment_ids is None:
                return _approve_all(place, crowd, client)
            return _approve_named(place, crowd, client, request.assignment_ids)
        finally:
            self._places.release()


def _approve_all(place: Place, crowd: Crowd, client: "MTurkClient") -> ApproveView:
    try:
        batch = batches.Batch(place.directory.record)
    except Error as error:
        raise ProblemError(FAILURE, str(error)) from error
    work = (
        review.find_in_hits(crowd, client, list(batch.in_order()))
        if batch.ids
        else SubmittedWork([], 0)
    )
    return _carry_out(crowd, client, work.submitted, [])


def _approve_named(
    place: Place, crowd: Crowd, client: "MTurkClient", ids: Sequence[str]
) -> ApproveView:
    try:
        known = set(_list_assignments(place))
    except Error as error:
        raise ProblemError(FAILURE, str(error)) from error
    faults = [
        Fault(f"/assignment_ids/{number}", "is not an assignment of this batch that is in")
        for number, name in enumerate(ids)
        if name not in known
    ]
    if faults:
        raise ProblemError(INVALID, "Nothing was approved.", faults)
    said: list[str] = []
    wanted = list(dict.fromkeys(ids))
    work = review.find_assignments(crowd, client, wanted, said.append)
    found = {assignment.assignment_id for assignment in work.submitted}
    reasons = dict(words.split(": ", 1) for words in said if ": " in words)
    refused = [
        Refusal(assignment_id=name, reason=reasons.get(name, "it cannot be approved"))
        for name in wanted
        if name not in found
    ]
    return _carry_out(crowd, client, work.submitted, refused)


def _carry_out(
    crowd: Crowd, client: "MTurkClient", submitted: Sequence[Submitted], refused: list[Refusal]
) -> ApproveView:
    approved: list[Submitted] = []
    outcomes = calls.gather(
        crowd, lambda each: review.approve_one(client, each.assignment_id, None), submitted
    )
    for outcome in outcomes:
        if outcome.refusal is None:
            approved.append(outcome.item)
        else:
            refused.append(
                Refusal(assignment_id=outcome.item.assignment_id, reason=outcome.refusal)
            )
    cost = review.cost_of(approved)
    return ApproveView(approved=len(approved), cost=f"{cost.total:.2f}", refused=refused)


def _list_assignments(place: Place) -> Iterable[str]:
    try:
        with place.directory.results.open("rb") as lines:
            for line in lines:
                if line.endswith(b"\n"):
                    with explain_damage(place.directory.results):
                        yield json.loads(line)["assignment_id"]
    except FileNotFoundError:
        return
