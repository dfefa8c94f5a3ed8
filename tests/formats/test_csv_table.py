"""CSV, read strictly."""

import csv
import io

import hypothesis
import pytest
from hypothesis import strategies as st

from formats import csv_table
from formats.csv_table import Row, Table, decode_lines

OPENS = "the quotation mark that opens here (column 3)"
WITHIN = (
    "a quotation mark within a cell (column 5); put the whole cell into quotation marks, and "
    "double each one inside"
)
TOO_MANY = (
    "3 cells, but line 1 names 2 columns; a text with a comma in it needs quotation marks around it"
)


def read(text: str, **options: object) -> tuple[list[str], list[Row], list[tuple[int, str]]]:
    """The columns, the rows, and the faults with their lines."""
    faults: list[tuple[int, str]] = []
    table = Table(
        io.StringIO(text, newline=""), lambda line, fault: faults.append((line, fault)), **options
    )
    return table.columns, list(table.rows()), faults


def test_rows_are_read_by_column_with_the_line_they_begin_on() -> None:
    """Quotation marks, commas and line breaks within them, blank lines, any line ending."""
    columns, rows, faults = read('a, b\r\n1,"x, ""y"""\n\n"2\r\n3",\r4,"5"')

    assert faults == []
    assert columns == ["a", "b"]
    assert rows == [
        Row(2, {"a": "1", "b": 'x, "y"'}),
        Row(4, {"a": "2\r\n3", "b": ""}),
        Row(6, {"a": "4", "b": "5"}),
    ]


@pytest.mark.parametrize("text", ["", "\n", "  \n\n"])
def test_an_empty_file_has_neither_columns_nor_rows(text: str) -> None:
    """The table is not at fault: the caller says what is missing."""
    assert read(text) == ([], [], [])


@pytest.mark.parametrize(
    ("text", "line", "fault"),
    [
        ('a,b\n1,"x\n2,y\n', 2, f"{OPENS} is never closed"),
        ('a,b\n1,"\n', 2, f"{OPENS} is never closed"),
        ('a,"b\n1,2\n', 1, f"{OPENS} is never closed"),
        (
            'a,b\n1,"x\n2,y\n3,"z"\n',
            2,
            f"{OPENS} is closed on line 4 before 'z'; double a quotation mark within a cell",
        ),
        (
            'a,b\n1,"x" y\n',
            2,
            f"{OPENS} is closed on line 2 before ' '; double a quotation mark within a cell",
        ),
        (
            'a,b\n1,x "y"\n',
            2,
            WITHIN,
        ),
    ],
)
def test_a_stray_quotation_mark_is_reported_where_it_is(text: str, line: int, fault: str) -> None:
    """The table ends there: what follows may belong to any cell."""
    assert read(text)[1:] == ([], [(line, fault)])


def test_rows_before_a_fault_are_read() -> None:
    """The faults show that the rows are incomplete."""
    _, rows, faults = read('a\n1\n"2\n3\n')

    assert rows == [Row(2, {"a": "1"})]
    assert [line for line, _ in faults] == [3]


def test_every_row_of_another_width_is_reported() -> None:
    """Too many cells come from a comma without quotation marks."""
    _, rows, faults = read("a,b\n1,x, y\n1\n1,2\n")

    assert rows == [Row(4, {"a": "1", "b": "2"})]
    assert faults == [
        (
            2,
            TOO_MANY,
        ),
        (3, "1 cell, but line 1 names 2 columns; there is none for 'b'"),
    ]


def test_columns_are_named_once() -> None:
    """A repeated column name is ambiguous, and refused if the column is used."""
    assert read("a,b, a,\n")[2] == [
        (1, "the column 'a' is named twice"),
        (1, "column 4 has no name"),
    ]
    assert read("a,b,a,\n", used=["b"])[2] == []
    assert read("a,b,b,\n", used=["b"])[2] == [(1, "the column 'b' is named twice")]


def test_another_delimiter() -> None:
    """Tabs, as spreadsheets copy them."""
    assert read("a\tb\n1,5\t2\n", delimiter="\t")[1] == [Row(2, {"a": "1,5", "b": "2"})]


def test_a_line_of_spaces_is_a_row_where_it_can_be_one() -> None:
    """The csv module writes a single cell of spaces, and cells of tabs, without quotation marks."""
    assert read("a\n \n\n")[1] == [Row(2, {"a": " "})]
    assert read("a\tb\n\t\n \n", delimiter="\t")[1] == [Row(2, {"a": "", "b": ""})]
    assert read("a,b\n  \n")[1:] == ([], [])


def test_a_cell_that_is_too_large_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a quotation mark that is never closed, the rest of the file is not kept either."""
    monkeypatch.setattr(csv_table, "MAX_CELL_CHARACTERS", 20)
    large = "the cell that opens here (column 1) has more than 20 characters"

    assert read('a\n"' + "1234567\n" * 3 + '"\n')[1:] == ([], [(2, large)])
    assert read('a\n"' + '12345""' * 4 + '"\n')[1:] == ([], [(2, large)])
    closed = "the quotation mark that opens here (column 1) is never closed"
    assert read('a\n"' + "1234567\n" * 9)[1:] == ([], [(2, closed)])


def decode(content: bytes) -> tuple[list[str], list[tuple[int, str]]]:
    """The lines of a file, and the faults with their lines."""
    faults: list[tuple[int, str]] = []
    lines = list(
        decode_lines(io.BytesIO(content), lambda line, fault: faults.append((line, fault)))
    )
    return lines, faults


def test_lines_are_utf_8_with_any_ending() -> None:
    """With a byte order mark or without; other separators of Unicode end no line."""
    assert decode("\ufeffé\r\nb\rc\n\u2028\x0b".encode()) == (
        ["é\r\n", "b\r", "c\n", "\u2028\x0b"],
        [],
    )
    assert decode(b"") == ([], [])


def test_bytes_that_are_not_utf_8_are_named_once_a_line() -> None:
    """With what a spreadsheet calls the right format; a UTF-16 file is named once."""
    save = 'save the file as UTF-8 (in Excel: the file type "CSV UTF-8")'

    assert decode(b"a\n\xe9b\xe9\n\xc3\xa9\xff") == (
        ["a\n", "\ufffdb\ufffd\n", "é\ufffd"],
        [
            (2, f"not UTF-8 (byte 1 of the line); {save}"),
            (3, f"not UTF-8 (byte 3 of the line); {save}"),
        ],
    )
    for encoding in ("utf-16-le", "utf-16-be"):
        assert decode("\ufeffa\nb".encode(encoding)) == ([], [(1, f"UTF-16, not UTF-8; {save}")])


cells = st.text(st.sampled_from('ab ,"\n\r;\té'), min_size=1)


@hypothesis.given(st.lists(st.tuples(cells, cells), min_size=1))
def test_what_the_csv_module_writes_is_read(rows: list[tuple[str, str]]) -> None:
    """Any cells can be read back unchanged."""
    file = io.StringIO(newline="")
    csv.writer(file, quoting=csv.QUOTE_ALL).writerows([("a", "b"), *rows])

    _, read_rows, faults = read(file.getvalue())

    assert faults == []
    assert [tuple(row.cells.values()) for row in read_rows] == rows


@hypothesis.given(
    st.sampled_from([",", "\t"]),
    st.integers(1, 3).flatmap(
        lambda width: st.lists(st.lists(st.text(), min_size=width, max_size=width), min_size=1)
    ),
)
def test_a_table_of_any_texts_comes_back(delimiter: str, table: list[list[str]]) -> None:
    """Written as a program or a spreadsheet writes it, with quotation marks only where needed."""
    columns = [f"c{number}" for number in range(len(table[0]))]
    file = io.StringIO(newline="")
    csv.writer(file, delimiter=delimiter).writerows([columns, *table])
    faults: list[tuple[int, str]] = []

    def report(line: int, fault: str) -> None:
        faults.append((line, fault))

    lines = decode_lines(io.BytesIO(file.getvalue().encode("utf-8-sig")), report)
    rows = [list(row.cells.values()) for row in Table(lines, report, delimiter=delimiter).rows()]

    assert (rows, faults) == (table, [])


@hypothesis.given(st.text(st.sampled_from('a,"\n\r ')))
def test_any_text_is_rows_or_faults(text: str) -> None:
    """No text raises an exception; rows without faults have a cell for each column."""
    columns, rows, faults = read(text)

    assert faults or all([*row.cells] == columns for row in rows)
