"""The sweep of dawid_skene.py with numpy, an extra that makes it faster."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from amt.quality.votes import Votes

CHUNK_ROWS = 20_000  # at a time, so that memory does not grow with the votes


class NumpySweep:
    """The sweep in arrays. Its posteriors equal those of PlainSweep to 1e-9."""

    def __init__(self, votes: Votes) -> None:
        self._size = len(votes.labels)
        self._worker_count = votes.worker_count
        self._starts = np.array(votes.starts, dtype=np.int64)
        ballots = np.array(votes.votes, dtype=np.int32)
        self._cells = np.array(votes.workers, dtype=np.int32) * self._size + ballots
        lengths = np.diff(self._starts)
        self._rows: Any = np.repeat(np.arange(votes.row_count, dtype=np.int32), lengths)
        self._columns = np.empty((self._size, votes.row_count))
        for label in range(self._size):
            chosen = np.bincount(self._rows[ballots == label], minlength=votes.row_count)
            self._columns[label] = chosen / lengths

    @property
    def posteriors(self) -> Sequence[Sequence[float]]:
        """The posteriors: for each label, an item per row."""
        columns: Sequence[Sequence[float]] = self._columns.tolist()
        return columns

    def count(self) -> tuple[list[float], Sequence[Sequence[float]]]:
        """Return the sums of the posteriors: of all rows, and by worker and vote."""
        cells = self._worker_count * self._size
        counts = [
            np.bincount(self._cells, weights=column[self._rows], minlength=cells)
            for column in self._columns
        ]
        return self._columns.sum(axis=1).tolist(), counts

    def infer(self, shares: Sequence[float], table: Sequence[Sequence[float]]) -> float:
        """Set the posteriors from the logarithms of `shares` and `table`."""
        by_cell = np.array(table)
        likelihood = 0.0
        for first in range(0, len(self._starts) - 1, CHUNK_ROWS):
            starts = self._starts[first : first + CHUNK_ROWS + 1]
            scores = by_cell[self._cells[starts[0] : starts[-1]]]
            scores = np.add.reduceat(scores, starts[:-1] - starts[0], axis=0) + np.array(shares)
            best = scores.max(axis=1)
            weights = np.exp(scores - best[:, None])
            totals = weights.sum(axis=1)
            likelihood += float((best + np.log(totals)).sum())
            self._columns[:, first : first + CHUNK_ROWS] = (weights / totals[:, None]).T
        return likelihood
