"""The rows of an input file: JSON Lines, a JSON array of objects, or a table with column names."""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from amt.errors import Error
from amt.web_columns import ALL_COLUMNS
from formats import csv_table
from formats.json_text import RefusedError, parse

DELIMITERS = {"csv": ",", "tsv": "\t"}
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
WORKBOOK = b"PK\x03\x04"
IS_TABLE = re.compile(rb"\s*[^\s\[{][^:]*[,\t]")  # a line of names
# Before the columns of the input, in the results file of Mechanical Turk's web site.
INPUT_PREFIX = "Input."
# Strings, so that brackets within them do not count.
TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],]|[^\s"{}\[\],]+')


class Row(NamedTuple):
    """A row of the input: `number` counts rows from 0, `line` the file's lines from 1."""

    number: int
    line: int
    value: Any


class Columns(NamedTuple):
    """The column names of a table, and the line that they are on."""

    line: int
    names: list[str]


class Faults:
    """What is wrong in the file `path`: added to `faults`, or raised as Error at once."""

    def __init__(self, path: str | Path, faults: list[str] | None) -> None:
        self._path = path
        self._faults = faults

    def report(self, line: int, fault: str) -> None:
        """Add a fault as `file:line: what`, or raise it."""
        message = f"{self._path}:{line}: {fault}"
        if self._faults is None:
            raise Error(message)
        self._faults.append(message)


def choose_format(path: str | Path, given: str | None = None) -> str:
    """Return `given`, or the format that the ending of the file's name stands for."""
    ending = Path(path).suffix.lower().removeprefix(".")
    return given or (ending if ending in (*DELIMITERS, "json") else "jsonl")


def parse_file(
    path: str | Path,
    file: BinaryIO,
    file_format: str,
    faults: list[str] | None = None,
    set_columns: Callable[[Columns], object] = lambda _: None,
) -> Iterator[Row]:
    """Yield the rows of a file of a format of `choose_format`; faults as for `parse_rows`.

    `set_columns` is called with the columns of a table before its first row.
    """
    if file_format in DELIMITERS:
        report = Faults(path, faults).report
        lines = csv_table.decode_lines(file, report)
        table = csv_table.Table(lines, report, delimiter=DELIMITERS[file_format])
        if file_format == "csv":
            _report_other_delimiter(table, report)
        set_columns(Columns(table.head, table.columns))
        for number, row in enumerate(table.rows()):
            yield Row(number, row.line, row.cells)
    elif file_format == "json" and _is_array(file):
        yield from _parse_array(file, Faults(path, faults).report)
    else:
        yield from parse_rows(path, file, faults)


def _report_other_delimiter(table: csv_table.Table, report: csv_table.Report) -> None:
    """Report a file that separates its cells by semicolons, as some countries' Excel, or by tabs."""
    (name, *more) = table.columns or [""]
    if not more and ";" in name:
        report(table.head, "the cells are separated by semicolons; separate them with commas")
    elif not more and "\t" in name:
        report(table.head, "the cells are separated by tabs; add --input_format tsv")


def parse_rows(
    path: str | Path, lines: Iterable[bytes], faults: list[str] | None = None
) -> Iterator[Row]:
    """Yield the rows in the lines of `path`, JSON Lines; blank lines are skipped.

    Every line that is not JSON goes into `faults` as `file:line: what`; without a list it raises
    Error at once.
    """
    report = Faults(path, faults).report
    number = 0
    for line, raw in enumerate(lines, 1):
        text = raw.removeprefix(BYTE_ORDER_MARK) if line == 1 else raw
        if not text.strip():
            continue
        if line == 1 and raw.startswith(WORKBOOK):
            report(1, 'an Excel workbook; save it as "CSV UTF-8"')
            return
        try:
            value = parse(text.rstrip().decode("utf-8"))
        except ValueError as error:
            is_table = line == 1 and IS_TABLE.match(text)
            hint = "; if it is a table, add --input_format csv or tsv" if is_table else ""
            report(line, _describe_fault(error) + hint)
        else:
            yield Row(number, line, value)
            number += 1


def _describe_fault(error: ValueError) -> str:
    if isinstance(error, UnicodeDecodeError):
        return f"not UTF-8 text (byte {error.start + 1} of the line)"
    if isinstance(error, RefusedError):
        return f"{error.msg} (column {error.colno})"
    if isinstance(error, json.JSONDecodeError):
        return f"not JSON: {error.msg} (column {error.colno})"
    return f"not JSON: {error}"


def find_field(row: Mapping[str, Any], name: str) -> str | None:
    """Return the column of `row` that a template means by `name`, or None.

    In the web site's results file, `Input.x` is what the template called x, also where the site
    has a column of its own called x, such as Title.
    """
    prefixed = INPUT_PREFIX + name
    if name in row and not (name in ALL_COLUMNS and prefixed in row):
        return name
    return prefixed if prefixed in row else None


def add_input_fields(row: Any) -> Any:
    """Return `row`; if it is of the web site's results file, with the fields of its input added."""
    if not isinstance(row, dict):
        return row
    names = [name.removeprefix(INPUT_PREFIX) for name in row if name.startswith(INPUT_PREFIX)]
    if not names:
        return row
    return row | {name: row[find_field(row, name) or name] for name in names}


def _is_array(file: BinaryIO) -> bool:
    """Return whether the file is one JSON array, on one line (then of objects) or on several.

    It is not if its first line is an array and others follow: these are JSON Lines. Afterwards
    the file is at its beginning.
    """
    texts = (line.removeprefix(BYTE_ORDER_MARK).strip() for line in file)
    first = next(filter(None, texts), b"")
    more = next(filter(None, texts), b"")
    file.seek(0)
    if not first.startswith(b"["):
        return False
    try:
        value = parse(first.decode())
    except ValueError:
        return bool(more)
    return not more and bool(value) and all(isinstance(row, dict) for row in value)


def _parse_array(file: BinaryIO, report: csv_table.Report) -> Iterator[Row]:
    """Yield the objects of a JSON array. A fault in what is between them ends the array."""
    number = 0
    for line, text in _split_array(file, report):
        try:
            value = parse(text)
        except RefusedError as error:
            report(line + error.lineno - 1, error.msg)
        except json.JSONDecodeError as error:
            report(line + error.lineno - 1, f"not JSON: {error.msg}")
        except ValueError as error:
            report(line, f"not JSON: {error}")
        else:
            yield Row(number, line, value)
            number += 1


def _split_array(file: BinaryIO, report: csv_table.Report) -> Iterator[tuple[int, str]]:
    """Yield the text of each object of a JSON array, and the line that it begins on."""
    depth = 0
    expected = "["
    begin, parts = 0, [""]
    line = 0
    for line, text in enumerate(csv_table.decode_lines(file, report), 1):
        position = 0  # where what belongs to the object begins
        for token in TOKEN.finditer(text):
            if depth > 1:
                depth += (token[0] in "{[") - (token[0] in "}]")
                if depth == 1:
                    yield begin, "".join(parts) + text[position : token.end()]
                    expected = ",]"
                continue
            if token[0] not in expected:
                report(line, f"not a JSON array of objects: {token[0][:20]!r} is out of place")
                return
            if token[0] == "{":
                depth, begin, parts, position = 2, line, [], token.start()
            else:
                depth = int(token[0] != "]")
                expected = {"[": "{]", ",": "{", "]": " "}[token[0]]
        if depth > 1:
            parts.append(text[position:])
    if expected != " ":
        report(line, "not a JSON array of objects: it has no end")
