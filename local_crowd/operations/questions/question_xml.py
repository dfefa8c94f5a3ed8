"""Elements of a question's XML: what is not as its schema says is refused, with its place."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from local_crowd.operations.errors import RequestError
from local_crowd.operations.questions.xml_documents import parse_error

ONE, OPTIONAL, SOME, ANY = (1, 1), (0, 1), (1, None), (0, None)
Counts = tuple[int, int | None]
_INSTANCE = "{http://www.w3.org/2001/XMLSchema-instance}"  # where to find a schema: of no effect
_LONGEST_SHOWN = 60


def shorten(text: str) -> str:
    """A text of the requester's, short enough to be repeated in a refusal."""
    text = " ".join(text.split())
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}..."


@dataclass(frozen=True, slots=True)
class Node:
    """An element of `namespace` and its place, such as `QuestionForm/Question[2]/DisplayName`."""

    element: Element
    namespace: str
    place: str

    def refuse(self, why: str) -> RequestError:
        """What to raise when something is wrong here."""
        return parse_error(f"{self.place}: {why}")

    @property
    def name(self) -> str:
        """The element's name, without its namespace."""
        return str(self.element.tag).removeprefix(f"{{{self.namespace}}}")

    def children(self, allowed: Mapping[str, Counts]) -> list["Node"]:
        """The elements within, in their order; `allowed` says how many of each there can be.

        The order itself is not checked: nothing here depends on it.
        """
        self.attributes()
        if (self.element.text or "").strip():
            raise self.refuse(f'the text "{shorten(self.element.text or "")}" has no place here')
        found: list[Node] = []
        numbers: dict[str, int] = {}
        for element in self.element:
            node = Node(element, self.namespace, "")
            if node.name not in allowed:
                raise self.refuse(
                    f"{shorten(node.name)} has no place here, only {', '.join(allowed)}"
                )
            numbers[node.name] = number = numbers.get(node.name, 0) + 1
            several = allowed[node.name][1] is None
            place = f"{self.place}/{node.name}" + (f"[{number}]" if several else "")
            found.append(Node(element, self.namespace, place))
            if (element.tail or "").strip():
                raise self.refuse(f'the text "{shorten(element.tail or "")}" has no place here')
        for name, (least, most) in allowed.items():
            if numbers.get(name, 0) < least:
                raise self.refuse(f"{name} is missing")
            if most is not None and numbers.get(name, 0) > most:
                raise self.refuse(f"{name} is there {numbers[name]} times, and may be once")
        return found

    def children_by_name(self, allowed: Mapping[str, Counts]) -> dict[str, "Node"]:
        """The elements within by name, when there is at most one of each."""
        return {node.name: node for node in self.children(allowed)}

    def attributes(self, *allowed: str) -> dict[str, str]:
        """The element's attributes. Only these are allowed."""
        found = {
            name: value
            for name, value in self.element.attrib.items()
            if not name.startswith(_INSTANCE)
        }
        for name in found:
            if name not in allowed:
                raise self.refuse(f"the attribute {shorten(name)} has no place here")
        return found

    def raw(self) -> str:
        """The text of an element that holds nothing else."""
        self.attributes()
        if len(self.element):
            raise self.refuse("only text can stand here")
        return self.element.text or ""

    def text(self) -> str:
        """The same without the white space around it. It must not be empty."""
        text = self.raw().strip()
        if not text:
            raise self.refuse("is empty")
        return text

    def choice(self, *allowed: str) -> str:
        """A text that must be one of these."""
        text = self.text()
        if text not in allowed:
            raise self.refuse(f'"{shorten(text)}" is not one of {", ".join(allowed)}')
        return text

    def whole(self, text: str, least: int, what: str = "") -> int:
        """`text` as a whole number of 32 bits that is not below `least`."""
        if re.fullmatch(r"[+-]?[0-9]{1,10}", text.strip()) and least <= int(text) < 2**31:
            return int(text)
        raise self.refuse(
            f'{what}{" " if what else ""}"{shorten(text)}" is not a whole number from {least} up'
        )
