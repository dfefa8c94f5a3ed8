"""Validate requests against the service model, including enum, pattern and maximum.

botocore's own validation omits these three. Unknown members are ignored, as AWS's JSON services do.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from botocore.model import Shape

from local_crowd.operations.errors import CrowdError, ValidationException

_PYTHON_TYPES: dict[str, type | tuple[type, ...]] = {
    "string": str,
    "integer": int,
    "long": int,
    "boolean": bool,
    "list": list,
    "structure": dict,
    "timestamp": (int, float, str),
}
# Lone surrogates, which JSON can escape, and NUL, which PostgreSQL cannot store.
_INVALID_CHARACTERS = re.compile("[\ud800-\udfff\0]")


class SerializationException(CrowdError):
    """Raised for a body that is not JSON, and for a member of the wrong JSON type."""

    code = "SerializationException"


def validate(shape: Shape | None, value: dict[str, Any]) -> dict[str, Any]:
    """Return the request's known members, with timestamps as epoch seconds.

    Raises SerializationException for a wrong type, else ValidationException naming every fault
    in Amazon's words.
    """
    if shape is None:
        return {}
    faults: list[str] = []
    result: dict[str, Any] = _validate_value(shape, value, "", faults)
    if faults:
        plural = "errors" if len(faults) > 1 else "error"
        raise ValidationException(
            f"{len(faults)} validation {plural} detected: {'; '.join(faults)}"
        )
    return result


def _validate_value(shape: Any, value: Any, path: str, faults: list[str]) -> Any:
    _check_type(shape, value, path)
    faults.extend(
        f"Value '{value}' at '{path}' failed to satisfy constraint: {constraint}"
        for constraint in _find_violations(shape, value)
    )
    if shape.type_name == "structure":
        return _validate_structure(shape, value, path, faults)
    if shape.type_name == "list":
        return [
            _validate_value(shape.member, item, f"{path}.{number}.member", faults)
            for number, item in enumerate(value, 1)
        ]
    if shape.type_name == "timestamp":
        return _parse_timestamp(value, path)
    return value


def _check_type(shape: Any, value: Any, path: str) -> None:
    is_right = isinstance(value, _PYTHON_TYPES[shape.type_name])
    if not is_right or (isinstance(value, bool) and shape.type_name != "boolean"):
        raise SerializationException(
            f"{path or 'The request'} must be a {shape.type_name}, not {type(value).__name__}"
        )
    if isinstance(value, str) and _has_invalid_character(value):
        raise SerializationException(f"{path} contains an invalid character")


def _has_invalid_character(text: str) -> bool:
    if text.isascii():  # 0.1 microseconds for 2 kB; the search takes 15
        return "\0" in text
    return _INVALID_CHARACTERS.search(text) is not None


def _validate_structure(
    shape: Any, value: dict[str, Any], path: str, faults: list[str]
) -> dict[str, Any]:
    result = {}
    prefix = f"{path}." if path else ""
    for name, member in shape.members.items():
        member_path = prefix + name[0].lower() + name[1:]
        if value.get(name) is not None:
            result[name] = _validate_value(member, value[name], member_path, faults)
        elif name in shape.required_members:
            faults.append(
                f"Value null at '{member_path}' failed to satisfy constraint: Member must not be null"
            )
    return result


def _find_violations(shape: Any, value: Any) -> Iterator[str]:
    """Yield each constraint of the model that the value violates, in Amazon's words."""
    rules = shape.metadata
    if (enum := rules.get("enum")) and value not in enum:
        yield f"Member must satisfy enum value set: [{', '.join(enum)}]"
    # fullmatch, as in Java: with match, `$` would allow a line feed at the end.
    if (pattern := rules.get("pattern")) and not re.fullmatch(pattern, value):
        yield f"Member must satisfy regular expression pattern: {pattern}"
    if shape.type_name in ("string", "list"):
        size, verb = len(value), "have length"
    elif shape.type_name in ("integer", "long"):
        size, verb = value, "have value"
    else:
        return
    if "min" in rules and size < rules["min"]:
        yield f"Member must {verb} greater than or equal to {rules['min']}"
    if "max" in rules and size > rules["max"]:
        yield f"Member must {verb} less than or equal to {rules['max']}"


def _parse_timestamp(value: float | str, path: str) -> float:
    """Return the epoch seconds of a timestamp, which clients send as a number or as ISO 8601."""
    try:
        if isinstance(value, str):
            time = datetime.fromisoformat(value)
            return (time if time.tzinfo else time.replace(tzinfo=UTC)).timestamp()
        int(value)  # raises for NaN and infinity
    except (ValueError, OverflowError) as error:
        raise SerializationException(f"{path} is not a timestamp: {value}") from error
    return value
