"""Audit rows: a random share of a batch that gets more answers than the rest.

They tell how often workers and machines are right where confidence did not choose who is asked.
"""

import math
import random
from collections.abc import Sequence
from typing import Any, NamedTuple

from amt.errors import Error

ASSIGNMENTS = 3


class Audit(NamedTuple):
    """The audit rows of a batch, and how many assignments each has."""

    share: float
    assignments: int
    seed: int
    rows: frozenset[int]

    def to_header(self) -> dict[str, Any]:
        """Return what the batch record has of it; each HIT's line says whether it is an audit row."""
        kept = {"share": self.share, "assignments": self.assignments, "seed": self.seed}
        return {"audit": kept}

    def hashes(self) -> dict[str, str]:
        """Return what must stay the same when the batch is finished, by the flag's name."""
        return {"--audit": f"{self.share:g} {self.assignments} {self.seed}"}


def choose(
    rows: Sequence[int], share: float, seed: int, *, assignments: int, max_assignments: int
) -> Audit:
    """Choose the audit rows among the numbers of all rows. Raises Error for an invalid share."""
    if not 0 < share <= 1:
        raise Error("--audit must be above 0 and at most 1, such as 0.15")
    if assignments <= max_assignments:
        raise Error(
            f"--audit_assignments must be more than MaxAssignments of the other rows, which is "
            f"{max_assignments}"
        )
    return Audit(share, assignments, seed, frozenset(sample(rows, share, seed)))


def sample(rows: Sequence[int], share: float, seed: int) -> set[int]:
    """Return a random share of the rows, rounded up; the same for the same seed."""
    return set(random.Random(f"{seed}:audit").sample(rows, math.ceil(len(rows) * share)))
