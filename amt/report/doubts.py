"""The rows most in doubt, with their answers."""

from amt.archive_figures import measure_work
from amt.cells import to_text
from amt.report import texts
from amt.report.sections import Answer, Card, Figures, Section
from amt.report.study import Doubt, Result, Study
from amt.results_tables import hide_gold
from formats.answer_fields import find_field

MOST_ANSWERS = 30
INPUT_CHARACTERS = 600


def describe(study: Study, figures: Figures) -> Section:
    """Return the section with the rows in doubt."""
    number = figures["need_a_look"].value
    if not number:
        notes = ["No row needs a look."]
    else:
        notes = [
            (
                f"{len(study.doubts):,} of the {number:,} rows that need a look: ties first, then the "
                "least sure, then rows with a single answer. aggregate_results.py lists all of them."
            )
        ]
    cards = [_to_card(study, doubt) for doubt in study.doubts]
    return Section("doubts", "Rows most in doubt", notes, cards=cards)


def _to_card(study: Study, doubt: Doubt) -> Card:
    hit, row = study.result.answers.hits[doubt.place], study.result.rows[doubt.place]
    label = "no label" if row.label is None else texts.show(row.label)
    answers = study.result.answers
    failed = answers.scores.left_out if answers.scores else frozenset()
    ids = {answers.workers[worker] for worker in failed}
    lines = [line for line in doubt.lines if line["worker_id"] not in ids][:MOST_ANSWERS]
    return Card(
        f"HIT {texts.show(hit.hit_id, 60)}" if hit.row is None else f"Row {hit.row}",
        texts.show("; ".join(row.why)),
        label,
        _show_input(study, lines),
        [_to_answer(study, line) for line in lines],
    )


def _show_input(study: Study, lines: list[Result]) -> str:
    if not lines or lines[0].get("input") is None:
        return ""
    value = _hide(study, lines[0])["input"]
    if isinstance(value, dict):
        value = "\n".join(f"{name}: {to_text(member)}" for name, member in value.items())
    return texts.show(value, INPUT_CHARACTERS)


def _to_answer(study: Study, line: Result) -> Answer:
    value = find_field(_hide(study, line), study.settings.field)
    worker = line.get("machine") or study.name(line["worker_id"])
    seconds = "a machine" if line.get("machine") else texts.duration(measure_work(line))
    return Answer(texts.show(worker, 60), texts.show(value), seconds)


def _hide(study: Study, line: Result) -> Result:
    """Return a line of results without its gold, and without the worker's id unless ids are shown."""
    line = hide_gold(line)
    return study.hidden.replace(line) if study.hidden else line
