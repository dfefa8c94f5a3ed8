"""Parse JSON, refusing what two parsers could understand differently."""

import json
import math
import re
import sys
from collections.abc import Callable, Iterator
from typing import Any, NoReturn

TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\]]')
MOST_LEVELS = 100
NUMBER = re.compile(r'"(?:[^"\\]|\\.)*"|([0-9]+)([.eE][0-9eE+-]*)?')
COLON = re.compile(r"\s*:")


class RefusedError(json.JSONDecodeError):
    """Raised for JSON that is not accepted. `lineno` and `colno` are its place."""


class RepeatedKeyError(RefusedError):
    """Raised for an object that has a key twice. The place is that of the second."""


class _RepeatedError(Exception):
    """Raised by the hook, which does not know the position in the text."""


def parse(text: str, *, unique_keys: bool = True) -> Any:
    """Return the value of a JSON text.

    Raises RepeatedKeyError for an object that has a key twice (unless not `unique_keys`, when the
    last one counts), RefusedError for a whole number of too many digits, json.JSONDecodeError for
    other faults with a position, and ValueError for what only Python accepts (NaN, Infinity, a
    number as large), and for values nested too deeply.
    """
    try:
        return _load(text, _unique if unique_keys else None)
    except _RepeatedError:
        key, position = _find_repeated_key(text)
        message = f"the key {json.dumps(key)[:60]} is there twice in one object"
        raise RepeatedKeyError(message, text, position) from None


def parse_with_repeated_keys(text: str) -> tuple[Any, list[tuple[str | int, ...]]]:
    """Return the value of a JSON text, and the path of each key that an object has twice.

    Of such a key the last value counts. Raises ValueError as `parse` does, and for values nested
    more than MOST_LEVELS deep.
    """
    repeated: list[tuple[dict[str, Any], list[str]]] = []

    def collect(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        value = dict(pairs)
        if len(value) < len(pairs):
            names = [name for name, _ in pairs]
            repeated.append((value, [name for name in value if names.count(name) > 1]))
        return value

    document = _load(text, collect)
    # `repeated` keeps these objects alive, so no other object has the identity of one.
    names_of = {id(value): names for value, names in repeated}
    paths: list[tuple[str | int, ...]] = [(name,) for name in names_of.get(id(document), ())]
    path: list[str | int] = []
    stack = [_list_containers(document)]
    while stack:
        key, value = next(stack[-1], (None, None))
        if key is None:
            stack.pop()
            del path[-1:]
            continue
        path.append(key)
        if len(path) > MOST_LEVELS:
            raise ValueError("it is nested too deep")
        paths += [(*path, name) for name in names_of.get(id(value), ())]
        stack.append(_list_containers(value))
    return document, paths


def _load(text: str, make_object: Callable[[list[tuple[str, Any]]], Any] | None) -> Any:
    """Return the value of a JSON text, whose objects `make_object` makes. Raises as `parse` does."""
    try:
        return json.loads(
            text,
            parse_constant=_refuse_constant,
            parse_float=_finite,
            object_pairs_hook=make_object,
        )
    except RecursionError as error:
        raise ValueError("it is nested too deep") from error
    except json.JSONDecodeError:
        raise
    except ValueError as error:
        if "integer string conversion" not in str(error):  # Python's own limit
            raise
        raise _refuse_long_number(text) from error


def _refuse_long_number(text: str) -> RefusedError:
    """Return the error for the first whole number of more digits than Python reads."""
    limit = sys.get_int_max_str_digits()
    digits, position = next(
        (len(match[1]), match.start())
        for match in NUMBER.finditer(text)
        if match[1] and not match[2] and len(match[1]) > limit
    )
    message = f"a whole number has {digits:,} digits, and at most {limit:,} are read"
    return RefusedError(message, text, position)


def _list_containers(value: Any) -> Iterator[tuple[str | int, Any]]:
    """Yield the keys or numbers of the objects and lists in a value, and these."""
    if isinstance(value, dict | list):
        items = value.items() if isinstance(value, dict) else enumerate(value)
        yield from ((key, item) for key, item in items if isinstance(item, dict | list))


def describe(path: object, error: ValueError) -> str:
    """Say in one line what is wrong with the JSON file at `path`: file, line and fault."""
    if isinstance(error, RefusedError):
        return f"{path}:{error.lineno}: {error.msg}"
    if isinstance(error, json.JSONDecodeError):
        return f"{path}:{error.lineno}: not JSON: {error.msg}"
    if isinstance(error, UnicodeDecodeError):
        return f"{path}: not UTF-8 text (byte {error.start + 1})"
    return f"{path}: not JSON: {error}"


def _refuse_constant(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not a JSON number")


def _finite(digits: str) -> float:
    if math.isinf(number := float(digits)):
        raise ValueError(f"{digits[:20]} is too large for a number")
    return number


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) < len(pairs):
        raise _RepeatedError
    return value


def _find_repeated_key(text: str) -> tuple[str, int]:
    """Return the first key that an object has twice, and the position of the second."""
    keys: list[set[str]] = []  # of each object or array that is open
    for token in TOKEN.finditer(text):
        if token[0] in "{[":
            keys.append(set())
        elif token[0] in "}]":
            keys.pop()
        elif COLON.match(text, token.end()):
            key = json.loads(token[0])
            if key in keys[-1]:
                return key, token.start()
            keys[-1].add(key)
    raise AssertionError("json found a repeated key that is not there")
