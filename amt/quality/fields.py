"""Find a field of a line of results by its dotted name, such as output.label."""

from collections.abc import Iterator, Mapping
from typing import Any

from amt.spelling import suggest

MOST_LISTED = 30


def find_field(value: Any, name: str) -> Any:
    """Return the value of a field, or None if there is none.

    A key that itself contains a dot is found too: `answers.q.1` is `{"answers": {"q.1": ...}}`.
    """
    if not isinstance(value, Mapping):
        return None
    if name in value:
        return value[name]
    end = name.find(".")
    while end >= 0:
        found = find_field(value.get(name[:end]), name[end + 1 :])
        if found is not None:
            return found
        end = name.find(".", end + 1)
    return None


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
