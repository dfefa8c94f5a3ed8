"""Makes a batch of HITs, or finishes one: each row once, whatever happens in between."""

import argparse
import re
import subprocess
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import simpleamt
from amt import calls, records
from amt.batches import Batch
from amt.crowd import Crowd
from amt.errors import Error
from amt.inputs import Row
from amt.parallel import Outcome
from amt.plans import Plan

if TYPE_CHECKING:
    from mypy_boto3_mturk import MTurkClient


def begin(plan: Plan, crowd: Crowd, client: "MTurkClient", batch: Batch) -> None:
    """Make the HIT type and write the record's first line; no HIT exists before it."""
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
            "commit": _commit(plan),
            "template": plan.template.sources,
            "properties": plan.properties.text,
        }
    )


def _commit(plan: Plan) -> str | None:
    """The git commit of the folder that the properties are in, if it has one."""
    folder = Path(plan.properties_file).resolve().parent
    command = ["git", "-C", str(folder), "rev-parse", "--verify", "HEAD"]
    try:
        said = subprocess.run(command, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    return said.stdout.strip()


def launch(
    args: argparse.Namespace, plan: Plan, batch: Batch, client: "MTurkClient"
) -> Iterator[Outcome]:
    """Make the HITs of the rows that have none yet; an outcome each, in the rows' order."""
    known = _by_annotation(client, batch) if batch.tokens_forgotten() else {}
    todo = (row for row in plan.input.rows() if row.number not in batch.ids)

    def make(row: Row) -> str:
        hit_id = known.get(row.number) or _make(client, plan, batch, row)
        batch.append({"row": row.number, "hit_id": hit_id, "input": row.value})
        return hit_id

    return simpleamt.gather(args, make, todo, doing="launching", total=plan.rows - len(batch.ids))


def _make(client: "MTurkClient", plan: Plan, batch: Batch, row: Row) -> str:
    try:
        made = client.create_hit_with_hit_type(
            HITTypeId=batch.header["hit_type_id"],
            Question=plan.question(row),
            RequesterAnnotation=_annotation(batch, row.number),
            UniqueRequestToken=f"{batch.header['batch']}-{row.number}",
            **plan.properties.hit,
        )
    except client.exceptions.RequestError as error:
        # The HIT was made, and the answer lost: by us, or by a retry of boto3's.
        if not str(error.response.get("TurkErrorCode")).lower().endswith(".hitalreadyexists"):
            raise
        return _existing(client, batch, row, str(error))
    return made["HIT"]["HITId"]


def _existing(client: "MTurkClient", batch: Batch, row: Row, message: str) -> str:
    """The HIT that a token's message names, if its annotation is this row's; else what a listing
    shows under that annotation.
    """
    for hit_id in re.findall(r"\b[A-Z0-9]{20,64}\b", message):
        try:
            hit = client.get_hit(HITId=hit_id)["HIT"]
        except client.exceptions.RequestError:
            continue
        if hit.get("RequesterAnnotation") == _annotation(batch, row.number):
            return str(hit_id)
    if (found := _by_annotation(client, batch).get(row.number)) is None:
        raise Error(
            f"row {row.number}: its HIT was made and is not there any more (deleted?); name "
            "another --hit_ids_file for a new batch"
        )
    return found


def _annotation(batch: Batch, row: int) -> str:
    return f"batch={batch.header['batch']} row={row}"


def _by_annotation(client: "MTurkClient", batch: Batch) -> dict[int, str]:
    """Row -> HIT id of all HITs of the batch, found by what was noted on them."""
    pattern = re.compile(f"batch={batch.header['batch']} row=([0-9]+)")
    found = {}
    for hit in calls.pages(client.list_hits, "HITs"):
        if noted := pattern.fullmatch(hit.get("RequesterAnnotation", "")):
            found[int(noted[1])] = hit["HITId"]
    return found
