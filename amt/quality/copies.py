"""Workers whose answers are another's: more equal than two who err independently can be.

Source: W. J. van der Linden and L. Sotaridona (2006), Detecting Answer Copying When the Regular
Response Process Follows a Known Response Model, Journal of Educational and Behavioral Statistics
31(3), 283-304: the number of equal answers is compared with the exact distribution that it has if
each worker answers on their own. The response model here is each worker's matrix.
"""

from collections.abc import Collection, Sequence
from itertools import combinations

from amt.quality.anchoring import select
from amt.quality.votes import Votes

LEAST_ROWS = 20  # that both answered
LEAST_EQUAL = 0.95  # of these
FALSE_PAIRS = 0.01  # probability of naming any pair if all answer on their own
PSEUDO_COUNT = 0.5  # in each cell of a worker's matrix
SHIFT = 20  # bits for the number of equal answers of a pair


def find_copies(
    votes: Votes, posteriors: Sequence[Sequence[float]], machines: Collection[int] = ()
) -> dict[int, int]:
    """Return for each worker who is like another the one that stands for both.

    That is the worker with more answers, or the lower number. Machines are not compared.
    """
    pairs = _count_pairs(votes, machines)
    common = {pair: count >> SHIFT for pair, count in pairs.items()}
    compared = sum(rows >= LEAST_ROWS for rows in common.values())
    candidates = {
        divmod(pair, votes.worker_count): pairs[pair] & ((1 << SHIFT) - 1)
        for pair, rows in common.items()
        if rows >= LEAST_ROWS and pairs[pair] & ((1 << SHIFT) - 1) >= LEAST_EQUAL * rows
    }
    if not candidates:
        return {}
    named = {worker for pair in candidates for worker in pair}
    matrices = _fit_matrices(votes, posteriors, named)
    chances = _list_chances(votes, posteriors, matrices, candidates)
    alike = [
        pair
        for pair, equal in candidates.items()
        if compute_tail(chances[pair], equal) < FALSE_PAIRS / compared
    ]
    return _choose_kept(votes, alike)


def count_once(votes: Votes, copies: dict[int, int]) -> Votes:
    """Return the votes without those of copies on rows that the worker they are like answered too."""

    def choose(_: int, workers: Sequence[int]) -> list[bool]:
        return [copies.get(worker) not in workers for worker in workers]

    return select(votes, choose)[0]


def compute_tail(chances: Sequence[float], least: int) -> float:
    """Return the probability of at least so many successes, each with its own chance."""
    distribution = [1.0]
    for chance in chances:
        longer = [*(p * (1 - chance) for p in distribution), 0.0]
        for count, p in enumerate(distribution):
            longer[count + 1] += p * chance
        distribution = longer
    return sum(distribution[least:])


def _count_pairs(votes: Votes, machines: Collection[int]) -> dict[int, int]:
    """Return how many rows each pair of workers has in common, shifted, plus how many are equal."""
    pairs: dict[int, int] = {}
    for start, end in zip(votes.starts, votes.starts[1:], strict=False):
        given = dict(zip(votes.workers[start:end], votes.votes[start:end], strict=True))
        people = sorted(worker for worker in given if worker not in machines)
        for first, second in combinations(people, 2):
            pair = first * votes.worker_count + second
            equal = given[first] == given[second]
            pairs[pair] = pairs.get(pair, 0) + (1 << SHIFT) + equal
    return pairs


def _fit_matrices(
    votes: Votes, posteriors: Sequence[Sequence[float]], workers: Collection[int]
) -> dict[int, list[list[float]]]:
    size = len(votes.labels)
    cells = {worker: [[PSEUDO_COUNT] * size for _ in range(size)] for worker in workers}
    for row, (start, end) in enumerate(zip(votes.starts, votes.starts[1:], strict=False)):
        for place in range(start, end):
            if (counts := cells.get(votes.workers[place])) is not None:
                for true in range(size):
                    counts[true][votes.votes[place]] += posteriors[true][row]
    return {
        worker: [[count / sum(row) for count in row] for row in counts]
        for worker, counts in cells.items()
    }


def _list_chances(
    votes: Votes,
    posteriors: Sequence[Sequence[float]],
    matrices: dict[int, list[list[float]]],
    pairs: Collection[tuple[int, int]],
) -> dict[tuple[int, int], list[float]]:
    """Return for each pair the chance of equal answers on each row that both answered."""
    size = len(votes.labels)
    by_label = {
        pair: [
            sum(a * b for a, b in zip(matrices[pair[0]][t], matrices[pair[1]][t], strict=True))
            for t in range(size)
        ]
        for pair in pairs
    }
    chances: dict[tuple[int, int], list[float]] = {pair: [] for pair in pairs}
    for row, (start, end) in enumerate(zip(votes.starts, votes.starts[1:], strict=False)):
        named = sorted({worker for worker in votes.workers[start:end] if worker in matrices})
        for pair in combinations(named, 2):
            if pair in chances:
                equal = by_label[pair]
                chances[pair].append(sum(posteriors[t][row] * equal[t] for t in range(size)))
    return chances


def _choose_kept(votes: Votes, alike: Collection[tuple[int, int]]) -> dict[int, int]:
    """Return who stands for whom in groups of workers who are alike."""
    given = [0] * votes.worker_count
    for worker in votes.workers:
        given[worker] += 1
    parent: dict[int, int] = {}

    def find(worker: int) -> int:
        while worker in parent:
            worker = parent[worker]
        return worker

    for pair in sorted(alike):
        first, second = sorted(map(find, pair), key=lambda worker: (-given[worker], worker))
        if first != second:
            parent[second] = first
    return {worker: find(worker) for worker in sorted(parent)}
