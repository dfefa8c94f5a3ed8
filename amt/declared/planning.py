"""Plan a declared batch: the HITs of its rows, rendered and checked before the first call."""

import hashlib
import json
import re
from collections.abc import Iterator, Sequence

from amt import plans, properties
from amt.crowd import Crowd
from amt.declared import tasks
from amt.declared.batch_file import KEY_OF, to_properties
from amt.declared.faults import FileFaults, format_path
from amt.declared.reading import Declared
from amt.errors import Error
from amt.inputs import Input
from amt.plans import Plan
from amt.properties import Properties
from amt.rows import Row
from amt.spelling import suggest
from formats.html_tokens import find_tokens

FIELDS = ("input", "select", "textarea")
OF_THE_PAGE = ("assignmentId", "output")  # which simpleamt.html has


class HitInput(Input):
    """The input of a declared batch: a row for each HIT, with the task, the HIT's rows, and the context."""

    def __init__(self, declared: Declared) -> None:
        self.path = declared.name
        self.format = "jsonl"
        self.columns = None
        self.bytes = 0
        self.sha256 = ""
        self._declared = declared

    def __exit__(self, *_: object) -> None:
        """Do nothing: no file is open."""

    def read(self) -> None:
        """Hash what the HITs show."""
        digest = hashlib.sha256()
        for line in self.list_lines():
            digest.update(line)
            self.bytes += len(line)
        self.sha256 = digest.hexdigest()

    def list_lines(self) -> Iterator[bytes]:
        """Yield the lines of input.jsonl."""
        for row in self.rows():
            yield json.dumps(row.value).encode("ascii") + b"\n"

    def rows(self, _faults: list[str] | None = None) -> Iterator[Row]:
        """Yield the input of each HIT."""
        file = self._declared.file
        for number, rows in enumerate(self._declared.list_hits()):
            value = {
                "task": file.task,
                "title": file.title,
                "rows": [{"id": row.id, "row": row.value} for row in rows],
                "context": file.context,
            }
            yield Row(number, number + 1, value)


def make_plan(declared: Declared, crowd: Crowd) -> Plan:
    """Render every HIT. Raises Error with every fault, each with its JSON path."""
    hit_properties = create_properties(declared)
    source = HitInput(declared)
    try:
        plan = plans.plan_page(tasks.WRAPPER, hit_properties, declared.name, source, crowd)
    except Error as error:
        raise Error(_name_rows(str(error), declared)) from error
    question = plan.parameters(next(source.rows()))["Question"]
    _check_merged_field(declared, list_fields(question))
    return plan


def list_fields(page: str) -> list[str]:
    """Return the names of the fields that the rows of a page have, in their order."""
    names: dict[str, None] = {}
    for token in find_tokens(page):
        if token.name in FIELDS and token.has_attributes:
            names.setdefault(token.read_values().get("name", ""))
    return [name for name in names if name and name not in OF_THE_PAGE]


def _check_merged_field(declared: Declared, fields: Sequence[str]) -> None:
    """Raise Error unless it is clear which field is merged."""
    file = declared.file
    faults = FileFaults()
    named = file.merge.field
    if named is not None and named not in fields:
        faults.add(
            ["merge", "field"],
            f"{file.task} has no field {named}{suggest(named, fields)}; it has {', '.join(fields)}",
        )
    elif named is None and len(fields) > 1 and file.task not in fields:
        faults.add(
            ["merge", "field"], f"is missing; {file.task} has the fields {', '.join(fields)}"
        )
    if faults:
        raise Error(f"{declared.name}:\n{faults.join()}")


def create_properties(declared: Declared) -> Properties:
    """Return the HIT properties. Raises Error with every fault, each with its JSON path."""
    faults = FileFaults()
    given = to_properties(declared.file)
    found: list[str] = []
    hit_properties = properties.create(given, json.dumps(given, indent=1), found)
    for fault in found:
        name, _, words = fault.partition(": ")
        faults.add([KEY_OF[name]] if name in KEY_OF else ["properties", name], words)
    if faults:
        raise Error(f"{declared.name}:\n{faults.join()}")
    return hit_properties


def _name_rows(message: str, declared: Declared) -> str:
    """Put the JSON paths of a HIT's rows in place of the file and the line, which is its number."""
    size = declared.file.rows_per_hit

    def name(match: re.Match[str]) -> str:
        start = (int(match[1]) - 1) * size
        ids = [row.id for row in declared.rows[start : start + size]]
        return " to ".join(
            format_path(["rows", row_id]) for row_id in dict.fromkeys((ids[0], ids[-1]))
        )

    return re.sub(rf"^{re.escape(declared.name)}:(\d+)(?=: )", name, message, flags=re.MULTILINE)
