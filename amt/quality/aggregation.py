"""Aggregate a results file: from its answers to a line for each row."""

import csv
import dataclasses
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from amt import files, inputs
from amt.cells import guard, to_text
from amt.errors import Error
from amt.messages import Say, count_of, say_nothing
from amt.quality import (
    anchoring,
    copies,
    dawid_skene,
    gold,
    kinds,
    labels,
    rankings,
    texts,
    traces,
    workers,
)
from amt.quality.answers import Answers, convert, read_answers
from amt.quality.dawid_skene import Estimate
from amt.quality.labels import Choice, RowLabel
from amt.quality.votes import Votes, collect_votes
from amt.results_tables import Source


@dataclass(frozen=True)
class Settings:
    """What is aggregated, and how."""

    field: str
    kind: str | None = None  # None: what find_kind returns
    method: str | None = None  # None: what choose_method returns
    choice: Choice = dataclasses.field(default_factory=Choice)
    pseudo_count: float = dawid_skene.PSEUDO_COUNT
    as_text: bool = False
    order: tuple[str, ...] = ()  # of the labels; (): by number or text
    has_votes_file: bool = False  # whether these files are to be written
    has_scores_file: bool = False
    gold_file: str | None = None  # None: the gold that the results have
    gold_at_least: float = gold.AT_LEAST  # share of gold answers that a worker must have right


@dataclass(frozen=True)
class Aggregated:
    """The answers, and what they become. `is_complete`: nothing was left out, and EM converged."""

    answers: Answers
    kind: str
    votes: Votes | None  # of labels
    estimate: Estimate | None
    method: str
    rows: list[RowLabel]
    is_complete: bool
    same_as: dict[int, int] = dataclasses.field(
        default_factory=dict
    )  # workers who are another's copy

    @property
    def lines(self) -> Iterator[dict[str, Any]]:
        """The lines of the labels file, in the order of the results."""
        pairs = zip(self.answers.hits, self.rows, strict=True)
        lines = (row.to_line(hit, self.method) for hit, row in pairs)
        return gold.iterate_lines(self.answers, lines, self.method)


def validate(settings: Settings) -> None:
    """Raise Error for a number that is out of range."""
    if not 0 <= settings.choice.sure <= 1:
        raise Error("--confidence must be from 0 to 1")
    if not 0 < settings.pseudo_count < float("inf"):
        raise Error("--pseudo_count must be above 0")
    if not 0 <= settings.gold_at_least <= 1:
        raise Error("--gold_at_least must be from 0 to 1")


def read(paths: Sequence[str], settings: Settings, say: Say = say_nothing) -> tuple[Answers, str]:
    """Return the answers of results files, as their kind has them, and the kind.

    Those of workers who fail the gold rows are left out. Raises Error for answers that are not of
    the kind.
    """
    with inputs.Inputs(paths) as source:
        return read_source(source, settings, say)


def read_source(source: Source, settings: Settings, say: Say = say_nothing) -> tuple[Answers, str]:
    """Return the answers of results, as `read` does."""
    path = source.path
    answers = read_answers(source, settings.field, say)
    if settings.gold_file:
        answers.gold.update(gold.GoldFile(settings.gold_file).find(answers))
    kind = settings.kind or kinds.find_kind(answers.values)
    if not kind:
        raise Error(
            f"{path}: {settings.field} is of no kind that can be recognized; name it with --kind"
        )
    answers = gold.score(answers, settings.field, kind, settings.gold_at_least, say)
    if kind != "label":
        answers = convert(answers, path, settings.field, kinds.READERS[kind])
    return answers, kind


def read_votes(
    paths: Sequence[str], settings: Settings, say: Say = say_nothing
) -> tuple[Answers, Votes]:
    """Return the answers of results files, and the votes that they are. Raises Error for others."""
    answers, kind = read(paths, settings, say)
    path = ", ".join(paths)
    if kind == "text":
        answers = convert(answers, path, settings.field, texts.fold)
    elif kind not in ("label", "number"):
        raise Error(f"--agreement is for labels, numbers and texts; {settings.field} is {kind}")
    votes = collect_votes(answers, path, as_text=settings.as_text, order=settings.order)
    return answers, votes


def write_votes(result: "Aggregated", path: str) -> None:
    """Write a CSV file of `task,worker,label`, as crowd-kit and other libraries read it.

    Nothing is put before what a spreadsheet would take for a formula: -1 is a label. Raises Error
    for answers that are not labels.
    """
    votes = result.votes
    if votes is None:
        raise Error(f"--votes_file is for labels, and these answers are {result.kind}")
    hits, names = result.answers.hits, result.answers.workers
    with files.replace(path) as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("task", "worker", "label"))
        for row, (start, end) in enumerate(zip(votes.starts, votes.starts[1:], strict=False)):
            for place in range(start, end):
                label = to_text(votes.labels[votes.votes[place]])
                writer.writerow((hits[row].task, names[votes.workers[place]], label))


def write_workers(result: "Aggregated", path: str) -> None:
    """Write a CSV file of figures about each worker."""
    ids = {"worker_id": [guard(worker) for worker in result.answers.workers]}
    _write_columns(ids | describe_workers(result), path)


def describe_workers(result: "Aggregated") -> dict[str, list[str]]:
    """Return columns of figures with a cell for each worker, in the order of the answers' workers."""
    answers = result.answers
    columns: dict[str, list[str]] = {}
    if machines := answers.machines:
        columns["machine"] = [
            guard(machines.get(worker, "")) for worker in range(len(answers.workers))
        ]
    if result.same_as:
        columns["same_as"] = [
            guard(answers.workers[result.same_as[worker]]) if worker in result.same_as else ""
            for worker in range(len(answers.workers))
        ]
    columns |= workers.describe_activity(answers.everybody or answers)
    if answers.scores is not None:
        columns |= answers.scores.describe()
    if answers.traces:
        columns |= traces.describe(answers.traces, len(answers.workers))
    if result.votes is not None:
        posteriors = result.estimate.posteriors if result.estimate else None
        described = workers.describe_accuracy(result.votes, result.rows, posteriors)
        rest = [""] * (len(answers.workers) - result.votes.worker_count)
        columns |= {name: cells + rest for name, cells in described.items()}
    elif result.kind == "number":
        columns |= workers.describe_errors(result.answers)
    return columns


def write_scores(result: "Aggregated", path: str, say: Say = say_nothing) -> None:
    """Write a CSV file of the items that rankings compare. Raises Error for other answers."""
    if result.kind != "ranking":
        raise Error(f"--scores_file is for rankings, and these answers are {result.kind}")
    scores = rankings.score_items(result.answers)
    if scores[0].strength is None:
        say("No finite strengths: some items never beat others, not even over third ones.")
    columns = {
        "item": [guard(score.item) for score in scores],
        "comparisons": [str(score.comparisons) for score in scores],
        "wins": [str(score.wins) for score in scores],
        "strength": ["" if s.strength is None else f"{s.strength:.6f}" for s in scores],
    }
    _write_columns(columns, path)


def _write_columns(columns: dict[str, list[str]], path: str) -> None:
    with files.replace(path) as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(zip(*columns.values(), strict=True))


def aggregate(paths: Sequence[str], settings: Settings, say: Say = say_nothing) -> Aggregated:
    """Return the labels of results files. Raises Error for what cannot be aggregated."""
    with inputs.Inputs(paths) as source:
        return aggregate_source(source, settings, say)


def aggregate_source(source: Source, settings: Settings, say: Say = say_nothing) -> Aggregated:
    """Return the labels of results. Raises Error for what cannot be aggregated."""
    answers, kind = read_source(source, settings, say)
    return aggregate_answers(answers, kind, source.path, settings, say)


def aggregate_answers(
    answers: Answers, kind: str, path: object, settings: Settings, say: Say = say_nothing
) -> Aggregated:
    """Return the labels of answers of a kind. `path` is where messages say that they are from.

    Raises Error for what cannot be aggregated.
    """
    refuse_files(kind, settings)
    if kind != "label":
        rows, method, converged = kinds.label_rows(
            kind, answers, settings.method, settings.choice, settings.pseudo_count
        )
        gold.settle(answers, rows)
        say(_summarize(answers, rows, method))
        if not converged:
            say("Dawid-Skene did not converge for each option.")
        is_complete = converged and not answers.left_out
        return Aggregated(answers, kind, None, None, method, rows, is_complete)
    votes = collect_votes(answers, path, as_text=settings.as_text, order=settings.order)
    is_anchored = bool(answers.audit or answers.machines)
    method = settings.method or ("dawid_skene" if is_anchored else labels.choose_method(votes))
    estimate = None
    same_as: dict[int, int] = {}
    if method == "dawid_skene":
        estimate = _estimate(answers, votes, settings, say)
        same_as = copies.find_copies(votes, estimate.posteriors, answers.machines)
        counted = copies.count_once(votes, same_as) if same_as else votes
        if same_as:
            estimate = _estimate(answers, counted, settings)
            say(_describe_copies(answers, same_as))
        rows = list(
            labels.label_by_estimate(counted, estimate, settings.choice, is_anchored=is_anchored)
        )
    else:
        rows = list(labels.label_by_majority(votes, settings.choice))
    gold.settle(answers, rows)
    say(_summarize(answers, rows, method))
    if estimate and not estimate.converged:
        say(f"Dawid-Skene did not converge in {count_of(estimate.rounds, 'round')}.")
    is_complete = not answers.left_out and (estimate is None or estimate.converged)
    return Aggregated(answers, kind, votes, estimate, method, rows, is_complete, same_as)


def _describe_copies(answers: Answers, same_as: dict[int, int]) -> str:
    names = ", ".join(f"{answers.workers[w]} ({answers.workers[k]})" for w, k in same_as.items())
    return (
        f"{count_of(len(same_as), 'worker')} gave the same answers as another, which count once: "
        f"{names}."
    )


def _estimate(
    answers: Answers, votes: Votes, settings: Settings, say: Say = say_nothing
) -> Estimate:
    """Return what people say, and machines as far as the audit rows bear them out; say how far."""
    if not answers.audit and not answers.machines:
        return dawid_skene.estimate(votes, pseudo_count=settings.pseudo_count)
    machines = list(answers.machines)
    audit = answers.audit or anchoring.find_audit_rows(votes, machines)
    if machines and len(audit) < anchoring.LEAST_AUDIT_ROWS:
        say(
            f"Machines have no say: people answered {count_of(len(audit), 'audit row')}, and "
            f"{anchoring.LEAST_AUDIT_ROWS} are needed."
        )
        audit = set()
    elif machines:
        say(f"Machines are weighed by {count_of(len(audit), 'audit row')} that people answered.")
    return anchoring.estimate(votes, audit, machines)


def refuse_files(kind: str, settings: Settings) -> None:
    """Raise Error if a file is wanted that answers of this kind do not have."""
    if settings.has_votes_file and kind != "label":
        raise Error(f"--votes_file is for labels, and these answers are {kind}")
    if settings.has_scores_file and kind != "ranking":
        raise Error(f"--scores_file is for rankings, and these answers are {kind}")


def _summarize(answers: Answers, rows: list[RowLabel], method: str) -> str:
    unsure = sum(bool(row.why) for row in rows)
    return (
        f"{count_of(len(answers.values), 'answer')} of {count_of(len(set(answers.worker_of)), 'worker')} "
        f"to {count_of(len(rows), 'row')}, by {method}; {unsure:,} {'needs' if unsure == 1 else 'need'} a look."
    )
