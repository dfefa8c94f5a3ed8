"""The alternative annotator test: whether a machine's answers can take the place of a person's.

Source: N. Calderon, R. Reichart and R. Dror (2025), The Alternative Annotator Test for
LLM-as-a-Judge, ACL 2025, 16051-16081. Each person is left out in turn; machine and person are
compared by how many answers of the others they agree with, row by row.
"""

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from statistics import mean, stdev
from typing import Any

from amt.errors import Error
from amt.quality.t_distribution import cumulate
from amt.quality.votes import Votes

LEAST_ROWS = 50  # that two people and the machine answered
LEAST_PEOPLE = 3
LEAST_ROWS_OF_PERSON = 30  # for the t-test
EPSILON = 0.1  # what a machine's low price is worth; the authors' value for crowd workers
FALSE_DISCOVERIES = 0.05
JUSTIFIED_FROM = 0.5  # winning rate


@dataclass(frozen=True)
class MachineCheck:
    """How a machine did. `advantage`: how often it agrees with people at least as well as a person."""

    machine: str
    winning_rate: float
    advantage: float
    people: int
    rows: int
    epsilon: float

    @property
    def is_justified(self) -> bool:
        """Whether the machine may take a person's place."""
        return self.winning_rate >= JUSTIFIED_FROM

    def to_line(self) -> dict[str, Any]:
        """Return the line of JSON that is printed."""
        verb = "is" if self.is_justified else "is not"
        won = round(self.winning_rate * self.people)
        return {
            "machine": self.machine,
            "winning_rate": round(self.winning_rate, 6),
            "advantage": round(self.advantage, 6),
            "people": self.people,
            "rows": self.rows,
            "epsilon": self.epsilon,
            "justified": self.is_justified,
            "conclusion": f"Replacing a person by {self.machine} {verb} justified: it represents the "
            f"others better than {won} of {self.people} people.",
        }


def check_machine(
    votes: Votes,
    machine: int,
    name: str,
    machines: Collection[int],
    epsilon: float = EPSILON,
) -> MachineCheck:
    """Compare a machine with every person who answered enough rows. Raises Error without enough."""
    differences: dict[int, list[int]] = {}
    advantages: dict[int, list[bool]] = {}
    rows = 0
    for start, end in zip(votes.starts, votes.starts[1:], strict=False):
        given = list(zip(votes.workers[start:end], votes.votes[start:end], strict=True))
        own = next((vote for worker, vote in given if worker == machine), None)
        people = {worker: vote for worker, vote in given if worker not in machines}
        if own is None or len(people) < 2:
            continue
        rows += 1
        for person, vote in people.items():
            others = [other for worker, other in people.items() if worker != person]
            by_machine, by_person = others.count(own), others.count(vote)
            differences.setdefault(person, []).append(
                (by_person >= by_machine) - (by_machine >= by_person)
            )
            advantages.setdefault(person, []).append(by_machine >= by_person)
    tested = [person for person, found in differences.items() if len(found) >= LEAST_ROWS_OF_PERSON]
    if rows < LEAST_ROWS or len(tested) < LEAST_PEOPLE:
        raise Error(
            f"--machine_check needs {LEAST_ROWS} rows that two people and {name} answered, and "
            f"{LEAST_PEOPLE} people with {LEAST_ROWS_OF_PERSON} of them each; there are {rows} and "
            f"{len(tested)}"
        )
    values = [compare_below(differences[person], epsilon) for person in tested]
    won = count_rejections(values, FALSE_DISCOVERIES)
    return MachineCheck(
        name,
        won / len(tested),
        mean(mean(advantages[person]) for person in tested),
        len(tested),
        rows,
        epsilon,
    )


def compare_below(values: Sequence[float], bound: float) -> float:
    """Return the p-value of a one-sided t-test that the mean is below a bound."""
    middle, spread = mean(values), stdev(values)
    if not spread:
        return 0.0 if middle < bound else 1.0
    return cumulate((middle - bound) / (spread / math.sqrt(len(values))), len(values) - 1)


def count_rejections(p_values: Sequence[float], share: float) -> int:
    """Return how many hypotheses are rejected with so many false discoveries at most.

    Source: Y. Benjamini and D. Yekutieli (2001), Annals of Statistics 29(4), 1165-1188.
    """
    count = len(p_values)
    harmonic = sum(1 / rank for rank in range(1, count + 1))
    rejected = 0
    for rank, value in enumerate(sorted(p_values), start=1):
        if value <= rank * share / (count * harmonic):
            rejected = rank
    return rejected
