"""CSV, read strictly."""

import csv
import io

import hypothesis
import pytest
from hypothesis import strategies as st

from formats.csv_table import Row, Table

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
def test_a_stray_quotation_mark_is_named_where_it_stands(text: str, line: int, fault: str) -> None:
    """The table ends there: what follows may belong to any cell."""
    assert read(text)[1:] == ([], [(line, fault)])


def test_rows_before_a_fault_are_read() -> None:
    """The faults tell that it is not all."""
    _, rows, faults = read('a\n1\n"2\n3\n')

    assert rows == [Row(2, {"a": "1"})]
    assert [line for line, _ in faults] == [3]


def test_every_row_of_another_width_is_named() -> None:
    """Too many cells come from a comma without quotation marks."""
    _, rows, faults = read("a,b\n1,x, y\n1\n1,2\n")

    assert rows == [Row(4, {"a": "1", "b": "2"})]
    assert faults == [
        (
            2,
            TOO_MANY,
        ),
        (3, "1 cells, but line 1 names 2 columns; there is none for 'b'"),
    ]


def test_columns_are_named_once() -> None:
    """Which of two would be meant, nobody knows; where only some are used, only those count."""
    assert read("a,b, a,\n")[2] == [
        (1, "the column 'a' is named twice"),
        (1, "column 4 has no name"),
    ]
    assert read("a,b,a,\n", used=["b"])[2] == []
    assert read("a,b,b,\n", used=["b"])[2] == [(1, "the column 'b' is named twice")]


def test_another_delimiter() -> None:
    """Tabs, as spreadsheets copy them."""
    assert read("a\tb\n1,5\t2\n", delimiter="\t")[1] == [Row(2, {"a": "1,5", "b": "2"})]


cells = st.text(st.sampled_from('ab ,"\n\r;\té'), min_size=1)


@hypothesis.given(st.lists(st.tuples(cells, cells), min_size=1))
def test_what_the_csv_module_writes_is_read(rows: list[tuple[str, str]]) -> None:
    """Whatever is in the cells, all of it comes back."""
    file = io.StringIO(newline="")
    csv.writer(file, quoting=csv.QUOTE_ALL).writerows([("a", "b"), *rows])

    _, read_rows, faults = read(file.getvalue())

    assert faults == []
    assert [tuple(row.cells.values()) for row in read_rows] == rows


@hypothesis.given(st.text(st.sampled_from('a,"\n\r ')))
def test_any_text_is_rows_or_faults(text: str) -> None:
    """Nothing raises; rows without faults have a cell for each column."""
    columns, rows, faults = read(text)

    assert faults or all([*row.cells] == columns for row in rows)
