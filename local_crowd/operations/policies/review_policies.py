"""Parse the review policies that a requester gives to CreateHIT.

Names and limits are those of Amazon's API reference ("Assignment Review Policies", "HIT Review
Policies"). A required parameter that its own examples leave out is optional here.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from local_crowd.operations.call import Request
from local_crowd.operations.checks import INTEGERS, YEAR
from local_crowd.operations.errors import ParameterValidationError
from local_crowd.operations.policies.agreement import Answer, normalize_answer
from local_crowd.operations.policies.policy_parameters import Parameters

KNOWN_ANSWERS = "ScoreMyKnownAnswers/2011-09-01"
PLURALITY = "SimplePlurality/2011-09-01"
SCORES = (0, 101)  # 101 is never reached


@dataclass(frozen=True, slots=True)
class Extension:
    """The condition and the limits for adding an assignment to a HIT."""

    below: int | None  # add one when the score is below this; None: never
    most: int  # assignments
    seconds: int  # that the HIT stays open at least


@dataclass(frozen=True, slots=True)
class Verdict:
    """The scores that approve or reject an assignment, and the reasons for the worker."""

    approve_from: int | None
    reject_below: int | None
    approve_reason: str | None
    reject_reason: str | None


@dataclass(frozen=True, slots=True)
class KnownAnswers:
    """The policy ScoreMyKnownAnswers, which compares each assignment with known answers."""

    answer_key: dict[str, Answer]
    verdict: Verdict
    extension: Extension


@dataclass(frozen=True, slots=True)
class Plurality:
    """The policy SimplePlurality, which compares the assignments of a HIT with each other."""

    question_ids: list[str]
    threshold: int
    disregard_rejected: bool
    disregard_below: int | None  # known answer score
    verdict: Verdict
    extension: Extension


def validate_policies(request: Request) -> dict[str, str | None]:
    """Validate the policies of a CreateHIT request and return them as columns of `hits`.

    Raises ParameterValidationError for a policy, parameter or value that Amazon does not define.
    """
    assignment, hit = request.get("AssignmentReviewPolicy"), request.get("HITReviewPolicy")
    if assignment is not None:
        parse_known_answers(assignment)
    if hit is not None:
        parse_plurality(hit)
    return {
        "assignment_review_policy": json.dumps(assignment) if assignment is not None else None,
        "hit_review_policy": json.dumps(hit) if hit is not None else None,
    }


def parse_known_answers(policy: Mapping[str, Any]) -> KnownAnswers:
    """Parse an AssignmentReviewPolicy, or raise ParameterValidationError."""
    _validate_name(policy, KNOWN_ANSWERS)
    parameters = Parameters(
        policy,
        required=("AnswerKey",),
        optional=(
            "ApproveIfKnownAnswerScoreIsAtLeast",
            "ApproveReason",
            "RejectIfKnownAnswerScoreIsLessThan",
            "RejectReason",
            "ExtendIfKnownAnswerScoreIsLessThan",
            "ExtendMaximumAssignments",
            "ExtendMinimumTimeInSeconds",
        ),
    )
    return KnownAnswers(
        {
            key: normalize_answer(values)
            for key, values in parameters.read_entries("AnswerKey").items()
        },
        Verdict(
            parameters.read_integer("ApproveIfKnownAnswerScoreIsAtLeast", *SCORES),
            parameters.read_integer("RejectIfKnownAnswerScoreIsLessThan", *SCORES),
            parameters.read_text("ApproveReason"),
            parameters.read_text("RejectReason"),
        ),
        Extension(
            parameters.read_integer("ExtendIfKnownAnswerScoreIsLessThan", *SCORES),
            parameters.read_integer("ExtendMaximumAssignments", 2, 25) or 5,
            parameters.read_integer("ExtendMinimumTimeInSeconds", 60, YEAR) or 0,
        ),
    )


def parse_plurality(policy: Mapping[str, Any]) -> Plurality:
    """Parse a HITReviewPolicy, or raise ParameterValidationError."""
    _validate_name(policy, PLURALITY)
    parameters = Parameters(
        policy,
        required=("QuestionIds", "QuestionAgreementThreshold"),
        optional=(
            "DisregardAssignmentIfRejected",
            "DisregardAssignmentIfKnownAnswerScoreIsLessThan",
            "ExtendIfHITAgreementScoreIsLessThan",
            "ExtendMaximumAssignments",
            "ExtendMinimumTimeInSeconds",
            "ApproveIfWorkerAgreementScoreIsAtLeast",
            "RejectIfWorkerAgreementScoreIsLessThan",
            "RejectReason",
        ),
        aliases={"QuestionIDs": "QuestionIds"},  # the spelling of Amazon's examples
    )
    below = parameters.read_integer("ExtendIfHITAgreementScoreIsLessThan", 1, 100)
    most = parameters.read_integer("ExtendMaximumAssignments", 1, INTEGERS[1])
    if below is not None and most is None:
        raise ParameterValidationError(
            "ExtendMaximumAssignments is required with ExtendIfHITAgreementScoreIsLessThan."
        )
    return Plurality(
        parameters.read_names("QuestionIds"),
        parameters.read_integer("QuestionAgreementThreshold", *INTEGERS) or 0,
        parameters.read_flag("DisregardAssignmentIfRejected"),
        parameters.read_integer("DisregardAssignmentIfKnownAnswerScoreIsLessThan", *INTEGERS),
        Verdict(
            parameters.read_integer("ApproveIfWorkerAgreementScoreIsAtLeast", *INTEGERS),
            parameters.read_integer("RejectIfWorkerAgreementScoreIsLessThan", *INTEGERS),
            None,
            parameters.read_text("RejectReason"),
        ),
        Extension(
            below, most or 0, parameters.read_integer("ExtendMinimumTimeInSeconds", 60, YEAR) or 0
        ),
    )


def _validate_name(policy: Mapping[str, Any], name: str) -> None:
    if policy["PolicyName"] != name:
        raise ParameterValidationError(
            f'The value "{policy["PolicyName"]}" is not valid for the parameter PolicyName. '
            f"The policy of this level is {name}."
        )
