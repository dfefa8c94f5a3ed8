"""Launch a batch of HITs, or finish one: a HIT for each row, however often it is interrupted."""

import re
import subprocess
import uuid
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from amt import calls, consents, exclusions, practice, qualifications, records, splitting
from amt.batches import Batch
from amt.crowd import Crowd
from amt.errors import Error
from amt.messages import Say, count_of, say_nothing
from amt.parallel import Outcome
from amt.plans import Plan
from amt.rows import Row

if TYPE_CHECKING:
    from mypy_boto3_mturk import MTurkClient


def begin(
    crowd: Crowd,
    client: "MTurkClient",
    plan: Plan,
    batch: Batch,
    sizes: Sequence[int] | None = None,
    say: Say = say_nothing,
) -> None:
    """Create the HIT type and write the record's first line, before any HIT exists.

    `sizes`: the assignments of each HIT of a row, if the batch is split (see splitting).
    """
    name = uuid.uuid4().hex
    parameters = qualifications.find_required(crowd, client, plan.properties.hit_type)
    values = (row.value for row in plan.input.rows())
    parameters = exclusions.exclude_from_type(crowd, client, name, parameters, values, say)
    of_parts: dict[str, Any] = {}
    if sizes is not None and len(sizes) > 1:
        exclusion, parameters = splitting.require_exclusion(crowd, client, name, parameters)
        of_parts = {"parts": list(sizes), "exclusion": exclusion}
    consent: dict[str, Any] = {}
    if plan.consent is not None:
        consent = consents.register(client, plan.consent)
        parameters = parameters | {"ConsentId": consent["consent_id"]}
    if plan.practice is not None:
        practice_id = practice.register(client, name, plan.practice)
        parameters = parameters | {"PracticeId": practice_id}
    hit_type = client.create_hit_type(**parameters)
    batch.begin(
        {
            "batch": name,
            **records.describe_place(crowd),
            "time": datetime.now(UTC).isoformat(timespec="seconds"),
            "hit_type_id": hit_type["HITTypeId"],
            "rows": plan.rows,
            **plan.choice.to_header(),
            **(plan.audit.to_header() if plan.audit else {}),
            "reward": plan.properties.hit_type["Reward"],
            "max_assignments": max(sizes or [plan.properties.max_assignments]),
            **of_parts,
            "hashes": plan.hashes,
            "commit": _find_commit(plan),
            "template": plan.question_source.sources,
            "properties": plan.properties.text,
            **({"consent": consent} if consent else {}),
            **({"suggested_by": plan.suggested_by} if plan.suggested_by else {}),
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


def launch(
    crowd: Crowd,
    client: "MTurkClient",
    plan: Plan,
    batch: Batch,
    part: int = 0,
    *,
    most: int | None = None,
) -> Iterator[Outcome]:
    """Create the HITs of the rows that have none yet. Yield an outcome for each, in the rows'
    order.

    `part`: which HIT of each row, counted from 0, if the batch is split. `most`: create no more HITs
    than that, those of the first rows; default: all.
    """
    known = _find_by_annotation(client, batch) if batch.tokens_forgotten() else {}
    missing = plan.hits - sum(number % batch.hits_per_row == part for number in batch.ids)
    todo: Iterator[Row] = (
        row
        for row in plan.choice.iterate(plan.input)
        if batch.to_number(row.number, part) not in batch.ids
    )
    if most is not None and most < missing:
        todo, missing = islice(todo, most), most
    of_part = {"part": part} if batch.hits_per_row > 1 else {}

    def make(row: Row) -> str:
        number = batch.to_number(row.number, part)
        hit_id = known.get(number) or _create(crowd, client, plan, batch, row, part)
        marks = {"audit": row.number in plan.audit.rows} if plan.audit else {}
        marks |= {"practice": True} if row.number in plan.choice.practice else {}
        shown = exclusions.hide(row.value)
        batch.append({"row": row.number, **of_part, "hit_id": hit_id, "input": shown, **marks})
        return hit_id

    return calls.gather(crowd, make, todo, doing="launching", total=missing)


def describe_launch(crowd: Crowd, batch: Batch) -> Iterator[str]:
    """Yield messages: how many HITs are launched, and where workers find them."""
    group = batch.header["hit_type_id"]
    verb, pronoun = ("is", "it") if batch.planned == 1 else ("are", "them")
    page = crowd.find_group_page(group)
    where = f" Workers find {pronoun} at\n  {page}" if page else ""
    yield f"{len(batch.ids):,} of {count_of(batch.planned, 'HIT')} {verb} launched on {crowd}.{where}"
    if crowd.name == "local" and crowd.find_served_address() is None:
        yield "after you start the server: python serve_local_crowd.py"


def _create(
    crowd: Crowd, client: "MTurkClient", plan: Plan, batch: Batch, row: Row, part: int
) -> str:
    parameters = plan.parameters(row) | plan.properties.hit
    parameters |= exclusions.to_parameters(row.value, crowd)
    if plan.audit and row.number in plan.audit.rows:
        parameters |= {"MaxAssignments": plan.audit.assignments}
    if plan.practice is not None and row.number in plan.practice.numbers:
        parameters = {
            name: parameters[name] for name in parameters if name not in practice.POLICIES
        }
        parameters |= plan.practice.parameters(row.number)
    token = f"{batch.header['batch']}-{row.number}"
    if batch.hits_per_row > 1:
        parameters |= {"MaxAssignments": batch.header["parts"][part]}
        token += f"-{part}"
    try:
        response = client.create_hit_with_hit_type(
            HITTypeId=batch.header["hit_type_id"],
            **parameters,
            RequesterAnnotation=_format_annotation(batch, row.number, part),
            UniqueRequestToken=token,
        )
    except client.exceptions.RequestError as error:
        # The HIT was created, and the response was lost: ours, or that of a call that boto3 retried.
        if not str(error.response.get("TurkErrorCode")).lower().endswith(".hitalreadyexists"):
            raise
        return _find_existing(client, batch, row, part, str(error))
    return response["HIT"]["HITId"]


def _find_existing(client: "MTurkClient", batch: Batch, row: Row, part: int, message: str) -> str:
    """Return the HIT that the message about its token names, if its annotation is this row's.

    Otherwise list all HITs to find the one with that annotation. Raises Error when it no longer
    exists.
    """
    for hit_id in re.findall(r"\b[A-Z0-9]{20,64}\b", message):
        try:
            hit = client.get_hit(HITId=hit_id)["HIT"]
        except client.exceptions.RequestError:
            continue
        if hit.get("RequesterAnnotation") == _format_annotation(batch, row.number, part):
            return str(hit_id)
    number = batch.to_number(row.number, part)
    if (hit_id := _find_by_annotation(client, batch).get(number)) is None:
        raise Error(
            f"row {row.number}: its HIT was created but no longer exists; give another "
            "--hit_ids_file to start a new batch"
        )
    return hit_id


def _format_annotation(batch: Batch, row: int, part: int) -> str:
    of_part = f" part={part}" if batch.hits_per_row > 1 else ""
    return f"batch={batch.header['batch']} row={row}{of_part}"


def _find_by_annotation(client: "MTurkClient", batch: Batch) -> dict[int, str]:
    """Return the ids of all HITs of the batch by their numbers, found by their annotations."""
    pattern = re.compile(f"batch={batch.header['batch']} row=([0-9]+)(?: part=([0-9]+))?")
    hit_ids = {}
    for hit in calls.list_pages(client.list_hits, "HITs"):
        if match := pattern.fullmatch(hit.get("RequesterAnnotation", "")):
            hit_ids[batch.to_number(int(match[1]), int(match[2] or 0))] = hit["HITId"]
    return hit_ids
