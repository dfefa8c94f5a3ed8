"""Simulated studies."""

import random
from decimal import Decimal

import pytest

from amt.fees import Rates
from amt.quality import simulation
from amt.quality.simulation import Policy, create_biased_machine, create_worker


def test_a_study_is_the_same_for_a_seed() -> None:
    """Whatever the policy asks for first, and with or without a machine."""
    study = simulation.draw_study(1, 30, 3)
    again = simulation.draw_study(1, 30, 3, machine=create_biased_machine(0.8, 3))

    assert (study.truth, study.answers) == (again.truth, again.answers)
    assert study.answers != simulation.draw_study(2, 30, 3).answers
    assert all(len({worker for worker, _ in given}) == 7 for given in study.answers)


def test_workers_err_as_often_as_they_should() -> None:
    """A fifth are spammers; of 3,000 answers of the others 70 to 95 % are right."""
    workers = simulation.draw_workers(random.Random(1), 4)
    spammers = [matrix for matrix in workers if matrix[0][0] == 0.25]
    truth = [row % 4 for row in range(3000)]
    study = simulation.draw_study(1, 3000, 4, workers=[create_worker(0.8, 4)], truth=truth)
    right = sum(vote == true for true, [(_, vote)] in zip(truth, study.answers, strict=True))

    assert (len(workers), len(spammers)) == (40, 8)
    assert all(sum(row) == pytest.approx(1) for matrix in workers for row in matrix)
    assert right / 3000 == pytest.approx(0.8, abs=0.03)


def test_a_biased_machine_errs_in_one_direction() -> None:
    """Its wrong answers are one label."""
    assert create_biased_machine(0.75, 3) == [
        [0.75, 0.25, 0.0],
        [0.25, 0.75, 0.0],
        [0.25, 0.0, 0.75],
    ]


def test_votes_are_the_first_answers_and_the_machines() -> None:
    """In its own name, after the people's."""
    study = simulation.draw_study(1, 2, 2, machine=[[0.0, 1.0], [0.0, 1.0]])

    votes = study.collect([1, 2])

    assert list(votes.starts) == [0, 2, 5]
    assert list(votes.workers)[1::3] == [40, 40]
    assert votes.votes[1] == votes.votes[4] == 1


def test_an_adaptive_study_asks_more_where_it_is_unsure() -> None:
    """From 1 answer, or 3 of audit rows, up to 5."""
    study = simulation.draw_study(1, 100, 2)

    outcome = simulation.run_adaptive(study, Policy(most=5))

    audit = simulation.choose_audit_rows(100, 0.15, 1)
    assert len(audit) == 15
    assert all(outcome.answers[row] >= 3 for row in audit)
    assert max(outcome.answers) == 5
    assert 130 <= outcome.answer_count < 500
    assert outcome.sure_right <= outcome.sure <= 100


def test_costs_are_of_peoples_answers() -> None:
    """With Amazon's fees where the crowd charges them."""
    outcome = simulation.run_fixed(simulation.draw_study(1, 10, 2), 3, "majority")

    assert outcome.answer_count == 30
    cost = simulation.compute_cost(outcome, Rates(charged=True), Decimal("0.05"))
    assert (cost.rewards, cost.fees) == (Decimal("1.50"), Decimal("0.30"))
