"""Dawid-Skene: how sure each label of a row is, from votes and how each worker errs.

Source: A. P. Dawid and A. M. Skene (1979), Maximum Likelihood Estimation of Observer Error-Rates
Using the EM Algorithm, Applied Statistics 28(1), 20-28. See docs/quality.md for the formulas.
"""

import math
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from amt.quality.votes import Votes

# How many answers the crowd's matrix counts for in each row of a worker's. With flat pseudo-counts the
# rare label of Dawid and Skene's patients loses half of its share; with none, labels called 95 % sure
# are right in 89 % where 40 workers give 3 answers a row with 5 labels; with this in 98 %.
PSEUDO_COUNT = 0.8
COIN_ANSWERS = 4  # that the crowd's accuracy counts for in a worker's, where that is all there is
ANSWERS_PER_CELL = 2  # of a worker's matrix, below which the worker has one accuracy
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
    held: Mapping[int, Matrix] | None = None,
    start: Estimate | None = None,
    one_coin: bool = False,
) -> Estimate:
    """Estimate posteriors and matrices with EM, beginning with `start`, or the shares of the votes.

    A worker with fewer than ANSWERS_PER_CELL votes for each cell of a matrix has one accuracy for all
    labels (one-coin), as all have with `one_coin`. `held` are matrices of workers that EM does not
    change, nor learns the others from. Several votes of a worker on a row all count. EM ends when
    the likelihood per row moves by less than TOLERANCE.
    """
    size = len(votes.labels)
    if size < 2:
        ones = [[1.0] * votes.row_count for _ in range(size)]
        return Estimate(ones, [1.0] * size, [[[1.0]]] * votes.worker_count, 0, True)
    model = _Model(votes, pseudo_count, held or {}, one_coin=one_coin)
    sweep = create_sweep(votes, use_numpy=use_numpy)
    if start is not None:
        sweep.infer([math.log(share) for share in start.shares], _to_table(start.matrices))
    previous = -math.inf
    rounds = 0
    converged = False
    shares: list[float] = []
    matrices: list[Matrix] = []
    while not converged and rounds < most_rounds:
        rounds += 1
        sums, counts = sweep.count()
        shares = [max(total / votes.row_count, TINY) for total in sums]
        matrices, prior = model.fit(counts)
        table = _to_table(matrices)
        likelihood = sweep.infer([math.log(share) for share in shares], table) + prior
        converged = abs(likelihood - previous) < TOLERANCE * votes.row_count
        previous = likelihood
    return Estimate(sweep.posteriors, shares, matrices, rounds, converged)


def _to_table(matrices: Sequence[Matrix]) -> list[tuple[float, ...]]:
    """Return the logarithms of matrices by worker and vote, then true label."""
    return [
        tuple(math.log(row[vote]) for row in matrix)
        for matrix in matrices
        for vote in range(len(matrix))
    ]


class _Model:
    """How the workers' matrices follow from counts: those of the crowd are their pseudo-counts."""

    def __init__(
        self, votes: Votes, pseudo_count: float, held: Mapping[int, Matrix], *, one_coin: bool
    ) -> None:
        self._size = len(votes.labels)
        self._pseudo_count = pseudo_count
        self._held = held
        self._given = [0] * votes.worker_count
        for worker in votes.workers:
            self._given[worker] += 1
        least = math.inf if one_coin else ANSWERS_PER_CELL * self._size**2
        self._has_matrix = [number >= least for number in self._given]

    def fit(self, counts: Sequence[Sequence[float]]) -> tuple[list[Matrix], float]:
        """Return the workers' matrices, and the logarithm of what their pseudo-counts multiply the
        likelihood by.
        """
        size = self._size
        cells = [
            [[float(count) for count in row[first : first + size]] for row in counts]
            for first in range(0, size * len(self._given), size)
        ]
        learned = [matrix for worker, matrix in enumerate(cells) if worker not in self._held]
        crowd = _add_up(learned, size)
        total = sum(map(sum, crowd))
        accuracy = (sum(crowd[true][true] for true in range(size)) + 0.5) / (total + 1)
        shape = [_normalize(row, 0.01) for row in crowd]
        matrices = []
        prior = 0.0
        for worker, own in enumerate(cells):
            if worker in self._held:
                matrices.append(self._held[worker])
                continue
            if self._has_matrix[worker]:
                matrix, added = self._fit_matrix(own, shape)
            else:
                matrix, added = _fit_coin(own, self._given[worker], accuracy)
            matrices.append(matrix)
            prior += added if self._given[worker] else 0.0  # numbers without votes change nothing
        return matrices, prior

    def _fit_matrix(self, cells: Matrix, shape: Matrix) -> tuple[Matrix, float]:
        matrix = []
        prior = 0.0
        for row, shape_row in zip(cells, shape, strict=True):
            extra = [self._pseudo_count * share for share in shape_row]
            total = sum(row) + self._pseudo_count
            fitted = [(count + more) / total for count, more in zip(row, extra, strict=True)]
            prior += sum(more * math.log(p) for more, p in zip(extra, fitted, strict=True))
            matrix.append(fitted)
        return matrix, prior


def _fit_coin(cells: Matrix, given: int, crowd: float) -> tuple[Matrix, float]:
    """Return the matrix of a worker with one accuracy, and its part of the prior."""
    size = len(cells)
    right = sum(cells[true][true] for true in range(size))
    accuracy = (right + COIN_ANSWERS * crowd) / (given + COIN_ANSWERS)
    prior = crowd * math.log(accuracy) + (1 - crowd) * math.log(1 - accuracy)
    return create_coin(accuracy, size), COIN_ANSWERS * prior


def create_coin(accuracy: float, size: int) -> Matrix:
    """Return the matrix of one accuracy for all labels, with equally likely wrong answers."""
    wrong = (1 - accuracy) / (size - 1)
    return [[accuracy if t == v else wrong for v in range(size)] for t in range(size)]


def _add_up(matrices: Sequence[Matrix], size: int) -> Matrix:
    return [
        [sum(matrix[true][vote] for matrix in matrices) for vote in range(size)]
        for true in range(size)
    ]


def _normalize(row: Sequence[float], extra: float) -> list[float]:
    total = sum(row) + extra * len(row)
    return [(count + extra) / total for count in row]


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
