"""Who has worked on HITs."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from amt import calls, survey
from amt.crowd import Crowd
from amt.messages import Say, say_nothing

if TYPE_CHECKING:
    from mypy_boto3_mturk import MTurkClient


class HitWorkers(NamedTuple):
    """The workers who submitted an answer to some HITs, whatever became of it.

    `available` assignments can still be accepted, `pending` ones are being worked on: the crowd does
    not say by whom. `refused` HITs were not shown.
    """

    worker_ids: list[str]
    available: int
    pending: int
    refused: int


def find_workers(
    crowd: Crowd,
    client: "MTurkClient",
    hit_ids: Sequence[str] | None,
    *,
    say: Say = say_nothing,
    hint: str | None = None,
) -> HitWorkers:
    """Find the workers of these HITs, in the order of their first answers; None: of all HITs.

    `hint` is said when the crowd does not know a HIT; each refusal is said.
    """
    counters, unknown = survey.fetch_counters(crowd, client, hit_ids, say=say, hint=hint)
    workers: dict[str, None] = {}
    refused = len(unknown)

    def list_workers(hit: survey.HitCounters) -> list[str]:
        return [item["WorkerId"] for item in survey.list_assignments(client, hit)]

    answered = [hit for hit in counters if hit.unaccounted or hit.completed]
    outcomes = calls.gather(crowd, list_workers, answered, doing="looking", total=len(answered))
    for outcome in calls.name_refusals(outcomes, say, survey.hit_id_of):
        refused += outcome.refusal is not None
        workers |= dict.fromkeys(outcome.value or ())
    return HitWorkers(
        list(workers),
        sum(hit.available for hit in counters),
        sum(hit.pending for hit in counters),
        refused,
    )
