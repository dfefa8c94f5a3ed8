"""The labels: how many rows have which, and how sure they are."""

import statistics
from collections import Counter
from collections.abc import Iterator
from typing import Any

from amt.cells import to_text
from amt.messages import count_of
from amt.quality import adjudication
from amt.quality.labels import RowLabel
from amt.report import charts, texts
from amt.report.charts import Bar, Bin
from amt.report.sections import Chart, Figure, Figures, Section, Table
from amt.report.study import Study

MOST_SHOWN = 12  # labels in a chart
METHODS = {
    "majority": "The label of a row is the one with the most answers.",
    "dawid_skene": "Labels are those of Dawid and Skene (1979), which learns from all answers how "
    "often each worker errs, and weighs answers by it.",
    "median": "The label of a row is the median of its answers.",
    "folded_majority": "The label of a row is its most frequent text, after folding case, space and "
    "punctuation; without one, the text closest to the others.",
    "borda": "Items are ordered by Borda's count: a point for each item ranked below.",
    "overlap": "Spans and boxes are the same from an overlap of half; those that at least half of the "
    "answers have are kept.",
}


def list_figures(study: Study) -> Iterator[Figure]:
    """Yield the numbers of rows, answers and labels, and how sure these are."""
    result, sure = study.result, study.settings.choice.sure
    machines = result.answers.machines
    rows = len(study.rows)
    answers = sum(worker not in machines for worker in result.answers.worker_of)
    yield Figure("rows", rows, texts.count(rows), "rows with answers")
    yield Figure("answers", answers, texts.count(answers), "answers of people")
    each = answers / len(result.rows)
    yield Figure("answers_per_row", _round(each), texts.count(each), "answers per row, on average")
    yield Figure("method", result.method, result.method, "method of the labels")
    look = sum(bool(row.why) for row in study.rows)
    yield Figure("need_a_look", look, texts.count(look), "rows that need a look")
    share = look / max(1, rows)
    yield Figure("need_a_look_share", _round(share), texts.share(share), "share of these rows")
    ties = sum(row.label is None for row in study.rows)
    yield Figure("without_label", ties, texts.count(ties), "rows without a label: ties")
    experts = [row for row in study.rows if is_decided(row)]
    if experts:
        number = len(experts)
        yield Figure("decided_rows", number, texts.count(number), "rows that experts decided")
    known = list_confidences(study)
    if known:
        mean = statistics.fmean(known)
        yield Figure("mean_confidence", _round(mean), texts.share(mean), "mean confidence")
        number = sum(confidence >= sure for confidence in known)
        title = f"rows with a confidence of at least {sure:g}"
        yield Figure("sure_rows", number, texts.count(number), title)
    for name, number in count_labels(study).items():
        value = number / rows
        shown = texts.show(name, 60)
        yield Figure(f"share:{name}", _round(value), texts.share(value), f"share of rows: {shown}")


def is_decided(row: RowLabel) -> bool:
    """Return whether experts decided a row."""
    return row.extra.get("method") == adjudication.METHOD


def list_confidences(study: Study) -> list[float]:
    """Return the confidences that are known, but for experts' decisions, which have another meaning."""
    rows = [row for row in study.rows if not is_decided(row)]
    return [row.confidence for row in rows if row.confidence is not None]


def count_labels(study: Study) -> dict[str, int]:
    """Return how many rows have each label, or each option of several choices; the most first."""
    counts: Counter[str] = Counter()
    if study.result.kind not in ("label", "text", "choices"):
        return {}
    for row in study.rows:
        label: Any = row.label
        if isinstance(label, list):
            counts.update(map(to_text, label))
        elif label is not None:
            counts[to_text(label)] += 1
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:MOST_SHOWN])


def describe(study: Study, figures: Figures) -> Section:
    """Return the section about labels."""
    notes = [METHODS.get(study.result.method, f"Method: {study.result.method}.")]
    if study.result.estimate is not None:
        rounds = study.result.estimate.rounds
        notes.append(
            f"It converged in {count_of(rounds, 'round')}."
            if study.result.estimate.converged
            else f"It did not converge in {count_of(rounds, 'round')}."
        )
    notes.append(
        f"{figures.text('need_a_look')} of {figures.text('rows')} rows need a look: ties, single "
        f"answers, or less sure than {study.settings.choice.sure:g}."
    )
    if figures.has("decided_rows"):
        kinds = Counter(
            row.extra.get("disagreement") or "not named" for row in study.rows if is_decided(row)
        )
        named = ", ".join(
            f"{texts.show(kind, 60)} {number:,}" for kind, number in kinds.most_common()
        )
        notes.append(
            f"Experts decided {count_of(figures['decided_rows'].value, 'row')}. Why people disagreed: {named}."
        )
    return Section("labels", "Labels", notes, list(_list_charts(study)))


def _list_charts(study: Study) -> Iterator[Chart]:
    rows = len(study.rows)
    counts = count_labels(study)
    if counts:
        bars = [
            Bar(texts.show(name, 60), number, f"{number:,} ({texts.share(number / rows)})")
            for name, number in counts.items()
        ]
        yield Chart(
            "Rows by label",
            charts.draw_bars(bars, "Rows by label: " + _join(bars)),
            Table(
                "Rows by label",
                ("label", "rows", "share"),
                [(bar.name, f"{bar.value:,}", texts.share(bar.value / rows)) for bar in bars],
                numbers=(1, 2),
            ),
        )
    numbers = [row.label for row in study.rows if study.result.kind == "number"]
    if numbers and min(numbers) >= 0:
        yield draw_values(numbers, "Rows by label", "label", "rows")
    known = list_confidences(study)
    if known:
        yield _draw_confidence(known)


def draw_values(values: list[float], caption: str, axis: str, counted: str) -> Chart:
    """Return a histogram of values that are not below 0."""
    bins = charts.bin_values(values)
    description = f"{caption}: {len(values):,} {counted}, from {min(values):g} to {max(values):g}"
    return Chart(
        caption,
        charts.draw_histogram(bins, axis, counted, description),
        list_bins(caption, bins, axis, counted),
    )


def list_bins(
    caption: str, bins: list[Bin], axis: str, counted: str, show: Any = lambda value: f"{value:g}"
) -> Table:
    """Return the table of a histogram."""
    rows = [
        (
            f"{show(bin_.low)} or more"
            if bin_.high is None
            else f"{show(bin_.low)} to below {show(bin_.high)}",
            f"{bin_.number:,}",
        )
        for bin_ in bins
    ]
    return Table(caption, (axis, counted), rows, numbers=(1,))


def _draw_confidence(known: list[float]) -> Chart:
    first = min(18, int(min(known) * 20))
    counts = Counter(min(19, int(confidence * 20 + 1e-9)) for confidence in known)
    bins = [Bin(place / 20, (place + 1) / 20, counts[place]) for place in range(first, 20)]
    caption = "Rows by confidence"
    description = f"{caption}: {len(known):,} rows, from {min(known):.2f} to {max(known):.2f}"
    table = list_bins(caption, bins, "confidence", "rows")
    *rows, last = table.rows
    rows.append(("0.95 to 1", last[1]))
    return Chart(
        caption,
        charts.draw_histogram(bins, "confidence of the label", "rows", description),
        Table(caption, table.columns, rows, numbers=(1,)),
    )


def _join(bars: list[Bar]) -> str:
    return ", ".join(f"{bar.name} {bar.text}" for bar in bars)


def _round(value: float) -> float:
    return round(value, 6)
