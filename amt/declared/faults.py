"""Faults of a batch file: each with its JSON path, in the words of the other messages."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pydantic import BaseModel, ValidationError

from amt.messages import FaultList
from amt.spelling import FEW_KEYS, suggest

NOUNS = {
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "string_type": "a text",
    "bool_type": "true or false",
    "dict_type": "an object",
    "list_type": "a list",
    "model_type": "an object",
    "model_attributes_type": "an object",
}
LIMITS = {
    "greater_than": ("gt", "must be more than {}"),
    "greater_than_equal": ("ge", "must be at least {}"),
    "less_than_equal": ("le", "must be at most {}"),
    "string_too_long": ("max_length", "must have at most {} characters"),
    "too_long": ("max_length", "must have at most {} items"),
}


class FileFaults(FaultList):
    """The faults of a batch file, as `/push/url: what is wrong`.

    `names` has the place of a value in the user's file, if it is not the place in the batch file.
    """

    def __init__(self, names: Mapping[str, str] | None = None) -> None:
        super().__init__()
        self._names = names or {}

    def append(self, message: str) -> None:
        """Add a message that begins with a place."""
        place, separator, words = message.partition(": ")
        prefix = place
        while prefix and prefix not in self._names:
            prefix = prefix.rpartition("/")[0]
        if prefix:
            place = self._names[prefix] + place.removeprefix(prefix)
        super().append(f"{place}{separator}{words}")

    def add(self, path: Sequence[Any], fault: str) -> None:
        """Add what is wrong at a path."""
        self.append(f"{format_path(path)}: {fault}")

    def add_as_given(self, path: Sequence[Any], fault: str) -> None:
        """Add what is wrong at a path of the user's file."""
        super().append(f"{format_path(path)}: {fault}")

    def add_invalid(self, error: ValidationError, model: type[BaseModel]) -> None:
        """Add everything that pydantic found."""
        details = error.errors(include_url=False)
        with_hints = sum(detail["type"] == "extra_forbidden" for detail in details) <= FEW_KEYS
        for detail in details:
            self.add(detail["loc"], _describe(detail, model, with_hints=with_hints))


def format_path(path: Iterable[Any]) -> str:
    """Return a JSON Pointer (RFC 6901)."""
    parts = (str(part).replace("~", "~0").replace("/", "~1") for part in path)
    return "".join(f"/{part}" for part in parts) or "/"


def _describe(detail: Mapping[str, Any], model: type[BaseModel], *, with_hints: bool) -> str:
    kind, context = detail["type"], detail.get("ctx", {})
    if kind == "missing":
        return "is missing"
    if kind == "extra_forbidden":
        *place, key = detail["loc"]
        return f"unknown key{suggest(str(key), _list_keys(model, place)) if with_hints else ''}"
    if kind in NOUNS:
        return f"must be {NOUNS[kind]}"
    if kind in LIMITS:
        name, words = LIMITS[kind]
        return words.format(_format_limit(context[name]))
    if kind == "literal_error":
        return f"must be {context['expected']}"
    if kind == "string_pattern_mismatch":
        return "must be 1 to 64 letters, digits, dots, hyphens or underscores, the first a letter or digit"
    if kind in {"string_too_short", "too_short"}:
        return "is empty"
    return str(detail["msg"])


def _format_limit(limit: float) -> str:
    return f"{limit:,}".removesuffix(".0")


def _list_keys(model: type[BaseModel], path: Sequence[Any]) -> list[str]:
    """Return the known keys of the part of a batch file at `path`."""
    for name in path:
        found = _find_model(model.model_fields[str(name)].annotation)
        if found is None:
            return []
        model = found
    return list(model.model_fields)


def _find_model(annotation: Any) -> type[BaseModel] | None:
    choices = (annotation, *getattr(annotation, "__args__", ()))
    return next(
        (
            choice
            for choice in choices
            if isinstance(choice, type) and issubclass(choice, BaseModel)
        ),
        None,
    )
