"""The record of a decision file: what was decided and paid of it, each once.

The record of `decisions.csv` is `decisions.csv.applied.jsonl`. The file may be edited and applied
again, so the record is kept by assignment, not by row.
"""

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

from amt import records
from amt.crowd import Crowd
from amt.records import DamageError, Record

ENDING = ".applied.jsonl"
STEPS = ("approve", "reject", "override")


class PlannedBonus(NamedTuple):
    """A bonus whose payment was begun: its amount in US dollars, its reason, and when."""

    amount: Decimal
    reason: str
    time: datetime


class Applied(Record):
    """What was done of a decision file. `header`: review, crowd, site, time."""

    kind = "review"

    def __init__(self, path: Path) -> None:
        """Read the file. Raises Error when it is not the record of a decision file."""
        self.done: dict[str, str] = {}  # assignment id -> the last of STEPS
        self.planned: dict[str, PlannedBonus] = {}
        self.paid: set[str] = set()
        super().__init__(path)

    def note(self, line: dict[str, Any]) -> None:
        """Add the line of a decision or of a bonus. Raises DamageError for a line of something else."""
        assignment_id = line["assignment_id"]
        if "bonus" in line:
            self.planned[assignment_id] = PlannedBonus(
                Decimal(line["bonus"]), line["reason"], datetime.fromisoformat(line["time"])
            )
        elif "paid" in line:
            if assignment_id not in self.planned:
                raise DamageError(f"a bonus for {assignment_id} was paid that was never begun")
            self.paid.add(assignment_id)
        elif line["did"] in STEPS:
            self.done[assignment_id] = line["did"]
        else:
            raise DamageError(f"{line['did']!r} is not one of {', '.join(STEPS)}")

    def is_done(self, assignment_id: str, decision: str) -> bool:
        """Return whether this decision was carried out, and not overridden by another one since."""
        return self.done.get(assignment_id) in (decision, "override")

    def start(self, crowd: Crowd) -> None:
        """Write the first line, unless it is there; nothing is decided before it."""
        if not self.header:
            time = datetime.now(UTC)
            self.begin(
                {
                    "review": time.strftime("%Y%m%d%H%M%S"),
                    **records.describe_place(crowd),
                    "time": time.isoformat(timespec="seconds"),
                }
            )
