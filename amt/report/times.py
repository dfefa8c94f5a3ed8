"""How long answers took, and what an hour of work is paid."""

from collections.abc import Iterator
from decimal import Decimal

from amt.costs import HOUR_SECONDS
from amt.fees import cents
from amt.report import charts, texts
from amt.report.charts import Mark
from amt.report.labels import list_bins
from amt.report.sections import Chart, Figure, Figures, Section
from amt.report.study import Study, find_median, find_percentile


def list_figures(study: Study) -> Iterator[Figure]:
    """Yield working times, and the pay of an hour."""
    seconds = study.seconds
    if seconds:
        for name, title, value in (
            ("median_seconds", "working time, in the median", find_median(seconds)),
            ("tenth_percentile_seconds", "a tenth were at most", find_percentile(seconds, 10)),
            (
                "ninetieth_percentile_seconds",
                "nine tenths were at most",
                find_percentile(seconds, 90),
            ),
        ):
            yield Figure(name, value, texts.duration(value), title)
    pay = list_hourly(study)
    if pay:
        median = cents(pay[len(pay) // 2] / 2 + pay[(len(pay) - 1) // 2] / 2)
        lowest = cents(pay[(len(pay) - 1) // 10])
        title = "pay of an hour, in the median"
        yield Figure("hourly_pay", str(median), texts.dollars(median), title)
        title = "nine tenths were paid more an hour than"
        yield Figure("hourly_pay_tenth_percentile", str(lowest), texts.dollars(lowest), title)


def list_hourly(study: Study) -> list[Decimal]:
    """Return what answers that were not rejected are paid an hour, in US dollars; sorted."""
    return sorted(
        work.reward * HOUR_SECONDS / max(1, int(work.seconds))
        for work in study.paid
        if work.reward is not None and work.seconds is not None
    )


def describe(study: Study, figures: Figures) -> Section:
    """Return the section about time and pay."""
    if not study.seconds:
        return Section("times", "Time and pay", ["The results have no times."])
    notes = [
        (
            f"An answer took {figures.text('median_seconds')} in the median, from accepting to "
            "submitting, with pauses. Rejected answers are left out."
        )
    ]
    drawn = [_draw_seconds(study, figures)]
    pay = list_hourly(study)
    if pay:
        notes.append(
            f"At the reward of the HITs that is {figures.text('hourly_pay')} an hour in the median, "
            "without bonuses."
        )
        drawn.append(_draw_pay(pay, figures))
    else:
        notes.append("What that pays an hour is in the batch record: add --hit_ids_file.")
    return Section("times", "Time and pay", notes, drawn)


def _draw_seconds(study: Study, figures: Figures) -> Chart:
    bins = charts.bin_values(study.seconds)
    middle = figures["median_seconds"]
    caption = "Working time of answers"
    return Chart(
        caption,
        charts.draw_histogram(
            bins,
            "seconds",
            "answers",
            f"{caption}: {middle.text} in the median, nine tenths at most "
            f"{figures.text('ninetieth_percentile_seconds')}",
            marks=[Mark(middle.value, f"median {middle.text}")],
        ),
        list_bins(caption, bins, "seconds", "answers"),
    )


def _draw_pay(pay: list[Decimal], figures: Figures) -> Chart:
    bins = charts.bin_values([float(amount) for amount in pay])
    middle, lowest = figures["hourly_pay"], figures["hourly_pay_tenth_percentile"]
    caption = "Pay of an hour, by answer"

    def show(value: float) -> str:
        return f"${value:g}"

    return Chart(
        caption,
        charts.draw_histogram(
            bins,
            "US dollars an hour",
            "answers",
            f"{caption}: {middle.text} in the median, nine tenths above {lowest.text}",
            marks=[
                Mark(float(lowest.value), f"nine tenths above {lowest.text}"),
                Mark(float(middle.value), f"median {middle.text}"),
            ],
            show=show,
        ),
        list_bins(caption, bins, "US dollars an hour", "answers", show),
    )
