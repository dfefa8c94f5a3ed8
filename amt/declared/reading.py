"""Read a batch file: everything that is wrong with it, before anything is done."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import ValidationError

from amt import inputs
from amt.declared.batch_file import BatchFile
from amt.declared.faults import FileFaults
from amt.errors import Error
from formats import json_text


class DeclaredRow(NamedTuple):
    """A row of a batch: its number, counted from 0, its id, and its value."""

    number: int
    id: str
    value: Any


@dataclass(frozen=True)
class Declared:
    """A batch file that was read. `document` is its JSON, and `text` the file as it was given.

    `name` is what messages call the file, `folder` where the files that it names are.
    """

    name: str
    folder: Path
    text: bytes
    document: Any
    file: BatchFile
    rows: Sequence[DeclaredRow]
    notes: tuple[str, ...] = ()

    def explain(self) -> dict[str, Any]:
        """Return the batch file with the default of every key that it leaves out."""
        values = self.file.model_dump(exclude={"schema_url"})
        values["description"] = values["description"] or self.file.title
        return values

    def list_hits(self) -> Iterator[Sequence[DeclaredRow]]:
        """Yield the rows of each HIT."""
        size = self.file.rows_per_hit
        for start in range(0, len(self.rows), size):
            yield self.rows[start : start + size]


def read(path: str | Path) -> Declared:
    """Read a batch file. Raises Error with every fault, one per line."""
    try:
        text = Path(path).read_bytes()
    except OSError as error:
        raise Error(f"{path}: {error.strerror}") from error
    return parse(text, str(path), Path(path).parent)


def parse(text: bytes, name: str, folder: Path) -> Declared:
    """Return the batch that a text declares. Raises Error with every fault, one per line.

    `name` is what messages call the text; files that it names are looked for in `folder`.
    """
    try:
        document = json_text.parse(text.decode("utf-8-sig"))
    except ValueError as error:
        raise Error(json_text.describe(name, error)) from error
    faults = FileFaults()
    file = _validate(document, faults)
    rows: list[DeclaredRow] = []
    if file is not None:
        rows = list(_list_rows(file, folder, faults))
    if faults or file is None:
        raise Error(f"{name}:\n{faults.join()}")
    return Declared(name, folder, text, document, file, rows)


def _validate(document: Any, faults: FileFaults) -> BatchFile | None:
    try:
        return BatchFile.model_validate(document)
    except ValidationError as error:
        faults.add_invalid(error, BatchFile)
        return None


def _list_rows(file: BatchFile, folder: Path, faults: FileFaults) -> Iterator[DeclaredRow]:
    """Yield the rows; those of a file that cannot be read are a fault."""
    if isinstance(file.rows, dict):
        items: Any = file.rows.items()
    elif isinstance(file.rows, list):
        items = ((str(number), value) for number, value in enumerate(file.rows))
    else:
        if not file.rows.endswith((".jsonl", ".csv")):
            faults.add(["rows"], f"{file.rows} must end in .jsonl or .csv")
            return
        items = ((str(row.number), row.value) for row in _read_rows(folder / file.rows, faults))
    number = -1
    for number, (row_id, value) in enumerate(items):
        yield DeclaredRow(number, row_id, value)
    if number < 0 and not faults:
        faults.add(["rows"], f"{file.rows} has no rows")


def _read_rows(path: Path, faults: FileFaults) -> Iterator[Any]:
    found: list[str] = []
    try:
        with inputs.Input(path) as source:
            source.read()
            yield from source.rows(found)
    except Error as error:
        found.append(str(error))
    for fault in found:
        faults.add(["rows"], fault)
