"""The fields of answers, by their dotted names, such as output.label."""

from collections.abc import Iterator, Mapping
from typing import Any

from amt.spelling import suggest

MOST_LISTED = 30


def list_fields(result: Mapping[str, Any]) -> Iterator[str]:
    """Yield the names of the fields of the answer in a line of results."""
    for name in ("output", "answers"):
        yield from _list_members(name, result.get(name))


def describe_missing(name: str, known: Mapping[str, None]) -> str:
    """Return a message that no line has the field, with the fields that there are."""
    names = sorted(known)
    if not names:
        return f"no line has {name}, nor any other field of an answer"
    more = f" and {len(names) - MOST_LISTED} more" if len(names) > MOST_LISTED else ""
    return (
        f"no line has {name}{suggest(name, names)}; "
        f"the fields are {', '.join(names[:MOST_LISTED])}{more}"
    )


def _list_members(name: str, value: Any) -> Iterator[str]:
    if isinstance(value, Mapping) and value:
        for key, member in value.items():
            yield from _list_members(f"{name}.{key}", member)
    elif value is not None:
        yield name
