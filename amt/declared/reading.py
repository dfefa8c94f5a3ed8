"""Read a batch file: everything that is wrong with it, before anything is done."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, overload

from pydantic import ValidationError

from amt import inputs
from amt.crowd import check_name, is_plug_in, strip_slash
from amt.declared import ampcrowd, documents, tasks
from amt.declared.batch_file import KEY_OF, BatchFile
from amt.declared.documents import Content, StoredRows
from amt.declared.faults import FileFaults
from amt.errors import Error
from formats import json_text


class DeclaredRow(NamedTuple):
    """A row of a batch: its number, counted from 0, its id, and its value."""

    number: int
    id: str
    value: Any


class Rows(Sequence[DeclaredRow]):
    """The rows of a batch. They are made when they are asked for: a batch can have 100,000."""

    def __init__(
        self, ids: Sequence[str], values: Mapping[str, Any] | Sequence[Any] | StoredRows
    ) -> None:
        self._ids = ids
        self._values = values

    def __len__(self) -> int:
        return len(self._ids)

    @overload
    def __getitem__(self, place: int) -> DeclaredRow: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[DeclaredRow]: ...
    def __getitem__(self, place: int | slice) -> DeclaredRow | Sequence[DeclaredRow]:
        if isinstance(place, slice):
            return [self[number] for number in range(*place.indices(len(self)))]
        number = range(len(self))[place]
        row_id = self._ids[number]
        value = self._values[row_id] if isinstance(self._values, Mapping) else self._values[number]
        return DeclaredRow(number, row_id, value)


NO_ROWS = Rows((), ())
MOST_KEYS = 1000  # of an object with known keys: pydantic takes a kilobyte for each unknown one


@dataclass(frozen=True)
class Declared:
    """A batch file that was read. `document` is its JSON, and `content` the unchanged bytes.

    `name` is what messages call the file, `folder` where the files that it names are. `notes` are said
    once. `group_id` is the batch's id, or in a document of AMPCrowd the group's.
    """

    name: str
    folder: Path | None
    content: Content
    document: Any
    file: BatchFile
    rows: Sequence[DeclaredRow]
    notes: tuple[str, ...] = ()
    group_id: str = ""

    def explain(self) -> dict[str, Any]:
        """Return the batch file with the default of every key that it leaves out."""
        rows = self.file.rows
        return self._explain_keys() | {
            "rows": rows.to_value() if isinstance(rows, StoredRows) else rows
        }

    def list_explained(self) -> Iterator[str]:
        """Yield what `explain` returns as JSON with two spaces, in parts: the rows can be many."""
        rows = self.file.rows
        text = to_json(self._explain_keys() | {"rows": None})
        before, mark, after = text.partition('\n  "rows": null')
        yield before + mark.removesuffix("null")
        if isinstance(rows, str):
            yield to_json(rows) + after
            return
        is_list = isinstance(rows, list) or (isinstance(rows, StoredRows) and rows.ids is None)
        items = enumerate(rows) if isinstance(rows, list) else rows.items()
        separator = "[" if is_list else "{"
        for key, row in items:
            name = "" if is_list else f"{to_json(key)}: "
            # A text in JSON has no line breaks, so these are those between the values.
            yield f"{separator}\n    {name}" + to_json(row).replace("\n", "\n    ")
            separator = ","
        yield f"\n  {']' if is_list else '}'}" + after

    def _explain_keys(self) -> dict[str, Any]:
        """Return all keys with their values, in their order; that of `rows` is None."""
        names = (name for name in type(self.file).model_fields if name != "schema_url")
        values = self.file.model_dump(exclude={"schema_url", "rows"})
        values["description"] = values["description"] or self.file.title
        return {name: values.get(name) for name in names}

    def count_rows_beside(self, number: int) -> int:
        """Return how many rows the HIT of a row has."""
        size = self.file.rows_per_hit
        return min(size, len(self.rows) - number // size * size)

    def list_hits(self) -> Iterator[Sequence[DeclaredRow]]:
        """Yield the rows of each HIT."""
        size = self.file.rows_per_hit
        for start in range(0, len(self.rows), size):
            yield self.rows[start : start + size]


def to_json(value: Any) -> str:
    """Return a value as JSON with two spaces at each level."""
    return json.dumps(value, indent=2, ensure_ascii=False)


def read(path: str | Path, template_directories: Sequence[str]) -> Declared:
    """Read a batch file. Raises Error with every fault, one per line."""
    try:
        content = read_content(Path(path))
    except OSError as error:
        raise Error(f"{path}: {error.strerror}") from error
    return parse(content, str(path), Path(path).parent, template_directories)


def read_content(path: Path) -> Content:
    """Return the bytes of a file. Raises OSError."""
    with path.open("rb") as file:
        return Content(iter(lambda: file.read(documents.PART_BYTES), b""))


def parse(
    content: Content | bytes | str,
    name: str,
    folder: Path | None,
    template_directories: Sequence[str],
    default_id: str | None = None,
) -> Declared:
    """Return the batch that a text declares. Raises Error with every fault, one per line.

    `name` is what messages call the text; a file of rows is looked for in `folder`, and task types in
    `template_directories`. `folder` is None for a text of somebody who may name no file, and no code
    (a plug-in crowd). An object without an `id` gets `default_id`, if any.
    """
    if isinstance(content, str):
        content = content.encode("utf-8", "surrogatepass")
    if isinstance(content, bytes):
        content = Content([content])
    try:
        given, repeated = documents.parse(content)
    except ValueError as error:
        raise Error(json_text.describe(name, error)) from error
    is_ampcrowd = ampcrowd.is_document(given)
    faults = FileFaults(ampcrowd.NAMES if is_ampcrowd else None)
    if default_id is not None and isinstance(given, dict) and "id" not in given and not is_ampcrowd:
        content = _insert_id(content, default_id, ", " if given else "")
        given = {"id": default_id, **given}
    document, notes = given, []
    if is_ampcrowd:
        document, note = ampcrowd.translate(given, faults)
        notes.append(f"{name}: {note}")
    file = _validate(document, faults)
    rows = NO_ROWS
    if isinstance(document, dict):
        rows = _list_rows(document.get("rows"), folder, faults)
        _check_task(document, rows, template_directories, faults)
    if file is not None:
        _check_together(file, folder, faults)
    for path in repeated:
        faults.add_as_given(path, "is there twice")
    if faults or file is None:
        raise Error(f"{name}:\n{faults.join()}")
    group_id = str(given["group_id"]) if is_ampcrowd else file.id
    return Declared(name, folder, content, given, file, rows, tuple(notes), group_id)


def _insert_id(content: Content, batch_id: str, comma: str) -> Content:
    """Return the text of an object without an id with this one."""
    member = f'{{"id": {json.dumps(batch_id)}{comma}'.encode("ascii")

    def list_parts() -> Iterator[bytes]:
        is_before = True
        for part in content.list_parts():
            yield part.replace(b"{", member, 1) if is_before else part
            is_before = is_before and b"{" not in part

    return Content(list_parts())


def _check_together(file: BatchFile, folder: Path | None, faults: FileFaults) -> None:
    """Add what is wrong with a key only because of another one."""
    if file.confidence is not None and file.most is None:
        faults.add(["most"], "is missing; say how many workers confidence may ask about a row")
    if file.most is not None and file.confidence is None:
        faults.add(["confidence"], "is missing; most is the limit for rows that are less sure")
    if file.most is not None and file.most < file.assignments:
        faults.add(["most"], f"must be at least assignments, {file.assignments}")
    if file.open_at_most is not None and file.open_at_most < file.assignments:
        faults.add(
            ["open_at_most"],
            f"must be at least assignments, {file.assignments}: a HIT opens them at once",
        )
    for name in filter(file.properties.__contains__, KEY_OF):
        faults.add(["properties", name], f"has a key of its own; write it as {KEY_OF[name]}")
    if file.crowd is not None:
        try:
            check_name(strip_slash(file.crowd))
        except Error as error:
            faults.add(["crowd"], str(error).partition(": ")[2])
        if folder is None and is_plug_in(file.crowd):
            faults.add(["crowd"], f"{file.crowd} is code, which cannot be named here")
    if file.store is not None:
        from amt import results_store  # SQLAlchemy: only if something is stored

        try:
            results_store.parse_url(file.store)
        except Error as error:
            faults.add(["store"], str(error).partition(": ")[2])


def _validate(document: Any, faults: FileFaults) -> BatchFile | None:
    """Return the batch file, or None after adding its faults."""
    members = document if isinstance(document, dict) else {}
    parts = {"": document, "merge": members.get("merge"), "push": members.get("push")}
    crowded = [
        name for name, part in parts.items() if isinstance(part, dict) and len(part) > MOST_KEYS
    ]
    for name in crowded:
        faults.add([name] if name else [], f"has more than {MOST_KEYS} keys")
    if crowded:
        return None
    try:
        return BatchFile.model_validate(document)
    except ValidationError as error:
        faults.add_invalid(error, BatchFile)
        return None


def _check_task(
    document: Mapping[str, Any],
    rows: Sequence[DeclaredRow],
    template_directories: Sequence[str],
    faults: FileFaults,
) -> None:
    """Add what is wrong with the task, the context, and the rows' shapes, whatever else is wrong."""
    name, context = document.get("task"), document.get("context", {})
    if not isinstance(name, str) or not name:
        return
    try:
        task = tasks.find_type(name, template_directories)
    except Error as error:
        for fault in str(error).split("\n"):
            faults.add(["task"], fault)
        return
    if isinstance(context, dict):
        faults.extend(task.check_context(context))
        for row in rows:
            for fault in task.check_row(row.id, row.value, context):
                faults.append(fault)
        faults.extend(task.check_shared(rows, context))


def _list_rows(given: Any, folder: Path | None, faults: FileFaults) -> Rows:
    """Return the rows; those of a file that cannot be read are a fault."""
    if isinstance(given, StoredRows):
        ids = given.ids
        return Rows([str(n) for n in range(len(given))] if ids is None else ids, given)
    if isinstance(given, dict):
        return Rows(list(given), given)
    if isinstance(given, str) and given:
        given = list(_read_rows(given, folder, faults))
    if isinstance(given, list):
        return Rows([str(number) for number in range(len(given))], given)
    return NO_ROWS


def _read_rows(name: str, folder: Path | None, faults: FileFaults) -> Iterator[Any]:
    if folder is None:
        faults.add(["rows"], "must be an object or a list: no file can be named here")
        return
    if not name.endswith((".jsonl", ".csv")):
        faults.add(["rows"], f"{name} must end in .jsonl or .csv")
        return
    found: list[str] = []
    count = 0
    try:
        with inputs.Input(folder / name) as source:
            source.read()
            for row in source.rows(found):
                count += 1
                yield row.value
    except Error as error:
        found.append(str(error))
    if not count and not found:
        found.append(f"{name} has no rows")
    for fault in found:
        faults.add(["rows"], fault)
