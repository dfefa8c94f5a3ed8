"""The simulated workers: who they are, what they answer, and how long they take."""

import json
import math
import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from amt.cells import to_text
from amt.errors import Error
from amt.quality import simulation
from amt.quality.dawid_skene import Matrix

MOST_WORKERS = 500
HASTE = 0.3  # of the time of others, which a spammer takes


@dataclass(frozen=True)
class Crew:
    """What is known of the workers. Accuracies are those of workers who are no spammers."""

    workers: int = simulation.WORKERS
    accuracies: tuple[float, float] = simulation.ACCURACIES
    spammers: float = simulation.SPAMMERS
    seconds: float = 0  # of an answer, in the median; 0: no waiting
    seed: int = 0

    def draw(self, labels: int) -> list[Matrix]:
        """Return the matrix of each worker; always the same for the same crew."""
        chance = random.Random(f"{self.seed}:workers")
        return simulation.draw_workers(
            chance,
            labels,
            count=self.workers,
            spammers=self.spammers,
            accuracies=self.accuracies,
        )

    def name(self, worker: int) -> str:
        """Return the nickname of a worker on the worker site."""
        return f"Simulated {self.seed}-{worker + 1}"

    def choose_vote(self, matrix: Matrix, worker: int, row: int, true: int) -> int:
        """Return the label that a worker gives to a row, the same however often it is asked."""
        return simulation.draw_vote(random.Random(f"{self.seed}:{worker}:{row}"), matrix[true])

    def choose_seconds(self, matrix: Matrix, worker: int, row: int) -> float:
        """Return how long a worker takes: each has a pace, and spammers hurry."""
        pace = random.Random(f"{self.seed}:{worker}:pace").gauss(0, 0.35)
        own = random.Random(f"{self.seed}:{worker}:{row}:seconds").gauss(0, 0.35)
        is_spammer = math.isclose(matrix[0][0], 1 / len(matrix))
        return self.seconds * math.exp(pace + own) * (HASTE if is_spammer else 1)


def validate(crew: Crew) -> None:
    """Raise Error for a number that is out of range."""
    low, high = crew.accuracies
    if not 1 <= crew.workers <= MOST_WORKERS:
        raise Error(f"--workers must be from 1 to {MOST_WORKERS}")
    if not 0 <= low <= high <= 1:
        raise Error("--accuracy must be two numbers from 0 to 1, the lower one first: 0.7,0.95")
    if not 0 <= crew.spammers <= 1:
        raise Error("--spammers must be from 0 to 1")
    if not 0 <= crew.seconds < math.inf:
        raise Error("--seconds must be at least 0")


def to_fields(field: str, label: Any) -> dict[str, str]:
    """Return the form's fields whose answer has `label` in `field`: output.label, answers.label.

    Raises Error for a field that no form can have.
    """
    first, *rest = field.split(".")
    if first == "answers" and rest:
        return {".".join(rest): to_text(label)}
    if first != "output":
        raise Error(f"--field: {field} is not a field of an answer, such as output.label")
    return {"output": json.dumps(_nest(rest, label), ensure_ascii=False)}


def _nest(names: Sequence[str], value: Any) -> Any:
    for name in reversed(names):
        value = {name: value}
    return value
