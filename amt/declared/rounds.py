"""The loop of a declared batch: launch, fetch, merge, until all answers are in.

A round asks the crowd for the counters of the HITs that are not finished, and lists the assignments
of those with new answers; a poll, of which there are many, lists few at a time. Between rounds, a crowd of ours is asked for new answers only, which is
one cheap call.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

from amt import batches, calls, expiring, extending, launching, spending, survey
from amt.batches import Batch
from amt.crowd import Crowd
from amt.declared import labelling, polling
from amt.declared.directories import Directory
from amt.declared.labelling import Labels
from amt.declared.reading import Declared, DeclaredRow
from amt.declared.work import Work, to_label_line
from amt.messages import Say
from amt.plans import Plan
from amt.properties import Properties
from amt.survey import HitCounters

if TYPE_CHECKING:
    from mypy_boto3_mturk import MTurkClient


class Progress(NamedTuple):
    """Where a batch is after a round. `without_label`: rows that are finished and got no label."""

    rows: int
    hits: int
    finished_hits: int
    answers: int
    labels: int
    is_done: bool
    without_label: int = 0


@dataclass
class Loop:
    """A batch that is launched, on its crowd. `batch` is its record, which this process has claimed."""

    declared: Declared
    directory: Directory
    crowd: Crowd
    client: "MTurkClient"
    properties: Properties
    plan: Plan | None  # None: all HITs are launched
    batch: Batch
    work: Work
    say: Say

    def __post_init__(self) -> None:
        self.refused = 0  # HITs that the last wave could not create
        self.finished: set[str] = set()  # HITs to which no further answer can come
        self._counters: dict[str, HitCounters] = {}  # of the other HITs, as of the last round
        self._merger = labelling.Merger(self.declared.file)
        self._deleted: dict[str, None] = {}  # HITs that the crowd no longer has
        self._numbers: dict[str, int] = {}  # of the HITs, by their ids
        self._polls = 0
        self._listed_at: dict[str, int] = {}  # HITs, and the last poll that asked for their answers

    @property
    def is_expired(self) -> bool:
        """Return whether somebody asked to expire the batch, so that no more HITs are launched."""
        return self.directory.expired.exists()

    def launch(self, most: int | None = None) -> int:
        """Create the HITs that are missing, as many as may be open; return how many were refused.

        `most`: create no more than that, those of the first rows; default: all.
        """
        if not self.batch.is_complete and self.batch.ids and self.declared.file.open_at_most:
            self._count()
        return self._launch_wave(most)

    def expire(self) -> int:
        """Expire the HITs that are not finished; return how many the crowd refused to expire.

        Whoever is at work on one may still submit it.
        """
        ids = [hit_id for hit_id in self.batch.ids.values() if hit_id not in self.finished]
        found = expiring.find_expirable(self.crowd, self.client, ids, say=self.say)
        return expiring.expire(self.crowd, self.client, found.open, self.say)

    def run_round(self, *, is_poll: bool = False) -> Progress:
        """Fetch what is new, label the rows whose answers are all in, and return where that leads.

        A poll makes few calls (see polling); what it leaves out, another one fetches.
        """
        counters, calls_made = self._count(few_calls=is_poll)
        new = listed = list(filter(self._has_more, counters))
        if is_poll:
            self._polls += 1
            planned = self.batch.planned
            listed = polling.choose(new, counters, calls_made, planned, self._listed_at)
            self._listed_at |= {hit.hit_id: self._polls for hit in listed}
        for outcome in calls.gather(self.crowd, self._list_assignments, listed):
            self.add_assignments(outcome.value or ())
        left = {hit.hit_id for hit in new} - {hit.hit_id for hit in listed}
        ended = (hit for hit in counters if hit.hit_id not in left and self._is_finished(hit))
        self.finish(ended, self._deleted)
        self._launch_wave()
        return self.measure()

    def measure(self) -> Progress:
        """Return where the batch is. If all is in, write the totals, and the event that says so."""
        is_launched = self.batch.is_complete or self.is_expired
        is_done = is_launched and len(self.finished) == len(self.batch.ids)
        if is_done:
            self.work.add_done(self.compute_cost(), len(self.batch.ids))
        return Progress(
            len(self.declared.rows),
            self.batch.planned,
            len(self.finished),
            self.work.answer_count,
            self.work.label_count,
            is_done,
            len(self.work.without_label),
        )

    def add_assignments(self, assignments: Iterable[Any]) -> list[str]:
        """Write the assignments that are not in the file yet; return the HITs that have new ones."""
        new = {}
        for assignment in assignments:
            rows = self.find_rows(assignment["HITId"])
            if rows and not self.work.has_assignment(assignment["AssignmentId"], len(rows)):
                new[assignment["AssignmentId"]] = assignment, rows
        self.work.add_assignments(new.values(), self.say)
        return list(dict.fromkeys(assignment["HITId"] for assignment, _ in new.values()))

    def is_counted(self, hit_id: str) -> bool:
        """Return whether the last round asked for the counters of a HIT."""
        return hit_id in self._counters or hit_id in self.finished

    def finish_full(self, hit_ids: Iterable[str]) -> int:
        """Finish those HITs that have all their answers; return how many."""
        known = (self._counters[hit_id] for hit_id in hit_ids if hit_id in self._counters)
        full = [
            hit for hit in known if self.work.count_assignments(hit.hit_id) >= hit.max_assignments
        ]
        self.finish(full)
        return len(full)

    def finish(self, hits: Iterable[HitCounters], deleted: Iterable[str] = ()) -> None:
        """Label the rows of HITs to which no further answer comes; ask one more worker if in doubt.

        `deleted` are the ids of HITs that the crowd no longer has.
        """
        ended: dict[str, HitCounters | None] = {hit.hit_id: hit for hit in hits}
        ended |= dict.fromkeys(deleted)
        rows = {
            row.number: row
            for hit_id in ended
            for row in self.find_rows(hit_id)
            if row.number not in self.work.labelled
        }
        answered = [number for number in rows if number in self.work.answers]
        labels = self._merger.merge(self.work.answers) if answered else labelling.NONE
        lines = []
        for hit_id, hit in ended.items():
            ready: list[DeclaredRow] = []
            doubtful: list[DeclaredRow] = []
            for row in self.find_rows(hit_id):
                if row.number in rows:
                    is_sure = labelling.is_sure(labels.rows.get(row.number), self.declared.file)
                    (ready if is_sure else doubtful).append(row)
            if not (doubtful and hit is not None and self._ask_one_more(hit)):
                ready += doubtful
                self.finished.add(hit_id)
                self._counters.pop(hit_id, None)
            lines += [self._to_line(row, hit_id, labels) for row in ready]
        self.work.add_labels(lines)

    def _to_line(self, row: DeclaredRow, hit_id: str, labels: Labels) -> dict[str, Any]:
        """Return the line of a row in labels.jsonl, also if it has no label."""
        count = len(self.work.answers.get(row.number, ()))
        label = labels.rows.get(row.number) or labelling.label_nothing(count)
        return to_label_line(row, hit_id, label, labels.method or None, count)

    def compute_cost(self) -> Decimal:
        """Return what the answers cost so far, in US dollars, once they are approved."""
        rates = spending.find_rates(self.crowd, self.properties)
        fee = rates.fee(self.properties.reward, self.declared.file.highest_assignments)
        return self.work.assignment_count * (self.properties.reward + fee)

    def find_rows(self, hit_id: str) -> Sequence[DeclaredRow]:
        """Return the rows of a HIT; none of a HIT that is not of this batch."""
        if len(self._numbers) != len(self.batch.ids):
            self._numbers = {hit_id: number for number, hit_id in self.batch.ids.items()}
        number = self._numbers.get(hit_id)
        if number is None:
            return ()
        size = self.declared.file.rows_per_hit
        return self.declared.rows[number * size : (number + 1) * size]

    def _count(self, *, few_calls: bool = False) -> tuple[list[HitCounters], int]:
        """Return the counters of the HITs that are not finished, and how many calls that took."""
        waiting = [hit_id for hit_id in self.batch.in_order() if hit_id not in self.finished]
        counters, refused, made = survey.find(self.crowd, self.client, waiting, few_calls=few_calls)
        for outcome in calls.name_refusals(refused, self.say):
            self.finished.add(outcome.item)
            self._deleted[outcome.item] = None
        self._counters = {hit.hit_id: hit for hit in counters}
        return counters, made

    def _list_assignments(self, hit: HitCounters) -> Sequence[Any]:
        return survey.list_assignments(self.client, hit)

    def _has_more(self, hit: HitCounters) -> bool:
        return self.work.count_assignments(hit.hit_id) != hit.unaccounted + hit.completed

    def _is_finished(self, hit: HitCounters) -> bool:
        """Return whether no further answer to a HIT can come, and all that came are in the file."""
        if self.work.count_assignments(hit.hit_id) >= hit.max_assignments:
            return True
        return hit.expired and not hit.pending

    def _launch_wave(self, most: int | None = None) -> int:
        """Create as many of the missing HITs as there is room for; return how many were refused."""
        refused = 0
        if (
            self.plan is not None
            and not self.batch.is_complete
            and not self.is_expired
            and (room := self._find_room(most)) != 0
        ):
            refused = calls.count_refusals(
                launching.launch(self.crowd, self.client, self.plan, self.batch, most=room),
                self.say,
                lambda row: f"{self.declared.name}: HIT {row.line}",
            )
            self.refused = refused
        if self.batch.is_complete and batches.needs_ids_file(self.directory.hit_ids, self.batch):
            batches.write_ids(self.directory.hit_ids, self.batch, self.say)
        return refused

    def _find_room(self, most: int | None) -> int | None:
        """Return how many HITs may be created now, at most `most`; None for all."""
        open_at_most = self.declared.file.open_at_most
        if open_at_most is None:
            return most
        opened = sum(hit.available + hit.pending for hit in self._counters.values())
        room = max(0, open_at_most - opened) // self.declared.file.assignments
        return room if most is None else min(room, most)

    def _ask_one_more(self, hit: HitCounters) -> bool:
        """Give a HIT one more assignment, unless it has the most; return whether it has one more."""
        file = self.declared.file
        if file.most is None or hit.expired or hit.max_assignments >= file.most:
            return False
        if file.open_at_most is not None:
            opened = sum(other.available + other.pending for other in self._counters.values())
            if opened >= file.open_at_most:
                return True  # it waits for room
        name = f"{self.batch.header['batch']} {hit.max_assignments + 1}"
        extending.add_assignments(self.client, hit.hit_id, 1, name)
        self._counters[hit.hit_id] = hit._replace(
            max_assignments=hit.max_assignments + 1, available=1, pending=0
        )
        return True
