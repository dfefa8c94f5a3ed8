"""CSV whose first line names the columns (RFC 4180), read strictly: a stray quotation mark or a
comma too many is a fault with its line, never a row that silently means something else.
"""

import io
import re
from collections.abc import Callable, Collection, Iterable, Iterator
from typing import BinaryIO, NamedTuple

Report = Callable[[int, str], None]
QUOTE = '"'
BETWEEN_QUOTED = '"{}"'
MAX_CELL_CHARACTERS = 10_000_000  # beyond it, only the end of the cell is looked for
UTF_16_MARKS = ("\udcff\udcfe", "\udcfe\udcff")  # byte order marks, read as UTF-8
UNDECODED = re.compile("[\udc80-\udcff]")  # what errors="surrogateescape" makes of a byte
SAVE_AS_UTF_8 = 'save the file as UTF-8 (in Excel: the file type "CSV UTF-8")'


def decode_lines(file: BinaryIO, report: Report) -> Iterator[str]:
    """Yield the lines of a UTF-8 file with their endings: LF, CRLF or CR; skip a byte order mark.

    Bytes that are not UTF-8 are reported once for each line, and become U+FFFD; a UTF-16 file is
    reported once, and yields nothing. Closes the file at its end.
    """
    with io.TextIOWrapper(file, encoding="utf-8", errors="surrogateescape", newline="") as lines:
        for number, line in enumerate(lines, 1):
            if line.isascii():
                yield line
                continue
            text = line.removeprefix("\ufeff") if number == 1 else line
            if number == 1 and text.startswith(UTF_16_MARKS):
                report(1, f"UTF-16, not UTF-8; {SAVE_AS_UTF_8}")
                return
            if undecoded := UNDECODED.search(text):
                place = len(line[: line.index(undecoded[0])].encode("utf-8", "surrogateescape")) + 1
                report(number, f"not UTF-8 (byte {place} of the line); {SAVE_AS_UTF_8}")
                text = UNDECODED.sub("\ufffd", text)
            yield text


class Row(NamedTuple):
    """A row: the line that it begins on, counted from 1, and its cells by column."""

    line: int
    cells: dict[str, str]


class Table:
    """A CSV file. `lines` are its lines with their endings, as open(newline="") gives them.

    `report` is called with the line and the words of each fault; it collects them or raises. A
    fault in the quotation marks ends the table: nobody knows which cell the rest belongs to.
    `used`: the columns that are looked at, if not all; only they must be named once.
    `head` is the line of the names, `columns` are the names without spaces around them.
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
        self.head, names = next(self._records, (1, []))
        self.columns = [name.strip() for name in names]
        for number, name in enumerate(self.columns, 1):
            if name in self.columns[: number - 1] and (used is None or name in used):
                report(self.head, f"the column {name!r} is named twice")
            elif not name and used is None:
                report(self.head, f"column {number} has no name")
        self._records.has_one_column = len(self.columns) == 1

    def rows(self) -> Iterator[Row]:
        """Yield each row that has a cell for each column."""
        width = len(self.columns)
        for line, cells in self._records:
            if len(cells) == width:
                yield Row(line, dict(zip(self.columns, cells, strict=True)))
            elif len(cells) > width:
                self._report(
                    line,
                    f"{len(cells)} cells, but line {self.head} names {width} columns; a text "
                    "with a comma in it needs quotation marks around it",
                )
            else:
                count = len(cells)
                missing = self.columns[count]
                self._report(
                    line,
                    f"{count} {'cell' if count == 1 else 'cells'}, but line {self.head} names {width} columns; there is "
                    f"none for {missing!r}",
                )


class _Records:
    """The records of a file, each with the line that it begins on; blank lines are skipped.

    In a table of one column, a line of spaces is a record: the csv module writes it without
    quotation marks. So is a line of tabs where they separate the cells.
    """

    def __init__(self, lines: Iterable[str], report: Report, delimiter: str) -> None:
        self._lines = enumerate(lines, 1)
        self._report = report
        self._delimiter = delimiter
        self._between_quoted = BETWEEN_QUOTED.format(delimiter)
        self.has_one_column = False
        self._number = 0
        self._line = ""  # the line that is being read, without its ending
        self._ending = ""
        self._position = 0

    def __iter__(self) -> Iterator[tuple[int, list[str]]]:
        return self

    def __next__(self) -> tuple[int, list[str]]:
        while self._read_line():
            if not self._is_blank():
                break
        else:
            raise StopIteration
        begin = self._number
        if (simple := self._split_simple_line()) is not None:
            return begin, simple
        cells = [self._cell()]
        while self._position < len(self._line):
            self._position += 1  # the delimiter
            cells.append(self._cell())
        return begin, cells

    def _is_blank(self) -> bool:
        if not self._line:
            return True
        if self.has_one_column or self._delimiter in self._line:
            return False
        return self._line.isspace()

    def _split_simple_line(self) -> list[str] | None:
        """Return the cells if all of them or none are in quotation marks, with none inside.

        Cell by cell takes twice as long.
        """
        if QUOTE not in self._line:
            return self._line.split(self._delimiter)
        if len(self._line) > 1 and self._line[0] == self._line[-1] == QUOTE:
            within = self._line[1:-1]
            cells = within.split(self._between_quoted)
            if within.count(QUOTE) == 2 * (len(cells) - 1):
                return cells
        return None

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
        parts: list[str] = []
        size = 0
        self._position += 1
        while True:
            if size > MAX_CELL_CHARACTERS:
                parts.clear()
            end = self._line.find(QUOTE, self._position)
            if end < 0:
                parts.append(self._line[self._position :] + self._ending)
                size += len(parts[-1])
                if not self._read_line():
                    self._stop(
                        opened,
                        f"the quotation mark that opens here (column {column}) is never closed",
                    )
            elif self._line.startswith(QUOTE, end + 1):
                parts.append(self._line[self._position : end + 1])
                size += len(parts[-1])
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
        if size > MAX_CELL_CHARACTERS:
            self._stop(
                opened,
                f"the cell that opens here (column {column}) has more than "
                f"{MAX_CELL_CHARACTERS:,} characters",
            )
        return "".join(parts)

    def _stop(self, line: int, fault: str) -> None:
        """Report a fault and end the table."""
        self._lines = enumerate(())
        self._report(line, fault)
        raise StopIteration
