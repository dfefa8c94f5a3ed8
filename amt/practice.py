"""Practice: gold rows that each worker does first, and that answer with the reason."""

import json
from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

from amt.crowd import Crowd
from amt.errors import Error
from amt.fees import Cost
from amt.inputs import Input
from amt.messages import FaultList, Say, count_of
from formats import gold

if TYPE_CHECKING:
    from mypy_boto3_mturk import MTurkClient

PRACTICE = "--practice_rows"
POLICIES = ("AssignmentReviewPolicy", "HITReviewPolicy")  # which would decide on practice too


class Practice(NamedTuple):
    """The rows in the order in which workers do them, and how many workers can.

    `items` are the right answers, JSON of an object, and the reason of each row.
    """

    numbers: tuple[int, ...]
    items: list[dict[str, str]]
    workers: int

    def cost(self, reward: Decimal) -> Cost:
        """Return what practice can cost at most: a reward for each row and worker, without fees."""
        assignments = len(self.numbers) * self.workers
        return Cost(assignments, assignments * reward, Decimal(0))

    def parameters(self, number: int) -> dict[str, int]:
        """Return the parameters of CreateHIT that make the HIT of a row a practice HIT, or none."""
        return {"PracticeItem": self.numbers.index(number)} if number in self.numbers else {}

    def say_cost(self, reward: Decimal, say: Say) -> None:
        """Say what part of the costs is practice."""
        each = reward * len(self.numbers)
        say(
            f"Practice: ${each:,} for each worker who comes, for {count_of(len(self.numbers), 'HIT')} "
            f"before the others; of {count_of(self.workers, 'worker')} at most "
            f"${self.cost(reward).total:,}, which is part of this. --practice_workers sets how many."
        )


def read(
    source: Input, numbers: Sequence[int], field: str | None, workers: int, crowd: Crowd
) -> Practice:
    """Read the right answers of the rows with these numbers. `workers` is how many can practise.

    `field` is that of gold that is a plain value. Raises Error, naming every row, for gold that
    cannot be compared with an answer, and for a crowd that has no practice.
    """
    if crowd.name == "mturk":
        raise Error(
            f"{PRACTICE}: Mechanical Turk cannot show whether an answer is right; leave it out, or "
            "use a qualification test"
        )
    crowd.require("create_practice", f"leave out {PRACTICE}")
    if workers < 1:
        raise Error("--practice_workers must be 1 or more")
    faults = FaultList()
    items: dict[int, dict[str, str]] = {}
    for row in source.rows():
        if row.number in numbers:
            try:
                items[row.number] = _to_item(row.value, field)
            except ValueError as error:
                faults.append(f"{source.path}:{row.line}: {error}")
    if faults:
        raise Error(faults.join())
    return Practice(tuple(numbers), [items[number] for number in numbers], workers)


def _to_item(row: dict[str, Any], field: str | None) -> dict[str, str]:
    answers = gold.parse_gold(row[gold.GOLD])
    if not isinstance(answers, dict):
        if field is None:
            raise ValueError(
                f"{PRACTICE}: _gold has no name of a field; add --gold_field=output.label, or write "
                '{"output.label": ...}'
            )
        answers = {field: answers}
    for value in answers.values():
        if isinstance(value, list) and any(isinstance(item, dict) for item in value):
            raise ValueError(f"{PRACTICE} cannot compare spans or boxes")
    return {
        "Answers": json.dumps(answers, ensure_ascii=False),
        "Reason": str(row.get(gold.WHY) or ""),
    }


def register(client: "MTurkClient", name: str, practice: Practice) -> str:
    """Store the right answers on the crowd, apart from the HITs; return the id of the practice.

    The same `name` has the same id. Raises Error for a crowd server that does not know practice, and
    for what it refuses.
    """
    from botocore.exceptions import ClientError  # boto3 takes 0.1 s, which --help must not wait for

    operations: Any = client
    try:
        stored = operations.create_practice(
            Name=name, MaxWorkers=practice.workers, PracticeItems=practice.items
        )
    except ClientError as error:
        fault = error.response["Error"]
        if "UnknownOperation" in fault["Code"]:
            raise Error(
                f"{PRACTICE}: this crowd's server is older than these scripts and has no practice "
                "HITs; update it, or leave it out"
            ) from error
        raise Error(f"{PRACTICE}: {fault['Message']}") from error
    return str(stored["PracticeId"])
