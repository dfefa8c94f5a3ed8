"""The share of a label over all rows, from a machine's answers corrected on random audit rows.

Source: A. N. Angelopoulos, J. C. Duchi and T. Zrnic (2023), PPI++, arXiv 2311.01453; with a machine
that labels text: K. Gligoric, T. Zrnic, C. Lee, E. Candes and D. Jurafsky (2025), Can Unconfident LLM
Annotations Be Used for Confident Conclusions?, NAACL 2025.
"""

import math
from collections.abc import Collection
from dataclasses import dataclass
from statistics import mean
from typing import Any

from amt.errors import Error
from amt.quality.t_distribution import find_quantile
from amt.quality.votes import Votes

LEAST_AUDIT_ROWS = 20


@dataclass(frozen=True)
class LabelShare:
    """The share that people's answers would have if they answered all rows, with a 95 % interval."""

    value: float
    low: float
    high: float
    rows: int
    audit_rows: int
    weight: float  # of the machine: 0 if it says nothing about what people say

    def to_line(self, name: str) -> dict[str, Any]:
        """Return the line of JSON that is printed."""
        return {
            "estimate": name,
            "value": round(self.value, 6),
            "low": round(self.low, 6),
            "high": round(self.high, 6),
            "rows": self.rows,
            "audit_rows": self.audit_rows,
            "machine_weight": round(self.weight, 6),
        }


def estimate_share(
    votes: Votes,
    label: int,
    machines: Collection[int],
    audit: Collection[int],
    gold: Collection[int] = (),
) -> LabelShare:
    """Return the share of a label over all rows but gold. Of several machines, their mean counts.

    People's answers to audit rows alone decide what is right; the machine makes the interval narrower
    as far as it agrees with them there. Raises Error without enough audit rows, or if a machine
    lacks rows.
    """
    said: list[float] = []
    pairs: list[tuple[float, float]] = []  # of audit rows: people's share, the machines'
    for row, (start, end) in enumerate(zip(votes.starts, votes.starts[1:], strict=False)):
        if row in gold:  # chosen by the requester, so no random part of the data
            continue
        by_machine: list[bool] = []
        by_people: list[bool] = []
        for place in range(start, end):
            group = by_machine if votes.workers[place] in machines else by_people
            group.append(votes.votes[place] == label)
        if not by_machine:
            raise Error("--estimate needs a machine's answer to every row, and some have none")
        said.append(mean(by_machine))
        if row in audit and by_people:
            pairs.append((mean(by_people), said[-1]))
    if len(pairs) < LEAST_AUDIT_ROWS:
        raise Error(
            f"--estimate needs {LEAST_AUDIT_ROWS} audit rows that people answered "
            f"(launch_hits.py --audit), and there are {len(pairs)}"
        )
    people, machine = mean(y for y, _ in pairs), mean(f for _, f in pairs)
    variance = sum((f - machine) ** 2 for _, f in pairs)
    together = sum((y - people) * (f - machine) for y, f in pairs)
    weight = min(1.0, max(0.0, together / variance)) if variance else 0.0
    value = people + weight * (mean(said) - machine)
    rest = [y - weight * f - (people - weight * machine) for y, f in pairs]
    freedom = len(pairs) - 2  # the mean and the weight are estimated
    sampled = 1 - len(pairs) / len(said)  # nothing is left to chance if all rows are audit rows
    error = math.sqrt(sampled * sum(r * r for r in rest) / freedom / len(pairs))
    margin = find_quantile(0.975, freedom) * error
    return LabelShare(
        value, max(0.0, value - margin), min(1.0, value + margin), len(said), len(pairs), weight
    )
