"""Review policies as requesters send them."""

from typing import Any

# Amazon's API reference, "Review Policy Use Cases", the first: 5 of 20 photos are known, 4 of them
# have to be right, or the HIT is extended to another worker, up to three.
PHOTO_KEY = {
    "QuestionId3": "B",
    "QuestionId7": "A",
    "QuestionId15": "F",
    "QuestionId17": "C",
    "QuestionId18": "A",
}


def known_answers(key: dict[str, Any] | None = None, **parameters: object) -> dict[str, Any]:
    """Return an AssignmentReviewPolicy. `key` has one value, or several, per question."""
    entries = [
        {"Key": question, "Values": [value] if isinstance(value, str) else value}
        for question, value in (PHOTO_KEY if key is None else key).items()
    ]
    return {
        "PolicyName": "ScoreMyKnownAnswers/2011-09-01",
        "Parameters": [
            {"Key": "AnswerKey", "MapEntries": entries},
            *({"Key": name, "Values": [str(value)]} for name, value in parameters.items()),
        ],
    }


def plurality(*question_ids: str, **parameters: object) -> dict[str, Any]:
    """Return a HITReviewPolicy on these questions."""
    settings = {"QuestionAgreementThreshold": 50, "DisregardAssignmentIfRejected": "F"}
    return {
        "PolicyName": "SimplePlurality/2011-09-01",
        "Parameters": [
            {"Key": "QuestionIds", "Values": list(question_ids)},
            *(
                {"Key": name, "Values": [str(value)]}
                for name, value in (settings | parameters).items()
                if value is not None
            ),
        ],
    }
