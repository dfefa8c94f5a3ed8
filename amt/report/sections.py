"""What the parts of a report consist of: figures, tables, charts, and the section that has them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple


class Figure(NamedTuple):
    """A figure of the report: its name on the command line, and how the report shows it."""

    name: str
    value: Any  # as in JSON; amounts of money are texts, as in Amazon's API
    text: str
    title: str


class Figures(dict[str, Figure]):
    """The figures of a report by name."""

    def __init__(self, figures: Iterable[Figure]) -> None:
        super().__init__((figure.name, figure) for figure in figures)

    def text(self, name: str) -> str:
        """Return a figure as the report shows it."""
        return self[name].text

    def has(self, name: str) -> bool:
        """Return whether there is such a figure, with a value."""
        return name in self and self[name].value is not None


class Cell(NamedTuple):
    """A cell with a shade from 0 to 5, as a map of heat has it."""

    text: str
    shade: int


@dataclass(frozen=True)
class Table:
    """A table. The first column names its rows; columns in `numbers` are set to the right."""

    caption: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str | Cell]]
    numbers: Sequence[int] = ()


@dataclass(frozen=True)
class Chart:
    """A chart, and the table of what it shows."""

    caption: str
    svg: str
    table: Table


@dataclass(frozen=True)
class Answer:
    """An answer to a row in doubt."""

    worker: str
    text: str
    seconds: str  # or that it was a machine


@dataclass(frozen=True)
class Card:
    """A row in doubt, with its answers."""

    title: str
    why: str
    label: str
    shown: str  # the input of the row
    answers: Sequence[Answer]


@dataclass(frozen=True)
class Section:
    """A section of the page."""

    name: str  # its anchor
    title: str
    notes: Sequence[str] = ()
    charts: Sequence[Chart] = ()
    tables: Sequence[Table] = ()
    cards: Sequence[Card] = field(default_factory=tuple)


def table_of(caption: str, figures: Figures, names: Iterable[str]) -> Table:
    """Return a table of two columns with those figures that there are."""
    rows = [(figures[name].title, figures[name].text) for name in names if figures.has(name)]
    return Table(caption, ("", "value"), rows, numbers=(1,))
