"""Dawid-Skene, against its publication and itself."""

import csv
import math
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from amt.quality import dawid_skene, majority
from amt.quality.dawid_skene import Estimate
from amt.quality.votes import Votes, create_votes
from tests.support.votes import simulate, votes_of

DATA = Path(__file__).parent / "data"


def by_row(estimate: Estimate) -> list[tuple[float, ...]]:
    """The posteriors of each row."""
    return list(zip(*estimate.posteriors, strict=True))


def read_patients() -> Votes:
    """The 45 patients of Table 1: observer 1 examined each three times, four others once."""
    with (DATA / "dawid_skene_1979.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))[1:]
    places = [
        (patient, max(0, column - 2), int(cell) - 1)
        for patient, row in enumerate(rows)
        for column, cell in enumerate(row[1:])
    ]
    numbers, observers, votes = zip(*places, strict=True)
    return create_votes(numbers, observers, votes, [1, 2, 3, 4])


@pytest.mark.parametrize("use_numpy", [False, pytest.param(True, marks=pytest.mark.foreign)])
@pytest.mark.parametrize("pseudo_count", [0.01, dawid_skene.PSEUDO_COUNT])
def test_the_patients_of_1979(pseudo_count: float, use_numpy: bool) -> None:
    """The marginals of Dawid and Skene (1979), and every label but two above 0.98 sure.

    Source: Applied Statistics 28(1), 20-28, tables 1 to 4. They smooth nothing; what we smooth by
    default changes the marginals by less than 0.0005.
    """
    votes = read_patients()
    assert (votes.row_count, votes.worker_count, len(votes.votes)) == (45, 5, 315)

    estimate = dawid_skene.estimate(votes, pseudo_count=pseudo_count, use_numpy=use_numpy)

    assert estimate.converged
    assert [round(share, 2) for share in estimate.shares] == [0.40, 0.42, 0.11, 0.07]
    away = 2e-4 if pseudo_count == 0.01 else 5e-4
    assert estimate.shares == pytest.approx([0.3996, 0.4221, 0.1116, 0.0667], abs=away)
    unsure = [n for n, row in enumerate(by_row(estimate), start=1) if max(row) <= 0.98]
    assert unsure == [35, 38]


@pytest.mark.foreign
@pytest.mark.parametrize("labels", [2, 5])
def test_numpy_changes_no_posterior(labels: int) -> None:
    """By more than 1e-9, nor the number of rounds."""
    _, votes = simulate(300, 4, 12, labels, seed=labels)

    plain = dawid_skene.estimate(votes, use_numpy=False)
    fast = dawid_skene.estimate(votes, use_numpy=True)

    assert plain.rounds == fast.rounds
    for ours, theirs in zip(plain.posteriors, fast.posteriors, strict=True):
        assert ours == pytest.approx(theirs, abs=1e-9)


def test_rows_called_sure_are_right() -> None:
    """Those at least 0.95 sure in at least 95 %, and more labels are right than by majority."""
    right, by_majority, total = 0, 0.0, 0
    sure: list[bool] = []
    for labels, answers in ((2, 5), (3, 5), (5, 5), (5, 3)):
        for seed in range(3):
            truth, votes = simulate(300, answers, 40, labels, seed)
            estimate = dawid_skene.estimate(votes)
            rows = zip(truth, by_row(estimate), majority.aggregate(votes), strict=True)
            for true, row, shares in rows:
                total += 1
                right += row[true] == max(row)
                if shares[true] == max(shares):
                    by_majority += 1 / shares.count(max(shares))
                if max(row) >= 0.95:
                    sure.append(row[true] == max(row))

    assert sum(sure) / len(sure) >= 0.95
    assert right > by_majority
    assert len(sure) > total / 2


def test_too_few_rounds_are_reported() -> None:
    """Not as if the figures were final."""
    _, votes = simulate(100, 3, 10, 3, seed=1)

    assert not dawid_skene.estimate(votes, most_rounds=2).converged
    assert dawid_skene.estimate(votes).converged


def test_one_label_only_is_certain() -> None:
    """There is nothing to learn."""
    assert by_row(dawid_skene.estimate(votes_of(["aa", "a"]))) == [(1.0,), (1.0,)]


def test_several_votes_of_a_worker_on_a_row_count() -> None:
    """Observer 1 of 1979 has three of seven votes on each patient."""
    rows, workers = [0, 0, 0, 1, 1, 1], [0, 0, 1, 0, 0, 1]
    twice = create_votes(rows, workers, [0, 0, 1, 1, 1, 0], ["a", "b"])

    posteriors = by_row(dawid_skene.estimate(twice))

    assert posteriors[0][0] > 0.5
    assert posteriors[1][1] > 0.5


ballots = st.lists(
    st.tuples(st.integers(0, 7), st.integers(0, 4), st.integers(0, 2)), min_size=8, max_size=40
)


@settings(max_examples=60, deadline=None)
@given(ballots, st.permutations(range(8)), st.permutations(range(5)), st.permutations(range(3)))
def test_order_and_names_of_rows_workers_and_labels_change_nothing(
    places: list[tuple[int, int, int]], rows: list[int], workers: list[int], labels: list[int]
) -> None:
    """Posteriors are permuted with them. Every row and label has a vote."""
    places = [*places, *((row, 0, row % 3) for row in range(8))]
    first = create_votes(*zip(*places, strict=True), [0, 1, 2])  # type: ignore[arg-type]
    other = [(rows[r], workers[w], labels[v]) for r, w, v in reversed(places)]
    second = create_votes(*zip(*other, strict=True), [0, 1, 2])  # type: ignore[arg-type]

    before = dawid_skene.estimate(first, most_rounds=20, use_numpy=False)
    after = dawid_skene.estimate(second, most_rounds=20, use_numpy=False)

    for label in range(3):
        column = [after.posteriors[labels[label]][rows[row]] for row in range(8)]
        assert before.posteriors[label] == pytest.approx(column, abs=1e-6)
    assert all(math.isclose(sum(row), 1) for row in by_row(before))
