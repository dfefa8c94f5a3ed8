"""Workers who must not get the HIT of a row, such as those whose answers it shows.

A row names them in `_excluded_workers`, which reaches neither a page nor the batch record. Crowds of
ours keep them from that HIT alone. Mechanical Turk can exclude workers from a HIT type only.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from amt import qualifications, splitting
from amt.crowd import Crowd
from amt.errors import Error
from amt.messages import Say, count_of, say_nothing
from amt.wrong_ids import WORKER_ID

if TYPE_CHECKING:
    from mypy_boto3_mturk import MTurkClient

KEY = "_excluded_workers"


def hide(value: Any) -> Any:
    """Return a row without the workers that it excludes."""
    if not isinstance(value, dict) or KEY not in value:
        return value
    return {name: member for name, member in value.items() if name != KEY}


def list_excluded(value: Any) -> list[str]:
    """Return the workers that a row excludes. Raises ValueError for anything but a list of ids."""
    excluded = value.get(KEY) if isinstance(value, dict) else None
    if excluded is None:
        return []
    if not isinstance(excluded, list) or not all(isinstance(item, str) for item in excluded):
        raise ValueError(f"{KEY}: is not a list of worker ids")
    return list(dict.fromkeys(excluded))


def to_parameters(value: Any, crowd: Crowd) -> dict[str, Any]:
    """Return the parameter of CreateHIT that excludes a row's workers, if the crowd has one."""
    excluded = [worker_id for worker_id in list_excluded(value) if WORKER_ID.fullmatch(worker_id)]
    return {"ExcludedWorkerIds": excluded} if excluded and crowd.excludes_workers else {}


def exclude_from_type(
    crowd: Crowd,
    client: "MTurkClient",
    batch_name: str,
    hit_type: dict[str, Any],
    rows: Iterable[Any],
    say: Say = say_nothing,
) -> dict[str, Any]:
    """Return the parameters of CreateHITType for a batch that excludes workers.

    Ids that no crowd's worker can have, such as pseudonyms, are said and ignored. On Mechanical Turk everybody whom a row excludes gets a qualification that excludes them from the
    whole batch, which is said. Raises Error if it cannot be assigned to all of them.
    """
    given = {worker_id for value in rows for worker_id in list_excluded(value)}
    excluded = sorted(filter(WORKER_ID.fullmatch, given))
    if others := sorted(given - set(excluded)):
        say(
            f"{count_of(len(others), 'worker')} cannot be excluded: {others[0][:60]!r} is not a "
            "worker's id of a crowd."
        )
    if crowd.excludes_workers or not excluded:
        return hit_type
    crowd.require("create_qualification_type", f"leave out {KEY}")
    type_id, hit_type = splitting.require_exclusion(crowd, client, batch_name, hit_type)
    changes = qualifications.assign(crowd, client, type_id, dict.fromkeys(excluded, 1), say=say)
    if changes.refused:
        raise Error("nothing is launched: not everybody could be excluded from these HITs")
    say(
        f"{crowd} cannot exclude workers from single HITs: {count_of(len(excluded), 'worker')} with "
        "an answer to any of these rows can do none of them."
    )
    return hit_type
