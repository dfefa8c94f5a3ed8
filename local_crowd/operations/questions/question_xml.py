"""Read the elements of a question's XML; an error names the place that violates the schema."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from local_crowd.operations.errors import RequestError
from local_crowd.operations.questions.xml_documents import make_parse_error

ONE, OPTIONAL, SOME, ANY = (1, 1), (0, 1), (1, None), (0, None)
Counts = tuple[int, int | None]
_SCHEMA_INSTANCE = "{http://www.w3.org/2001/XMLSchema-instance}"  # attributes that we ignore
_MAX_SHOWN_LENGTH = 60


def shorten(text: str) -> str:
    """Shorten a requester's text so that an error message can repeat it."""
    text = " ".join(text.split())
    return text if len(text) <= _MAX_SHOWN_LENGTH else f"{text[:_MAX_SHOWN_LENGTH]}..."


@dataclass(frozen=True, slots=True)
class Node:
    """An element of `namespace` and its place, such as `QuestionForm/Question[2]/DisplayName`."""

    element: Element
    namespace: str
    place: str

    def make_error(self, why: str) -> RequestError:
        """Return the error to raise for this element; `why` completes "<place>: "."""
        return make_parse_error(f"{self.place}: {why}")

    @property
    def name(self) -> str:
        """The element's name without its namespace."""
        return str(self.element.tag).removeprefix(f"{{{self.namespace}}}")

    def read_children(self, allowed: Mapping[str, Counts]) -> list["Node"]:
        """Return the child elements in order, whatever that is.

        `allowed` maps the names of children to their minimum and maximum numbers. Raises
        RequestError for other children, other numbers, text or attributes.
        """
        self.read_attributes()
        if (self.element.text or "").strip():
            raise self.make_error(
                f'the text "{shorten(self.element.text or "")}" is not allowed here'
            )
        nodes: list[Node] = []
        numbers: dict[str, int] = {}
        for element in self.element:
            node = Node(element, self.namespace, "")
            if node.name not in allowed:
                raise self.make_error(
                    f"{shorten(node.name)} is not allowed here, only {', '.join(allowed)}"
                )
            numbers[node.name] = number = numbers.get(node.name, 0) + 1
            is_repeatable = allowed[node.name][1] is None
            place = f"{self.place}/{node.name}" + (f"[{number}]" if is_repeatable else "")
            nodes.append(Node(element, self.namespace, place))
            if (element.tail or "").strip():
                raise self.make_error(
                    f'the text "{shorten(element.tail or "")}" is not allowed here'
                )
        for name, (least, most) in allowed.items():
            if numbers.get(name, 0) < least:
                raise self.make_error(f"{name} is missing")
            if most is not None and numbers.get(name, 0) > most:
                raise self.make_error(f"{name} occurs {numbers[name]} times; one is allowed")
        return nodes

    def read_children_by_name(self, allowed: Mapping[str, Counts]) -> dict[str, "Node"]:
        """Return the child elements by name, for names that are allowed once."""
        return {node.name: node for node in self.read_children(allowed)}

    def read_attributes(self, *allowed: str) -> dict[str, str]:
        """Return the element's attributes; raise RequestError for others than `allowed`."""
        attributes = {
            name: value
            for name, value in self.element.attrib.items()
            if not name.startswith(_SCHEMA_INSTANCE)
        }
        for name in attributes:
            if name not in allowed:
                raise self.make_error(f"the attribute {shorten(name)} is not allowed here")
        return attributes

    def read_raw_text(self) -> str:
        """Return the text of an element that must not contain anything else."""
        self.read_attributes()
        if len(self.element):
            raise self.make_error("must contain only text")
        return self.element.text or ""

    def read_text(self) -> str:
        """Return the element's text without surrounding white space; it must not be empty."""
        text = self.read_raw_text().strip()
        if not text:
            raise self.make_error("is empty")
        return text

    def read_choice(self, *allowed: str) -> str:
        """Return the element's text, which must be one of `allowed`."""
        text = self.read_text()
        if text not in allowed:
            raise self.make_error(f'"{shorten(text)}" is not one of {", ".join(allowed)}')
        return text

    def parse_integer(self, text: str, least: int, name: str = "") -> int:
        """Parse `text` as a whole number of 32 bits that is at least `least`."""
        if re.fullmatch(r"[+-]?[0-9]{1,10}", text.strip()) and least <= int(text) < 2**31:
            return int(text)
        raise self.make_error(
            f'{name}{" " if name else ""}"{shorten(text)}" is not a whole number from {least} up'
        )
