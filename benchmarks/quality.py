"""Measure labels of simulated studies: fixed and adaptive, with and without a machine.

    python -m benchmarks quality

600 rows, 40 workers of whom a fifth answer at random and the others are right in 70 to 95 %. Each
figure is the mean over the seeds. Exit code 1 when a bar is missed.
"""

import argparse
from collections.abc import Sequence
from statistics import mean
from typing import NamedTuple

from amt.quality import simulation
from amt.quality.simulation import Outcome, Study, create_biased_machine, draw_study
from benchmarks.tables import write_table

ROWS, ANSWERS = 600, 5
LABELS = (2, 3, 5)
MACHINES = (0.5, 0.8, 0.9)  # how often a machine is right that errs in one direction
LEAST_SURE_RIGHT = 0.95
MOST_ANSWERS = {2: 0.75, 3: 0.70, 5: 0.70}  # of five per row, without a machine
MOST_WITH_MACHINE = 0.66  # with one of 0.8 or 0.9
HEAD = (
    "| labels | answers | right | worst seed | of five answers per row | sure and right | met |\n"
    "|---|---|---|---|---|---|---|"
)


class Row(NamedTuple):
    """A line of the table. `worst` is the least difference from the majority of five."""

    labels: int
    policy: str
    right: float
    worst: float
    answers: float
    sure_right: float
    met: bool


def main(argv: list[str] | None = None) -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks quality",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--seeds", type=int, default=20, help="default: 20")
    parser.add_argument(
        "--write", action="store_true", help="put the table into docs/performance.md, too"
    )
    args = parser.parse_args(argv)
    rows = [row for labels in LABELS for row in measure(labels, range(args.seeds))]
    text = format_table(rows, args.seeds)
    print(text)
    if args.write:
        write_table("quality", text)
    return 0 if all(row.met for row in rows) else 1


def measure(labels: int, seeds: Sequence[int]) -> list[Row]:
    """Measure all policies with so many labels."""
    majority = [simulation.run_fixed(draw(labels, seed), ANSWERS, "majority") for seed in seeds]
    fixed = [simulation.run_fixed(draw(labels, seed), ANSWERS) for seed in seeds]
    adaptive = [simulation.run_adaptive(draw(labels, seed)) for seed in seeds]
    of_fixed = mean(outcome.right for outcome in fixed)
    alone = _summarize(labels, "adaptive", adaptive, majority)
    is_met = (
        alone.right > mean(outcome.right for outcome in majority)
        and alone.right > of_fixed - 0.02
        and alone.answers <= MOST_ANSWERS[labels]
        and alone.worst > -0.03
        and alone.sure_right >= LEAST_SURE_RIGHT
    )
    rows = [
        _summarize(labels, "majority of 5", majority, majority),
        _summarize(labels, "Dawid-Skene of 5", fixed, majority),
        alone._replace(met=is_met),
    ]
    for accuracy in MACHINES:
        outcomes = [simulation.run_adaptive(draw(labels, seed, accuracy)) for seed in seeds]
        row = _summarize(labels, f"adaptive, machine of {accuracy}", outcomes, majority)
        is_met = row.right >= alone.right - 0.01 and row.sure_right >= LEAST_SURE_RIGHT
        if accuracy > 0.5:
            is_met = is_met and row.right >= of_fixed and row.answers <= MOST_WITH_MACHINE
        rows.append(row._replace(met=is_met))
    return rows


def draw(labels: int, seed: int, accuracy: float | None = None) -> Study:
    """Return a study, with a machine if its accuracy is given."""
    machine = None if accuracy is None else create_biased_machine(accuracy, labels)
    return draw_study(seed, ROWS, labels, machine=machine)


def _summarize(
    labels: int, policy: str, outcomes: Sequence[Outcome], majority: Sequence[Outcome]
) -> Row:
    sure = sum(outcome.sure for outcome in outcomes)
    return Row(
        labels,
        policy,
        mean(outcome.right for outcome in outcomes),
        min(one.right - other.right for one, other in zip(outcomes, majority, strict=True)),
        mean(outcome.answer_count for outcome in outcomes) / (ROWS * ANSWERS),
        sum(outcome.sure_right for outcome in outcomes) / sure if sure else 0.0,
        True,
    )


def format_table(rows: Sequence[Row], seeds: int) -> str:
    """Return the table."""
    lines = [f"{seeds} seeds:", "", HEAD]
    lines += [
        f"| {row.labels} | {row.policy} | {row.right:.3f} | {row.worst:+.3f} | {row.answers:.0%} "
        f"| {row.sure_right:.3f} | {'yes' if row.met else 'NO'} |"
        for row in rows
    ]
    return "\n".join(lines)
