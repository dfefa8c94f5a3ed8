"""Tables of results as files: CSV, a JSON array, Parquet."""

import csv
from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any, BinaryIO, TextIO

from amt import answers, cells
from amt.errors import Error
from amt.results_tables import Result, Table

ROWS_AT_ONCE = 5_000  # of a Parquet file, in memory


def write_csv(file: TextIO, table: Table, results: Iterable[Result], *, raw: bool = False) -> None:
    """Write the table as CSV, every cell quoted. Unless `raw`, no cell begins like a formula."""
    guard = str if raw else cells.guard
    writer = csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerow([guard(cells.to_text(name)) for name in table.columns])
    for result in results:
        writer.writerow([guard(cells.to_text(value)) for value in table.cells(result)])


def write_json(file: TextIO, table: Table, results: Iterable[Result]) -> None:
    """Write the table as a JSON array, an object per line; a value that is missing is null."""
    columns = table.columns
    before = "["
    for result in results:
        line = answers.format_line(dict(zip(columns, table.cells(result), strict=True)))
        file.write(f"{before}\n{line}")
        before = ","
    file.write("[]\n" if before == "[" else "\n]\n")


def import_pyarrow() -> Any:
    """Return pyarrow. Raises Error, which says how to install it, if it is missing."""
    try:
        import pyarrow as pa
        import pyarrow.parquet
    except ImportError as error:
        raise Error(
            "--format parquet needs pyarrow: pip install -r requirements-extras.txt"
        ) from error
    return pa


def write_parquet(file: BinaryIO, table: Table, results: Iterable[Result]) -> None:
    """Write the table as Parquet: the column `row` is a number, every other one text."""
    pa = import_pyarrow()
    columns = table.columns
    schema = pa.schema(
        [(cells.to_text(name), pa.int64() if name == "row" else pa.string()) for name in columns]
    )
    rest = iter(results)
    with pa.parquet.ParquetWriter(file, schema) as writer:
        while rows := [
            _to_texts(columns, table.cells(result)) for result in islice(rest, ROWS_AT_ONCE)
        ]:
            arrays = [
                pa.array(column, field.type)
                for column, field in zip(zip(*rows, strict=True), schema, strict=True)
            ]
            writer.write_table(pa.Table.from_arrays(arrays, schema=schema))


def _to_texts(columns: Sequence[str], values: Sequence[Any]) -> list[Any]:
    """Return a row with every value as text, except the number of the input row."""
    return [
        value if value is None or name == "row" else cells.to_text(value)
        for name, value in zip(columns, values, strict=True)
    ]
