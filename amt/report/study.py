"""What a report is about: the answers and labels of results files, and what its lines tell beside."""

import math
import statistics
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal, InvalidOperation
from functools import cached_property
from typing import Any, NamedTuple

from amt import fees, inputs, results_tables
from amt.archive_figures import find_rates, measure_work
from amt.batches import Batch
from amt.messages import Say, say_nothing
from amt.pseudonyms import Pseudonyms
from amt.quality import adjudication, aggregation
from amt.quality.aggregation import Aggregated, Settings
from amt.quality.labels import RowLabel
from amt.quality.votes import Votes, leave_out
from amt.results_tables import Source
from formats.answer_fields import find_field

Result = Mapping[str, Any]


class Work(NamedTuple):
    """An answer of a person or a machine, with or without the field that is reported on."""

    hit_id: str
    worker_id: str
    status: str  # "" if the results do not say
    seconds: float | None  # from accepting to submitting
    submitted: float | None  # Unix time
    reward: Decimal | None  # US dollars
    machine: str | None
    suggested_by: str | None  # the machine whose answer was shown to the worker


@dataclass(frozen=True)
class Doubt:
    """A row that somebody should look at: its place among the labels, and its lines of results."""

    place: int
    lines: list[Result] = field(default_factory=list)


@dataclass(frozen=True)
class Study:
    """Results files with their labels. `command` is what repeats the report, without its outputs."""

    results_files: Sequence[str]
    hashes: Sequence[str]  # SHA-256 of each file
    settings: Settings
    command: str
    result: Aggregated
    batch: Batch | None
    work: list[Work]
    doubts: list[Doubt]
    hidden: Pseudonyms | None  # None: worker ids are shown

    def name(self, worker_id: str) -> str:
        """Return what the report calls a worker."""
        return self.hidden.find(worker_id) if self.hidden else worker_id

    @property
    def path(self) -> str:
        """The names of the results files."""
        return ", ".join(self.results_files)

    @cached_property
    def people(self) -> list[Work]:
        """The answers that people gave."""
        return [work for work in self.work if work.machine is None]

    @cached_property
    def paid(self) -> list[Work]:
        """The answers of people that were not rejected."""
        return [work for work in self.people if work.status != "Rejected"]

    @cached_property
    def seconds(self) -> list[float]:
        """The working times that are known, of people's answers that were not rejected; sorted."""
        return sorted(work.seconds for work in self.paid if work.seconds is not None)

    @cached_property
    def rows(self) -> list[RowLabel]:
        """The rows that were to be labelled: all but gold."""
        answers = self.result.answers
        if answers.scores is None or answers.everybody is None:
            return self.result.rows
        gold = {answers.everybody.hits[place].hit_id for place in answers.scores.values}
        pairs = zip(answers.hits, self.result.rows, strict=True)
        return [row for hit, row in pairs if hit.hit_id not in gold]

    @cached_property
    def people_votes(self) -> Votes | None:
        """The votes of people, if the answers are labels."""
        votes, machines = self.result.votes, self.result.answers.machines
        return leave_out(votes, machines) if votes is not None and machines else votes

    @cached_property
    def workers(self) -> list[int]:
        """The places of the people among the workers."""
        answers = self.result.answers
        return [place for place in range(len(answers.workers)) if place not in answers.machines]

    @cached_property
    def worker_columns(self) -> dict[str, list[str]]:
        """The columns of figures about workers, as aggregate_results.py writes them."""
        return aggregation.describe_workers(self.result)

    @property
    def rates(self) -> fees.Rates:
        """The fees that the batch's crowd charges; none without a batch record."""
        return find_rates(self.batch.header if self.batch else {})


def read_study(
    results_files: Sequence[str],
    settings: Settings,
    batch: Batch | None,
    hidden: Pseudonyms | None,
    command: str,
    most_doubts: int,
    say: Say = say_nothing,
    *,
    adjudicated: Sequence[str] = (),
) -> Study:
    """Read results files, and the files of experts' decisions. Raises Error for what cannot be aggregated."""
    with inputs.Inputs(results_files) as source:
        result = aggregation.aggregate_source(source, settings, say)
        if adjudicated:
            result = adjudication.join(result, results_files, adjudicated, settings.field, say)
        doubts = {
            result.answers.hits[place].hit_id: Doubt(place)
            for place in choose_doubts(result, most_doubts)
        }
        reward = _to_reward((batch.header if batch else {}).get("reward"))
        work = list(_list_work(source, settings.field, doubts, reward))
        return Study(
            results_files,
            [part.sha256 for part in source.parts],
            settings,
            command,
            result,
            batch,
            work,
            list(doubts.values()),
            hidden,
        )


def choose_doubts(result: Aggregated, most: int) -> Sequence[int]:
    """Return the places of the rows that most need a look: ties, then the least sure, then rows with
    a single answer.
    """

    def key(place: int) -> tuple[bool, float, float, int]:
        row = result.rows[place]
        is_single = sum(row.votes.values()) == 1
        sure = 0.0 if row.confidence is None or row.label is None else row.confidence
        return is_single, sure, row.agreement or 0.0, place

    places = [place for place, row in enumerate(result.rows) if row.why]
    return sorted(places, key=key)[:most]


def find_percentile(values: Sequence[float], percent: int) -> float:
    """Return a percentile of sorted values: the value that `percent` in a hundred do not exceed."""
    return values[max(0, math.ceil(len(values) * percent / 100) - 1)]


def find_median(values: Sequence[float]) -> float | None:
    """Return the median, or None of nothing."""
    return statistics.median(values) if values else None


def _list_work(
    source: Source, name: str, doubts: Mapping[str, Doubt], reward: Decimal | None
) -> Iterator[Work]:
    """Yield each answer; put the lines of rows in doubt beside them."""
    for result in results_tables.iterate(source):
        hit_id = str(result.get("first_hit_id") or result["hit_id"])
        doubt = doubts.get(hit_id)
        if doubt and find_field(result, name) not in (None, ""):
            doubt.lines.append(result)
        seconds = measure_work(result)
        yield Work(
            hit_id,
            result["worker_id"],
            result.get("status") or "",
            None if seconds is None else max(1.0, seconds),
            _to_seconds(result.get("submit_time")),
            reward or _to_reward((result.get("hit") or {}).get("Reward")),
            result.get("machine"),
            result.get("suggested_by"),
        )


def _to_seconds(time: Any) -> float | None:
    try:
        return datetime.fromisoformat(time).timestamp() if time else None
    except ValueError:
        return None


def _to_reward(value: Any) -> Decimal | None:
    try:
        return Decimal(str(value).lstrip("$")) if value is not None else None
    except InvalidOperation:
        return None
