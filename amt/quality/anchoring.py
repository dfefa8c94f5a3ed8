"""Dawid-Skene where confidence decides who is asked, and where machines answer beside people.

EM alone fails there. A row with one answer agrees with itself, so workers seem to be always right;
with one machine and one person a row, EM believes the machine, which answers every row. So the
matrices of people are learned from rows with several of their answers, at first the audit rows,
which are random. A machine's matrix compares it with people on the audit rows, and is held.
"""

import dataclasses
from array import array
from collections.abc import Callable, Collection, Mapping, Sequence

from amt.quality import dawid_skene
from amt.quality.dawid_skene import Estimate, Matrix
from amt.quality.votes import Votes, create_votes

MACHINE_PSEUDO_COUNT = 0.3  # in each cell of a machine's matrix
LEAST_AUDIT_ROWS = 20  # without so many, nothing is known about a machine
Choose = Callable[[int, Sequence[int]], Sequence[bool]]
AUDIT_ANSWERS = 3  # of people, that make a row an audit row where none is marked


def estimate(
    votes: Votes,
    audit: Collection[int],
    machines: Collection[int] = (),
    *,
    use_numpy: bool | None = None,
) -> Estimate:
    """Estimate posteriors from people's votes, and from machines' as far as the audit rows bear out.

    `audit` are rows, `machines` are workers. Each person has one accuracy. A machine's matrix
    compares its votes on the audit rows with what people alone say about these.
    """
    alone, rows = _estimate_alone(votes, machines, use_numpy=use_numpy)
    if not machines:
        return alone
    known = {
        row: posteriors
        for row, posteriors in zip(rows, zip(*alone.posteriors, strict=True), strict=True)
        if row in audit
    }
    held = {machine: _fit_machine(votes, machine, known) for machine in machines}
    matrices = [held.get(worker, matrix) for worker, matrix in enumerate(alone.matrices)]
    start = dataclasses.replace(alone, matrices=matrices)
    return dawid_skene.estimate(votes, held=held, start=start, one_coin=True, use_numpy=use_numpy)


def _estimate_alone(
    votes: Votes, machines: Collection[int], *, use_numpy: bool | None
) -> tuple[Estimate, list[int]]:
    """Return what people alone say, and the rows that they answered."""
    people, rows = select(votes, lambda _, workers: [w not in machines for w in workers])
    several, _ = select(people, lambda _, workers: [len(workers) > 1] * len(workers))
    if not several.row_count:
        return dawid_skene.estimate(people, one_coin=True, use_numpy=use_numpy), rows
    learned = dawid_skene.estimate(several, one_coin=True, use_numpy=use_numpy)
    held = dict(enumerate(learned.matrices))
    alone = dawid_skene.estimate(people, held=held, use_numpy=use_numpy)
    return dataclasses.replace(alone, converged=alone.converged and learned.converged), rows


def find_audit_rows(votes: Votes, machines: Collection[int]) -> set[int]:
    """Return the rows that at least AUDIT_ANSWERS people answered: audit rows, if none is marked."""
    rows = set()
    for row, (start, end) in enumerate(zip(votes.starts, votes.starts[1:], strict=False)):
        if sum(worker not in machines for worker in votes.workers[start:end]) >= AUDIT_ANSWERS:
            rows.add(row)
    return rows


def leave_out(votes: Votes, workers: Collection[int]) -> tuple[Votes, list[int]]:
    """Return the votes without those of some workers, and the rows that have any left."""
    return select(votes, lambda _, voters: [voter not in workers for voter in voters])


def select(votes: Votes, choose: Choose) -> tuple[Votes, list[int]]:
    """Return the chosen votes, and the rows that have any.

    `choose` says of the workers of a row whose votes to keep. Rows without votes are left out; the
    workers keep their numbers.
    """
    rows, kept_rows = array("i"), list[int]()
    kept_workers, kept_votes = array("i"), array("i")
    for row, (start, end) in enumerate(zip(votes.starts, votes.starts[1:], strict=False)):
        chosen = choose(row, votes.workers[start:end])
        if not any(chosen):
            continue
        for place, is_chosen in zip(range(start, end), chosen, strict=True):
            if is_chosen:
                rows.append(len(kept_rows))
                kept_workers.append(votes.workers[place])
                kept_votes.append(votes.votes[place])
        kept_rows.append(row)
    selected = create_votes(rows, kept_workers, kept_votes, votes.labels)
    return dataclasses.replace(selected, worker_count=votes.worker_count), kept_rows


def _fit_machine(votes: Votes, machine: int, known: Mapping[int, Sequence[float]]) -> Matrix:
    """Return a machine's matrix, given the posteriors of the audit rows from people alone."""
    size = len(votes.labels)
    cells = [[MACHINE_PSEUDO_COUNT] * size for _ in range(size)]
    for row, posteriors in known.items():
        for place in range(votes.starts[row], votes.starts[row + 1]):
            if votes.workers[place] == machine:
                for true, probability in enumerate(posteriors):
                    cells[true][votes.votes[place]] += probability
    return [[count / sum(row) for count in row] for row in cells]
