"""Which labels people take for which others."""

from collections.abc import Iterator

from amt.quality.workers import list_truths
from amt.report import texts
from amt.report.sections import Cell, Figure, Figures, Section, Table
from amt.report.study import Study

MOST_LABELS = 12


def list_figures(study: Study) -> Iterator[Figure]:
    """Yield the share of answers that are equal to their row's label."""
    counts = count_confusion(study)
    total = sum(map(sum, counts))
    if total:
        value = round(sum(row[place] for place, row in enumerate(counts)) / total, 6)
        yield Figure("answers_right", value, texts.share(value), "answers equal to the row's label")


def count_confusion(study: Study) -> list[list[float]]:
    """Return how many answers have which label, by the label of the row.

    With Dawid-Skene each label of a row counts as far as it is probable.
    """
    votes, estimate = study.people_votes, study.result.estimate
    if votes is None:
        return []
    size = len(votes.labels)
    counts = [[0.0] * size for _ in range(size)]
    truths = list_truths(votes, study.result.rows, estimate.posteriors if estimate else None)
    for row, truth in zip(votes.iterate(), truths, strict=True):
        for label, probability in truth.items():
            cells = counts[label]
            for vote in row:
                cells[vote] += probability
    return counts


def describe(study: Study, figures: Figures) -> Section | None:
    """Return the section about confusion, of labels."""
    counts, votes = count_confusion(study), study.people_votes
    if not counts or votes is None or "answers_right" not in figures:
        return None
    names = [texts.show(label, 60) for label in votes.labels]
    weights = [sum(row) for row in counts]
    chosen = sorted(sorted(range(len(names)), key=lambda place: -weights[place])[:MOST_LABELS])
    rows: list[list[str | Cell]] = []
    for label in chosen:
        cells = [
            _to_cell(counts[label][vote] / weights[label] if weights[label] else 0)
            for vote in chosen
        ]
        rows.append([names[label], f"{weights[label]:,.0f}", *cells])
    titles = ["label of the row", "answers", *(texts.shorten(names[place], 30) for place in chosen)]
    notes = [
        (
            f"{figures.text('answers_right')} of the answers are equal to the label of their row. Each "
            "line is a label, and the columns are the answers to its rows."
        )
    ]
    if len(names) > MOST_LABELS:
        notes.append(f"Shown are the {MOST_LABELS} labels of {len(names):,} with the most answers.")
    table = Table(
        "Share of answers, by the label of the row", titles, rows, tuple(range(1, len(titles)))
    )
    return Section("confusion", "Confusion", notes, tables=[table])


def _to_cell(value: float) -> Cell:
    shade = 0 if value < 0.005 else 1 + min(4, int(value * 5))
    return Cell(texts.share(value) if value >= 0.0005 else "0 %", shade)
