"""Find a field of an answer by its dotted name, such as output.label."""

from collections.abc import Mapping
from typing import Any

from formats.json_text import parse

OUTPUT = ("output", "taskAnswers")  # fields of the form that hold JSON: ours, and <crowd-form>'s


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


def find_answer(fields: Mapping[str, Any], name: str) -> Any:
    """Return the value of a field of an answer, whose form has these fields; None without it.

    `name` is as in a line of results: `output.label`, `answers.label`, or only `label`.
    """
    result = {"answers": fields, "output": _parse_output(fields)}
    for full_name in (name, f"output.{name}", f"answers.{name}"):
        found = find_field(result, full_name)
        if found is not None:
            return found
    return None


def _parse_output(fields: Mapping[str, Any]) -> Any:
    text = next((fields[name] for name in OUTPUT if name in fields), None)
    if not isinstance(text, str):
        return text
    try:
        return parse(text, unique_keys=False)
    except ValueError:
        return text
