"""QualificationRequirements as Amazon gives them back."""

from typing import Any

from local_crowd.operations.errors import ParameterValidationError

MOST = 10
GUARDED = ("Accept", "PreviewAndAccept", "DiscoverPreviewAndAccept")


def normalised(requirements: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Each requirement with `ActionsGuarded` and the deprecated `RequiredToPreview` filled in.

    Raises ParameterValidationError when a requirement gives both, as Amazon does, and when there
    are too many.
    """
    if len(requirements) > MOST:
        raise ParameterValidationError(
            f"There are {len(requirements)} QualificationRequirements. At most {MOST} are allowed."
        )
    return [_normalised(requirement) for requirement in requirements]


def _normalised(requirement: dict[str, Any]) -> dict[str, Any]:
    if "RequiredToPreview" in requirement and "ActionsGuarded" in requirement:
        raise ParameterValidationError(
            "RequiredToPreview and ActionsGuarded exclude each other: use ActionsGuarded."
        )
    guarded = requirement.get("ActionsGuarded")
    if guarded is None:
        guarded = GUARDED[1] if requirement.get("RequiredToPreview") else GUARDED[0]
    return requirement | {"ActionsGuarded": guarded, "RequiredToPreview": guarded != GUARDED[0]}
