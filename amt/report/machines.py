"""What machines answered, beside the people."""

import math
from collections.abc import Iterator
from statistics import fmean

from amt.messages import count_of
from amt.report import texts
from amt.report.sections import Figure, Figures, Section, Table
from amt.report.study import Study


def list_figures(study: Study) -> Iterator[Figure]:
    """Yield the numbers of machines and of their answers, and of answers that machines suggested."""
    machines = study.result.answers.machines
    if machines:
        number = len(machines)
        yield Figure("machines", number, texts.count(number), "machines")
        number = sum(worker in machines for worker in study.result.answers.worker_of)
        yield Figure("machine_answers", number, texts.count(number), "answers of machines")
    suggested = sum(work.suggested_by is not None for work in study.people)
    if suggested:
        title = "answers of people who were shown a machine's answer"
        yield Figure("suggested_answers", suggested, texts.count(suggested), title)


def describe_suggestions(study: Study, figures: Figures) -> str:
    """Return the warning that people were shown answers of machines, or ""."""
    if not figures.has("suggested_answers"):
        return ""
    names = sorted({work.suggested_by for work in study.people if work.suggested_by})
    return (
        f"{figures.text('suggested_answers')} of {figures.text('received')} answers are of people "
        f"who were shown the answer of a machine ({texts.show(', '.join(names))}). This shifts what "
        "people answer: their labels and their agreement are not independent of the machine."
    )


def describe(study: Study, figures: Figures) -> Section | None:
    """Return the section about machines, if there are any."""
    machines = study.result.answers.machines
    warning = describe_suggestions(study, figures)
    if not machines:
        return Section("machines", "The machines' part", [warning]) if warning else None
    columns = study.worker_columns
    rows = []
    for place, name in sorted(machines.items(), key=lambda item: item[1]):
        shares = [
            columns[key][place] if key in columns else "" for key in ("accuracy", "agreement")
        ]
        rows.append(
            (
                texts.show(name, 60),
                f"{int(columns['answers'][place]):,}",
                *(texts.share(float(share) if share else None) for share in shares),
                texts.share(_find_confidence(study, place)),
            )
        )
    note = (
        f"{count_of(figures['machine_answers'].value, 'answer')} of machines are among what the "
        "labels are made of. They are in no figure on progress, agreement, confusion, workers, time, "
        "pay and costs."
    )
    titles = ("machine", "answers", "accuracy", "agreement with people", "its own confidence, mean")
    table = Table("Machines", titles, rows, numbers=(1, 2, 3, 4))
    notes = [note, warning] if warning else [note]
    return Section("machines", "The machines' part", notes, tables=[table])


def _find_confidence(study: Study, place: int) -> float | None:
    answers = study.result.answers
    known = [
        confidence
        for worker, confidence in zip(answers.worker_of, answers.confidences, strict=True)
        if worker == place and not math.isnan(confidence)
    ]
    return fmean(known) if known else None
