"""Serialize responses as AWS JSON 1.1, byte for byte as Amazon's Java service does."""

import json
from functools import cache
from json.encoder import encode_basestring_ascii
from typing import Any

from botocore.model import Shape


def serialize(shape: Shape | None, value: dict[str, Any]) -> bytes:
    """Serialize a response to JSON; timestamps in `value` are epoch seconds."""
    return b"{}" if shape is None else _to_json(shape, value).encode()


def _to_json(shape: Any, value: Any) -> str:
    if type(value) is str:
        return encode_basestring_ascii(value)  # json.dumps takes six times as long to call it
    if shape.type_name == "structure":
        shapes = shape.members
        members = [
            _encode_key(name) + _to_json(shapes[name], member) for name, member in value.items()
        ]
        return "{" + ",".join(members) + "}"
    if shape.type_name == "list":
        return "[" + ",".join([_to_json(shape.member, item) for item in value]) + "]"
    if shape.type_name == "timestamp":
        return format_java_double(value)
    return json.dumps(value)


@cache  # the names of members in the service's description
def _encode_key(name: str) -> str:
    return encode_basestring_ascii(name) + ":"


def format_java_double(seconds: int) -> str:
    """Format whole seconds as Java prints a double: 1558393704 -> "1.558393704E9".

    Recorded responses of the real service have this form.
    """
    digits = str(seconds)
    if seconds < 10**7:
        return f"{digits}.0"
    return f"{digits[0]}.{digits[1:].rstrip('0') or '0'}E{len(digits) - 1}"
