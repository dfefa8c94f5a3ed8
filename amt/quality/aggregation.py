"""Aggregate a results file: from its answers to a line for each row."""

import csv
import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from amt import files, inputs
from amt.cells import to_text
from amt.errors import Error
from amt.messages import Say, count_of, say_nothing
from amt.quality import dawid_skene, labels, workers
from amt.quality.answers import Answers, read_answers
from amt.quality.dawid_skene import Estimate
from amt.quality.labels import Choice, RowLabel
from amt.quality.votes import Votes, collect_votes


@dataclass(frozen=True)
class Settings:
    """What is aggregated, and how."""

    field: str
    method: str | None = None  # None: what choose_method returns
    choice: Choice = dataclasses.field(default_factory=Choice)
    pseudo_count: float = dawid_skene.PSEUDO_COUNT
    as_text: bool = False
    order: tuple[str, ...] = ()  # of the labels; (): by number or text


@dataclass(frozen=True)
class Aggregated:
    """The answers, and what they become. `is_complete`: nothing was left out, and EM converged."""

    answers: Answers
    votes: Votes
    estimate: Estimate | None
    method: str
    rows: list[RowLabel]
    is_complete: bool

    @property
    def lines(self) -> Iterator[dict[str, Any]]:
        """The lines of the labels file, in the order of the results."""
        for hit, row in zip(self.answers.hits, self.rows, strict=True):
            yield row.to_line(hit, self.method)


def validate(settings: Settings) -> None:
    """Raise Error for a number that is out of range."""
    if not 0 <= settings.choice.sure <= 1:
        raise Error("--confidence must be from 0 to 1")
    if not 0 < settings.pseudo_count < float("inf"):
        raise Error("--pseudo_count must be above 0")


def read_votes(path: str, settings: Settings, say: Say = say_nothing) -> tuple[Answers, Votes]:
    """Return the answers of a results file, and the votes that they are. Raises Error for others."""
    with inputs.Input(path) as source:
        answers = read_answers(source, settings.field, say)
    votes = collect_votes(answers, path, as_text=settings.as_text, order=settings.order)
    return answers, votes


def write_votes(answers: Answers, votes: Votes, path: str) -> None:
    """Write a CSV file of `task,worker,label`, as crowd-kit and other libraries read it.

    Nothing is put before what a spreadsheet would take for a formula: -1 is a label.
    """
    with files.replace(path) as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("task", "worker", "label"))
        for row, (start, end) in enumerate(zip(votes.starts, votes.starts[1:], strict=False)):
            for place in range(start, end):
                worker = answers.workers[votes.workers[place]]
                label = to_text(votes.labels[votes.votes[place]])
                writer.writerow((answers.hits[row].hit_id, worker, label))


def write_workers(result: "Aggregated", path: str) -> None:
    """Write a CSV file of figures about each worker."""
    posteriors = result.estimate.posteriors if result.estimate else None
    with files.replace(path) as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(workers.COLUMNS)
        writer.writerows(
            workers.describe_workers(result.answers, result.votes, result.rows, posteriors)
        )


def aggregate(path: str, settings: Settings, say: Say = say_nothing) -> Aggregated:
    """Return the labels of a results file. Raises Error for what cannot be aggregated."""
    answers, votes = read_votes(path, settings, say)
    method = settings.method or labels.choose_method(votes)
    estimate = None
    if method == "dawid_skene":
        estimate = dawid_skene.estimate(votes, pseudo_count=settings.pseudo_count)
        rows = list(labels.label_by_estimate(votes, estimate, settings.choice))
    else:
        rows = list(labels.label_by_majority(votes, settings.choice))
    say(_summarize(answers, rows, method))
    if estimate and not estimate.converged:
        say(f"Dawid-Skene did not converge in {count_of(estimate.rounds, 'round')}.")
    is_complete = not answers.left_out and (estimate is None or estimate.converged)
    return Aggregated(answers, votes, estimate, method, rows, is_complete)


def _summarize(answers: Answers, rows: list[RowLabel], method: str) -> str:
    unsure = sum(bool(row.why) for row in rows)
    return (
        f"{count_of(len(answers.values), 'answer')} of {count_of(len(answers.workers), 'worker')} "
        f"to {count_of(len(rows), 'row')}, by {method}; {unsure:,} need a look."
    )
