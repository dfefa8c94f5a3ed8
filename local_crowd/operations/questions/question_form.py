"""A QuestionForm: questions in Amazon's own XML, which the crowd shows as a form of its own."""

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
    """A picture, a sound or a film at an http or https URL. Sizes are HTML's: `400` or `50%`."""

    kind: Kind
    url: str
    alt_text: str
    width: str = ""
    height: str = ""


@dataclass(frozen=True, slots=True)
class FormattedContent:
    """HTML of Amazon's XHTML subset, checked and written anew: safe to show as it is."""

    html: str


Content = Title | Text | List | Binary | FormattedContent


@dataclass(frozen=True, slots=True)
class Pattern:
    """A regular expression, as JavaScript has them, that an answer must contain."""

    regex: str
    error_text: str
    ignore_case: bool


@dataclass(frozen=True, slots=True)
class FreeTextAnswer:
    """A text field. The worker's browser holds to the constraints; None: there is none."""

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
    """One of the things to choose from."""

    identifier: str
    content: Text | Binary | FormattedContent


@dataclass(frozen=True, slots=True)
class SelectionAnswer:
    """A choice of `min_count` to `max_count` selections; `other` is a text beside them."""

    selections: tuple[Selection, ...]
    min_count: int = 1
    max_count: int = 1
    style: Style | None = None
    other: FreeTextAnswer | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """One question. `required` as it says, or because its text has a least length."""

    identifier: str
    display_name: str
    required: bool
    content: tuple[Content, ...]
    answer: FreeTextAnswer | SelectionAnswer


@dataclass(frozen=True, slots=True)
class Overview:
    """What is told apart from the questions."""

    content: tuple[Content, ...]


@dataclass(frozen=True, slots=True)
class QuestionForm:
    """Overviews and questions, in their order."""

    parts: tuple[Overview | Question, ...]
    frame_height = 0  # Amazon's own form has none: it takes the window

    def questions(self) -> Iterator[Question]:
        """The questions alone."""
        return (part for part in self.parts if isinstance(part, Question))
