"""The rows whose right answer was known, and what became of workers who failed them."""

from collections.abc import Iterator

from amt.messages import count_of
from amt.report import texts
from amt.report.sections import Figure, Figures, Section
from amt.report.study import Study


def list_figures(study: Study) -> Iterator[Figure]:
    """Yield the numbers of gold rows and answers, and of workers who failed; nothing without gold."""
    answers = study.result.answers
    scores, everybody = answers.scores, answers.everybody
    if scores is None or everybody is None:
        return
    people = study.workers
    counted = sum(scores.counted[worker] for worker in people)
    right = sum(scores.right[worker] for worker in people)
    failed = len(scores.left_out)
    left_out = len(everybody.values) - len(answers.values)
    share = round(right / counted, 6) if counted else None
    rows = len(scores.values)
    yield Figure("gold_rows", rows, texts.count(rows), "gold rows, with a known answer")
    yield Figure("gold_answers", counted, texts.count(counted), "answers of people to gold rows")
    yield Figure("gold_right", share, texts.share(share), "share of these that is right")
    yield Figure("failed_workers", failed, texts.count(failed), "workers who failed the gold rows")
    lost = len(everybody.hits) - len(answers.hits)
    yield Figure("lost_rows", lost, texts.count(lost), "rows with answers of these workers only")
    yield Figure("failed_answers", left_out, texts.count(left_out), "answers of these workers")


def describe(study: Study, figures: Figures) -> Section | None:
    """Return the section about gold, if there is any."""
    if not figures.has("gold_rows"):
        return None
    notes = [
        (
            f"{figures.text('gold_right')} of {figures.text('gold_answers')} answers to "
            f"{figures.text('gold_rows')} gold rows are right. Gold rows are in no figure on labels."
        )
    ]
    if figures["failed_workers"].value:
        notes.append(
            f"{count_of(figures['failed_workers'].value, 'worker')} had less than "
            f"{study.settings.gold_at_least:g} of their gold answers right. Their "
            f"{figures.text('failed_answers')} answers are left out of labels and agreement, and paid."
        )
    return Section("gold", "Gold", notes)
