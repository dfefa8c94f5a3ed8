"""The workers: how many answers, how often right, how fast."""

from collections.abc import Iterator, Mapping, Sequence
from statistics import median

from amt.report import charts, labels, texts
from amt.report.charts import Interval
from amt.report.sections import Chart, Figure, Figures, Section, Table
from amt.report.study import Study

MOST_LISTED = 200
MOST_DRAWN = 20
SHARES = ("accuracy", "agreement", "repeated_answers", "gold_score")
TITLES = {
    "answers": "answers",
    "accuracy": "accuracy",
    "agreement": "agreement with others",
    "bias": "bias",
    "spread": "spread",
    "median_seconds": "median time",
    "fast_answers": "fast answers",
    "repeated_answers": "same as the answer before",
}
HIDDEN = ("confusion", "accuracy_low", "accuracy_high", "gold_low", "gold_high")


def list_figures(study: Study) -> Iterator[Figure]:
    """Yield the number of workers, and what they are like in the median."""
    number = len(study.workers)
    yield Figure("workers", number, texts.count(number), "workers")
    columns = list_columns(study)
    if not number:
        return
    each = median(map(int, columns["answers"]))
    yield Figure("answers_per_worker", each, texts.count(each), "answers per worker, in the median")
    most = max(map(int, columns["answers"]))
    yield Figure("most_answers_of_a_worker", most, texts.count(most), "most answers of a worker")
    known = [float(cell) for cell in columns.get("accuracy", ()) if cell]
    if known:
        value = round(median(known), 6)
        title = "accuracy of a worker, in the median"
        yield Figure("median_accuracy", value, texts.share(value), title)


def list_columns(study: Study) -> dict[str, list[str]]:
    """Return the columns of figures about workers, with a cell for each person."""
    return {
        name: [cells[place] for place in study.workers]
        for name, cells in study.worker_columns.items()
        if name != "machine"
    }


def describe(study: Study, _: Figures) -> Section:
    """Return the section about workers."""
    columns = list_columns(study)
    names = [study.name(study.result.answers.workers[place]) for place in study.workers]
    order = sorted(range(len(names)), key=lambda place: (-int(columns["answers"][place]), place))
    notes = [
        (
            "These are figures to judge by, not verdicts. Fast answers took less than a third of the "
            "median time of all answers."
        )
    ]
    if "accuracy" in columns:
        notes.append(
            "Accuracy is measured against the labels, which the worker's own answers helped to "
            "decide; its interval is the 95 % one of Wilson (1927)."
        )
    if len(names) > MOST_LISTED:
        notes.append(f"The table has the {MOST_LISTED} of {len(names):,} with the most answers.")
    drawn = list(_list_charts(columns, names))
    return Section("workers", "Workers", notes, drawn, [_list(columns, names, order)])


def _list(
    columns: Mapping[str, Sequence[str]], names: Sequence[str], order: Sequence[int]
) -> Table:
    """Return the table of workers, those with the most answers first."""
    shown = [name for name in columns if name not in HIDDEN]
    shown.sort(key=lambda name: list(TITLES).index(name) if name in TITLES else len(TITLES))
    titles = ["worker"]
    for name in shown:
        titles.append(TITLES.get(name, name.replace("_", " ")))
        if name == "accuracy":
            titles.append("95 % interval")
    rows = []
    for place in order[:MOST_LISTED]:
        row = [names[place]]
        for name in shown:
            row.append(_show(name, columns[name][place]))
            if name == "accuracy":
                ends = [columns[f"accuracy_{end}"][place] for end in ("low", "high")]
                row.append(
                    " to ".join(_show(name, end) for end in ends) if all(ends) else texts.NONE
                )
        rows.append(row)
    return Table("Workers, by their number of answers", titles, rows, tuple(range(1, len(titles))))


def _show(name: str, cell: str) -> str:
    if not cell:
        return texts.NONE
    if name in SHARES or name.startswith("accuracy"):
        return texts.share(float(cell))
    return texts.duration(float(cell)) if name == "median_seconds" else texts.show(cell, 60)


def _list_charts(columns: Mapping[str, Sequence[str]], names: Sequence[str]) -> Iterator[Chart]:
    answers = [float(number) for number in columns["answers"]]
    if len(names) > MOST_DRAWN:
        yield labels.draw_values(answers, "Workers by their answers", "answers", "workers")
    known = sorted(
        (float(cell), place) for place, cell in enumerate(columns.get("accuracy", ())) if cell
    )[:MOST_DRAWN]
    if not known:
        return
    intervals = [
        Interval(
            names[place],
            float(columns["accuracy_low"][place]),
            value,
            float(columns["accuracy_high"][place]),
            f"{texts.share(value)} of {columns['answers'][place]}",
        )
        for value, place in known
    ]
    caption = "Accuracy of workers"
    if len(names) > MOST_DRAWN:
        caption = f"Accuracy of the {MOST_DRAWN} workers with the lowest"
    rows = [
        (
            interval.name,
            texts.share(interval.value),
            f"{texts.share(interval.low)} to {texts.share(interval.high)}",
        )
        for interval in intervals
    ]
    description = f"{caption}: from {rows[0][1]} to {rows[-1][1]}"
    yield Chart(
        caption,
        charts.draw_intervals(intervals, description),
        Table(caption, ("worker", "accuracy", "95 % interval"), rows, numbers=(1, 2)),
    )
