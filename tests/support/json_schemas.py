"""JSON Schema: random values that a schema allows or not, and what is wrong with a value.

Only what the schemas of this project use is known here.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from hypothesis import strategies as st

from tests.support.random_requests import json_values, mostly

Schema = Mapping[str, Any]
MOST_CHARACTERS = 200
MOST_ITEMS = 3
# No value of JSON's text form: half of a surrogate pair. Tests send those by hand.
characters = st.characters(exclude_categories=["Cs"])


class Generator:
    """Strategies for the values of a document of schemas. `root` is what `#/…` refers to.

    `known` has values that the schema allows and that mean something, by the names of members: most
    values of a member are then among those.
    """

    def __init__(self, root: Schema, known: Mapping[str, st.SearchStrategy[Any]]) -> None:
        self._root = root
        self._known = known

    def valid(self, schema: Schema) -> st.SearchStrategy[Any]:
        """Return a strategy for values that the schema allows."""
        if "$ref" in schema:
            return self.valid(self.resolve(schema["$ref"]))
        if "const" in schema:
            return st.just(schema["const"])
        if "enum" in schema:
            return st.sampled_from(schema["enum"])
        if "anyOf" in schema:
            return st.one_of([self.valid(choice) for choice in schema["anyOf"]])
        make: Callable[[Schema], st.SearchStrategy[Any]] = {
            "object": self._object,
            "array": self._array,
            "string": _text,
            "integer": _integer,
            "number": _number,
            "boolean": lambda _: st.booleans(),
            "null": lambda _: st.none(),
            "anything": lambda _: json_values,
        }[schema.get("type", "anything")]
        return make(schema)

    def broken(self, schema: Schema) -> st.SearchStrategy[dict[str, Any]]:
        """Return a strategy for objects in which members may be missing, unknown, or anything."""
        members = {
            name: json_values | self._member(name, member)
            for name, member in self._members(schema).items()
        }
        others = st.dictionaries(st.text(characters, max_size=8), json_values, max_size=2)
        known = st.fixed_dictionaries({}, optional=members)
        return st.builds(lambda one, other: one | other, known, others)

    def resolve(self, reference: str) -> Schema:
        """Return what `#/a/b` refers to."""
        schema = self._root
        for name in reference.removeprefix("#/").split("/"):
            schema = schema[name]
        return schema

    def _members(self, schema: Schema) -> Schema:
        schema = self.resolve(schema["$ref"]) if "$ref" in schema else schema
        members: Schema = schema.get("properties", {})
        return members

    def _member(self, name: str, schema: Schema) -> st.SearchStrategy[Any]:
        values = self.valid(schema)
        return mostly(self._known[name], values) if name in self._known else values

    def _object(self, schema: Schema) -> st.SearchStrategy[Any]:
        members = {name: self._member(name, it) for name, it in self._members(schema).items()}
        required = {name: members.pop(name) for name in schema.get("required", ())}
        least = schema.get("minProperties", 0)
        if not members and not required and schema.get("additionalProperties", True):
            keys = st.text(characters, max_size=8)
            return st.dictionaries(keys, json_values, min_size=least, max_size=MOST_ITEMS)
        return st.fixed_dictionaries(required, optional=members)

    def _array(self, schema: Schema) -> st.SearchStrategy[Any]:
        items = self.valid(schema.get("items", {}))
        least = schema.get("minItems", 0)
        most = min(schema.get("maxItems", MOST_ITEMS), max(least, MOST_ITEMS))
        return st.lists(items, min_size=least, max_size=most)


def _text(schema: Schema) -> st.SearchStrategy[str]:
    most = min(schema.get("maxLength", MOST_CHARACTERS), MOST_CHARACTERS)
    if "pattern" in schema:
        return st.from_regex(schema["pattern"].rstrip("$") + r"\Z").filter(
            lambda text: len(text) <= most
        )
    return st.text(characters, min_size=schema.get("minLength", 0), max_size=most)


def _integer(schema: Schema) -> st.SearchStrategy[int]:
    low, high = schema.get("minimum", -(10**30)), schema.get("maximum", 10**30)
    return mostly(st.integers(low, min(high, low + 10)), st.integers(low, high))


def _number(schema: Schema) -> st.SearchStrategy[float]:
    low = schema.get("minimum", schema.get("exclusiveMinimum"))
    floats = st.floats(
        low,
        schema.get("maximum"),
        exclude_min="exclusiveMinimum" in schema,
        allow_nan=False,
        allow_infinity=False,
    )
    return mostly(st.sampled_from([0.05, 0.5, 1.0]), floats)


def find_faults(root: Schema, schema: Schema, value: Any, path: str = "") -> Iterator[str]:
    """Yield what the schema says is wrong with a value.

    Raises KeyError for a keyword that is not known here, so that none is passed over in silence.
    """
    for keyword in schema.keys() - NOTES:
        yield from CHECKS[keyword](root, schema, value, path)


def _check_reference(root: Schema, schema: Schema, value: Any, path: str) -> Iterator[str]:
    yield from find_faults(root, Generator(root, {}).resolve(schema["$ref"]), value, path)


def _check_any(root: Schema, schema: Schema, value: Any, path: str) -> Iterator[str]:
    found = [[*find_faults(root, choice, value, path)] for choice in schema["anyOf"]]
    if all(found):
        yield from (fault for faults in found for fault in faults)


def _check_members(root: Schema, schema: Schema, value: Any, path: str) -> Iterator[str]:
    if not isinstance(value, dict):
        return
    members = schema.get("properties", {})
    for name, member in value.items():
        if name in members:
            yield from find_faults(root, members[name], member, f"{path}/{name}")
        elif schema.get("additionalProperties", True) is False:
            yield f"{path}/{name}: is unknown"
    yield from (f"{path}/{name}: is missing" for name in {*schema.get("required", ())} - {*value})


def _check_items(root: Schema, schema: Schema, value: Any, path: str) -> Iterator[str]:
    for number, item in enumerate(value if isinstance(value, list) else ()):
        yield from find_faults(root, schema["items"], item, f"{path}/{number}")


def _rule(keyword: str, kind: Callable[[Any], bool], holds: Callable[[Any, Any], bool]) -> Any:
    """Return the check of a keyword that is about values of one kind."""

    def check(_root: Schema, schema: Schema, value: Any, path: str) -> Iterator[str]:
        if kind(value) and not holds(value, schema[keyword]):
            yield f"{path}: {value!r:.80} against {keyword} {schema[keyword]!r}"

    return check


def _is(*types: type) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, types) and not isinstance(value, bool)


_is_number, _is_text, _is_list, _is_object = _is(int, float), _is(str), _is(list), _is(dict)
TYPES: dict[str, Callable[[Any], bool]] = {
    "object": _is_object,
    "array": _is_list,
    "string": _is_text,
    "number": _is_number,
    "integer": _is(int),
    "boolean": lambda value: isinstance(value, bool),
    "null": lambda value: value is None,
}
NOTES = {"$schema", "$defs", "title", "description", "default"}  # which say nothing of values
CHECKS = {
    "$ref": _check_reference,
    "anyOf": _check_any,
    "properties": _check_members,
    "required": _check_members,
    "additionalProperties": _check_members,
    "items": _check_items,
    "type": _rule("type", lambda _: True, lambda value, kind: TYPES[kind](value)),
    "enum": _rule("enum", lambda _: True, lambda value, choices: value in choices),
    "const": _rule("const", lambda _: True, lambda value, wanted: value == wanted),
    "minimum": _rule("minimum", _is_number, lambda value, low: value >= low),
    "maximum": _rule("maximum", _is_number, lambda value, high: value <= high),
    "exclusiveMinimum": _rule("exclusiveMinimum", _is_number, lambda value, low: value > low),
    "minLength": _rule("minLength", _is_text, lambda value, least: len(value) >= least),
    "maxLength": _rule("maxLength", _is_text, lambda value, most: len(value) <= most),
    "pattern": _rule("pattern", _is_text, lambda value, rule: bool(re.search(rule, value))),
    "minItems": _rule("minItems", _is_list, lambda value, least: len(value) >= least),
    "maxItems": _rule("maxItems", _is_list, lambda value, most: len(value) <= most),
    "minProperties": _rule("minProperties", _is_object, lambda value, least: len(value) >= least),
}
