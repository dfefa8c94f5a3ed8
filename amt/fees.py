"""What a batch costs, to the cent.

Source: Amazon's pricing since 2015-07-21: 20 % of the reward and of a bonus, at least $0.01 an
assignment; another 20 % of the reward for HITs with 10 or more assignments; 5 % for Masters.
Rounded to cents, half up, for each assignment.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

CENT = Decimal("0.01")
BASE = Decimal("0.20")
MANY = Decimal("0.20")
MASTERS = Decimal("0.05")
MANY_FROM = 10  # assignments
MASTERS_TYPES = ("2F1QJWKUDD8XADTFD2Q0G6UTO95ALH", "2ARFPLSP75KLA8M8DH1HTEQVJT3SY6")


def cents(amount: Decimal) -> Decimal:
    """Round to whole cents, half up."""
    return amount.quantize(CENT, ROUND_HALF_UP)


def for_masters(requirements: Iterable[Any]) -> bool:
    """Return whether one of these QualificationRequirements asks for Masters."""
    return any(requirement["QualificationTypeId"] in MASTERS_TYPES for requirement in requirements)


@dataclass(frozen=True)
class Rates:
    """What is charged in addition to the reward. Your own crowd charges nothing."""

    charged: bool
    masters: bool = False

    def fee(self, reward: Decimal, max_assignments: int) -> Decimal:
        """US dollars for one approved assignment of a HIT with so many."""
        if not self.charged:
            return Decimal("0.00")
        rate = BASE + (MASTERS if self.masters else 0)
        rate += MANY if max_assignments >= MANY_FROM else 0
        return max(CENT, cents(reward * rate))

    def bonus_fee(self, bonus: Decimal) -> Decimal:
        """US dollars for one bonus: the surcharges are on rewards alone."""
        return max(CENT, cents(bonus * BASE)) if self.charged else Decimal("0.00")


@dataclass(frozen=True)
class Cost:
    """What a batch can cost at most: every assignment approved, no bonus."""

    assignments: int
    rewards: Decimal
    fees: Decimal

    @property
    def total(self) -> Decimal:
        """US dollars."""
        return self.rewards + self.fees

    def __str__(self) -> str:
        return f"${self.total:,} (${self.rewards:,} in rewards, ${self.fees:,} in fees)"


def cost(rates: Rates, reward: Decimal, max_assignments: int, hits: int) -> Cost:
    """Return the cost of so many HITs, each with so many assignments at `reward` US dollars."""
    assignments = hits * max_assignments
    return Cost(assignments, assignments * reward, assignments * rates.fee(reward, max_assignments))
