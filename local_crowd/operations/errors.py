"""What an operation refuses with. The wire turns each into Amazon's error of the same code."""


class CrowdError(Exception):
    """A refusal: `code` is the error family, `turk_error_code` Amazon's finer one, if any."""

    code = "ServiceFault"
    status = 400

    def __init__(self, message: str, turk_error_code: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.turk_error_code = turk_error_code


class RequestError(CrowdError):
    """A business rule says no: not found, wrong state, funds, a duplicate."""

    code = "RequestError"

    def __init__(self, message: str, turk_error_code: str) -> None:
        super().__init__(message, f"AWS.MechanicalTurk.{turk_error_code}")


class NotPossible(Exception):
    """A worker cannot do this now. The text is for the worker, `reason` is for programs."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


class ParameterValidationError(CrowdError):
    """A well-formed value that cannot be: out of range, or of nobody."""

    code = "ParameterValidationError"


class ValidationException(CrowdError):
    """The request breaks the service model: length, pattern, enum, a missing member."""

    code = "ValidationException"


def does_not_exist(noun: str, identifier: str) -> RequestError:
    """`Hit X does not exist.`: the words that clients look for. `noun`: HIT, Assignment, …"""
    spoken = "Hit" if noun == "HIT" else noun
    return RequestError(f"{spoken} {identifier} does not exist.", f"{noun}DoesNotExist")


def type_does_not_exist(qualification_type_id: str) -> RequestError:
    """Amazon's words for a qualification type that is not there for the requester."""
    return RequestError(
        f"QualificationType [{qualification_type_id}] does not exist.",
        "QualificationTypeDoesNotExist",
    )


def wrong_state(noun: str, now_in: str | None, *allowed: str) -> RequestError:
    """A thing in a state that the operation cannot start from. `now_in` None: not visible."""
    state = f"This {noun} is currently in the state '{now_in}'.  " if now_in else ""
    return RequestError(
        f"{state}This operation can be called with a status of: {', '.join(allowed)}",
        f"Invalid{noun}State",
    )
