"""A crowd with many HITs, inserted into its tables directly: API calls would take hours."""

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

from sqlalchemy import insert, text, update

from amt.hits import format_question
from amt.templates import Template
from benchmarks.desk import ROOT
from benchmarks.load_site import HIT_TYPE, WEEK
from local_crowd.operations.call import Call, random_id
from local_crowd.operations.hits import hit_types
from local_crowd.operations.people import identities
from local_crowd.operations.questions import packing
from local_crowd.operations.work import worker_lists
from local_crowd.site import Site
from local_crowd.store.inserts import insert_new
from local_crowd.store.tables import assignments, hits, question_dictionaries, request_tokens
from local_crowd.store.tables import hit_types as hit_type_table

GROUPS = 10  # HIT types, each a batch
DONE_BY_ADA = 10_000  # HITs of the first group, at most half of it
CHUNK = 5_000  # rows per statement
TEMPLATE = ROOT / "hit_templates" / "simple.html"
MARKER = "@row@"
# What has become of the HITs of the last three groups; those of the others are open.
APPROVED, EXPIRED, SUBMITTED = GROUPS - 3, GROUPS - 2, GROUPS - 1


class People(NamedTuple):
    """The ids of who takes part: Ada has done many HITs, Ben has closed some, Cem is new."""

    requester: str
    ada: str
    ben: str
    cem: str


class Filled(NamedTuple):
    """What the crowd holds."""

    people: People
    hit_type_ids: list[str]
    done_by_ada: int


def fill(site: Site, count: int) -> Filled:
    """Insert `count` HITs: equally many of each group, in the order of the groups."""
    with site.writing() as call:
        ids = [identities.ensure_requester(call, "Vision lab")]
        ids += [identities.ensure_worker(call, name) for name in ("Ada", "Ben", "Cem")]
        people = People(*ids)
    with site.writing(people.requester) as call:
        types = [
            hit_types.ensure(call, HIT_TYPE | {"Title": f"Describe pictures, part {group + 1}"})
            for group in range(GROUPS)
        ]
        dictionary = packing.pack(_render())
        insert_new(
            call.db,
            question_dictionaries,
            dictionary_id=packing.identify(dictionary),
            packed_question=dictionary,
        )
        call.db.execute(update(hit_type_table).values(dictionary_id=packing.identify(dictionary)))
    done = min(DONE_BY_ADA, count // GROUPS // 2)
    for group, hit_type_id in enumerate(types):
        rows = _hit_rows(site.now(), people, group, hit_type_id, count // GROUPS)
        for chunk in _chunks(rows, CHUNK):
            with site.writing(people.requester) as call:
                _insert(call, people, group, chunk, done)
    with site.writing() as call:
        worker_lists.note_passed(
            call, people.ada, types[0]
        )  # as if she had accepted them one by one
    gather_statistics(site)
    return Filled(people, types, done)


def gather_statistics(site: Site) -> None:
    """Do to PostgreSQL what its autovacuum does some time after so many rows were inserted."""
    if not site.store.is_sqlite:
        with site.store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as db:
            db.execute(text("VACUUM ANALYZE"))


def _chunks(rows: Iterator[dict[str, Any]], size: int) -> Iterator[list[dict[str, Any]]]:
    chunk = []
    for row in rows:
        chunk.append(row)
        if len(chunk) == size:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def _insert(call: Call, people: People, group: int, rows: list[dict[str, Any]], done: int) -> None:
    call.db.execute(insert(hits), rows)
    call.db.execute(
        insert(request_tokens),
        [
            {
                "requester_id": people.requester,
                "operation": "CreateHIT",
                "token": row["requester_annotation"].replace("batch=", "").replace(" row=", "-"),
                "created_time": call.now,
                "result": row["hit_id"],
            }
            for row in rows
        ],
    )
    if group in (APPROVED, SUBMITTED):
        work = [_assignment(call.now, people, people.ben, row, group) for row in rows]
        call.db.execute(insert(assignments), work)
    elif group == 0 and (mine := [row for row in rows if row["input_row"] < done]):
        work = [_assignment(call.now, people, people.ada, row, group) for row in mine]
        call.db.execute(insert(assignments), work)


def _render() -> str:
    """Return the question of the template, with MARKER in place of a row."""
    return format_question(Template(str(TEMPLATE), [str(TEMPLATE.parent)]).render(MARKER), 450)


def _hit_rows(
    now: int, people: People, group: int, hit_type_id: str, count: int
) -> Iterator[dict[str, Any]]:
    question = _render()
    dictionary = packing.pack(question)
    batch = f"{group:032x}"
    done = min(DONE_BY_ADA, count // 2) if group == 0 else 0
    closed = group in (APPROVED, SUBMITTED)
    for number in range(count):
        text = {"sentence": f"What is in picture {number:,} of part {group + 1}?", "of": number}
        submitted = int(group == SUBMITTED or number < done)
        slots = 1 if closed else 3
        yield {
            "hit_id": random_id(),
            "requester_id": people.requester,
            "hit_type_id": hit_type_id,
            "packed_question": packing.pack(
                question.replace(json.dumps(MARKER), json.dumps(text)), dictionary
            ),
            "dictionary_id": packing.identify(dictionary),
            "requester_annotation": f"batch={batch} row={number}",
            "batch": batch,
            "input_row": number,
            "creation_time": now,
            "expiration": now - 1 if group == EXPIRED else now + WEEK,
            "due_time": None if group == EXPIRED else now + WEEK,
            "max_assignments": slots,
            "created_with": slots,
            "available": 0 if closed else slots - submitted,
            "submitted": submitted,
            "approved": int(group == APPROVED),
        }


def _assignment(
    now: int, people: People, worker_id: str, hit: dict[str, Any], group: int
) -> dict[str, Any]:
    return {
        "assignment_id": random_id(),
        "hit_id": hit["hit_id"],
        "worker_id": worker_id,
        "requester_id": people.requester,
        "status": "Approved" if group == APPROVED else "Submitted",
        "accept_time": now - 60,
        "deadline": now + 3600,
        "submit_time": now,
        "auto_approval_time": now + WEEK,
        "answer": "<QuestionFormAnswers/>",
        "due_time": None if group == APPROVED else now + WEEK,
    }
