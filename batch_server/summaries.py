"""Where a batch is: from its job while it has one, else from its directory."""

import itertools
import json
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import quote

from amt.batches import Batch
from amt.crowd import Crowd
from amt.declared import planning, totals
from amt.declared.reading import Declared
from amt.declared.rounds import Loop
from amt.errors import Error
from amt.spending import find_rates
from batch_server.jobs import Job
from batch_server.pages import explain_damage
from batch_server.settings import Place
from batch_server.views import BatchView, CostView, HitCounts, Links, PushView, RowCounts


def describe_job(job: Job, crowd: Crowd) -> BatchView:
    """Return the view of a batch that is gone on with.

    Raises Error or OSError for a file that cannot be used.
    """
    loop = job.loop
    declared = job.read_declared()
    done = totals.read(job.place.directory) if loop is None else None
    if done is not None:
        return describe_finished(job.place, crowd, done, job)
    batch = _read_record(job.place) if loop is None else loop.batch
    answered, answers, assignments = _count_answers(job.place, loop)
    labelled, without_label = _count_labels(job.place, loop)
    total = len(range(0, len(declared.rows), declared.file.rows_per_hit))
    each = find_price(crowd, declared)
    return BatchView(
        id=job.place.id,
        status=_find_status(job),
        expired=job.place.directory.expired.exists(),
        task=declared.file.task,
        title=declared.file.title,
        rows=RowCounts(
            total=len(declared.rows),
            answered=answered,
            labelled=labelled,
            without_label=without_label,
        ),
        hits=HitCounts(
            total=total,
            launched=len(batch.ids) if batch else 0,
            finished=len(loop.finished) if loop else 0,
        ),
        answers=answers,
        assignments=assignments,
        cost=CostView(
            so_far=f"{assignments * each:.2f}",
            at_most=f"{total * declared.file.highest_assignments * each:.2f}",
        ),
        push=_describe_push(job, declared),
        problem=job.problem,
        notes=[],
        links=make_links(job.place.id, crowd, batch.header.get("hit_type_id") if batch else None),
    )


def describe_unusable(place: Place, crowd: Crowd, problem: str) -> BatchView:
    """Return the view of a batch whose files cannot be used, with the reason."""
    return BatchView(
        id=place.id,
        status="waiting",
        expired=False,
        task="",
        title="",
        rows=RowCounts(total=0, answered=0, labelled=0, without_label=0),
        hits=HitCounts(total=0, launched=0, finished=0),
        answers=0,
        assignments=0,
        cost=CostView(so_far="0.00", at_most="0.00"),
        push=None,
        problem=problem,
        notes=[],
        links=make_links(place.id, crowd, None),
    )


def _read_record(place: Place) -> Batch | None:
    """Return the batch record; None while a run is making it."""
    try:
        batch = Batch(place.directory.record)
    except Error:
        return None  # if it is damaged, its job says so
    return batch if batch.header else None


def describe_finished(
    place: Place, crowd: Crowd, done: dict[str, Any], job: Job | None = None
) -> BatchView:
    """Return the view of a batch whose answers are all in, without reading all of its files.

    Raises Error or OSError for a file that cannot be used.
    """
    first = _read_first_line(place.directory.input)
    header = _read_first_line(place.directory.record)
    has_push = place.directory.events.exists()
    events = None if job is None else job.events
    return BatchView(
        id=place.id,
        status="done" if job is None else "delivering",
        expired=place.directory.expired.exists(),
        task=str(first.get("task", "")),
        title=str(first.get("title", "")),
        rows=RowCounts(
            total=done["rows"],
            answered=done["answered"],
            labelled=done["labels"],
            without_label=done["without_label"],
        ),
        hits=HitCounts(total=done["hits"], launched=done["hits"], finished=done["hits"]),
        answers=done["lines"],
        assignments=done["assignments"],
        cost=CostView(so_far=done["cost"], at_most=done["cost"]),
        push=PushView(
            waiting=done["unsent"] if events is None else events.unsent_count,
            given_up=done["given_up"] if events is None else events.dead_count,
        )
        if has_push
        else None,
        problem=None if job is None else job.problem,
        notes=[],
        links=make_links(place.id, crowd, header.get("hit_type_id")),
    )


def find_price(crowd: Crowd, declared: Declared) -> Decimal:
    """Return what an assignment costs, in US dollars."""
    properties = planning.create_properties(declared)
    fee = find_rates(crowd, properties).fee(properties.reward, declared.file.highest_assignments)
    return properties.reward + fee


def make_links(batch_id: str, crowd: Crowd, hit_type_id: str | None) -> Links:
    """Return the addresses of a batch."""
    path = f"/batches/{quote(batch_id)}"
    return Links(
        self=path,
        answers=f"{path}/answers",
        labels=f"{path}/labels",
        expire=f"{path}/expire",
        approve=f"{path}/approve",
        workers=f"{crowd.worker_site}mturk/preview?groupId={hit_type_id}" if hit_type_id else None,
    )


def _find_status(job: Job) -> Any:
    if job.is_delivering:
        return "delivering"
    if job.loop is None:
        return "waiting"
    return "launching" if job.is_launching else "open"


def _describe_push(job: Job, declared: Declared) -> PushView | None:
    if declared.file.push is None:
        return None
    events = job.events
    if events is None:
        return PushView(waiting=0, given_up=0)
    return PushView(waiting=events.unsent_count, given_up=events.dead_count)


def _count_answers(place: Place, loop: Loop | None) -> tuple[int, int, int]:
    """Return how many rows are answered, and how many answers and assignments there are."""
    if loop is not None:
        work = loop.work
        return len(work.answers), work.answer_count, work.assignment_count
    rows: set[int] = set()
    assignments: set[str] = set()
    count = 0
    with explain_damage(place.directory.results):
        for line in _list_lines(place.directory.results):
            value = json.loads(line)
            count += 1
            assignments.add(value["assignment_id"])
            if value["output"] is not None:
                rows.add(value["row"])
    return len(rows), count, len(assignments)


def _count_labels(place: Place, loop: Loop | None) -> tuple[int, int]:
    """Return how many rows have a label, and how many are finished without one."""
    if loop is not None:
        return loop.work.label_count, len(loop.work.without_label)
    with explain_damage(place.directory.labels):
        has_label = [
            json.loads(line)["label"] is not None for line in _list_lines(place.directory.labels)
        ]
    return sum(has_label), len(has_label) - sum(has_label)


def _list_lines(path: Path) -> Iterable[bytes]:
    try:
        with path.open("rb") as lines:
            yield from itertools.takewhile(lambda line: line.endswith(b"\n"), lines)
    except FileNotFoundError:
        return


def _read_first_line(path: Path) -> dict[str, Any]:
    """Return the first line of a file. Raises Error when it is not one of ours."""
    with explain_damage(path):
        return dict(json.loads(next(iter(_list_lines(path)), b"{}")))
