"""What was left out of which figures, and why."""

from collections.abc import Iterator

from amt.report import texts
from amt.report.sections import Figure, Figures, Section, Table
from amt.report.study import Study

TITLES = {
    "answers_without_field": "answers without the field",
    "single_answer_rows": "rows with a single answer",
    "answers_without_times": "answers without times",
    "practice_answers": "answers to practice rows",
}


def list_figures(study: Study) -> Iterator[Figure]:
    """Yield how many answers and rows some figures leave out."""
    numbers = {
        "answers_without_field": len(study.result.answers.left_out),
        "single_answer_rows": sum(sum(row.votes.values()) == 1 for row in study.rows),
        "answers_without_times": len(study.paid) - len(study.seconds),
        "practice_answers": study.result.answers.practised,
    }
    for name, number in numbers.items():
        yield Figure(name, number, texts.count(number), TITLES[name])


def describe(study: Study, figures: Figures) -> Section:
    """Return the section about what was left out."""
    reasons = {
        "answers_without_field": (
            f"left out of labels, agreement and workers: they have no {study.settings.field}"
        ),
        "failed_answers": (
            "left out of labels and agreement: their workers failed the gold rows; they are paid"
        ),
        "lost_rows": "left out of labels and agreement: nobody else answered them",
        "gold_rows": "left out of the figures on labels: their answer was known",
        "practice_answers": "left out of labels, agreement and workers",
        "rejected": "left out of time, pay and costs; they count in labels and agreement",
        "single_answer_rows": "left out of agreement: nothing to compare",
        "answers_without_times": "left out of time and pay",
        "rows_without_answers": "left out of all but progress and costs",
        "without_label": "left out of the shares of labels: their answers are tied",
    }
    rows = [
        (figures[name].title, figures.text(name), reason)
        for name, reason in reasons.items()
        if figures.has(name) and figures[name].value
    ]
    if not rows:
        return Section(
            "left_out", "What was left out", ["Nothing: every answer is in every figure."]
        )
    table = Table("What was left out, and why", ("", "number", "what happened"), rows, numbers=(1,))
    return Section("left_out", "What was left out", tables=[table])
