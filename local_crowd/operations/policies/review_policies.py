"""Review policies: what a requester writes into CreateHIT about the review of answers.

Names and limits are those of Amazon's API reference ("Assignment Review Policies", "HIT Review
Policies"). Where its own examples leave out a parameter that it calls required, so may requesters.
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
SCORES = (0, 101)  # 101: never reached


@dataclass(frozen=True, slots=True)
class Extension:
    """When a HIT gets one assignment more, up to how many, and how long it stays open at least."""

    below: int | None
    most: int
    seconds: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """Which scores approve work and which reject it, and what the worker is told."""

    approve_from: int | None
    reject_below: int | None
    approve_reason: str | None
    reject_reason: str | None


@dataclass(frozen=True, slots=True)
class KnownAnswers:
    """ScoreMyKnownAnswers: each assignment is compared with known answers."""

    answer_key: dict[str, Answer]
    verdict: Verdict
    extension: Extension


@dataclass(frozen=True, slots=True)
class Plurality:
    """SimplePlurality: the assignments of a HIT are compared with each other."""

    question_ids: list[str]
    threshold: int
    disregard_rejected: bool
    disregard_below: int | None  # known answer score
    verdict: Verdict
    extension: Extension


def validate_policies(request: Request) -> dict[str, str | None]:
    """The policies of a CreateHIT call as the columns of a HIT, checked.

    Raises ParameterValidationError for a policy, a parameter or a value that Amazon does not have.
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
    """Read an AssignmentReviewPolicy. Raises ParameterValidationError."""
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
    """Read a HITReviewPolicy. Raises ParameterValidationError."""
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
        also={"QuestionIDs": "QuestionIds"},  # so spelt in Amazon's examples
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
