"""A site of a crowd to test: its boto3 client, the site itself, and the clock of both."""

import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from botocore.exceptions import ClientError

from local_crowd.operations.errors import NotPossible
from local_crowd.operations.money import balance
from local_crowd.operations.people import identities
from local_crowd.operations.work import worker_actions
from local_crowd.site import Site

if TYPE_CHECKING:
    from mypy_boto3_mturk import MTurkClient

NEW_YEAR = 1_767_225_600  # 2026-01-01T00:00:00Z
MINUTE, HOUR, DAY = 60, 3600, 86400
SUFFIX = re.compile(r" \(\d+( s)?\)$")
QUESTION = (
    '<HTMLQuestion xmlns="http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas/'
    '2011-11-11/HTMLQuestion.xsd"><HTMLContent><![CDATA[<!DOCTYPE html><p>Which?</p>]]>'
    "</HTMLContent><FrameHeight>450</FrameHeight></HTMLQuestion>"
)
HIT_TYPE = {
    "Title": "Name the animal",
    "Description": "One picture, one word",
    "Keywords": "picture, animal",
    "Reward": "0.05",
    "AssignmentDurationInSeconds": 10 * MINUTE,
    "AutoApprovalDelayInSeconds": 3 * DAY,
}
HIT = HIT_TYPE | {"LifetimeInSeconds": 7 * DAY, "Question": QUESTION}


class Refusal(NamedTuple):
    """An error as boto3 tells it; `message` without the time that Amazon ends it with."""

    code: str
    message: str
    turk_error_code: str | None
    status: int


def refusal(method: Callable[..., Any], **request: Any) -> Refusal:
    """How the crowd refuses a call of a client's method; fails when it does not."""
    with pytest.raises(ClientError) as caught:
        method(**request)
    response = caught.value.response
    return Refusal(
        response["Error"]["Code"],
        SUFFIX.sub("", response["Error"]["Message"]),
        response.get("TurkErrorCode"),
        response["ResponseMetadata"]["HTTPStatusCode"],
    )


def business(message: str, turk_error_code: str) -> Refusal:
    """The refusal of a business rule."""
    return Refusal("RequestError", message, f"AWS.MechanicalTurk.{turk_error_code}", 400)


def invalid(message: str) -> Refusal:
    """The refusal of a value that is well-formed and cannot be."""
    return Refusal("ParameterValidationError", message, None, 400)


@dataclass
class Clock:
    """Epoch seconds that stand still until told otherwise."""

    now: float = NEW_YEAR

    def __call__(self) -> float:
        """The time."""
        return self.now

    def advance(self, seconds: float) -> None:
        """Let this much time pass."""
        self.now += seconds


@dataclass
class CrowdUnderTest:
    """One site of a crowd: `client` calls it for the requester `requester_id`, workers use `site` directly."""

    client: "MTurkClient"
    site: Site
    clock: Clock
    requester_id: str
    raw: list[Any] = field(default_factory=list)  # the answers as they came, newest last

    def __post_init__(self) -> None:
        self.client.meta.events.register("after-call.mturk", self._note)

    def _note(self, http_response: Any, **_: Any) -> None:
        self.raw.append(http_response)

    def said(self) -> Any:
        """The body of the newest answer, as JSON without any reading of botocore's."""
        return json.loads(self.raw[-1].content)

    def make_worker(self, name: str = "Ada") -> str:
        """The id of the worker of this name."""
        with self.site.writing() as call:
            return identities.ensure_worker(call, name)

    def make_requester(self, name: str = "another") -> str:
        """The id of a requester beside the client's."""
        with self.site.writing() as call:
            return identities.ensure_requester(call, name)

    def make_hit(self, **changes: Any) -> str:
        """The id of a new HIT: HIT above, with these changes."""
        return self.client.create_hit(**HIT | changes)["HIT"]["HITId"]

    def give_budget(self, cents: int) -> None:
        """Bound what the client's requester may spend in all."""
        with self.site.writing() as call:
            balance.set_budget(call, self.requester_id, cents)

    def accept(self, worker_id: str, hit_id: str) -> str:
        """The worker accepts the HIT; the assignment's id."""
        with self.site.writing() as call:
            return worker_actions.accept(call, worker_id, hit_id).assignment_id

    def submit(self, assignment_id: str, fields: Iterable[tuple[str, str]] = ()) -> None:
        """The worker submits what was accepted."""
        with self.site.writing() as call:
            worker_actions.submit(call, assignment_id, fields)

    def give_back(self, worker_id: str, assignment_id: str) -> None:
        """The worker returns what was accepted."""
        with self.site.writing() as call:
            worker_actions.return_assignment(call, worker_id, assignment_id)

    def do(
        self, worker_id: str, hit_id: str, fields: Iterable[tuple[str, str]] = (("word", "cat"),)
    ) -> str:
        """The worker accepts and submits at once; the assignment's id."""
        assignment_id = self.accept(worker_id, hit_id)
        self.submit(assignment_id, fields)
        return assignment_id

    def hit(self, hit_id: str) -> Any:
        """The HIT as GetHIT gives it."""
        return self.client.get_hit(HITId=hit_id)["HIT"]

    def assignment(self, assignment_id: str) -> Any:
        """The assignment as GetAssignment gives it."""
        return self.client.get_assignment(AssignmentId=assignment_id)["Assignment"]

    def stands(self, hit_id: str) -> tuple[str, int, int, int]:
        """The HIT's status and counters: available, pending, completed."""
        hit = self.hit(hit_id)
        return (
            hit["HITStatus"],
            hit["NumberOfAssignmentsAvailable"],
            hit["NumberOfAssignmentsPending"],
            hit["NumberOfAssignmentsCompleted"],
        )


def why(action: Callable[[], Any]) -> str:
    """The reason for which a worker cannot do something; fails when they can."""
    with pytest.raises(NotPossible) as caught:
        action()
    return caught.value.reason
