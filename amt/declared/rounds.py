"""The loop of a declared batch: launch, fetch, merge, until all answers are in."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

from amt import batches, calls, launching, spending, survey
from amt.batches import Batch
from amt.crowd import Crowd
from amt.declared import labelling
from amt.declared.directories import Directory
from amt.declared.reading import Declared, DeclaredRow
from amt.declared.work import Work, to_label_line
from amt.messages import Say
from amt.plans import Plan
from amt.survey import HitCounters

if TYPE_CHECKING:
    from mypy_boto3_mturk import MTurkClient

POLL_SECONDS = 10


class Progress(NamedTuple):
    """Where a batch is after a round."""

    rows: int
    hits: int
    finished_hits: int
    answers: int
    labels: int
    is_done: bool


@dataclass
class Loop:
    """A batch that is launched, on its crowd. `batch` is its record, which this process has claimed."""

    declared: Declared
    directory: Directory
    crowd: Crowd
    client: "MTurkClient"
    plan: Plan
    batch: Batch
    work: Work
    say: Say

    def __post_init__(self) -> None:
        self._finished: set[str] = set()
        self._numbers: dict[str, int] = {}  # of the HITs, by their ids
        self._answered: dict[str, int] = {}  # assignments in the file, by HIT

    def launch(self) -> int:
        """Create the HITs that are missing; return how many were refused."""
        refused = 0
        if not self.batch.is_complete:
            refused = calls.count_refusals(
                launching.launch(self.crowd, self.client, self.plan, self.batch),
                self.say,
                lambda row: f"{self.declared.name}: HIT {row.line}",
            )
        if self.batch.is_complete and batches.needs_ids_file(self.directory.hit_ids, self.batch):
            batches.write_ids(self.directory.hit_ids, self.batch, self.say)
        return refused

    def run_round(self) -> Progress:
        """Fetch what is new, label the rows whose answers are all in, and return where that leads."""
        waiting = [hit_id for hit_id in self.batch.in_order() if hit_id not in self._finished]
        counters, _ = survey.find(self.crowd, self.client, waiting)
        for outcome in calls.gather(self.crowd, self._fetch, filter(self._has_more, counters)):
            hit, assignments = outcome.item, outcome.value or []
            rows = self._rows_of(hit.hit_id)
            for assignment in assignments:
                if not self.work.has_assignment(assignment["AssignmentId"], len(rows)):
                    self.work.add_assignment(assignment, rows, self.say)
            self._answered[hit.hit_id] = len(assignments)
        finished = [hit.hit_id for hit in counters if self._is_finished(hit)]
        self._label(finished)
        self._finished |= set(finished)
        is_done = self.batch.is_complete and len(self._finished) == self.batch.planned
        if is_done:
            self.work.add_done(self._compute_cost())
        return Progress(
            len(self.declared.rows),
            self.batch.planned,
            len(self._finished),
            sum(map(len, self.work.answers.values())),
            len(self.work.labelled),
            is_done,
        )

    def wait(self) -> None:
        """Wait until the next round."""
        time.sleep(POLL_SECONDS)

    def _fetch(self, hit: HitCounters) -> Sequence[Any]:
        return survey.list_assignments(self.client, hit)

    def _has_more(self, hit: HitCounters) -> bool:
        return self._answered.get(hit.hit_id, 0) != hit.unaccounted + hit.completed

    def _is_finished(self, hit: HitCounters) -> bool:
        """Return whether no further answer to a HIT can come, and all that came are in the file."""
        answered = self._answered.get(hit.hit_id, 0)
        if answered >= hit.max_assignments:
            return True
        return hit.expired and not hit.pending

    def _rows_of(self, hit_id: str) -> Sequence[DeclaredRow]:
        if len(self._numbers) != len(self.batch.ids):
            self._numbers = {hit_id: number for number, hit_id in self.batch.ids.items()}
        number = self._numbers[hit_id]
        size = self.declared.file.rows_per_hit
        return self.declared.rows[number * size : (number + 1) * size]

    def _label(self, finished: Sequence[str]) -> None:
        rows = [
            (hit_id, row)
            for hit_id in finished
            for row in self._rows_of(hit_id)
            if row.number not in self.work.labelled and row.number in self.work.answers
        ]
        if not rows:
            return
        labels = labelling.merge(self.work.answers, self.declared.file)
        self.work.add_labels(
            [
                to_label_line(
                    row,
                    hit_id,
                    labels.rows[row.number],
                    labels.method,
                    len(self.work.answers[row.number]),
                )
                for hit_id, row in rows
                if row.number in labels.rows
            ]
        )

    def _compute_cost(self) -> Decimal:
        """Return what the answers cost so far, in US dollars, once they are approved."""
        rates, properties = spending.find_rates(self.crowd, self.plan), self.plan.properties
        fee = rates.fee(properties.reward, properties.max_assignments)
        return self.work.assignment_count * (properties.reward + fee)
