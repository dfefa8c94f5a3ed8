"""What answers cost and how right labels are, by the number of answers to a row."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from statistics import fmean
from typing import NamedTuple

from amt.costs import HOUR_SECONDS
from amt.fees import Rates, cents
from amt.quality import simulation
from amt.quality.simulation import Outcome, Policy, Study
from amt.simulated_workers.crews import Crew
from amt.simulated_workers.truths import Truths

DRAWS = 5


class Price(NamedTuple):
    """A policy, with its answers of people, the share of rows that are right, and the cost.

    All are means over the draws, but `lowest`, which is the lowest share of a draw.
    """

    policy: str
    answers: float
    per_row: float
    by_majority: float | None
    by_dawid_skene: float | None
    lowest: float  # by Dawid-Skene where there is one
    cost: Decimal  # US dollars


def list_prices(
    truths: Truths,
    crew: Crew,
    reward: Decimal,
    rates: Rates,
    *,
    confidence: float,
    most: int,
    machine_accuracy: float | None,
    draws: int = DRAWS,
) -> Iterator[Price]:
    """Yield the prices of 1 to `most` answers to each row, then of the adaptive policies."""
    size = len(truths.labels)
    machine = None
    if machine_accuracy is not None:
        machine = simulation.create_biased_machine(machine_accuracy, size)
    studies = [
        simulation.draw_study(
            crew.seed + draw,
            len(truths.rows),
            size,
            workers=Crew(crew.workers, crew.accuracies, crew.spammers, seed=crew.seed + draw).draw(
                size
            ),
            machine=machine,
            most=most,
            truth=truths.rows,
        )
        for draw in range(draws)
    ]
    reachable = min(most, crew.workers)
    for answers in range(1, reachable + 1):
        name = f"{answers} answer{'s' * (answers > 1)} to each row"
        plain = [simulation.run_fixed(study, answers, "majority") for study in studies]
        if answers == 1:  # a single answer says nothing about its worker
            yield _to_price(name, studies, plain, [], rates, reward)
        else:
            outcomes = [simulation.run_fixed(study, answers) for study in studies]
            yield _to_price(name, studies, plain, outcomes, rates, reward)
    for limit in range(3, reachable + 1):
        policy = Policy(confidence=confidence, most=limit)
        outcomes = [simulation.run_adaptive(study, policy) for study in studies]
        yield _to_price(f"adaptive, 1 to {limit}", studies, [], outcomes, rates, reward)


def compute_hourly(reward: Decimal, seconds: float) -> Decimal | None:
    """Return the pay of an hour at so many seconds an answer, in US dollars; None for no time."""
    return cents(reward * HOUR_SECONDS / Decimal(str(seconds))) if seconds else None


def _to_price(
    name: str,
    studies: Sequence[Study],
    by_majority: Sequence[Outcome],
    by_dawid_skene: Sequence[Outcome],
    rates: Rates,
    reward: Decimal,
) -> Price:
    """Return the price of a policy, whose labels are made by one method or by both."""
    outcomes = by_dawid_skene or by_majority
    answers = fmean(outcome.answer_count for outcome in outcomes)
    costs = [simulation.compute_cost(outcome, rates, reward).total for outcome in outcomes]
    return Price(
        name,
        answers,
        answers / studies[0].row_count,
        _find_mean(by_majority),
        _find_mean(by_dawid_skene),
        min(outcome.right for outcome in outcomes),
        cents(sum(costs, Decimal(0)) / len(costs)),
    )


def _find_mean(outcomes: Sequence[Outcome]) -> float | None:
    return fmean(outcome.right for outcome in outcomes) if outcomes else None


def format_table(prices: Sequence[Price]) -> str:
    """Return the prices as a table for a person."""

    def show(share: float | None) -> str:
        return "" if share is None else f"{share:.3f}"

    head = ("answers", "per row", "majority", "dawid_skene", "lowest", "cost")
    lines = [f"{'':22}{head[0]:>9}{head[1]:>9}{head[2]:>10}{head[3]:>13}{head[4]:>8}{head[5]:>12}"]
    lines += [
        f"{price.policy:22}{price.answers:>9,.0f}{price.per_row:>9.2f}{show(price.by_majority):>10}"
        f"{show(price.by_dawid_skene):>13}{price.lowest:>8.3f}{f'${price.cost:,}':>12}"
        for price in prices
    ]
    return "\n".join(lines)
