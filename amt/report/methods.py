"""The paragraph for a publication's section on methods."""

from amt.messages import count_of
from amt.report import agreement, machines
from amt.report.sections import Figures
from amt.report.study import Study


def describe(study: Study, figures: Figures) -> list[str]:
    """Return the sentences of the paragraph."""
    sentences = [_describe_answers(figures)]
    if figures.has("median_seconds"):
        sentence = f"An answer took {figures.text('median_seconds')} in the median"
        if figures.has("hourly_pay"):
            sentence += (
                f", which at the reward paid is {figures.text('hourly_pay')} an hour (nine tenths of "
                f"the answers: more than {figures.text('hourly_pay_tenth_percentile')})"
            )
        sentences.append(f"{sentence}.")
    sentences.append(_describe_labels(study, figures))
    if name := agreement.choose_main(figures):
        interval = agreement.describe_interval(figures, name)
        more = f" (95 % bootstrap interval over rows: {interval})" if interval else ""
        title = agreement.TITLES.get(name, "the mean agreement of a row's answers")
        sentences.append(f"As to agreement, {title} is {figures.text(name)}{more}.")
    if figures.has("machine_answers"):
        sentences.append(f"{figures.text('machine_answers')} further answers came from machines.")
    if warning := machines.describe_suggestions(study, figures):
        sentences.append(warning)
    if figures.has("can_cost"):
        sentences.append(
            f"The answers cost {figures.text('can_cost')} in all, "
            f"{figures.text('cost_per_row')} per row, fees included and without bonuses."
        )
    return sentences


def _describe_answers(figures: Figures) -> str:
    sentence = (
        f"{count_of(figures['workers'].value, 'worker')} gave "
        f"{count_of(figures['answers'].value, 'answer')} to "
        f"{count_of(figures['rows'].value, 'row')}, {figures.text('answers_per_row')} per row on average"
    )
    if figures.has("first_answer"):
        first, last = (figures[f"{end}_answer"].value[:10] for end in ("first", "last"))
        sentence += f", on {first}" if first == last else f", from {first} to {last}"
    return f"{sentence}."


def _describe_labels(study: Study, figures: Figures) -> str:
    ways = {
        "majority": "Labels are the most frequent answers",
        "dawid_skene": "Labels were estimated with the model of Dawid and Skene (1979)",
    }
    way = ways.get(study.result.method, f"Labels were computed by {study.result.method}")
    if study.result.method == "dawid_skene":
        way += (
            f", in which the matrix of the whole crowd counts for {study.settings.pseudo_count:g} "
            "answers in each row of a worker's"
        )
    number = figures["need_a_look"].value
    sure = study.settings.choice.sure
    rest = f"{count_of(number, 'row')} ({figures.text('need_a_look_share')})"
    if figures.has("failed_answers") and figures["failed_answers"].value:
        way += (
            f", without {count_of(figures['failed_answers'].value, 'answer')} of "
            f"{count_of(figures['failed_workers'].value, 'worker')} who failed rows with a known answer"
        )
    if figures.has("decided_rows"):
        way += f"; experts decided {count_of(figures['decided_rows'].value, 'row')}"
    return f"{way}. In doubt, because tied, answered once or less sure than {sure:g}: {rest}."
