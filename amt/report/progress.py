"""How far the work has come: answers by status, per row, and over time."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from amt.batches import Batch
from amt.report import charts, texts
from amt.report.charts import Bar
from amt.report.sections import Chart, Figure, Figures, Section, Table
from amt.report.study import Study

STATUSES = {"Approved": "approved", "Submitted": "submitted", "Rejected": "rejected"}
TITLES = {
    "Approved": "answers that are approved",
    "Submitted": "answers that wait for a decision",
    "Rejected": "answers that are rejected",
}
DAY_SECONDS = 86_400


def list_figures(study: Study) -> Iterator[Figure]:
    """Yield the numbers of answers that there are and that are planned."""
    received = len(study.people)
    yield Figure("received", received, texts.count(received), "answers that people submitted")
    statuses = Counter(work.status for work in study.people)
    for status, name in STATUSES.items():
        number = statuses[status]
        yield Figure(name, number, texts.count(number), TITLES[status])
    if study.batch is not None:
        found = count_planned(study)
        planned, complete, rows = found.answers, found.complete, found.rows
        done = (planned - found.open) / planned if planned else None
        yield Figure("planned_rows", rows, texts.count(rows), "rows of the batch")
        yield Figure("planned", planned, texts.count(planned), "answers that the HITs ask for")
        yield Figure("done", done, texts.share(done), "share of these that was submitted")
        yield Figure(
            "complete_rows", complete, texts.count(complete), "rows with all their answers"
        )
        lacking = rows - found.begun
        yield Figure("rows_without_answers", lacking, texts.count(lacking), "rows without answers")
    times = [work.submitted for work in study.people if work.submitted is not None]
    for name, title, time in (
        ("first_answer", "first answer", min(times, default=None)),
        ("last_answer", "last answer", max(times, default=None)),
    ):
        value = None if time is None else _format(time)
        yield Figure(name, value, texts.NONE if time is None else texts.minute(time), title)


@dataclass(frozen=True)
class Planned:
    """What a batch asks for. Practice rows are no rows of these, and ask for what they have."""

    answers: int = 0
    open: int = 0  # answers that were asked for and are not submitted yet
    rows: int = 0
    complete: int = 0  # rows with all their answers
    begun: int = 0  # rows with an answer


def count_planned(study: Study) -> Planned:
    """Return what the batch asks for. A row that was extended asks for as many as it has."""
    batch = study.batch
    if batch is None:
        return Planned()
    known = set(batch.ids.values())
    received = Counter(work.hit_id for work in study.people if work.hit_id in known)
    practice = set(batch.header.get("practice", ()))
    left_out = practice | set(batch.header.get("left_out", ()))
    rows = [
        (_count_wanted(batch, hit_id), received[hit_id] if hit_id else 0)
        for number in range(batch.header["rows"])
        if number not in left_out
        for hit_id in [batch.ids.get(batch.to_number(number))]
    ]
    practised = sum(received[batch.ids.get(batch.to_number(number), "")] for number in practice)
    return Planned(
        sum(max(pair) for pair in rows) + practised,
        sum(max(0, wanted - has) for wanted, has in rows),
        len(rows),
        sum(has >= wanted for wanted, has in rows),
        sum(has > 0 for _, has in rows),
    )


def _count_wanted(batch: Batch, hit_id: str | None) -> int:
    """Return how many answers the row of a HIT was launched with."""
    header = batch.header
    audit: dict[str, Any] = header.get("audit") or {}
    line = batch.find_line(hit_id) if audit and hit_id else None
    if line and line.get("audit"):
        return int(audit["assignments"])
    return sum(header.get("parts") or [header.get("max_assignments", 1)])


def describe(study: Study, figures: Figures) -> Section:
    """Return the section about progress."""
    note = f"People submitted {figures.text('received')} answers"
    if figures.has("done"):
        note += (
            f", {figures.text('done')} of the {figures.text('planned')} that the HITs ask for. "
            f"{figures.text('complete_rows')} of {figures.text('planned_rows')} rows have all "
            "their answers"
        )
    notes = [f"{note}."]
    if study.batch is None:
        notes.append("How many answers were asked for is in the batch record: add --hit_ids_file.")
    return Section("progress", "Progress", notes, list(_list_charts(study, figures)))


def _list_charts(study: Study, figures: Figures) -> Iterator[Chart]:
    names = {name: name for name in STATUSES.values()}
    numbers = {names[name]: figures[name].value for name in names}
    if "planned" in figures:
        numbers["open"] = count_planned(study).open
    yield _chart(
        "Answers by status",
        "answers",
        [Bar(name, number, f"{number:,}") for name, number in numbers.items()],
        ("status", "answers"),
    )
    per_row = Counter(Counter(work.hit_id for work in study.people).values())
    yield _chart(
        "Rows by their number of answers",
        "rows",
        [
            Bar(f"{answers} answer{'s' * (answers != 1)}", rows, f"{rows:,} rows")
            for answers, rows in sorted(per_row.items())[:12]
        ],
        ("answers", "rows"),
    )
    times = sorted(work.submitted for work in study.people if work.submitted is not None)
    if len(times) > 1 and times[0] < times[-1]:
        yield _draw_times(times)


def _chart(caption: str, counted: str, bars: list[Bar], columns: tuple[str, str]) -> Chart:
    description = f"{caption}: " + ", ".join(f"{bar.name} {bar.value:,}" for bar in bars)
    rows = [(bar.name, f"{bar.value:,}") for bar in bars]
    return Chart(
        caption,
        charts.draw_bars(bars, description),
        Table(f"{caption}, in {counted}", columns, rows, numbers=(1,)),
    )


def _draw_times(times: list[float]) -> Chart:
    is_long = times[-1] - times[0] > 2 * DAY_SECONDS
    show = texts.day if is_long else lambda time: texts.minute(time).removesuffix(" UTC")
    points = [(time, float(number)) for number, time in enumerate(times, 1)]
    steps = [points[len(points) * part // 10 - 1] for part in range(1, 11) if len(points) >= 10]
    rows = [(texts.minute(time), f"{number:,.0f}") for time, number in steps or points]
    return Chart(
        "Answers over time",
        charts.draw_line(
            [(times[0], 0.0), *points],
            "time of submitting, UTC",
            "answers, added up",
            f"Answers over time: from {texts.minute(times[0])} to {texts.minute(times[-1])}, "
            f"{len(times):,} answers",
            show,
        ),
        Table("Answers that were submitted by then", ("time", "answers"), rows, numbers=(1,)),
    )


def _format(time: float) -> str:
    return datetime.fromtimestamp(time, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
