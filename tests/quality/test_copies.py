"""Workers whose answers are another's."""

import random

import pytest

from amt.quality import copies, dawid_skene, simulation
from amt.quality.votes import Votes, create_votes


def study(
    seed: int, accuracies: list[float], rows: int = 120, labels: int = 3, copiers: int = 0
) -> tuple[list[int], Votes]:
    """The truth, and votes of workers who answer every row; the last ones copy worker 0."""
    workers = [simulation.create_worker(accuracy, labels) for accuracy in accuracies]
    drawn = simulation.draw_study(seed, rows, labels, workers=workers, most=len(workers))
    chance = random.Random(seed)
    places = []
    for row, given in enumerate(drawn.answers):
        votes = dict(given)
        for copier in range(copiers):  # a copy is changed now and then
            changed = chance.random() < 0.02
            votes[len(workers) + copier] = chance.randrange(labels) if changed else votes[0]
        places += [(row, worker, vote) for worker, vote in votes.items()]
    numbers, voters, votes_given = zip(*places, strict=True)
    return list(drawn.truth), create_votes(numbers, voters, votes_given, list(range(labels)))


HONEST = [0.6, 0.75, 0.8, 0.85, 0.9, 0.8, 0.8]


@pytest.mark.parametrize("copiers", [1, 2])
def test_copies_are_found_and_count_once(copiers: int) -> None:
    """Nobody else is named, and being copied gains no weight."""
    truth, votes = study(1, HONEST, copiers=copiers)
    posteriors = dawid_skene.estimate(votes).posteriors

    found = copies.find_copies(votes, posteriors)
    once = copies.count_once(votes, found)

    assert found == {7 + copier: 0 for copier in range(copiers)}
    assert len(once.votes) == 7 * 120
    _, honest = study(1, HONEST)
    with_once = dawid_skene.estimate(once, use_numpy=False).posteriors
    for ours, theirs in zip(
        with_once, dawid_skene.estimate(honest, use_numpy=False).posteriors, strict=True
    ):
        assert ours == pytest.approx(theirs)
    assert len(truth) == once.row_count


def test_honest_workers_are_not_named() -> None:
    """Of 18 studies, also where all are right in 98 %, and where two always give the same label."""
    for seed in range(6):
        for accuracies in ([0.98] * 6, [0.7, 0.8, 0.9, 0.95, 0.95, 0.95]):
            _, votes = study(seed, accuracies)
            assert not copies.find_copies(votes, dawid_skene.estimate(votes).posteriors)
        _, votes = study(seed, [0.85] * 4)
        always = [(row, worker, 0) for row in range(120) for worker in (4, 5)]
        places = [
            (row, votes.workers[place], votes.votes[place])
            for row in range(120)
            for place in range(votes.starts[row], votes.starts[row + 1])
        ]
        numbers, voters, given = zip(*places, *always, strict=True)
        mixed = create_votes(numbers, voters, given, [0, 1, 2])
        assert not copies.find_copies(mixed, dawid_skene.estimate(mixed).posteriors)


def test_the_tail_of_unequal_chances() -> None:
    """Of chances 0.5 and 0.2: both with 0.1, at least one with 0.6."""
    assert copies.compute_tail([0.5, 0.2], 2) == pytest.approx(0.1)
    assert copies.compute_tail([0.5, 0.2], 1) == pytest.approx(0.6)
    assert copies.compute_tail([], 0) == 1
