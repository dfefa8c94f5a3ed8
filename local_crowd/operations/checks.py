"""Validate limits that the service model lacks. Source: Amazon's API reference, 2014 and 2017."""

from decimal import Decimal

from local_crowd.operations.errors import ParameterValidationError

YEAR = 31_536_000  # seconds
MONTH = 2_592_000  # seconds: the longest auto-approval delay
BILLION = 1_000_000_000
INTEGERS = (-(2**31), 2**31 - 1)  # what Amazon's type Integer holds
QUESTION_BYTES = 65_535  # Amazon's limit for questions, tests and answer keys
FEEDBACK_LIMIT = 1024  # characters
HIGHEST_REWARD = 100_000_000  # cents; our own limit, so that no sum overflows a database column


def validate_range(name: str, value: int, low: int, high: int) -> int:
    """Return `value`, or raise ParameterValidationError when it is not within `low` and `high`."""
    if not low <= value <= high:
        raise ParameterValidationError(
            f"The value {value} is invalid for {name}. Valid values range from {low} to {high}."
        )
    return value


def validate_length(name: str, value: str | None, limit: int) -> str | None:
    """Return `value`, or raise ParameterValidationError when it exceeds `limit` characters."""
    if value is not None and len(value) > limit:
        raise ParameterValidationError(
            f"The value for {name} is {len(value)} characters long. At most {limit} are allowed."
        )
    return value


def require_text(name: str, value: str, limit: int | None = None) -> str:
    """Return `value`, or raise ParameterValidationError when it is blank or too long.

    Spaces and invisible characters, such as U+200B, count as blank.
    """
    if not any(character.isprintable() and not character.isspace() for character in value):
        raise ParameterValidationError(f"{name} is empty.")
    if limit is not None:
        validate_length(name, value, limit)
    return value


def parse_dollars(name: str, amount: str, low: int, high: int) -> int:
    """Convert an amount in US dollars, such as "0.5" or "5.", to cents.

    The service model has validated its form. Raises ParameterValidationError when the amount is not
    within `low` and `high` cents.
    """
    value = Decimal(amount) * 100
    if not low <= value <= high:
        raise ParameterValidationError(
            f"The value {amount} is invalid for {name}. "
            f"Valid values range from {format_dollars(low)} to {format_dollars(high)}."
        )
    return int(value)


def format_dollars(amount: int) -> str:
    """Format cents as the API's amount in US dollars: 5 becomes "0.05"."""
    return f"{amount // 100}.{amount % 100:02d}"
