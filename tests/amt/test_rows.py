"""The rows of tables and of JSON arrays."""

from pathlib import Path
from typing import Any

import pytest

from amt.errors import Error
from amt.inputs import Input, read_rows
from amt.rows import Row, add_input_fields, choose_format, find_field

COMMA = "a text with a comma in it needs quotation marks around it"
SAVE = 'save the file as UTF-8 (in Excel: the file type "CSV UTF-8")'


def read(name: str, content: str | bytes) -> tuple[list[Row], list[str]]:
    """The rows of a file of this name and content, and the faults."""
    file = Path(name)
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    faults: list[str] = []
    with Input(file) as source:
        source.read()
        return list(source.rows(faults)), faults


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder of its own for each test."""
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    ("path", "given", "chosen"),
    [
        ("a.csv", None, "csv"),
        ("A.TSV", None, "tsv"),
        ("a.json", None, "json"),
        ("a.jsonl", None, "jsonl"),
        ("input.txt", None, "jsonl"),
        ("-", None, "jsonl"),
        ("-", "csv", "csv"),
        ("a.csv", "jsonl", "jsonl"),
    ],
)
def test_the_ending_chooses_the_format(path: str, given: str | None, chosen: str) -> None:
    """Unless it is given; whatever else a file is called, it is JSON Lines."""
    assert choose_format(path, given) == chosen


def test_every_value_of_a_table_is_text() -> None:
    """Also what looks like a number; with the byte order mark of a spreadsheet."""
    assert read("a.csv", '\ufeffid,text\r\n01,"a, b"\r\n2,"x\r\ny"\r\n') == (
        [Row(0, 2, {"id": "01", "text": "a, b"}), Row(1, 3, {"id": "2", "text": "x\r\ny"})],
        [],
    )
    assert read("a.tsv", "a b\tc-1\nx, y\t\n")[0] == [Row(0, 2, {"a b": "x, y", "c-1": ""})]


def test_every_fault_of_a_table_is_named_at_once() -> None:
    """With the file and the line; the good rows go on."""
    rows, faults = read("a.csv", b'a,a,\n1,2\n1,2,3,4\n\xff,2,3\n1,2,3\n1,"2\n3,4,5\n')

    assert [row.line for row in rows] == [4, 5]
    assert faults == [
        "a.csv:1: the column 'a' is named twice",
        "a.csv:1: column 3 has no name",
        "a.csv:2: 2 cells, but line 1 names 3 columns; there is none for ''",
        f"a.csv:3: 4 cells, but line 1 names 3 columns; {COMMA}",
        f"a.csv:4: not UTF-8 (byte 1 of the line); {SAVE}",
        "a.csv:6: the quotation mark that opens here (column 3) is never closed",
    ]


def test_another_delimiter_is_named() -> None:
    """Where the decimal mark is a comma, spreadsheets write a CSV file with semicolons."""
    semicolons = "a.csv:1: the cells are separated by semicolons; separate them with commas"
    tabs = "a.csv:1: the cells are separated by tabs; add --input_format tsv"

    assert read("a.csv", "id;text\n1;x\n")[1] == [semicolons]
    assert read("a.csv", "id\ttext\n1\tx\n")[1] == [tabs]
    assert read("a.csv", "a;b,c\n1,2\n")[1] == []


def test_what_is_not_json_lines_is_named() -> None:
    """A table under another ending, and a workbook that was never saved as CSV."""
    hint = "a.txt:1: not JSON: Expecting value (column 1); if it is a table, add --input_format csv or tsv"

    assert read("a.txt", "id,text\n")[1] == [hint]
    assert read("a.txt", "oops\n")[1] == ["a.txt:1: not JSON: Expecting value (column 1)"]
    assert read("a.xlsx", b"PK\3\4\n\xff\n")[1] == [
        'a.xlsx:1: an Excel workbook; save it as "CSV UTF-8"'
    ]


def test_a_fault_is_raised_where_nobody_collects_them() -> None:
    """As for JSON Lines."""
    Path("a.csv").write_text("a,b\n1\n")

    with pytest.raises(Error, match=r"^a\.csv:2: 1 cell, but line 1 names 2 columns"):
        list(read_rows("a.csv"))


def test_a_table_is_read_twice_from_one_copy() -> None:
    """A pass that ends early changes nothing for the next, and the file is read once."""
    Path("a.csv").write_text("a\n1\n2\n")
    with Input("a.csv") as source:
        source.read()
        Path("a.csv").unlink()

        assert next(source.rows()).value == {"a": "1"}
        assert [row.value for row in source.rows()] == [{"a": "1"}, {"a": "2"}]
        assert source.columns is not None
        assert source.columns.names == ["a"]


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ('[{"a": 1}, {"a": [2, {"b": "]},{"}]}]', [(1, {"a": 1}), (1, {"a": [2, {"b": "]},{"}]})]),
        (
            '\ufeff\n[\n  {"a":\n 1},\n\n  {"a": "\\" ["}\n]\n',
            [(3, {"a": 1}), (6, {"a": '" ['})],
        ),
        ("[\n]\n", []),
        ('[{"a": 1}]\n[{"a": 2}]\n', [(1, [{"a": 1}]), (2, [{"a": 2}])]),
        ("[1, 2]\n", [(1, [1, 2])]),
        ('{"a": 1}\n{"a": 2}\n', [(1, {"a": 1}), (2, {"a": 2})]),
    ],
)
def test_a_json_array_of_objects_is_rows(text: str, rows: list[tuple[int, Any]]) -> None:
    """Each with the line that it begins on. JSON Lines stay JSON Lines, whatever the ending."""
    found, faults = read("a.json", text)

    assert faults == []
    assert [(row.line, row.value) for row in found] == rows
    assert [row.number for row in found] == list(range(len(rows)))


def test_an_array_in_json_lines_is_one_row() -> None:
    """Only the ending .json makes rows of an array."""
    assert read("a.jsonl", '[{"a": 1}, {"a": 2}]')[0] == [Row(0, 1, [{"a": 1}, {"a": 2}])]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ('[\n{"a": 1},\n2]', "a.json:3: not a JSON array of objects: '2' is out of place"),
        ('[\n{"a": 1},\n]', "a.json:3: not a JSON array of objects: ']' is out of place"),
        ('[\n{"a": 1}\n{"a": 2}]', "a.json:3: not a JSON array of objects: '{' is out of place"),
        ('[\n{"a": 1}]\n]', "a.json:3: not a JSON array of objects: ']' is out of place"),
        ('[\n{"a": 1},\n', "a.json:2: not a JSON array of objects: it has no end"),
        ('[\n{"a":\n 1 2}]', "a.json:3: not JSON: Expecting ',' delimiter"),
        ('[\n{"a": 1, "a": 2}]', 'a.json:2: the key "a" is there twice in one object'),
        ('[\n{"a": NaN}]', "a.json:2: not JSON: NaN is not a JSON number"),
    ],
)
def test_an_array_that_is_not_json_is_named(text: str, fault: str) -> None:
    """With the line of the fault, also within an object of several lines."""
    assert read("a.json", text)[1] == [fault]


def test_the_results_of_the_web_site_are_input_again() -> None:
    """Input.x is what the template called x, also where the site has a column x of its own."""
    row = {"Title": "HIT", "Input.Title": "Emma", "Input.a": "1", "b": "2", "Input.b": "3"}

    assert [find_field(row, name) for name in ("Title", "a", "b", "Input.b", "c")] == [
        "Input.Title",
        "Input.a",
        "b",
        "Input.b",
        None,
    ]
    assert add_input_fields(row) == row | {"Title": "Emma", "a": "1"}
    assert row["Title"] == "HIT"
    assert add_input_fields([1]) == [1]
