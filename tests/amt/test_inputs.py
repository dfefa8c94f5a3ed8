"""The input of a batch."""

from pathlib import Path
from typing import Any

import pytest

from amt.errors import Error
from amt.inputs import read_rows
from amt.rows import Row, parse_rows
from formats.json_text import parse


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """The input file of a test."""
    return tmp_path / "input.jsonl"


def test_each_line_is_a_row(file: Path) -> None:
    """Any JSON value; blank lines, CRLF, a byte order mark and a missing last newline are fine."""
    file.write_bytes(
        b'\xef\xbb\xbf{"a": 1}\r\n\r\n   \n[1, 2]\n"text"\n5\nnull\n' + '"\u2028é"'.encode()
    )

    assert list(read_rows(file)) == [
        Row(0, 1, {"a": 1}),
        Row(1, 4, [1, 2]),
        Row(2, 5, "text"),
        Row(3, 6, 5),
        Row(4, 7, None),
        Row(5, 8, "\u2028é"),
    ]


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        (b"{'a': 1}", "not JSON: Expecting property name enclosed in double quotes (column 2)"),
        (b'{"a": 1', "not JSON: Expecting ',' delimiter (column 8)"),
        (b"1 2", "not JSON: Extra data (column 3)"),
        (b'{"a": NaN}', "not JSON: NaN is not a JSON number"),
        (b"-Infinity", "not JSON: -Infinity is not a JSON number"),
        (b"1e999", "not JSON: 1e999 is too large for a number"),
        (b'{"a": "\xff"}', "not UTF-8 text (byte 8 of the line)"),
        (b"[" * 100_000, "not JSON: it is nested too deep"),
        (b"1" * 5000, "a whole number has 5,000 digits, and at most 4,300 are read (column 1)"),
    ],
)
def test_a_line_that_is_not_json_is_reported(file: Path, line: bytes, fault: str) -> None:
    """File and line, at once or collected with all others, and the good lines are used."""
    file.write_bytes(b"1\n" + line + b"\n2\n")
    faults: list[str] = []

    with file.open("rb") as lines:
        assert [row.value for row in parse_rows(file, lines, faults)] == [1, 2]
    (sole_fault,) = faults
    assert sole_fault.startswith(f"{file}:2: {fault}")
    with pytest.raises(Error) as caught:
        list(read_rows(file))
    assert str(caught.value) == sole_fault


def test_rows_are_read_as_they_are_wanted(file: Path) -> None:
    """The first row is there before the last line is read."""
    file.write_text("1\nnot json\n")

    assert next(read_rows(file)).value == 1


def test_a_missing_file_is_reported(file: Path) -> None:
    """In the operating system's words."""
    with pytest.raises(Error, match=r"input\.jsonl: No such file or directory"):
        list(read_rows(file))


@pytest.mark.parametrize("value", ["NaN", "[1e400]", '{"a": -1e999}', "[" * 5000])
def test_what_no_browser_would_write_is_a_value_error(value: str) -> None:
    """Text that only Python accepts, or that breaks its parser, is not JSON."""
    with pytest.raises(ValueError):
        parse(value)


@pytest.mark.parametrize(
    ("text", "value"), [("1.5", 1.5), ("-0.0", -0.0), ("1e300", 1e300), ('{"a":[]}', {"a": []})]
)
def test_numbers_stay_what_they_are(text: str, value: Any) -> None:
    """Checking them changes none."""
    assert parse(text) == value
