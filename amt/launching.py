"""Launch a batch of HITs, or finish one: a HIT for each row, however often it is interrupted."""

import re
import subprocess
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from amt import calls, records
from amt.batches import Batch
from amt.crowd import Crowd
from amt.errors import Error
from amt.parallel import Outcome
from amt.plans import Plan
from amt.rows import Row

if TYPE_CHECKING:
    from mypy_boto3_mturk import MTurkClient


def begin(crowd: Crowd, client: "MTurkClient", plan: Plan, batch: Batch) -> None:
    """Create the HIT type and write the record's first line, before any HIT exists."""
    hit_type = client.create_hit_type(**plan.properties.hit_type)
    batch.begin(
        {
            "batch": uuid.uuid4().hex,
            **records.describe_place(crowd),
            "time": datetime.now(UTC).isoformat(timespec="seconds"),
            "hit_type_id": hit_type["HITTypeId"],
            "rows": plan.rows,
            "reward": plan.properties.hit_type["Reward"],
            "max_assignments": plan.properties.max_assignments,
            "hashes": plan.hashes,
            "commit": _find_commit(plan),
            "template": plan.question_source.sources,
            "properties": plan.properties.text,
        }
    )


def _find_commit(plan: Plan) -> str | None:
    """Return the git commit of the folder that the properties are in, if it has one."""
    folder = Path(plan.properties_file).resolve().parent
    command = ["git", "-C", str(folder), "rev-parse", "--verify", "HEAD"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    return done.stdout.strip()


def launch(crowd: Crowd, client: "MTurkClient", plan: Plan, batch: Batch) -> Iterator[Outcome]:
    """Create the HITs of the rows that have none yet. Yield an outcome for each, in the rows'
    order.
    """
    known = _find_by_annotation(client, batch) if batch.tokens_forgotten() else {}
    todo = (row for row in plan.input.rows() if row.number not in batch.ids)

    def make(row: Row) -> str:
        hit_id = known.get(row.number) or _create(client, plan, batch, row)
        batch.append({"row": row.number, "hit_id": hit_id, "input": row.value})
        return hit_id

    return calls.gather(crowd, make, todo, doing="launching", total=plan.rows - len(batch.ids))


def _create(client: "MTurkClient", plan: Plan, batch: Batch, row: Row) -> str:
    try:
        response = client.create_hit_with_hit_type(
            HITTypeId=batch.header["hit_type_id"],
            **plan.parameters(row),
            RequesterAnnotation=_format_annotation(batch, row.number),
            UniqueRequestToken=f"{batch.header['batch']}-{row.number}",
            **plan.properties.hit,
        )
    except client.exceptions.RequestError as error:
        # The HIT was created, and the response was lost: ours, or that of a call that boto3 retried.
        if not str(error.response.get("TurkErrorCode")).lower().endswith(".hitalreadyexists"):
            raise
        return _find_existing(client, batch, row, str(error))
    return response["HIT"]["HITId"]


def _find_existing(client: "MTurkClient", batch: Batch, row: Row, message: str) -> str:
    """Return the HIT that the message about its token names, if its annotation is this row's.

    Otherwise list all HITs to find the one with that annotation. Raises Error when it no longer
    exists.
    """
    for hit_id in re.findall(r"\b[A-Z0-9]{20,64}\b", message):
        try:
            hit = client.get_hit(HITId=hit_id)["HIT"]
        except client.exceptions.RequestError:
            continue
        if hit.get("RequesterAnnotation") == _format_annotation(batch, row.number):
            return str(hit_id)
    if (hit_id := _find_by_annotation(client, batch).get(row.number)) is None:
        raise Error(
            f"row {row.number}: its HIT was created but no longer exists; give another "
            "--hit_ids_file to start a new batch"
        )
    return hit_id


def _format_annotation(batch: Batch, row: int) -> str:
    return f"batch={batch.header['batch']} row={row}"


def _find_by_annotation(client: "MTurkClient", batch: Batch) -> dict[int, str]:
    """Return the ids of all HITs of the batch by row, found by their annotations."""
    pattern = re.compile(f"batch={batch.header['batch']} row=([0-9]+)")
    hit_ids = {}
    for hit in calls.list_pages(client.list_hits, "HITs"):
        if match := pattern.fullmatch(hit.get("RequesterAnnotation", "")):
            hit_ids[int(match[1])] = hit["HITId"]
    return hit_ids
