"""Recognize ids of another kind than a flag takes: HIT ids and assignment ids look alike."""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from amt.errors import Error

if TYPE_CHECKING:
    from mypy_boto3_mturk import MTurkClient

WORKER_ID = re.compile("A[A-Z0-9]+")  # the service model's pattern
LONGEST_WORKER_ID = 24  # ids of HITs and assignments have 30 characters


def describe_no_hit(client: "MTurkClient", item: str) -> str | None:
    """Say what an id is that the crowd does not know as a HIT's, or return None."""
    if WORKER_ID.fullmatch(item) and len(item) <= LONGEST_WORKER_ID:
        return f"{item} looks like a worker id; --hit_ids_file takes HIT ids"
    try:
        client.get_assignment(AssignmentId=item)
    except client.exceptions.ClientError:
        return None
    return f"{item} is an assignment id; --hit_ids_file takes HIT ids"


def describe_no_assignment(client: "MTurkClient", item: str) -> str | None:
    """Say what an id is that the crowd does not know as an assignment's, or return None."""
    if WORKER_ID.fullmatch(item) and len(item) <= LONGEST_WORKER_ID:
        return f"{item} looks like a worker id; --assignment_ids_file takes assignment ids"
    try:
        client.get_hit(HITId=item)
    except client.exceptions.ClientError:
        return None
    return (
        f"{item} is a HIT id; --assignment_ids_file takes assignment ids. approve_hits.py and "
        "reject_hits.py take a --hit_ids_file"
    )


def check_worker_ids(path: str, ids: Sequence[str]) -> None:
    """Raise Error for the first id that cannot be the id of a worker."""
    for item in ids:
        if not WORKER_ID.fullmatch(item):
            raise Error(f"{path}: {item} is not a worker id, which begins with A")
