"""How far people agree, with intervals. Answers of machines are left out."""

import statistics
from collections.abc import Iterator

from amt.quality import agreement
from amt.quality.agreement import Measure
from amt.quality.answers import convert
from amt.quality.texts import fold
from amt.quality.votes import Votes, collect_votes, leave_out
from amt.report import charts, texts
from amt.report.charts import Interval
from amt.report.sections import Chart, Figure, Figures, Section, Table
from amt.report.study import Study

TITLES = {
    "krippendorff_alpha_nominal": "Krippendorff's alpha (nominal)",
    "krippendorff_alpha_ordinal": "Krippendorff's alpha (ordinal)",
    "krippendorff_alpha_interval": "Krippendorff's alpha (interval)",
    "fleiss_kappa": "Fleiss' kappa",
    "cohen_kappa": "Cohen's kappa (mean of pairs)",
    "raw_agreement": "raw agreement",
}
SCALES = ("interval", "ordinal", "nominal")  # the first that has a value says most
OTHERS = "mean_agreement"


def list_figures(study: Study) -> Iterator[Figure]:
    """Yield the measures of agreement with the limits of their intervals."""
    votes = _collect(study)
    if votes is None:
        known = [row.agreement for row in study.result.rows if row.agreement is not None]
        value = round(statistics.fmean(known), 6) if known else None
        yield Figure(OTHERS, value, texts.coefficient(value), "mean agreement of a row's answers")
        return
    settings = study.settings
    is_ordered = bool(settings.order)
    for measure in agreement.measure(votes, is_ordered=is_ordered, seed=settings.choice.seed):
        title = TITLES[measure.name]
        yield Figure(measure.name, measure.value, _describe(measure), title)
        for end, value in (("low", measure.low), ("high", measure.high)):
            if value is not None:
                name = f"{measure.name}_{end}"
                text = texts.coefficient(value)
                yield Figure(name, value, text, f"{title}: {end} end of the interval")


def choose_main(figures: Figures) -> str | None:
    """Return the name of the measure to show first, or None if none has a value."""
    names = (*(f"krippendorff_alpha_{scale}" for scale in SCALES), OTHERS)
    return next((name for name in names if figures.has(name)), None)


def describe_interval(figures: Figures, name: str) -> str:
    """Return the 95 % interval of a measure as text, or ""."""
    if not figures.has(f"{name}_low"):
        return ""
    return f"{figures.text(f'{name}_low')} to {figures.text(f'{name}_high')}"


def describe(_: Study, figures: Figures) -> Section:
    """Return the section about agreement."""
    if OTHERS in figures:
        note = (
            f"The answers to a row agree by {figures.text(OTHERS)} on average, from 0 to 1; what is "
            "compared depends on the kind of the answers (docs/quality.md)."
        )
        return Section("agreement", "Agreement", [note])
    notes = [
        (
            "1 is full agreement; 0 is what chance alone gives, except for raw agreement, which is the "
            "share of pairs of answers that are equal. Lines are 95 % bootstrap intervals over rows."
        )
    ]
    known = [name for name in TITLES if figures.has(name)]
    undefined = [
        f"{TITLES[name]}: {figures.text(name)}." for name in TITLES if not figures.has(name)
    ]
    if not known:
        return Section("agreement", "Agreement", [*notes, *undefined])
    intervals = [
        Interval(
            TITLES[name],
            figures[f"{name}_low"].value if f"{name}_low" in figures else None,
            figures[name].value,
            figures[f"{name}_high"].value if f"{name}_high" in figures else None,
            figures.text(name),
        )
        for name in known
    ]
    least = min(interval.value if interval.low is None else interval.low for interval in intervals)
    rows = [
        (TITLES[name], figures.text(name), describe_interval(figures, name) or texts.NONE)
        for name in known
    ]
    description = "Agreement: " + ", ".join(f"{title} {value}" for title, value, _ in rows)
    chart = Chart(
        "Measures of agreement",
        charts.draw_intervals(intervals, description, least=-1 if least < 0 else 0),
        Table("Measures of agreement", ("measure", "value", "95 % interval"), rows, (1, 2)),
    )
    return Section("agreement", "Agreement", [*notes, *undefined], [chart])


def _collect(study: Study) -> Votes | None:
    """Return the answers as votes, or None for those that have no labels in common."""
    result, settings = study.result, study.settings
    if result.votes is not None:
        return study.people_votes
    answers = result.answers
    if result.kind == "text":
        answers = convert(answers, study.path, settings.field, fold)
    elif result.kind != "number":
        return None
    votes = collect_votes(answers, study.path, as_text=settings.as_text, order=settings.order)
    return leave_out(votes, answers.machines)


def _describe(measure: Measure) -> str:
    if measure.value is None:
        return f"not defined, because {measure.why}"
    return texts.coefficient(measure.value)
