"""The alternative annotator test, and shares of labels from a machine's answers."""

import pytest

from amt.errors import Error
from amt.quality import machine_check, simulation
from amt.quality.label_shares import estimate_share
from amt.quality.t_distribution import cumulate, find_quantile
from tests.support.votes import votes_of

WORKERS = [simulation.create_worker(accuracy, 3) for accuracy in (0.9, 0.85, 0.8, 0.75)]


def check(accuracy: float, seed: int, rows: int = 80) -> machine_check.MachineCheck:
    """The check of a machine beside four people who answer every row."""
    machine = simulation.create_worker(accuracy, 3)
    study = simulation.draw_study(seed, rows, 3, workers=WORKERS, machine=machine)
    return machine_check.check_machine(study.collect([4] * rows), 4, "gpt-x", [4])


def test_students_distribution() -> None:
    """Source: the quantiles in W. S. Gosset's table as reprinted everywhere: 2.228 and 2.045."""
    assert find_quantile(0.975, 10) == pytest.approx(2.228139, abs=1e-6)
    assert find_quantile(0.975, 29) == pytest.approx(2.045230, abs=1e-6)
    assert cumulate(-2.228139, 10) == pytest.approx(0.025, abs=1e-6)
    assert cumulate(0, 3) == 0.5


def test_discoveries_are_limited_under_any_dependence() -> None:
    """Of four, the bounds are rank x 0.05 / (4 x 25/12): 0.006, 0.012, 0.018, 0.024."""
    assert machine_check.count_rejections([0.001, 0.011, 0.019, 0.5], 0.05) == 2
    assert machine_check.count_rejections([0.007, 0.5, 0.6, 0.7], 0.05) == 0


@pytest.mark.parametrize(
    ("accuracy", "seed", "winning_rate", "advantage"),
    [
        (0.95, 1, 1.0, 0.990625),
        (0.85, 2, 0.0, 0.825),
        (0.6, 3, 0.0, 0.65625),
        (0.9, 4, 0.75, 0.909375),
    ],
)
def test_the_winning_rate_is_that_of_the_authors_program(
    accuracy: float, seed: int, winning_rate: float, advantage: float
) -> None:
    """Source: the steps of alt_test in github.com/nitaytech/AltTest, with scipy 1.17.1."""
    found = check(accuracy, seed)

    assert (found.winning_rate, found.people, found.rows) == (winning_rate, 4, 80)
    assert found.advantage == pytest.approx(advantage, abs=1e-9)
    assert found.is_justified == (winning_rate >= 0.5)
    verb = "is" if found.is_justified else "is not"
    conclusion = found.to_line()["conclusion"]
    assert conclusion.startswith(f"Replacing a person by gpt-x {verb} justified: it ")


def test_too_few_rows_or_people_are_refused() -> None:
    """Fifty rows, and three people with thirty each."""
    with pytest.raises(Error, match=r"needs 50 rows .* there are 40 and 4$"):
        check(0.9, 1, rows=40)
    with pytest.raises(Error, match=r"there are 60 and 2$"):
        machine_check.check_machine(votes_of(["aab", "abb"] * 30), 2, "gpt-x", [2])


@pytest.mark.parametrize("accuracy", [0.5, 0.8, 0.95])
def test_the_interval_of_a_share_holds_whatever_the_machine_does(accuracy: float) -> None:
    """In at least 92 % of 200 studies, with a machine that errs in one direction; seeded.

    What is estimated is the share of people's answers to all rows.
    """
    holds = 0
    for seed in range(200):
        machine = simulation.create_biased_machine(accuracy, 2)
        study = simulation.draw_study(
            seed, 200, 2, workers=[simulation.create_worker(0.85, 2)] * 3, machine=machine, most=3
        )
        audit = simulation.choose_audit_rows(200, 0.3, seed)
        votes = study.collect([3 if row in audit else 1 for row in range(200)])
        true = sum(vote == 0 for given in study.answers for _, vote in given) / 600
        found = estimate_share(votes, 0, study.machines, audit)
        holds += found.low <= true <= found.high

    assert holds >= 184


def test_a_good_machine_narrows_the_interval() -> None:
    """One that says nothing about people has no weight, and the interval of the audit rows stays."""
    people = [simulation.create_worker(0.95, 2)] * 3
    widths = []
    for accuracy in (0.95, 0.5):
        machine = simulation.create_worker(accuracy, 2)
        study = simulation.draw_study(5, 1000, 2, workers=people, machine=machine, most=3)
        audit = simulation.choose_audit_rows(1000, 0.15, 5)
        votes = study.collect([3 if row in audit else 1 for row in range(1000)])
        found = estimate_share(votes, 0, study.machines, audit)
        widths.append(found.high - found.low)

    assert widths[0] < 0.7 * widths[1]


def test_a_share_needs_audit_rows_and_a_machine_on_every_row() -> None:
    """Without either, nothing can be corrected."""
    with pytest.raises(Error, match="needs 20 audit rows"):
        estimate_share(votes_of(["ab"] * 30), 0, [1], {1, 2})
    with pytest.raises(Error, match="some have none"):
        estimate_share(votes_of(["ab", "a"] * 15), 0, [1], set(range(30)))
