"""Votes and results for the tests of quality."""

import random
from collections.abc import Sequence
from typing import Any

from amt.quality.votes import Votes, create_votes
from tests.support.results_lines import result, to_lines


def votes_of(rows: Sequence[str]) -> Votes:
    """Votes of one letter each: "aab" is a row with three, of the workers 0, 1 and 2."""
    labels = sorted(set("".join(rows)))
    places = [(r, w, labels.index(v)) for r, row in enumerate(rows) for w, v in enumerate(row)]
    numbers, workers, votes = zip(*places, strict=True)
    return create_votes(numbers, workers, votes, list(labels))


def lines_of(rows: Sequence[Sequence[Any]]) -> str:
    """A results file with an answer in output.label of each worker, of W0, W1 and so on."""
    return to_lines(
        *(
            result(
                row + 1,
                assignment_id=f"3ASSIGNMENT{row}X{worker}",
                worker_id=f"W{worker}",
                output={"label": value},
            )
            for row, values in enumerate(rows)
            for worker, value in enumerate(values)
        )
    )


def simulate(
    rows: int, answers: int, workers: int, labels: int, seed: int
) -> tuple[list[int], Votes]:
    """The truth, and votes of workers of whom a fifth answer at random, the others right in 70 to
    95 %.
    """
    chance = random.Random(seed)
    accuracies = [
        1 / labels if chance.random() < 0.2 else chance.uniform(0.7, 0.95) for _ in range(workers)
    ]
    truth = [chance.randrange(labels) for _ in range(rows)]
    places = []
    for row, true in enumerate(truth):
        for worker in chance.sample(range(workers), answers):
            wrong = (true + chance.randrange(1, labels)) % labels
            vote = true if chance.random() < accuracies[worker] else wrong
            places.append((row, worker, vote))
    numbers, voters, votes = zip(*places, strict=True)
    return truth, create_votes(numbers, voters, votes, list(range(labels)))
