"""Faults of HIT properties by Amazon's service model, which botocore ships."""

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from botocore.loaders import Loader
from botocore.model import ServiceModel, Shape, StructureShape
from botocore.validate import ParamValidator

from amt.requirements import KEYS
from amt.spelling import suggest

JSON_WORDS = {"None": "null", "True": "true", "False": "false"}
TYPE_NAMES = {  # of JSON, by what botocore calls them
    "<class 'str'>": "a string",
    "<class 'int'>": "a whole number",
    "<class 'bool'>": "true or false",
    "<class 'list'>, <class 'tuple'>": "a list",
    "<class 'dict'>": "an object",
}


@cache
def load_hit_shape() -> StructureShape:
    """Load the parameters of CreateHIT."""
    loader = Loader()
    # load_service_model would list the folders of all services first, which takes 9 ms.
    version = loader.determine_latest_version("mturk", "service-2")
    loaded = loader.load_data(f"mturk/{version}/service-2")
    shape = ServiceModel(loaded, "mturk").operation_model("CreateHIT").input_shape
    assert shape is not None  # noqa: S101 - CreateHIT has parameters
    return shape


def find_faults(properties: dict[str, Any]) -> list[str]:
    """Return every fault of these parameters of CreateHIT, each after its key and a colon."""
    shape = load_hit_shape()
    unknown = [name for name in properties if name not in shape.members]
    report = ParamValidator().validate(
        {name: value for name, value in properties.items() if name in shape.members}, shape
    )
    faults = [f"{name}: not a HIT property{_suggest(name)}" for name in unknown]
    if report.has_errors():
        faults += [_explain(line) for line in report.generate_report().splitlines()]
    else:
        faults += [
            fault
            for name, value in properties.items()
            if name in shape.members
            for fault in _list_faults(shape.members[name], value, name)
        ]
    return faults


def _suggest(name: str) -> str:
    known = (*load_hit_shape().members, *KEYS, "FrameHeight", "ExternalURL")
    return suggest(name, known, lambda key: key.lower().replace("_", ""), cutoff=0.7)


def _explain(line: str) -> str:
    """Return a line of botocore's report in plain words, after its property and a colon."""
    if missing := re.fullmatch(r'Missing required parameter in (\w+)(.*): "(\w+)"', line):
        name, place, key = missing.groups()
        return f"{key}: missing" if name == "input" else f"{name}: {place} has no {key}"
    if unknown := re.fullmatch(
        r'Unknown parameter in (\w+)(.*): "(.*)", must be one of: (.*)', line
    ):
        name, place, key, keys = unknown.groups()
        return f"{name}: {place} has an unknown key {key}; the keys are {keys}"
    if wrong := re.fullmatch(
        r"Invalid type for parameter (\w+)(.*), value: (.*), type: <.*>, valid types: (.*)", line
    ):
        name, place, value, types = wrong.groups()
        value = JSON_WORDS.get(value, value)
        return f"{name}: {place}{' ' if place else ''}{value} is not {TYPE_NAMES.get(types, types)}"
    named = re.search(r"parameter (\w+)", line)
    return f"{named[1]}: {line}" if named else line


def _list_faults(shape: Any, value: Any, path: str) -> Iterator[str]:
    """Yield the values that break enum, pattern or maximum, which botocore does not check."""
    if shape.type_name == "structure":
        for name, member in value.items():
            yield from _list_faults(shape.members[name], member, f"{path}: {name}")
    elif shape.type_name == "list":
        for item in value:
            yield from _list_faults(shape.member, item, path)
    yield from _check_rules(shape, value, path)


def _check_rules(shape: Shape, value: Any, path: str) -> Iterator[str]:
    rules = shape.metadata
    if (enum := rules.get("enum")) and value not in enum:
        yield f"{path}: {value!r} is not one of {', '.join(enum)}"
    if (pattern := rules.get("pattern")) and not re.search(pattern, value):
        yield f"{path}: {value!r} does not match {pattern}"
    size = value if isinstance(value, int) else len(value) if hasattr(value, "__len__") else 0
    if "max" in rules and size > rules["max"]:
        yield f"{path}: {size} is more than {rules['max']}"
