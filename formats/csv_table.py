"""CSV whose first line names the columns (RFC 4180), read strictly: a stray quotation mark or a
comma too many is a fault with its line, never a row that silently means something else.
"""

from collections.abc import Callable, Collection, Iterable, Iterator
from typing import NamedTuple

Report = Callable[[int, str], None]
QUOTE = '"'


class Row(NamedTuple):
    """A row: the line that it begins on, counted from 1, and its cells by column."""

    line: int
    cells: dict[str, str]


class Table:
    """A CSV file. `lines` are its lines with their endings, as open(newline="") gives them.

    `report` is called with the line and the words of each fault; it collects them or raises. A
    fault in the quotation marks ends the table: nobody knows which cell the rest belongs to.
    `used`: the columns that are looked at, if not all; only they must be named once.
    """

    def __init__(
        self,
        lines: Iterable[str],
        report: Report,
        *,
        used: Collection[str] | None = None,
        delimiter: str = ",",
    ) -> None:
        self._report = report
        self._records = _Records(lines, report, delimiter)
        self._head, names = next(self._records, (1, []))
        self.columns = [name.strip() for name in names]
        for number, name in enumerate(self.columns, 1):
            if name in self.columns[: number - 1] and (used is None or name in used):
                report(self._head, f"the column {name!r} is named twice")
            elif not name and used is None:
                report(self._head, f"column {number} has no name")

    def rows(self) -> Iterator[Row]:
        """Yield each row that has a cell for each column."""
        width = len(self.columns)
        for line, cells in self._records:
            if len(cells) == width:
                yield Row(line, dict(zip(self.columns, cells, strict=True)))
            elif len(cells) > width:
                self._report(
                    line,
                    f"{len(cells)} cells, but line {self._head} names {width} columns; a text "
                    "with a comma in it needs quotation marks around it",
                )
            else:
                missing = self.columns[len(cells)]
                self._report(
                    line,
                    f"{len(cells)} cells, but line {self._head} names {width} columns; there is "
                    f"none for {missing!r}",
                )


class _Records:
    """The records of a file, each with the line that it begins on; blank lines are skipped."""

    def __init__(self, lines: Iterable[str], report: Report, delimiter: str) -> None:
        self._lines = enumerate(lines, 1)
        self._report = report
        self._delimiter = delimiter
        self._number = 0
        self._line = ""  # the line that is being read, without its ending
        self._ending = ""
        self._position = 0

    def __iter__(self) -> Iterator[tuple[int, list[str]]]:
        return self

    def __next__(self) -> tuple[int, list[str]]:
        while self._read_line():
            if self._line.strip():
                break
        else:
            raise StopIteration
        begin = self._number
        cells = [self._cell()]
        while self._position < len(self._line):
            self._position += 1  # the delimiter
            cells.append(self._cell())
        return begin, cells

    def _read_line(self) -> bool:
        self._number, text = next(self._lines, (self._number, ""))
        self._line = text.rstrip("\r\n")
        self._ending = text[len(self._line) :]
        self._position = 0
        return bool(text)

    def _cell(self) -> str:
        if self._line.startswith(QUOTE, self._position):
            return self._quoted_cell()
        end = self._line.find(self._delimiter, self._position)
        end = len(self._line) if end < 0 else end
        cell = self._line[self._position : end]
        if QUOTE in cell:
            column = self._position + cell.index(QUOTE) + 1
            self._stop(
                self._number,
                f"a quotation mark within a cell (column {column}); put the whole cell into "
                "quotation marks, and double each one inside",
            )
        self._position = end
        return cell

    def _quoted_cell(self) -> str:
        """Read a cell from its opening quotation mark to behind the closing one."""
        opened, column = self._number, self._position + 1
        parts = []
        self._position += 1
        while True:
            end = self._line.find(QUOTE, self._position)
            if end < 0:
                parts.append(self._line[self._position :] + self._ending)
                if not self._read_line():
                    self._stop(
                        opened,
                        f"the quotation mark that opens here (column {column}) is never closed",
                    )
            elif self._line.startswith(QUOTE, end + 1):
                parts.append(self._line[self._position : end + 1])
                self._position = end + 2
            else:
                parts.append(self._line[self._position : end])
                self._position = end + 1
                break
        behind = self._line[self._position : self._position + 1]
        if behind not in ("", self._delimiter):
            self._stop(
                opened,
                f"the quotation mark that opens here (column {column}) is closed on line "
                f"{self._number} before {behind!r}; double a quotation mark within a cell",
            )
        return "".join(parts)

    def _stop(self, line: int, fault: str) -> None:
        """Report a fault and end the table."""
        self._lines = enumerate(())
        self._report(line, fault)
        raise StopIteration
