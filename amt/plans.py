"""Plan a batch: read, render and validate all of it before the first call."""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

from amt import audits, definitions, exclusions, gold_rows, layouts, practice, properties
from amt.advice import Advice
from amt.batches import Batch
from amt.consents import Consent
from amt.crowd import Crowd
from amt.errors import Error
from amt.external_urls import ExternalURL
from amt.hits import CROWD_LIMIT, SizeLimit, find_size_limit
from amt.inputs import Input
from amt.machines.suggestions import Suggestions
from amt.messages import FaultList
from amt.practice import Practice
from amt.properties import Properties
from amt.question_sources import ExternalSource, PageSource, QuestionSource, WholeSource
from amt.rows import Row
from amt.templates import Template
from formats import gold

Value = TypeVar("Value")
WHOLE_QUESTIONS = (".xml", ".xml.j2")  # endings of templates that are not a page


@dataclass(frozen=True)
class Plan:
    """A batch that was read, rendered and validated.

    `obstacles` say what prevents workers from submitting an answer: launch it only if that is meant.
    `gold` are the numbers of the rows whose right answer is known, `choice` is which rows are launched.
    """

    question_source: QuestionSource
    properties: Properties
    properties_file: str
    input: Input
    rows: int
    hashes: dict[str, str]
    warnings: tuple[str, ...] = ()
    obstacles: tuple[str, ...] = ()
    limit: SizeLimit = CROWD_LIMIT
    consent: Consent | None = None
    gold: tuple[int, ...] = ()
    choice: gold_rows.Choice = gold_rows.EVERYTHING
    suggested_by: str | None = None  # the machine whose suggestions the rows show
    audit: audits.Audit | None = None
    practice: Practice | None = None

    @property
    def hits(self) -> int:
        """Return how many rows are launched."""
        return self.rows - len(self.choice.left_out)

    def with_gold(self, rate: float | None, seed: int, practice_rows: int = 0) -> "Plan":
        """Return the plan of the same batch, with so large a share of gold HITs, and practice rows.

        Raises Error if there is no gold to choose from.
        """
        path, gold = self.input.path, self.gold
        first = gold_rows.choose_practice(path, gold, practice_rows) if practice_rows else ()
        choice = gold_rows.choose(path, self.rows, gold, rate, seed, first)
        return replace(self, choice=choice, hashes={**self.hashes, **choice.hashes()})

    def with_suggestions(self, suggestions: Suggestions) -> "Plan":
        """Return the plan of the same batch, whose input shows suggestions."""
        hashes = {**self.hashes, "suggestion": suggestions.sha256}
        return replace(self, suggested_by=suggestions.machine, hashes=hashes)

    def with_audit(self, share: float, assignments: int, seed: int) -> "Plan":
        """Return the plan of the same batch, a random share of whose rows has more assignments.

        Raises Error for a share or a number that makes no sense.
        """
        audit = audits.choose(
            [
                row
                for row in range(self.rows)
                if row not in self.choice.left_out and row not in self.choice.practice
            ],
            share,
            seed,
            assignments=assignments,
            max_assignments=self.properties.max_assignments,
        )
        return replace(self, audit=audit, hashes={**self.hashes, **audit.hashes()})

    def with_practice(self, field: str | None, workers: int | None, crowd: Crowd) -> "Plan":
        """Return the plan with the right answers of its practice rows; see practice.read.

        By default there are as many places as other assignments: nobody else could do one.
        """
        numbers = self.choice.practice
        places = (self.hits - len(numbers)) * self.properties.max_assignments
        workers = places if workers is None else workers
        return replace(self, practice=practice.read(self.input, numbers, field, workers, crowd))

    def with_consent(self, consent: Consent) -> "Plan":
        """Return the plan of the same batch, whose workers agree to a text first."""
        hashes = {**self.hashes, "consent": consent.sha256}
        return replace(self, consent=consent, hashes=hashes)

    def record_bytes(self, hits: int) -> int:
        """Return about how many bytes the record of `hits` HITs takes."""
        texts = [*self.question_source.sources.values(), self.properties.text]
        texts += [self.consent.text] if self.consent else []
        names = self.input.columns.names if self.input.columns else []
        each = self.input.bytes / self.rows + 100 + sum(len(name) + 6 for name in names)
        return sum(map(len, texts)) + int(hits * each) + 1000

    def parameters(self, row: Row) -> dict[str, Any]:
        """Return the parameters of CreateHIT that show a row. Raises Error, naming file and line."""
        try:
            exclusions.list_excluded(row.value)
            shown = gold.hide(exclusions.hide(row.value))
            return self.question_source.fill(shown, self.properties.frame_height, self.limit)
        except (Error, ValueError) as error:
            raise Error(f"{self.input.path}:{row.line}: {error}") from error


def make_plan(
    template_name: str | None,
    properties_file: str,
    source: Input,
    crowd: Crowd,
    *,
    raw_values: bool = False,
) -> Plan:
    """Read `source` and fill in every row once. Raises Error with every fault, one per line.

    Without a template, the properties have an ExternalURL. `raw_values`: see Template.
    """
    faults = FaultList()
    page: QuestionSource | None = None
    if template_name:
        page = _try(faults, read_page, template_name, crowd, raw_values)
    hit_properties = _try(faults, properties.read, properties_file)
    if hit_properties and (hit_properties.external_url is None) != bool(template_name):
        faults.append(_describe_choice(properties_file, template_name))
    if hit_properties and not template_name:
        page = _try(faults, _read_url, properties_file, hit_properties.external_url, crowd)
    return _complete(page, hit_properties, properties_file, source, crowd, faults)


def plan_page(
    template_name: str,
    hit_properties: Properties,
    properties_file: str,
    source: Input,
    crowd: Crowd,
) -> Plan:
    """Read `source`, and fill a page with every row. `properties_file` is where the properties are from.

    Raises Error with every fault, one per line.
    """
    faults = FaultList()
    page: QuestionSource | None = _try(faults, read_page, template_name, crowd, False)
    return _complete(page, hit_properties, properties_file, source, crowd, faults)


def plan_definition(
    directory: str, source: Input, crowd: Crowd, *, raw_values: bool = False
) -> Plan:
    """Read `source`, and fill the question of a definition directory of amti with every row.

    `raw_values` inserts values without escaping. Raises Error with every fault, one per line.
    """
    faults = FaultList()
    question = _try(faults, _read_definition, directory, crowd, raw_values)
    hit_properties = _try(faults, definitions.read_properties, directory)
    file = str(Path(directory) / definitions.QUESTION)
    return _complete(question, hit_properties, file, source, crowd, faults)


def _read_definition(directory: str, crowd: Crowd, raw_values: bool) -> QuestionSource:
    return definitions.DefinitionSource(directory, crowd, raw_values=raw_values)


def plan_layout(layout_id: str, properties_file: str, source: Input, crowd: Crowd) -> Plan:
    """Read `source`, and give each row's fields to a layout that the crowd has stored.

    Raises Error with every fault, one per line.
    """
    faults = FaultList()
    question = _try(faults, _read_layout, layout_id, crowd)
    hit_properties = _try(faults, properties.read, properties_file)
    if hit_properties and hit_properties.external_url is not None:
        faults.append(f"{properties_file}: has an ExternalURL; leave out that or --hit_layout_id")
    return _complete(question, hit_properties, properties_file, source, crowd, faults)


def _read_layout(layout_id: str, crowd: Crowd) -> QuestionSource:
    return layouts.read(layout_id, crowd)


def _describe_choice(properties_file: str, template_name: str | None) -> str:
    if template_name:
        return f"{properties_file}: has an ExternalURL; leave out either that or --html_template"
    return f"{properties_file}: has no ExternalURL; give --html_template, or add one"


def _complete(
    question_source: QuestionSource | None,
    hit_properties: Properties | None,
    properties_file: str,
    source: Input,
    crowd: Crowd,
    faults: FaultList,
) -> Plan:
    """Read `source` and return the plan. Raises Error with `faults` and those of the rows."""
    if hit_properties:
        unsupported = properties.describe_unsupported(hit_properties, properties_file, crowd)
        faults += [unsupported] if unsupported else []
    _try(faults, source.read)
    limit = find_size_limit(crowd)
    name, sources = (
        ("", {"": ""})
        if question_source is None
        else (question_source.name, question_source.sources)
    )
    advice = Advice(name, sources, source.path, crowd)
    rows = 0
    gold_numbers: list[int] = []
    for row in source.rows(faults):
        rows += 1
        if gold.is_gold(row.value):
            gold_numbers.append(row.number)
        if rows == 1 and question_source and source.columns:
            question_source = _try(faults, _check_columns, question_source, source.columns.names)
        if question_source and hit_properties:
            draft = Plan(question_source, hit_properties, "", source, 0, {}, limit=limit)
            parameters = _try(faults, draft.parameters, row) or {}
            if question := parameters.get("Question", ""):
                advice.check(row, question)
    if not rows and not faults:
        faults.append(f"{source.path}: no rows, so no HITs")
    if faults or question_source is None or hit_properties is None:
        raise Error(faults.join())
    hashes = {
        "input": _hash_input(source),
        "template": _hash_source(question_source),
        "properties": _hash(_serialize(hit_properties).encode()),
    }
    return Plan(
        question_source,
        hit_properties,
        properties_file,
        source,
        rows,
        hashes,
        warnings=(*hit_properties.warnings, *question_source.warnings(), *advice.lines()),
        obstacles=tuple(advice.obstacles()),
        limit=limit,
        gold=tuple(gold_numbers),
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


def read_page(name: str, crowd: Crowd, raw_values: bool) -> PageSource:
    """Return the source of questions that a template is. Raises Error for a template that is not valid."""
    template = Template(name, crowd.settings["template_directories"], raw_values=raw_values)
    return WholeSource(template, crowd) if name.endswith(WHOLE_QUESTIONS) else PageSource(template)


def _read_url(properties_file: str, url: str | None, crowd: Crowd) -> QuestionSource | None:
    return ExternalSource(properties_file, ExternalURL(url), crowd) if url is not None else None


def _check_columns(question_source: QuestionSource, columns: Sequence[str]) -> QuestionSource:
    question_source.check_columns([name for name in columns if not gold.is_secret(name)])
    return question_source


def _hash_source(question_source: QuestionSource) -> str:
    sources = json.dumps(sorted(question_source.sources.items()))
    return _hash((sources + "raw values" * question_source.raw_values).encode())


def _hash_input(source: Input) -> str:
    """Return the hash of the input; the same bytes in another format are other rows."""
    is_table = source.columns is not None
    return f"{source.sha256} {source.format}" if is_table else source.sha256


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def check_unchanged(batch: Batch, plan: Plan) -> None:
    """Raise Error naming the files that changed since the batch was started."""
    was = batch.header["hashes"]
    names = {**plan.hashes, **was}
    changed = [name for name in names if was.get(name) != plan.hashes.get(name)]
    if changed:
        raise Error(
            f"{batch.path}: this batch was started with a different {' and a different '.join(changed)}; "
            "use those again to finish it, or another --hit_ids_file for a new batch"
        )
