"""Plan a batch: read, render and validate all of it before the first call."""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from amt import properties
from amt.advice import Advice
from amt.batches import Batch
from amt.crowd import Crowd
from amt.errors import Error
from amt.hits import CROWD_LIMIT, SizeLimit, find_size_limit, format_question
from amt.inputs import Input
from amt.messages import FaultList
from amt.properties import Properties
from amt.rows import Row
from amt.templates import Template

Value = TypeVar("Value")


@dataclass(frozen=True)
class Plan:
    """A batch that was read, rendered and validated."""

    template: Template
    properties: Properties
    properties_file: str
    input: Input
    rows: int
    hashes: dict[str, str]
    warnings: tuple[str, ...] = ()
    limit: SizeLimit = CROWD_LIMIT

    def record_bytes(self, hits: int) -> int:
        """Return about how many bytes the record of `hits` HITs takes."""
        texts = [*self.template.sources.values(), self.properties.text]
        names = self.input.columns.names if self.input.columns else []
        each = self.input.bytes / self.rows + 100 + sum(len(name) + 6 for name in names)
        return sum(map(len, texts)) + int(hits * each) + 1000

    def question(self, row: Row) -> str:
        """Return the question XML of a row. Raises Error, naming file and line."""
        try:
            html = self.template.render(row.value)
            return format_question(html, self.properties.frame_height, self.limit)
        except (Error, ValueError) as error:
            raise Error(f"{self.input.path}:{row.line}: {error}") from error


def make_plan(
    template_name: str,
    properties_file: str,
    source: Input,
    crowd: Crowd,
    *,
    raw_values: bool = False,
) -> Plan:
    """Read `source` and render every row once. Raises Error with every fault, one per line.

    `raw_values`: see Template.
    """
    faults = FaultList()
    directories = crowd.settings["template_directories"]
    template = _try(faults, _read_template, template_name, directories, raw_values)
    hit_properties = _try(faults, properties.read, properties_file)
    _try(faults, source.read)
    limit = find_size_limit(crowd)
    advice = Advice(template_name, source.path, crowd)
    rows = 0
    for row in source.rows(faults):
        rows += 1
        if rows == 1 and template and source.columns:
            template = _try(faults, _check_columns, template, source.columns.names)
        if template and hit_properties:
            draft = Plan(template, hit_properties, "", source, 0, {}, limit=limit)
            if question := _try(faults, draft.question, row):
                advice.check(row, question)
    if not rows and not faults:
        faults.append(f"{source.path}: no rows, so no HITs")
    if faults or template is None or hit_properties is None:
        raise Error(faults.join())
    hashes = {
        "input": _hash_input(source),
        "template": _hash_template(template),
        "properties": _hash(_serialize(hit_properties).encode()),
    }
    return Plan(
        template,
        hit_properties,
        properties_file,
        source,
        rows,
        hashes,
        warnings=(*hit_properties.warnings, *template.warnings(), *advice.lines()),
        limit=limit,
    )


def _try(faults: list[str], function: Callable[..., Value], *arguments: Any) -> Value | None:
    """Return the function's result; if it raises Error, add that to the faults and return None."""
    try:
        return function(*arguments)
    except Error as error:
        faults.append(str(error))
        return None


def _serialize(properties: Properties) -> str:
    """Return what the crowd receives of the properties, so that order and spacing do not matter."""
    return json.dumps(
        [properties.hit_type, properties.hit, properties.frame_height], sort_keys=True
    )


def _read_template(name: str, directories: Sequence[str], raw_values: bool) -> Template:
    return Template(name, directories, raw_values=raw_values)


def _check_columns(template: Template, columns: Sequence[str]) -> Template:
    template.check_columns(columns)
    return template


def _hash_template(template: Template) -> str:
    sources = json.dumps(sorted(template.sources.items()))
    return _hash((sources + "raw values" * template.raw_values).encode())


def _hash_input(source: Input) -> str:
    """Return the hash of the input; the same bytes in another format are other rows."""
    is_table = source.columns is not None
    return f"{source.sha256} {source.format}" if is_table else source.sha256


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def check_unchanged(batch: Batch, plan: Plan) -> None:
    """Raise Error naming the files that changed since the batch was started."""
    was = batch.header["hashes"]
    changed = [name for name, hashed in plan.hashes.items() if was.get(name) != hashed]
    if changed:
        raise Error(
            f"{batch.path}: this batch was started with a different {' and a different '.join(changed)}; "
            "use those again to finish it, or another --hit_ids_file for a new batch"
        )
