"""The shapes that a task type declares for its rows and its context, such as `[text, ...]`.

text, number, value, image, any     a text; a number; a text, a number, true, false or null;
                                    the address of an image; anything
option                              a value, or {value: value, text: text}
[text, ...]                         a list of one or more texts
[value per fields]                  a list with a value for each item of the context's `fields`
[text, number]                      a list of these two
{title: text, note?: text}          an object with a title; a note may be missing
text or number                      either
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from amt.messages import count_of
from amt.spelling import FEW_KEYS, suggest

Context = Mapping[str, Any]
IMAGE = re.compile(r"(?:https?://|data:image/|/files/)\S+", re.IGNORECASE)
IMAGE_STARTS = "https://, http://, data:image/ or /files/"
TOKEN = re.compile(r"\s*(\.\.\.|[\[\]{},:?]|\w+)")


class Shape:
    """What a value must be."""

    def find_faults(self, value: Any, path: str, context: Context) -> Iterator[str]:
        """Yield what is wrong with a value, as `path: message`. `path` is a JSON Pointer."""
        raise NotImplementedError


@dataclass(frozen=True)
class Word(Shape):
    """One of WORDS."""

    name: str

    def find_faults(self, value: Any, path: str, context: Context) -> Iterator[str]:  # noqa: ARG002
        """Yield what is wrong with a value."""
        if self.name == "image" and isinstance(value, str) and not IMAGE.fullmatch(value):
            yield f"{path}: is not the address of an image; begin it with {IMAGE_STARTS}"
        elif not WORDS[self.name](value):
            yield f"{path}: is {describe(value)}, not {NAMES.get(self.name, f'a {self.name}')}"


@dataclass(frozen=True)
class Many(Shape):
    """A list of at least `least` items of a shape, or of as many as the context's `per` has."""

    item: Shape
    least: int = 1
    per: str = ""

    def find_faults(self, value: Any, path: str, context: Context) -> Iterator[str]:
        """Yield what is wrong with a value."""
        if not isinstance(value, list):
            yield f"{path}: is {describe(value)}, not a list"
            return
        heads = context.get(self.per)
        if isinstance(heads, list) and len(value) != len(heads):
            yield f"{path}: {count_of(len(value), 'value')}, {self.per} has {len(heads)}"
            return
        if len(value) < self.least:
            yield f"{path}: {count_of(len(value), 'item')}, at least {self.least} must be there"
        for number, item in enumerate(value):
            yield from self.item.find_faults(item, f"{path}/{number}", context)


@dataclass(frozen=True)
class Items(Shape):
    """A list of items that each have a shape."""

    items: tuple[Shape, ...]

    def find_faults(self, value: Any, path: str, context: Context) -> Iterator[str]:
        """Yield what is wrong with a value."""
        if not isinstance(value, list):
            yield f"{path}: is {describe(value)}, not a list"
        elif len(value) != len(self.items):
            yield f"{path}: {count_of(len(value), 'item')} instead of {len(self.items)}"
        else:
            for number, (item, shape) in enumerate(zip(value, self.items, strict=True)):
                yield from shape.find_faults(item, f"{path}/{number}", context)


class Member(NamedTuple):
    """A member of an object."""

    shape: Shape
    is_optional: bool


@dataclass(frozen=True)
class Object(Shape):
    """An object with these members; it may have others."""

    members: Mapping[str, Member]

    def find_faults(self, value: Any, path: str, context: Context) -> Iterator[str]:
        """Yield what is wrong with a value."""
        if not isinstance(value, dict):
            yield f"{path}: is {describe(value)}, not an object"
            return
        for key, member in self.members.items():
            if key in value:
                yield from member.shape.find_faults(value[key], join(path, key), context)
            elif not member.is_optional:
                others = value.keys() - self.members
                hint = suggest(key, others) if len(others) <= FEW_KEYS else ""
                yield f"{join(path, key)}: is missing{hint}"

    def find_unknown(self, value: Mapping[str, Any], path: str, known: set[str]) -> Iterator[str]:
        """Yield the keys of `value` that are neither members nor in `known`."""
        names = [*self.members, *sorted(known)]
        unknown = [key for key in value if key not in names]
        for key in unknown:
            hint = suggest(key, names) if len(unknown) <= FEW_KEYS else ""
            yield f"{join(path, key)}: is not a key of this task{hint}"


@dataclass(frozen=True)
class Either(Shape):
    """One of several shapes."""

    choices: tuple[Shape, ...]

    def find_faults(self, value: Any, path: str, context: Context) -> Iterator[str]:
        """Yield what is wrong with a value as the shape that it fits best, the first of equals.

        An object or a list with faults inside fits better than a value of another kind.
        """

        def is_at_path(fault: str) -> bool:
            return fault.startswith(f"{path}: ")

        faults = [list(shape.find_faults(value, path, context)) for shape in self.choices]
        yield from min(faults, key=lambda found: (any(map(is_at_path, found)), len(found)))


def is_text(value: Any) -> bool:
    """Return whether a value is a text."""
    return isinstance(value, str)


def is_number(value: Any) -> bool:
    """Return whether a value is a number, which true and false are not."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def is_value(value: Any) -> bool:
    """Return whether a value is neither a list nor an object."""
    return not isinstance(value, list | dict)


def is_option(value: Any) -> bool:
    """Return whether a value is an option: a value, or an object with a value and its text."""
    if not isinstance(value, dict):
        return is_value(value)
    return "value" in value and is_text(value.get("text"))


WORDS: dict[str, Callable[[Any], bool]] = {
    "text": is_text,
    "number": is_number,
    "value": is_value,
    "image": is_text,
    "option": is_option,
    "any": lambda _: True,
}
NAMES = {
    "text": "text",
    "value": "a text or a number",
    "image": "the address of an image",
    "option": "an option: a text, a number, or an object with value and text",
}


def parse(text: str) -> Shape:
    """Return the shape that a text declares. Raises ValueError with what is wrong."""
    parser = _Parser(text)
    shape = parser.read_shape()
    if parser.tokens:
        raise ValueError(f"{parser.tokens[0]} is not expected")
    return shape


def join(path: str, key: str) -> str:
    """Return the JSON Pointer of a member of what `path` points to."""
    return f"{path}/{key.replace('~', '~0').replace('/', '~1')}"


def describe(value: Any) -> str:
    """Return what kind of JSON value this is, for a message."""
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    kinds: dict[type, str] = {str: "text", dict: "an object", list: "a list"}
    return kinds.get(type(value), "a number")


class _Parser:
    """Reads a shape from its tokens, which it takes from the front of `tokens`."""

    def __init__(self, text: str) -> None:
        self.tokens: list[str] = []
        position = 0
        while text[position:].strip():
            match = TOKEN.match(text, position)
            if match is None:
                raise ValueError(f"{text[position:].strip()[0]} is not expected")
            self.tokens.append(match[1])
            position = match.end()

    def take(self, *wanted: str) -> str:
        """Take the next token, which must be one of `wanted`, if any are given."""
        token = self.tokens.pop(0) if self.tokens else "the end"
        if wanted and token not in wanted:
            raise ValueError(f"{token} is where {' or '.join(wanted)} is expected")
        return token

    def has(self, token: str) -> bool:
        """Take the next token if it is this one; return whether it was."""
        if self.tokens[:1] == [token]:
            self.tokens.pop(0)
            return True
        return False

    def read_shape(self) -> Shape:
        """Read a shape with its alternatives."""
        choices = [self._read_one()]
        while self.has("or"):
            choices.append(self._read_one())
        return choices[0] if len(choices) == 1 else Either(tuple(choices))

    def _read_one(self) -> Shape:
        if self.has("["):
            return self._read_list()
        if self.has("{"):
            return self._read_object()
        word = self.take()
        if word not in WORDS:
            raise ValueError(f"{word} is not a shape{suggest(word, WORDS)}")
        return Word(word)

    def _read_list(self) -> Shape:
        items = [self.read_shape()]
        if self.has("per"):
            per = self.take()
            self.take("]")
            return Many(items[0], per=per)
        while self.take(",", "]") == ",":
            if self.has("..."):
                self.take("]")
                if any(item != items[0] for item in items):
                    raise ValueError("... follows items of different shapes")
                return Many(items[0], len(items))
            items.append(self.read_shape())
        return Items(tuple(items))

    def _read_object(self) -> Object:
        members: dict[str, Member] = {}
        while True:
            key = self.take()
            is_optional = self.take(":", "?") == "?"
            if is_optional:
                self.take(":")
            members[key] = Member(self.read_shape(), is_optional)
            if self.take(",", "}") == "}":
                return Object(members)
