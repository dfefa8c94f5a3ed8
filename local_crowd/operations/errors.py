"""The errors that operations raise. The wire turns each into Amazon's error of the same code."""

from local_crowd.operations.texts import Text


class CrowdError(Exception):
    """An error of the API: `code` is its family, `turk_error_code` Amazon's finer code, if any."""

    code = "ServiceFault"
    status = 400

    def __init__(self, message: str, turk_error_code: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.turk_error_code = turk_error_code


class RequestError(CrowdError):
    """A valid request that cannot be performed: not found, wrong state, no funds, a duplicate."""

    code = "RequestError"

    def __init__(self, message: str, turk_error_code: str) -> None:
        super().__init__(message, f"AWS.MechanicalTurk.{turk_error_code}")


class WorkerError(Exception):
    """An error whose `text` is for a worker; `str` gives it in English."""

    def __init__(self, text: Text) -> None:
        super().__init__(str(text))
        self.text = text


class NotPossible(WorkerError):
    """A worker's action that is not possible now. The text is for people, `reason` for programs."""

    def __init__(self, reason: str, text: Text) -> None:
        super().__init__(text)
        self.reason = reason


class ParameterValidationError(CrowdError):
    """A well-formed value that is not allowed: out of range, or an id that does not fit."""

    code = "ParameterValidationError"


class ValidationException(CrowdError):
    """A request that violates the service model: length, pattern, enum, a missing member."""

    code = "ValidationException"


def does_not_exist(noun: str, identifier: str) -> RequestError:
    """Return the error "Hit X does not exist." in the words that clients match.

    `noun` is "HIT", "Assignment" and the like.
    """
    word = "Hit" if noun == "HIT" else noun
    return RequestError(f"{word} {identifier} does not exist.", f"{noun}DoesNotExist")


def type_does_not_exist(qualification_type_id: str) -> RequestError:
    """Return Amazon's error for a qualification type that does not exist for the requester."""
    return RequestError(
        f"QualificationType [{qualification_type_id}] does not exist.",
        "QualificationTypeDoesNotExist",
    )


def wrong_state(noun: str, state: str | None, *allowed: str) -> RequestError:
    """Return Amazon's error for an object whose state does not allow the operation.

    `noun` is "HIT" or "Assignment"; `state` is None when the requester cannot see the state.
    """
    sentence = f"This {noun} is currently in the state '{state}'.  " if state else ""
    return RequestError(
        f"{sentence}This operation can be called with a status of: {', '.join(allowed)}",
        f"Invalid{noun}State",
    )
