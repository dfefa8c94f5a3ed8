"""Dawid-Skene: how sure each label of a row is, from votes and how each worker errs.

Source: A. P. Dawid and A. M. Skene (1979), Maximum Likelihood Estimation of Observer Error-Rates
Using the EM Algorithm, Applied Statistics 28(1), 20-28. See docs/quality.md for the formulas.
"""

import math
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from amt.quality.votes import Votes

# Added to each cell of a worker's matrix. With 0.01, labels called 95 % sure are right in 89 % where
# 40 workers give 3 answers a row with 5 labels; with 0.3 in 97 %.
PSEUDO_COUNT = 0.3
MOST_ROUNDS = 200
TOLERANCE = 1e-6  # of the logarithm of the likelihood per row, with that of the pseudo-counts
TINY = 1e-300  # a label that no row has keeps a share, because log(0) is not a number

Matrix = list[list[float]]  # [true label][vote]


@dataclass(frozen=True)
class Estimate:
    """What Dawid-Skene estimates. `posteriors` has a list for each label, with an item per row."""

    posteriors: Sequence[Sequence[float]]
    shares: list[float]  # of the labels over all rows
    matrices: list[Matrix]  # of the workers
    rounds: int
    converged: bool


class Sweep(Protocol):
    """The two steps of EM, in which nearly all of the time is spent."""

    def count(self) -> tuple[list[float], Sequence[Sequence[float]]]:
        """Return the sum of the posteriors of each label, and for each label the sums of its
        posteriors by worker and vote (`worker * labels + vote`).
        """

    def infer(self, shares: Sequence[float], table: Sequence[Sequence[float]]) -> float:
        """Set the posteriors, and return the logarithm of the likelihood.

        `shares` and `table` (by worker and vote, then true label) are logarithms.
        """

    @property
    def posteriors(self) -> Sequence[Sequence[float]]:
        """The posteriors: for each label, an item per row."""


def create_sweep(votes: Votes, *, use_numpy: bool | None = None) -> Sweep:
    """Return the sweep of numpy if it is installed, else that of the standard library."""
    if use_numpy is not False:
        try:
            from amt.quality.numpy_sweep import NumpySweep
        except ImportError:
            if use_numpy:
                raise
        else:
            return NumpySweep(votes)
    return PlainSweep(votes)


def estimate(
    votes: Votes,
    *,
    pseudo_count: float = PSEUDO_COUNT,
    most_rounds: int = MOST_ROUNDS,
    use_numpy: bool | None = None,
) -> Estimate:
    """Estimate posteriors and matrices with EM, beginning with the shares of the votes.

    A worker with fewer votes than labels squared has one accuracy for all labels (one-coin). Several
    votes of a worker on a row all count. EM ends when the likelihood per row moves by less than
    TOLERANCE.
    """
    size = len(votes.labels)
    if size < 2:
        ones = [[1.0] * votes.row_count for _ in range(size)]
        return Estimate(ones, [1.0] * size, [[[1.0]]] * votes.worker_count, 0, True)
    given = [0] * votes.worker_count
    for worker in votes.workers:
        given[worker] += 1
    sweep = create_sweep(votes, use_numpy=use_numpy)
    previous = -math.inf
    rounds = 0
    converged = False
    shares: list[float] = []
    matrices: list[Matrix] = []
    while not converged and rounds < most_rounds:
        rounds += 1
        sums, counts = sweep.count()
        shares = [max(total / votes.row_count, TINY) for total in sums]
        matrices, prior = _estimate_matrices(counts, given, pseudo_count)
        table = [
            tuple(math.log(matrix[true][vote]) for true in range(size))
            for matrix in matrices
            for vote in range(size)
        ]
        likelihood = sweep.infer([math.log(share) for share in shares], table) + prior
        converged = abs(likelihood - previous) < TOLERANCE * votes.row_count
        previous = likelihood
    return Estimate(sweep.posteriors, shares, matrices, rounds, converged)


def _estimate_matrices(
    counts: Sequence[Sequence[float]], given: Sequence[int], pseudo_count: float
) -> tuple[list[Matrix], float]:
    """Return the workers' matrices, and the logarithm of what their pseudo-counts multiply the
    likelihood by.
    """
    size = len(counts)
    matrices = []
    prior = 0.0
    for worker, number in enumerate(given):
        first = worker * size
        cells = [[float(count) for count in row[first : first + size]] for row in counts]
        if number < size * size:
            right = sum(cells[true][true] for true in range(size)) + pseudo_count
            accuracy = right / (number + 2 * pseudo_count)
            wrong = (1 - accuracy) / (size - 1)
            matrix = [[accuracy if t == v else wrong for v in range(size)] for t in range(size)]
            prior += pseudo_count * (math.log(accuracy) + math.log(1 - accuracy))
        else:
            matrix = []
            for row in cells:
                total = sum(row) + pseudo_count * size
                matrix.append([(count + pseudo_count) / total for count in row])
            prior += pseudo_count * sum(math.log(p) for row in matrix for p in row)
        matrices.append(matrix)
    return matrices, prior


class PlainSweep:
    """The sweep in terms of the standard library."""

    def __init__(self, votes: Votes) -> None:
        size = len(votes.labels)
        self._starts = votes.starts
        self._cells = array("i", bytes(4 * len(votes.votes)))  # worker * labels + vote
        self._rows = [array("i") for _ in range(votes.worker_count * size)]  # of each cell
        self.posteriors: list[list[float]] = [[] for _ in range(size)]
        place = 0
        for row, ballots in enumerate(votes.iterate()):
            for label, count in enumerate(votes.count(ballots)):
                self.posteriors[label].append(count / len(ballots))
            for vote in ballots:
                cell = votes.workers[place] * size + vote
                self._cells[place] = cell
                self._rows[cell].append(row)
                place += 1

    def count(self) -> tuple[list[float], Sequence[Sequence[float]]]:
        """Return the sums of the posteriors: of all rows, and by worker and vote."""
        sums = [sum(column) for column in self.posteriors]
        counts = [
            [sum(map(column.__getitem__, rows)) for rows in self._rows]
            for column in self.posteriors
        ]
        return sums, counts

    def infer(self, shares: Sequence[float], table: Sequence[Sequence[float]]) -> float:
        """Set the posteriors from the logarithms of `shares` and `table`."""
        # Lists that are written in place: new ones would double the memory.
        columns = self.posteriors
        cells = self._cells
        lookup = table.__getitem__
        exp = math.exp
        likelihood = 0.0
        start = self._starts[0]
        for row in range(len(self._starts) - 1):
            end = self._starts[row + 1]
            scores = [*map(sum, zip(shares, *map(lookup, cells[start:end]), strict=True))]
            start = end
            best = max(scores)
            weights = [exp(score - best) for score in scores]
            total = sum(weights)
            likelihood += best + math.log(total)
            for column, weight in zip(columns, weights, strict=True):
                column[row] = weight / total
        return likelihood
