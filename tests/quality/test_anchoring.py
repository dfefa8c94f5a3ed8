"""Dawid-Skene where confidence decides who is asked, and where machines answer too."""

import random
from statistics import mean

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from amt.quality import anchoring, dawid_skene, simulation
from amt.quality.simulation import create_biased_machine, draw_study
from amt.quality.votes import create_votes
from tests.support.votes import votes_of


def test_rows_with_one_answer_are_as_sure_as_their_worker() -> None:
    """EM alone takes every single answer for right."""
    study = draw_study(1, 100, 2)
    audit = simulation.choose_audit_rows(100, 0.15, 1)
    votes = study.collect([3 if row in audit else 1 for row in range(100)])
    singles = [row for row in range(100) if row not in audit]

    alone = list(zip(*dawid_skene.estimate(votes).posteriors, strict=True))
    anchored = list(zip(*anchoring.estimate(votes, audit).posteriors, strict=True))

    right = mean(alone[row][study.truth[row]] > 0.5 for row in singles)
    assert mean(max(alone[row]) for row in singles) > 0.95 > right
    assert mean(max(anchored[row]) for row in singles) < 0.9


def test_an_adaptive_study_is_right_where_it_is_sure() -> None:
    """For fewer answers than 5 each; the whole table is a benchmark (python -m benchmarks labels)."""
    outcomes = [simulation.run_adaptive(draw_study(seed, 600, 3)) for seed in range(2)]
    majority = [simulation.run_fixed(draw_study(seed, 600, 3), 5, "majority") for seed in range(2)]

    assert sum(o.sure_right for o in outcomes) >= 0.95 * sum(o.sure for o in outcomes)
    assert mean(o.right for o in outcomes) > mean(o.right for o in majority)
    assert sum(o.answer_count for o in outcomes) < 0.7 * 2 * 600 * 5


def test_one_machine_and_one_person_do_not_agree_with_the_machine() -> None:
    """A machine that is right in 60 % of 5 labels does not outweigh people; alone, EM lets it."""
    machine = create_biased_machine(0.6, 5)
    study = draw_study(3, 400, 5, machine=machine)
    audit = simulation.choose_audit_rows(400, 0.15, 3)
    counts = [3 if row in audit else 1 for row in range(400)]
    votes = study.collect(counts)

    anchored = anchoring.estimate(votes, audit, study.machines)
    people = anchoring.estimate(draw_study(3, 400, 5).collect(counts), audit)

    learned = anchored.matrices[study.machines[0]]
    right = [simulation.evaluate(study, counts, e.posteriors, 0.95) for e in (anchored, people)]
    assert mean(learned[label][label] for label in range(5)) < 0.7
    assert right[0].right > right[1].right
    assert right[0].sure_right >= 0.95 * right[0].sure


def test_a_machine_without_audit_rows_has_no_say() -> None:
    """Its matrix is even, so that only people count."""
    votes = votes_of(["ab", "bb", "aa", "ba"])  # worker 1 is the machine

    estimate = anchoring.estimate(votes, set(), [1])

    assert estimate.matrices[1] == [[0.5, 0.5], [0.5, 0.5]]
    assert [column[0] > 0.5 for column in estimate.posteriors] == [True, False]


def test_rows_of_three_people_are_audit_rows_where_none_is_marked() -> None:
    """A machine's answer is not a person's."""
    votes = votes_of(["aab", "aabb", "abbab"])

    assert anchoring.find_audit_rows(votes, [0]) == {1, 2}


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 1000), st.permutations(range(3)))
def test_order_and_names_change_nothing_with_a_machine(seed: int, labels: list[int]) -> None:
    """Rows, workers and labels are permuted; so are posteriors, and nothing else."""
    chance = random.Random(seed)
    study = draw_study(seed, 30, 3, workers=[simulation.create_worker(0.8, 3)] * 6)
    machine = 6
    given_votes = [
        (row, worker, vote)
        for row in range(30)
        for worker, vote in study.answers[row][: 2 + row % 3]
    ] + [(row, machine, chance.randrange(3)) for row in range(30)]
    rows, workers = chance.sample(range(30), 30), chance.sample(range(7), 7)
    permuted = [(rows[r], workers[w], labels[v]) for r, w, v in reversed(given_votes)]
    audit = {row for row in range(30) if row % 3 == 1}

    before = anchoring.estimate(
        create_votes(*zip(*given_votes, strict=True), [0, 1, 2]),  # type: ignore[arg-type]
        audit,
        [machine],
        use_numpy=False,
    )
    after = anchoring.estimate(
        create_votes(*zip(*permuted, strict=True), [0, 1, 2]),  # type: ignore[arg-type]
        {rows[row] for row in audit},
        [workers[machine]],
        use_numpy=False,
    )

    for label in range(3):
        column = [after.posteriors[labels[label]][rows[row]] for row in range(30)]
        assert before.posteriors[label] == pytest.approx(column, abs=1e-6)
