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
HIT: dict[str, Any] = HIT_TYPE | {"LifetimeInSeconds": 7 * DAY, "Question": QUESTION}


class Refusal(NamedTuple):
    """An error as boto3 reports it; `message` lacks the time with which Amazon ends it."""

    code: str
    message: str
    turk_error_code: str | None
    status: int


def refusal(method: Callable[..., Any], **request: Any) -> Refusal:
    """Return the error with which the crowd refuses a call of a client's method; fail without one."""
    with pytest.raises(ClientError) as caught:
        method(**request)
    response: Any = caught.value.response
    return Refusal(
        response["Error"]["Code"],
        SUFFIX.sub("", response["Error"]["Message"]),
        response.get("TurkErrorCode"),
        response["ResponseMetadata"]["HTTPStatusCode"],
    )


def business(message: str, turk_error_code: str) -> Refusal:
    """Return the refusal of a valid request that cannot be performed."""
    return Refusal("RequestError", message, f"AWS.MechanicalTurk.{turk_error_code}", 400)


def invalid(message: str) -> Refusal:
    """Return the refusal of a well-formed value that is not allowed."""
    return Refusal("ParameterValidationError", message, None, 400)


@dataclass
class Clock:
    """A clock in epoch seconds that stands still until a test advances it."""

    now: float = NEW_YEAR

    def __call__(self) -> float:
        """Return the time in epoch seconds."""
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
        """Return the id of the worker of this name, created if missing."""
        with self.site.writing() as call:
            return identities.ensure_worker(call, name)

    def make_requester(self, name: str = "another") -> str:
        """Return the id of another requester than the client's, created if missing."""
        with self.site.writing() as call:
            return identities.ensure_requester(call, name)

    def make_hit(self, **changes: Any) -> str:
        """Create HIT, above, with these changes; return its id."""
        return self.client.create_hit(**HIT | changes)["HIT"]["HITId"]

    def give_budget(self, cents: int) -> None:
        """Limit what the client's requester may spend in all, in cents."""
        with self.site.writing() as call:
            balance.set_budget(call, self.requester_id, cents)

    def accept(self, worker_id: str, hit_id: str) -> str:
        """Accept the HIT as this worker; return the assignment id."""
        with self.site.writing() as call:
            return worker_actions.accept(call, worker_id, hit_id).assignment_id

    def submit(self, assignment_id: str, fields: Iterable[tuple[str, str]] = ()) -> None:
        """Submit the assignment with these fields."""
        with self.site.writing() as call:
            worker_actions.submit(call, assignment_id, fields)

    def give_back(self, worker_id: str, assignment_id: str) -> None:
        """Return the assignment as this worker."""
        with self.site.writing() as call:
            worker_actions.return_assignment(call, worker_id, assignment_id)

    def do(
        self, worker_id: str, hit_id: str, fields: Iterable[tuple[str, str]] = (("word", "cat"),)
    ) -> str:
        """Accept the HIT as this worker and submit it at once; return the assignment id."""
        assignment_id = self.accept(worker_id, hit_id)
        self.submit(assignment_id, fields)
        return assignment_id

    def hit(self, hit_id: str) -> Any:
        """Return the HIT as GetHIT shows it."""
        return self.client.get_hit(HITId=hit_id)["HIT"]

    def assignment(self, assignment_id: str) -> Any:
        """Return the assignment as GetAssignment shows it."""
        return self.client.get_assignment(AssignmentId=assignment_id)["Assignment"]

    def stands(self, hit_id: str) -> tuple[str, int, int, int]:
        """Return the HIT's status and its counters: available, pending, completed."""
        hit = self.hit(hit_id)
        return (
            hit["HITStatus"],
            hit["NumberOfAssignmentsAvailable"],
            hit["NumberOfAssignmentsPending"],
            hit["NumberOfAssignmentsCompleted"],
        )


def why(action: Callable[[], Any]) -> str:
    """Return the reason why a worker cannot do something; fail when they can."""
    with pytest.raises(NotPossible) as caught:
        action()
    return caught.value.reason
