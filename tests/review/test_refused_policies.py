"""Review policies that no HIT can have."""

from typing import Any

import pytest

from tests.support.crowds import (
    CrowdUnderTest,
    Refusal,
    invalid,
    refusal,
)
from tests.support.review_policies import known_answers, plurality

MISSING = "Your request is missing required parameters. Required parameters include {}."


BAD_NAME = (
    'The value "{}" is not valid for the parameter PolicyName. The policy of this level is {}.'
)


@pytest.mark.parametrize(
    ("policy", "says"),
    [
        (plurality("q"), BAD_NAME.format("SimplePlurality/2011-09-01", "ScoreMyKnownAnswers/2011-09-01")),
        ({"PolicyName": "Best"}, BAD_NAME.format("Best", "ScoreMyKnownAnswers/2011-09-01")),
        ({"PolicyName": "ScoreMyKnownAnswers/2011-09-01"}, MISSING.format("AnswerKey")),
        (known_answers({}), "AnswerKey has no MapEntries."),
        (known_answers({"x" * 256: "a"}), None),
        (known_answers(ApproveIfKnownAnswerScoreIsAtLeast=102), "The value 102 is invalid for ApproveIfKnownAnswerScoreIsAtLeast. Valid values range from 0 to 101."),
        (known_answers(RejectIfKnownAnswerScoreIsLessThan=-1), "The value -1 is invalid for RejectIfKnownAnswerScoreIsLessThan. Valid values range from 0 to 101."),
        (known_answers(ExtendIfKnownAnswerScoreIsLessThan="all"), 'The value "all" is not valid for the parameter ExtendIfKnownAnswerScoreIsLessThan.'),
        (known_answers(ExtendIfKnownAnswerScoreIsLessThan="9" * 5000), None),
        (known_answers(ExtendMaximumAssignments=1), "The value 1 is invalid for ExtendMaximumAssignments. Valid values range from 2 to 25."),
        (known_answers(ExtendMaximumAssignments=26), "The value 26 is invalid for ExtendMaximumAssignments. Valid values range from 2 to 25."),
        (known_answers(ExtendMinimumTimeInSeconds=59), "The value 59 is invalid for ExtendMinimumTimeInSeconds. Valid values range from 60 to 31536000."),
        (known_answers(RejectReason="x" * 1025), "The value for RejectReason is 1025 characters long. At most 1024 are allowed."),
        (known_answers(Reward="1"), None),
    ],
)  # fmt: skip
def test_bad_assignment_policies(
    crowd: CrowdUnderTest, policy: dict[str, Any], says: str | None
) -> None:
    """A policy, parameter or value that Amazon does not have makes no HIT."""
    _must_refuse(crowd, {"AssignmentReviewPolicy": policy}, says)


@pytest.mark.parametrize(
    ("policy", "says"),
    [
        (known_answers(), BAD_NAME.format("ScoreMyKnownAnswers/2011-09-01", "SimplePlurality/2011-09-01")),
        ({"PolicyName": "SimplePlurality/2011-09-01"}, MISSING.format("QuestionIds, QuestionAgreementThreshold")),
        (plurality("q", QuestionAgreementThreshold=None), MISSING.format("QuestionAgreementThreshold")),
        (plurality(), 'The value "" is not valid for the parameter QuestionIds.'),
        (plurality("a,,b"), 'The value "a,,b" is not valid for the parameter QuestionIds.'),
        (plurality("q", DisregardAssignmentIfRejected="maybe"), 'The value "maybe" is not valid for the parameter DisregardAssignmentIfRejected.'),
        (plurality("q", ExtendIfHITAgreementScoreIsLessThan=50), "ExtendMaximumAssignments is required with ExtendIfHITAgreementScoreIsLessThan."),
        (plurality("q", ExtendIfHITAgreementScoreIsLessThan=0, ExtendMaximumAssignments=3), "The value 0 is invalid for ExtendIfHITAgreementScoreIsLessThan. Valid values range from 1 to 100."),
        (plurality("q", QuestionIDs="p"), "The parameter QuestionIDs is given twice."),
        (plurality("q", ApproveReason="x"), None),
    ],
)  # fmt: skip
def test_bad_hit_policies(crowd: CrowdUnderTest, policy: dict[str, Any], says: str | None) -> None:
    """A policy, parameter or value that Amazon does not have makes no HIT."""
    _must_refuse(crowd, {"HITReviewPolicy": policy}, says)


def _must_refuse(crowd: CrowdUnderTest, policies: dict[str, Any], says: str | None) -> None:
    refused: Refusal = refusal(crowd.make_hit, **policies)

    assert refused == invalid(says or refused.message)
    assert crowd.client.list_hits()["HITs"] == []
