"""The parts of a QuestionForm: questions in Amazon's XML that the crowd shows as a form."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

Kind = Literal["image", "audio", "video"]
Style = Literal["radiobutton", "dropdown", "checkbox", "list", "combobox", "multichooser"]


@dataclass(frozen=True, slots=True)
class Title:
    """A heading."""

    text: str


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph of plain text."""

    text: str


@dataclass(frozen=True, slots=True)
class List:
    """A bulleted list."""

    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Binary:
    """An image, audio or video at an http or https URL; sizes are as in HTML: `400` or `50%`."""

    kind: Kind
    url: str
    alt_text: str
    width: str = ""
    height: str = ""


@dataclass(frozen=True, slots=True)
class FormattedContent:
    """HTML that is safe to show, converted from Amazon's XHTML subset."""

    html: str


Content = Title | Text | List | Binary | FormattedContent


@dataclass(frozen=True, slots=True)
class Pattern:
    """A JavaScript regular expression that an answer must match somewhere."""

    regex: str
    error_text: str
    ignore_case: bool


@dataclass(frozen=True, slots=True)
class FreeTextAnswer:
    """A text field; the worker's browser enforces its constraints, and None means no constraint."""

    numeric: bool = False
    min_value: int | None = None
    max_value: int | None = None
    min_length: int | None = None
    max_length: int | None = None
    patterns: tuple[Pattern, ...] = ()
    default_text: str = ""
    lines: int = 1


@dataclass(frozen=True, slots=True)
class Selection:
    """One of the choices of a question."""

    identifier: str
    content: Text | Binary | FormattedContent


@dataclass(frozen=True, slots=True)
class SelectionAnswer:
    """A choice of `min_count` to `max_count` selections, and optionally `other`, a free text."""

    selections: tuple[Selection, ...]
    min_count: int = 1
    max_count: int = 1
    style: Style | None = None
    other: FreeTextAnswer | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """A question; it is required if it says so, or if its text has a minimum length."""

    identifier: str
    display_name: str
    required: bool
    content: tuple[Content, ...]
    answer: FreeTextAnswer | SelectionAnswer


@dataclass(frozen=True, slots=True)
class Overview:
    """Content outside of the questions."""

    content: tuple[Content, ...]


@dataclass(frozen=True, slots=True)
class QuestionForm:
    """The overviews and questions of a form, in order."""

    parts: tuple[Overview | Question, ...]
    frame_height = 0  # a form has no frame height: it takes the height of the window

    def questions(self) -> Iterator[Question]:
        """Iterate over the questions without the overviews."""
        return (part for part in self.parts if isinstance(part, Question))
