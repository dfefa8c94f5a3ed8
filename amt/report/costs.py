"""What the answers have cost and can still cost, from the batch record and the results alone."""

from collections.abc import Iterator
from decimal import Decimal

from amt.costs import Costs, Part
from amt.fees import cents
from amt.report import progress, texts
from amt.report.sections import Figure, Figures, Section, Table
from amt.report.study import Study

TITLES = {
    "rewards": "rewards of approved answers",
    "fees": "the crowd's fees on these",
    "has_cost": "cost so far, without bonuses",
    "still_owes": "cost of the answers that wait and are still open",
    "can_cost": "cost in the end, if all answers are approved",
    "cost_per_row": "cost in the end, per row",
}


def add_up(study: Study) -> Costs | None:
    """Return the costs without bonuses, or None if a reward is not known."""
    costs = Costs()
    header = study.batch.header if study.batch else {}
    most = max(header.get("parts") or [header.get("max_assignments", 1)])
    for work in study.people:
        if work.reward is None:
            return None
        if work.status != "Rejected":
            part = costs.approved if work.status == "Approved" else costs.submitted
            part.add(1, work.reward, study.rates.fee(work.reward, most))
    if study.batch is not None and header.get("reward"):
        reward = Decimal(header["reward"])
        costs.open.add(progress.count_planned(study).open, reward, study.rates.fee(reward, most))
    return costs


def list_figures(study: Study) -> Iterator[Figure]:
    """Yield the amounts, in US dollars, as texts."""
    costs = add_up(study)
    if costs is None:
        return
    amounts = {
        "rewards": costs.approved.paid,
        "fees": costs.approved.fees,
        "has_cost": costs.has_cost,
        "still_owes": costs.still_owes,
        "can_cost": costs.can_cost,
    }
    rows = progress.count_planned(study).rows or len(study.result.rows)
    amounts["cost_per_row"] = cents(costs.can_cost / rows)
    for name, amount in amounts.items():
        yield Figure(name, str(amount), texts.dollars(amount), TITLES[name])


def describe(study: Study, figures: Figures) -> Section:
    """Return the section about costs."""
    costs = add_up(study)
    if costs is None:
        note = "The reward is not in the results, but in the batch record: add --hit_ids_file."
        return Section("costs", "Costs", [note])
    notes = [
        (
            f"The approved answers cost {figures.text('has_cost')}. With those that wait for a decision "
            f"or are still open it is {figures.text('can_cost')}, "
            f"{figures.text('cost_per_row')} per row. Bonuses are not in the results; show_costs.py "
            "asks the crowd for them."
        )
    ]
    if study.batch is not None and study.batch.header.get("site") == "sandbox":
        notes.insert(
            0, "This was the sandbox, where nothing is paid: the amounts are what it would cost."
        )
    rows = [
        _to_row("approved", costs.approved),
        _to_row("submitted", costs.submitted),
        *([_to_row("open", costs.open)] if study.batch is not None else []),
        ("together", "", "", "", texts.dollars(costs.can_cost)),
    ]
    columns = ("", "answers", "rewards", "fees", "together")
    return Section("costs", "Costs", notes, tables=[Table("Costs", columns, rows, (1, 2, 3, 4))])


def _to_row(name: str, part: Part) -> tuple[str, ...]:
    amounts = (part.paid, part.fees, part.total)
    return name, f"{part.count:,}", *map(texts.dollars, amounts)
